"""Every case, from the modules that make them."""

from tests.vectors import (
    accepted,
    anchors,
    archives,
    bombs,
    coverage,
    custody,
    foreign,
    headers,
    large,
    left_out,
    manifests,
    members,
    repeated,
    rows,
    seal_versions,
    sealed,
    signatures,
    statements,
)
from tests.vectors.cases import Cases

EVERY = Cases()
for module in (
    *(accepted, archives, headers, signatures, manifests),
    *(members, rows, repeated, large, coverage, seal_versions, sealed, left_out),
    *(statements, custody, anchors, foreign, bombs),
):
    for name, case in module.CASES.items():
        assert name not in EVERY, name
        EVERY[name] = case
