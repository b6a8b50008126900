"""What happened between two pictures, as findings: bounded many, with the event that began it."""

from dataclasses import replace
from typing import Any

from functions.shared.records.events import EventState
from functions.shared.records.findings import Finding
from functions.snapshot.compare.log_of_stays import LogOfStays, ReadBack
from functions.snapshot.findings.between_pictures import MOST_AN_HOUR, MOST_EVER, with_happenings
from functions.snapshot.records import SectionRead
from tests.snapshot.compare.test_compare import READ, START, before, hour, snapshot
from tests.snapshot.rows import event, finding

Events = list[Any]


def found(
    events: Events,
    *,
    earlier: Events | None = None,
    rows: list[Finding] | None = None,
    open_changes: Any = (),
    keys: str = "complete",
    baseline: str | None = "2026-03-31T00:00:00Z",
    **registers: Any,
) -> list[Finding]:
    """Return the findings that an hour's events make."""
    log = LogOfStays(events, START, lambda _: ReadBack(earlier or []))
    log_read: Any = SectionRead("complete", rows=events)
    picture = replace(snapshot(api_keys=SectionRead(keys)), audit_events=log_read)
    closing = hour(*READ, baseline=baseline)
    return with_happenings(rows or [], closing, picture, before(**registers), open_changes, log)


def told(*args: Any, **kwargs: Any) -> list[tuple[str, ...]]:
    """Return (kind, reason, section, entity) of them."""
    rows = found(*args, **kwargs)
    return [(row["kind"], row["reason"], row["section"], row["entity_id"]) for row in rows]


def made(key: str = "key_2", at: str = "05:05:00", **facts: Any) -> EventState:
    """Return the event of a key that was made."""
    return event("api_key.created", key, at, **{"project_id": "proj_web", **facts})


def gone(kind: str, target: str, at: str = "05:45:00", **facts: Any) -> EventState:
    """Return the event of something that ended."""
    return event(kind, target, at, **facts)


def test_a_flood_is_told_in_bounded_many_findings() -> None:
    """The first ones by themselves, then how many more; at last the number alone."""
    names = [f"key_{n:05d}" for n in range(3000)]
    events = [made(name) for name in names]
    events += [gone("api_key.deleted", name, project_id="proj_web") for name in names]
    for n, one in enumerate(events):
        one["event_id"] = f"audit_log-{n}"
    rows = found(events)
    assert len(rows) == MOST_AN_HOUR + 1
    (more,) = [row for row in rows if row["reason"] != "key_deleted"]
    assert (more["reason"], more["entity_id"]) == ("and_2980_more", names[MOST_AN_HOUR])
    many = [finding("short_lived_key", "api_keys", f"k{n}") for n in range(MOST_EVER)]
    rows = found(events, rows=many)
    (more,) = [row for row in rows if row["first_seen_hour"] == "2026-04-01T05:00:00Z"]
    assert more["reason"] == "and_3000_more"


def test_what_is_told_already_is_not_counted_among_those_that_are_not() -> None:
    """So the number is told of what has no finding of its own, and is always told."""
    names = [f"key_{n:05d}" for n in range(MOST_AN_HOUR + 6)]
    events = [made(name, event_id=f"made {name}") for name in names]
    ends = [gone("api_key.deleted", name, event_id=f"gone {name}") for name in names]
    rows = found(events[:5] + ends[:5])
    more = found([*events, *ends], rows=rows)
    assert len(more) == 5 + MOST_AN_HOUR + 1
    assert [row["reason"] for row in more if row["reason"] != "key_deleted"] == ["and_1_more"]
    # Once more with the one that stood for the others told as well.
    again = found([*events, *ends], rows=more)
    assert len(again) == len(more)


def test_a_finding_says_which_event_began_it() -> None:
    """It opens in the hour that seals the end, and nothing resolves it."""
    (row,) = found([made(), gone("api_key.deleted", "key_2")])
    assert (row["event_id"], row["severity"]) == (made()["event_id"], "high")
    assert (row["first_seen_hour"], row["resolved_hour"]) == ("2026-04-01T05:00:00Z", None)
