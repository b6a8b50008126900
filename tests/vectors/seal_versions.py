"""Seals of every version, alone, mixed and mislabelled."""

from collections.abc import Callable

from tests.support import packs
from tests.support.packs import Pack, Row
from tests.vectors.cases import Case, Cases, Expected, with_rows

CASES = Cases()
NO_DIGEST = "is neither a digest nor null"
OTHER_DIGEST = "T07:00:00Z: the seal's content does not have the digest"


def sealed(*versions: int) -> Pack:
    """Return the small pack, its hours sealed in these versions, each for as many hours."""
    pack = packs.small()
    hours: list[str | Row] = []
    for version in versions:
        hours += [{"v": version}] * (48 // len(versions))
    events = pack.rows["events.jsonl"]
    pack.rows["coverage.jsonl"] = packs.seals(hours, "2026-04-01T00", events, previous="ab" * 32)
    return pack


def accept(name: str, told: str, *versions: int) -> None:
    """Register a chain that must be accepted."""
    CASES.add(name, Case(told, Expected(0), sealed(*versions).build))


def refuse(name: str, words: str, told: str, change: Callable[[list[Row]], object]) -> None:
    """Register a change of one seal of version 3, signed with a manifest that agrees with it."""
    told = f"coverage.jsonl is signed anew after {told}."
    CASES.refuse(name, 10, words, told, lambda: with_rows("coverage.jsonl", change))


def resealed(change: Callable[[Row], object]) -> Callable[[list[Row]], object]:
    """Return the change of the last hour's seal, its digest right."""

    def make(coverage: list[Row]) -> None:
        change(coverage[-1]["seal"])
        coverage[-1]["sha256"] = packs.seal_digest(coverage[-1]["seal"])

    return make


accept("seals_of_version_2", "Every hour was sealed in version 2.", 2)
accept("seals_of_two_versions", "The first day was sealed in version 2, the second in 3.", 2, 3)
CASES.add(
    "seal_of_a_newer_version",
    Case(
        "The second day was sealed in version 4, which nobody knows yet.",
        Expected(2),
        sealed(3, 4).build,
    ),
)
refuse(
    "seal_digest_of_version_2",
    OTHER_DIGEST,
    "a seal of version 3 got the digest that version 2 would give it",
    lambda rows: rows[7].update(sha256=packs.sha256(packs.canonical(rows[7]["seal"]))),
)
refuse(
    "seal_relabelled_as_version_2",
    OTHER_DIGEST,
    "a seal of version 3 was called one of version 2",
    lambda rows: rows[7]["seal"].update(v=2),
)
refuse(
    "root_of_a_register_malformed",
    f"users.root {NO_DIGEST}",
    "the root of a register became a number",
    resealed(lambda seal: seal["sections"].update(users={"root": 1, "picture_sha256": None})),
)
refuse(
    "root_of_a_register_absent",
    f"users.root {NO_DIGEST}",
    "the root of a register was taken out",
    resealed(lambda seal: seal["sections"].update(users={"picture_sha256": None})),
)
refuse(
    "digest_of_a_picture_malformed",
    f"users.picture_sha256 {NO_DIGEST}",
    "the digest of a picture lost a letter",
    resealed(
        lambda seal: seal["sections"].update(users={"root": None, "picture_sha256": "a" * 63})
    ),
)
refuse(
    "root_of_a_segment_in_capitals",
    f"changes.root {NO_DIGEST}",
    "the root of a segment was written in capitals",
    resealed(
        lambda seal: seal["segments"].update(
            changes=[{"month": "2026-04", "rows": 0, "root": "AB" * 32}]
        )
    ),
)
