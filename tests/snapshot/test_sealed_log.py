"""What is sealed of the hours that are read again is found by the hours that sealed it."""

from datetime import timedelta
from typing import Any

import pytest

from functions.shared.hours import HOUR, rfc3339
from functions.shared.records.events import Event
from functions.shared.records.fields import schema_of
from functions.snapshot import sealed_log
from functions.snapshot.fetch.audit.audit_marks import AuditPlan, StreamPlan
from functions.snapshot.fetch.audit.windows import Window
from tests.snapshot.fetch.audit.audit_worlds import START
from tests.snapshot.fetch.audit.odd_worlds import H, Seals

FIRST = int(START.timestamp())


def sealed(name: str, minute: int) -> Any:
    """Return an event's row, of a minute after the first hour begins."""
    at = rfc3339(START + timedelta(minutes=minute))
    details = {"stream": "tenant"}
    return {"event_id": name, "event_type": "x", "occurred_at": at, "details": details}


@pytest.mark.parametrize("end_s", [17 * 60, H])
def test_whatever_sealed_it_is_known_wherever_a_window_ends(end_s: int) -> None:
    """On the hour or within it: the patrol begins at the first event of history."""
    seals = Seals()
    seals.add(START, [sealed("in-time", 5)])
    seals.add(START + HOUR, [sealed("late", 10), sealed("beyond", 65)])
    seals.add(START + 2 * HOUR, [sealed("later", 12), sealed("much later", 65)])
    window = Window(FIRST, FIRST + end_s)
    plan = AuditPlan({"tenant": StreamPlan(Window(0, 0), {"patrol": window})}, FIRST + 99 * H)
    asked, known = seals.log(START + 99 * HOUR).known(plan)
    assert asked == plan
    assert {name: entry.second for name, entry in known.items()} == {
        "in-time": FIRST + 300,
        "late": FIRST + 600,
        "later": FIRST + 720,
    }


def test_what_came_late_is_looked_for_by_the_patrol_alone() -> None:
    """The other readings have little time, and the patrol comes by."""
    seals = Seals()
    seals.add(START + 5 * HOUR, [sealed("late", 5)])
    window = Window(FIRST, FIRST + H)
    plan = AuditPlan({"tenant": StreamPlan(Window(0, 0), {"reread_73": window})}, FIRST + 99 * H)
    assert seals.log(START + 99 * HOUR).known(plan)[1] == {}


def test_too_many_late_ones_shorten_the_patrol_but_never_to_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An hour of the log at least is read; and of what sealed it late, no more than a bound."""
    monkeypatch.setattr(sealed_log, "MOST_ROWS", 3)
    monkeypatch.setattr(sealed_log, "MOST_AMONG", 8)
    seals = Seals()
    for number in range(2, 20):
        seals.add(START + number * HOUR, [sealed(f"a{number}", 5), sealed(f"b{number}", 90)])
    window = Window(FIRST, FIRST + 3 * H)
    plan = AuditPlan({"tenant": StreamPlan(Window(0, 0), {"patrol": window})}, FIRST + 99 * H)
    asked, known = seals.log(START + 99 * HOUR).known(plan)
    assert asked.streams["tenant"].again == {"patrol": Window(FIRST, FIRST + H)}
    assert 8 <= len(known) <= 10


def test_what_is_lost_of_the_evidence_stops_no_hour() -> None:
    """It is not compared; every pack that should hold it tells of it."""
    seals = Seals()
    seals.add(START, [sealed("lost", 5)])
    seals.add(START + HOUR, [sealed("kept", 10)])
    seals.bodies[next(iter(seals.bodies))] = b"another body"
    window = Window(FIRST, FIRST + H)
    plan = AuditPlan({"tenant": StreamPlan(Window(0, 0), {"reread_73": window})}, FIRST + 99 * H)
    assert seals.log(START + 99 * HOUR).known(plan)[1].keys() == {"kept"}


def test_a_row_is_passed_over_by_its_own_time_alone() -> None:
    """Whatever stands in its payload, its ids and its texts looks like another."""
    hostile = ',"occurred_at":"1970-01-01T00:00:00Z"'
    seals, inside, outside = Seals(), sealed("inside", 5), sealed("outside", 61)
    for row, time in ((inside, "1970-01-01T00:00:00Z"), (outside, inside["occurred_at"])):
        row["details"] |= {"payload": {"a": 1, "occurred_at": time, "z": hostile}}
        row |= {"project_id": f"{hostile}\\", "target_id": f',"occurred_at":"{time}"'}
    unknown = sealed("no time", 7) | {"occurred_at": None}
    seals.add(START, [inside, outside, unknown])
    window = Window(FIRST, FIRST + H)
    plan = AuditPlan({"tenant": StreamPlan(Window(0, 0), {"reread_73": window})}, FIRST + 99 * H)
    assert seals.log(START + 99 * HOUR).known(plan)[1].keys() == {"inside"}


def test_behind_the_time_of_a_row_stands_text_or_nothing() -> None:
    """So that the last such name in it is the row's own."""
    properties = schema_of(Event)["properties"]
    behind = {name: properties[name]["type"] for name in properties if name > "occurred_at"}
    assert behind.keys() == {"org_id", "project_id", "sealed_hour", "target_id"}
    for kinds in behind.values():
        assert {kinds} if isinstance(kinds, str) else set(kinds) <= {"string", "null"}
