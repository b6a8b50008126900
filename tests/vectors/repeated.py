"""Events that version 2 of the seal sealed again: copies beside the events, and what is none."""

from collections.abc import Callable
from typing import Any

from tests.support import packs
from tests.support.packs import Pack, Row
from tests.vectors.cases import Case, Cases, Expected

CASES = Cases()
EVENTS, COPIES = "events.jsonl", "repeated_events.jsonl"
FIRST, AGAIN = "2026-04-01T05:00:00Z", "2026-04-02T07:00:00Z"


def pack() -> Pack:
    """Return the small pack, one of whose events a later hour sealed again, beside a new one."""
    small = packs.small()
    copy = packs.event("audit_log-2", "2026-04-01T05:10:00Z", AGAIN)
    new = packs.event("audit_log-5", "2026-04-02T07:20:00Z", AGAIN)
    *events, last = small.rows[EVENTS]
    sealed = [*events, copy, new, last]
    rows = {name: small.rows[name] for name in ("users.jsonl", "projects.jsonl", "api_keys.jsonl")}
    rows[COPIES] = [{**copy, "first_sealed_hour": FIRST}]
    rows[EVENTS] = [*events, new, last]
    start, previous = "2026-04-01T00", "ab" * 32
    rows["coverage.jsonl"] = packs.seals(["complete"] * 48, start, sealed, previous=previous)
    return small.but(rows=rows)


CASES.add(
    "event_repeated",
    Case("A later hour sealed an event again; the copy stands apart.", Expected(0), pack().build),
)


def bad(name: str, check: int, words: str, told: str, change: Callable[[Any], object]) -> None:
    """Register a change of the rows of that pack, signed with a manifest that agrees with it."""

    def make() -> bytes:
        changed = pack()
        change(changed.rows)
        return changed.build()

    CASES.refuse(f"event_repeated_{name}", check, words, f"{told}; all is signed anew.", make)


def put_aside(rows: dict[str, list[Row]]) -> None:
    """Call the last event but one, which stands there once, a copy of the second."""
    rows[COPIES].append({**rows[EVENTS].pop(-2), "first_sealed_hour": FIRST})


def renamed(rows: dict[str, list[Row]]) -> None:
    """Call it a copy of the third, and give it that one's id."""
    put_aside(rows)
    rows[COPIES][-1]["event_id"] = "audit_log-3"


bad("of_nothing", 9, "not each is a copy", "An event is called a copy", put_aside)
bad(
    "renamed",
    10,
    AGAIN,
    "An event is called a copy, and given the id of another",
    renamed,
)
bad(
    "edited",
    10,
    AGAIN,
    "A copy has another actor",
    lambda rows: rows[COPIES][0].update(actor_id="user-9"),
)
bad(
    "before_the_first",
    9,
    "not an hour before",
    "A copy names its own hour as the first one's",
    lambda rows: rows[COPIES][0].update(first_sealed_hour=AGAIN),
)
