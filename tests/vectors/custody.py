"""The tenant's custody log: changed, left out, invented or named otherwise, checks 9 and 10."""

from collections.abc import Callable
from typing import Any

from tests.support import full_packs
from tests.support.packs import Pack, Row, jsonl
from tests.vectors.cases import Case, Cases, Expected
from tests.vectors.sealed import Members, replaced, without
from tests.vectors.statements import without_row

CASES = Cases()
FILE = "custody.jsonl"


def refuse(name: str, number: int, words: str, told: str, make: Callable[[], Pack]) -> None:
    """Register a pack that must be refused."""
    CASES.refuse(f"custody_{name}", number, words, told, lambda: make().build())


def accept(name: str, told: str, make: Callable[[], Pack]) -> None:
    """Register a pack that must be accepted."""
    CASES.add(f"custody_{name}", Case(told, Expected(0), lambda: make().build()))


def log(
    *hours: int, heads: dict[int, int] | None = None, first: int = 4, **seal: Any
) -> Callable[[], Pack]:
    """Return the full pack with entries of these hours, the first one from before the period."""
    rows = full_packs.custody([-5, *hours], first, None if first == 1 else "ab" * 32)
    return lambda: full_packs.with_custody(rows, heads, **seal)


def members(change: Callable[[Members], Members]) -> Callable[[], Pack]:
    """Return the pack with a log, with other members, signed."""
    return lambda: log(0, 3, 3, 20)().but(members=change)


def with_row(**facts: Any) -> Callable[[], Pack]:
    """Return the pack with a last entry whose fields are others, named by the seals as it is."""
    rows = full_packs.custody([-5, 3], 4, "ab" * 32)
    changed: Row = {**rows[-1], **facts}
    return lambda: full_packs.with_custody([rows[0], changed])


def appended(data: Members) -> Members:
    """Return members with an entry behind the last one that a seal names."""
    rows = full_packs.custody([-5, 0, 3, 3, 20, 21], 4, "ab" * 32)
    return data | {FILE: data[FILE] + jsonl(rows[-1:])}


accept("from_the_first", "The log begins within the period.", log(3, 3, 20, first=1))
accept("none_in_the_period", "The seals name an entry from before it.", log())
accept(
    "lagging",
    "Some hours could not seal what was done in them.",
    log(3, 20, heads={0: 4, 4: 5, 40: 6}),
)
refuse(
    "changed",
    10,
    "2026-04-01T03:00:00Z: custody entry 7 does not follow the row before it",
    "Another pack was asked for than the log says.",
    members(replaced(FILE, b'{"number":6}', b'{"number":9}')),
)
refuse(
    "last_changed",
    10,
    "2026-04-01T20:00:00Z: custody entry 8 is another than the seal names",
    "The last entry is another one.",
    members(replaced(FILE, b'{"number":8}', b'{"number":9}')),
)
refuse(
    "first_left_out",
    10,
    "2026-04-01T00:00:00Z: custody entries before number 5 are missing",
    "The entry before the period is left out, so that nobody can see how many more are.",
    members(without_row(0, FILE)),
)
refuse(
    "left_out_in_front",
    10,
    "2026-04-01T00:00:00Z: the seal names custody entry 5, which is not in custody.jsonl",
    "The first two entries are left out.",
    members(lambda data: without_row(0, FILE)(without_row(0, FILE)(data))),
)
refuse(
    "left_out_between",
    10,
    "2026-04-01T03:00:00Z: custody entry 7 does not follow the row before it",
    "An entry is left out between others.",
    members(without_row(2, FILE)),
)
refuse(
    "last_left_out",
    10,
    "2026-04-01T20:00:00Z: the seal names custody entry 8, which is not in custody.jsonl",
    "The last entry is left out.",
    members(without_row(4, FILE)),
)
refuse(
    "emptied",
    10,
    "2026-04-01T00:00:00Z: the seal names custody entry 5, which is not in custody.jsonl",
    "The log is empty.",
    members(lambda data: data | {FILE: b""}),
)
refuse(
    "removed",
    10,
    "2026-04-01T00:00:00Z: the seal names custody entry 5, which is not in custody.jsonl",
    "There is no log, and the seals name its entries.",
    members(without(FILE)),
)
refuse(
    "invented",
    10,
    "2026-04-01T21:00:00Z: no seal names custody entry 9",
    "Behind the log stands one more entry, which follows the last.",
    members(appended),
)
refuse(
    "of_nobody",
    10,
    "2026-04-01T03:00:00Z: no seal names custody entry 5",
    "There is a log, and no seal names any of it.",
    log(3, heads={}),
)
refuse(
    "named_too_early",
    10,
    "2026-04-01T02:00:00Z: the seal names custody entry 5, sealed later",
    "A seal names an entry of a later hour.",
    log(3, heads={0: 4, 2: 5}),
)
refuse(
    "going_back",
    10,
    "2026-04-02T23:00:00Z: the seal names custody entry 4, the one before names 5",
    "The last seal names an entry from before the one that the seal before it names.",
    log(3, custody={"n": 4, "sha256": "ab" * 32}),
)
refuse(
    "not_named_again",
    10,
    "2026-04-02T23:00:00Z: the seal names no custody entry, the one before 5",
    "The last seal names none any more.",
    log(3, custody=None),
)
refuse(
    "named_otherwise",
    10,
    "by another digest than that of 2026-04-01T03:00:00Z",
    "Two seals name the same number by different digests.",
    log(3, custody={"n": 5, "sha256": "cd" * 32}),
)
refuse(
    "head_of_another_kind",
    10,
    "custody of the seal is neither an entry's number and digest nor null",
    "A seal names its entry by a text.",
    log(3, custody={"n": "5", "sha256": "cd" * 32}),
)
BEFORE = "2026-03-01T03:00:00Z"
WRONG: tuple[tuple[str, str, Row], ...] = (
    ("at_after_its_hour", "at is not an instant", {"at": "2026-04-01T04:00:00Z"}),
    ("of_number_zero", "n is not a number from 1 up", {"n": 0}),
    ("of_nobody_at_all", "by is not a text", {"by": None}),
    ("with_facts_as_a_text", "facts is not an object", {"facts": "a text"}),
    ("without_one_before", "previous_sha256 is not null for entry 1", {"previous_sha256": None}),
    ("sealed_before_the_other", "sealed before the one", {"sealed_hour": BEFORE, "at": BEFORE}),
)
for told_as, words, facts in WRONG:
    refuse(told_as, 9, words, "An entry is not of its form.", with_row(**facts))
