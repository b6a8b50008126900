"""What a signer may leave out or make up where little is asked: late events, keys, decisions."""

from collections.abc import Callable
from typing import Any

from tests.support import full_packs, packs
from tests.support.packs import Pack, Row
from tests.vectors.cases import Case, Cases, Expected

CASES = Cases()
EARLY_HOUR, LATE_HOUR = "2026-04-01T03:00:00Z", "2026-05-04T03:00:00Z"


def refuse(name: str, number: int, words: str, told: str, make: Callable[[], Pack]) -> None:
    """Register a pack that must be refused."""
    CASES.refuse(name, number, words, told, lambda: make().build())


def accept(name: str, told: str, make: Callable[[], Pack]) -> None:
    """Register a pack that must be accepted."""
    CASES.add(name, Case(told, Expected(0), lambda: make().build()))


def asked(report: Row) -> Pack:
    """Return the small pack, its hours asked with a key, and what collection.json says of it."""
    pack = packs.small()
    events = pack.rows["events.jsonl"]
    hours: list[str | Row] = [{"source": {"key_last4": "wxyz"}}] * 48
    pack.rows["coverage.jsonl"] = packs.seals(hours, "2026-04-01T00", events, previous="ab" * 32)
    report_file = {"collection.json": packs.canonical(report) + b"\n"}
    return pack.but(texts=report_file | pack.texts)


def late(left_out: str, here: str = "2026-04-01T00:00:00Z") -> Pack:
    """Return the small pack, its late event sealed in one hour, another in one that lacks it."""
    pack = packs.small()
    at = "2026-03-31T23:10:00Z"
    events = [packs.event("audit_log-1", at, here, late=True), *pack.rows["events.jsonl"][1:]]
    events.sort(key=lambda row: row["sealed_hour"])
    sealed = [*events, packs.event("audit_log-9", "2026-03-31T23:20:00Z", left_out)]
    hours: list[str | Row] = ["complete"] * 48
    pack.rows["coverage.jsonl"] = packs.seals(hours, "2026-04-01T00", sealed, previous="ab" * 32)
    return pack.but(rows=pack.rows | {"events.jsonl": events})


def decided(**facts: Any) -> Pack:
    """Return the full pack with its first change decided otherwise."""
    pack = full_packs.full()
    pack.rows["changes.jsonl"][0].update(facts)
    return pack


refuse(
    "collection_without_an_organization",
    10,
    "collection.json: it does not tell the admin keys of org-Alpha",
    "A signed collection.json leaves an organization out, and with it the key it was read with.",
    lambda: asked({"organizations": []}),
)
accept(
    "collection_of_an_organization",
    "collection.json names the key that the organization was read with, as its seals do.",
    lambda: asked(
        {
            "organizations": [
                {
                    "org_id": "org-Alpha",
                    "admin_keys": [
                        {
                            "key_id": None,
                            "last4": "wxyz",
                            "first_hour": "2026-04-01T00:00:00Z",
                            "last_hour": "2026-04-02T23:00:00Z",
                        }
                    ],
                }
            ]
        }
    ),
)
for name, words, told, facts in (
    ("behind_the_cut", "up to the cut", "an hour behind the cut", {"decided_hour": LATE_HOUR}),
    ("before_the_change", "up to the cut", "an hour before it", {"decided_hour": EARLY_HOUR}),
    (
        "without_verdict",
        "it has no verdict, but something of one",
        "an hour, and no verdict",
        {"verdict": None, "event_id": None},
    ),
):
    refuse(
        f"change_decided_{name}",
        9,
        words,
        f"A change was decided in {told}.",
        lambda facts=facts: decided(**facts),  # type: ignore[misc]
    )
refuse(
    "late_event_left_out",
    10,
    "org-Alpha 2026-04-01T10:00:00Z: 0 events of 2026-03 are here, the seal has 1",
    "A late event is left out, though one that an hour before it sealed is here.",
    lambda: late("2026-04-01T10:00:00Z"),
)
refuse(
    "late_event_left_out_of_its_hour",
    10,
    "org-Alpha 2026-04-01T00:00:00Z: 1 events of 2026-03 are here, the seal has 2",
    "A late event is left out; the hour that sealed it sealed another one, which is here.",
    lambda: late("2026-04-01T00:00:00Z"),
)
accept(
    "late_events_from_an_hour_on",
    "Late events are here from one hour on: what earlier hours sealed is an earlier pack's.",
    lambda: late("2026-04-01T00:00:00Z", here="2026-04-01T10:00:00Z"),
)
