"""Sealed members, and packs whose rows are not those that were sealed: formats, checks 7 and 10."""

from collections.abc import Callable
from typing import Any

from tests.support import full_packs, packs
from tests.support.packs import Pack, Row
from tests.vectors.cases import Case, Cases, Expected

CASES = Cases()
USERS, CHANGES = "sealed/org-Alpha/users.jsonl", "sealed/org-Alpha/changes-2026-04.jsonl"
VERDICTS, EVENTS = (
    "sealed/org-Alpha/verdicts-2026-04.jsonl",
    "sealed/org-Alpha/events-2026-04.jsonl",
)
Members = dict[str, bytes]


def refuse(name: str, number: int, words: str, told: str, make: Callable[[], Pack]) -> None:
    """Register a pack that must be refused."""
    CASES.refuse(f"sealed_{name}", number, words, told, lambda: make().build())


def accept(name: str, told: str, make: Callable[[], Pack]) -> None:
    """Register a pack that must be accepted."""
    CASES.add(f"sealed_{name}", Case(told, Expected(0), lambda: make().build()))


def members(change: Callable[[Members], Members]) -> Callable[[], Pack]:
    """Return the full pack with other members, signed."""
    return lambda: full_packs.full(members=change)


def replaced(name: str, old: bytes, new: bytes) -> Callable[[Members], Members]:
    """Return a change of the bytes of one member."""
    return lambda data: data | {name: data[name].replace(old, new, 1)}


def without(name: str) -> Callable[[Members], Members]:
    """Return the removal of one member."""
    return lambda data: {other: body for other, body in data.items() if other != name}


def both(change: Callable[[Row], object]) -> Callable[[], Pack]:
    """Return the full pack with a row of users.jsonl changed, and the sealed one like it."""

    def make() -> Pack:
        pack = full_packs.full()
        change(pack.rows["users.jsonl"][2])
        return pack

    return make


def begun_within() -> Pack:
    """Return a pack that begins at noon, whose hours sealed events of the morning as well."""
    small = packs.small()
    at, hour = "2026-04-01T13:10:00Z", "2026-04-01T13:00:00Z"
    shown = [packs.event("audit_log-5", at, hour)]
    unseen = [packs.event("audit_log-4", "2026-04-01T05:00:00Z", hour)]
    sealed = packs.seals(["complete"] * 36, "2026-04-01T12", [*unseen, *shown], previous="ab" * 32)
    rows = small.rows | {"events.jsonl": shown, "coverage.jsonl": sealed}
    rows["users.jsonl"] = [row for row in rows["users.jsonl"] if row["removed_at"] is None]
    return small.but(rows=rows, unseen=unseen, period=("2026-04-01T12:00:00Z", small.period[1]))


def cut(**changes: Any) -> Callable[[], Pack]:
    """Return that pack, changed."""
    return lambda: begun_within().but(**changes)


accept("full", "Every member of profile full, every row as it was sealed.", full_packs.full)
accept(
    "of_a_month_begun_before",
    "The period begins within a month, and an hour of it sealed an event of before.",
    begun_within,
)
refuse(
    "row_changed",
    10,
    "2026-04-02T23:00:00Z: users.jsonl row 3: it is not what was sealed",
    "A signed users.jsonl shows an owner as a reader.",
    members(replaced("users.jsonl", b'"role":"owner"', b'"role":"reader"')),
)
refuse(
    "row_changed_with_its_register",
    10,
    "the register of users is not the one that the seals name",
    "A signed users.jsonl shows an owner as a reader, and so does the register beside it.",
    both(lambda row: row.update(role="reader")),
)
refuse(
    "change_explained_by_another_event",
    10,
    "changes.jsonl row 1: it is not what was sealed",
    "A signed changes.jsonl names another event than the verdict that was sealed.",
    members(replaced("changes.jsonl", b"audit_log-2", b"audit_log-3")),
)
refuse(
    "verdict_changed",
    10,
    "2026-04-01T05:00:00Z: verdicts are others than those that were sealed",
    "A verdict among the sealed members is another than its hour sealed.",
    members(replaced(VERDICTS, b"audit_log-2", b"audit_log-3")),
)
refuse(
    "changes_of_an_hour_left_out",
    10,
    "changes are others than those that were sealed",
    "The first sealed change is left out.",
    members(lambda data: data | {CHANGES: data[CHANGES].partition(b"\n")[2]}),
)
refuse(
    "register_absent",
    10,
    "the register of users that the seals name is not here",
    "The sealed register of users is left out.",
    members(without(USERS)),
)
refuse(
    "changes_absent",
    10,
    "1 sealed changes are not here",
    "The sealed changes are left out.",
    members(without(CHANGES)),
)
refuse(
    "rows_too_many",
    10,
    "it has more rows than the seals name",
    "Behind the sealed changes stands one more.",
    members(lambda data: data | {CHANGES: data[CHANGES] + data[CHANGES].rpartition(b"\n{")[2]}),
)
refuse(
    "of_another_organization",
    10,
    "is of no organization of the pack",
    "A sealed register is that of an organization that the pack is not about.",
    members(lambda data: data | {"sealed/org-Beta/users.jsonl": b""}),
)
refuse(
    "out_of_order",
    7,
    "do not stand in the documented order",
    "The sealed registers stand before the changes.",
    members(lambda data: without(CHANGES)(data) | {CHANGES: data[CHANGES]}),
)
refuse(
    "file_absent",
    7,
    "lacks changes.jsonl",
    "There is no changes.jsonl.",
    members(without("changes.jsonl")),
)
refuse(
    "settled_untold",
    6,
    "lacks settled",
    "The manifest does not say whether late events were waited for.",
    lambda: full_packs.full(manifest=lambda m: {k: v for k, v in m.items() if k != "settled"}),
)
refuse(
    "format_left_out",
    10,
    "it is of an older format, without sealed members",
    "A pack of hours that version 3 sealed says nothing of its format and has no sealed members.",
    lambda: full_packs.full(format=2),
)
refuse(
    "monthly_of_profile_core",
    6,
    "a monthly pack is of profile full",
    "A monthly pack is relabelled as one of profile core, without what binds its rows.",
    lambda: packs.april(profile="core"),
)
refuse(
    "collection_of_another_address",
    10,
    "collection.json: ['https://api.openai.com/v1'], the seals say []",
    "A signed collection.json names an address that no seal says was asked.",
    members(
        lambda data: (
            data | {"collection.json": b'{"api":{"bases":["https://api.openai.com/v1"]}}\n'}
        )
    ),
)
CASES.add(
    "sealed_by_a_newer_format",
    Case(
        "The manifest is of format 4, which nobody knows yet.",
        Expected(2),
        lambda: full_packs.full(facts={"format": 4}).build(),
    ),
)
refuse(
    "event_of_a_month_begun_before_left_out",
    10,
    "2026-04-01T13:00:00Z: not the events of the period that were sealed",
    "An event of the period is left out; its hour sealed one of before as well.",
    lambda: _without_events(begun_within()),
)
refuse(
    "events_of_a_month_begun_before_absent",
    10,
    "2 sealed events are not here",
    "What the hour sealed is not among the sealed members.",
    cut(members=without(EVENTS)),
)


def _without_events(pack: Pack) -> Pack:
    sealed = pack.member_bytes()[EVENTS]
    rows = pack.rows | {"events.jsonl": []}
    return pack.but(rows=rows, members=lambda data: data | {EVENTS: sealed})
