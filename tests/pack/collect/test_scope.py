"""What a pack is made of, as its row froze it."""

from functions.pack.collect.scope import Scope
from functions.shared.hours import parse_instant
from functions.shared.period import Period

SCOPE = Scope(
    "tenant-a",
    ["org-Alpha", "org-Beta"],
    Period.of_month("2026-04"),
    "2026-05-04T02:00:00Z",
    {"org-Alpha": "2026-05-04T01:00:00Z", "org-Beta": None},
    {},
)


def test_the_cut_is_the_end_of_the_last_hour_that_may_be_used() -> None:
    """The hour is named by its start."""
    assert SCOPE.cut == parse_instant("2026-05-04T03:00:00Z")


def test_nothing_is_read_of_an_organization_without_a_seal() -> None:
    """Nor of one that the row does not name."""
    assert SCOPE.through("org-Alpha") == parse_instant("2026-05-04T01:00:00Z")
    assert SCOPE.through("org-Beta") is None
    assert SCOPE.through("org-Gamma") is None
