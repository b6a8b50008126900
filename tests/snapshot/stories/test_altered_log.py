"""Whoever can alter OpenAI's log is seen when the hours are read again, a day and three later."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.shared.canonical import Json
from functions.shared.hours import HOUR, parse_instant, rfc3339
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import World
from tools.openai_simulator.world.event_log import Event, EventLog

FIRST = "2026-04-01T02:00:00Z"
AT = int(parse_instant("2026-04-01T03:30:00Z").timestamp())
ALTERED = ("log_entry_changed", "log_entry_gone")


def _add(log: EventLog, number: int, at: int) -> None:
    record = {"id": f"audit-{number}", "type": "login.failed", "effective_at": at}
    record |= {"actor": {"type": "session", "session": {"user": {"id": "user-ann"}}}}
    record["login.failed"] = {"error_code": "invalid_password"}
    log.add(Event(at, at, f"audit-{number}", record))


def _begun(make_fixture: FixtureMaker) -> SnapshotFixture:
    world = World("org-altered")
    world.at("2026-03-31T10:00:00Z").hidden().user_joins("ann", role="owner")
    for number in range(40):
        _add(world.first.events, number, AT - 7200 + number * 300)
    fixture = make_fixture(world)
    fixture.connect("2026-04-01T03:01:00Z")
    fixture.ticks(FIRST, 4)
    return fixture


def _findings(fixture: SnapshotFixture, hour: str) -> list[Json]:
    rows = fixture.register(fixture.seal(hour), "findings")
    return [row for row in rows if row["kind"] in ALTERED]


def _rewrite(log: EventLog) -> None:
    for event in log.all():
        if event.id in ("audit-25", "audit-26"):
            event.record["login.failed"] = {"error_code": "none"}
            event._encoded = None


def _remove(log: EventLog) -> None:
    log.all()[:] = [event for event in log.all() if event.id not in ("audit-25", "audit-26")]


def _reorder(log: EventLog) -> None:
    for event in log.all():
        event.seq = 1000 - event.seq
        event.record["shown_by"] = "another page"
        event._encoded = None
    log._sorted = False


@pytest.mark.parametrize(
    ("alter", "kind"), [(_rewrite, ALTERED[0]), (_remove, ALTERED[1]), (_reorder, None)]
)
def test_an_altered_entry_is_one_finding(
    make_fixture: FixtureMaker, alter: Callable[[EventLog], Any], kind: str | None
) -> None:
    """With how many there are; once, though the hours are read again; none where nothing is."""
    fixture = _begun(make_fixture)
    alter(fixture.world.first.events)
    later = [rfc3339(parse_instant(FIRST) + n * HOUR) for n in range(4, 30)]
    fixture.ticks(later[0], len(later))
    rows = _findings(fixture, later[-1])
    if kind is None:
        assert rows == []
        return
    (row,) = rows
    assert (row["kind"], row["reason"], row["entity_id"]) == (kind, "entries_2", "audit-25")
    assert (row["severity"], row["section"], row["resolved_hour"]) == ("high", "audit_events", None)
    # Its hour became 25 hours old.
    assert row["first_seen_hour"] == "2026-04-02T04:00:00Z"
    sealed = [event["event_id"] for hour in later for event in fixture.events(fixture.seal(hour))]
    assert sealed == []


@pytest.mark.parametrize(("alter", "kind"), [(_rewrite, ALTERED[0]), (_remove, ALTERED[1])])
def test_an_altered_entry_of_history_is_found_by_the_patrol(
    make_fixture: FixtureMaker, alter: Callable[[EventLog], Any], kind: str
) -> None:
    """Whichever hour sealed it: here the one in which the organization was connected."""
    world = World("org-altered")
    world.at("2026-03-20T10:00:00Z").hidden().user_joins("ann", role="owner")
    for number in range(24, 30):
        _add(world.first.events, number, AT - 90 * 3600 + number)
    fixture = make_fixture(world)
    fixture.connect("2026-04-01T03:01:00Z")
    fixture.ticks(FIRST, 2)
    alter(world.first.events)
    fixture.ticks("2026-04-01T04:00:00Z", 3)
    (row,) = _findings(fixture, "2026-04-01T06:00:00Z")
    assert (row["kind"], row["reason"], row["entity_id"]) == (kind, "entries_2", "audit-25")


def test_an_entry_that_one_stream_alone_lost_is_told_with_the_stream(
    make_fixture: FixtureMaker,
) -> None:
    """The other one shows it still: whoever reads OpenAI's default log is shown less."""
    fixture = _begun(make_fixture)
    events, tenant_events = fixture.world.first.events, fixture.world.first.tenant_events
    for event in events.all():
        if event.id == "audit-26":
            tenant_events.add(event)
    events.all()[:] = [event for event in events.all() if event.id != "audit-26"]
    later = [rfc3339(parse_instant(FIRST) + n * HOUR) for n in range(4, 30)]
    fixture.ticks(later[0], len(later))
    (row,) = _findings(fixture, later[-1])
    assert (row["kind"], row["entity_id"]) == (ALTERED[1], "audit-26")
    assert row["reason"] == "entries_1_from_organization_stream"
    assert fixture.events(fixture.seal(later[-1])) == []
