"""What is sealed of the hours that are read again is found by the hours that sealed it."""

from datetime import timedelta
from typing import Any

import pytest

from functions.shared.hours import HOUR, rfc3339
from functions.snapshot.fetch.audit.audit_marks import AuditPlan, StreamPlan
from functions.snapshot.fetch.audit.windows import Window
from tests.snapshot.fetch.audit.audit_worlds import START
from tests.snapshot.fetch.audit.odd_worlds import H, Seals

FIRST = int(START.timestamp())


def sealed(name: str, minute: int) -> Any:
    """Return an event's row, of a minute after the first hour begins."""
    at = rfc3339(START + timedelta(minutes=minute))
    return {"event_id": name, "occurred_at": at, "details": {"stream": "tenant"}}


@pytest.mark.parametrize("end_s", [17 * 60, H])
def test_what_the_next_hour_sealed_is_known_wherever_a_window_ends(end_s: int) -> None:
    """On the hour or within it: the patrol begins at the first event of history."""
    seals = Seals()
    seals.add(START, [sealed("in-time", 5)])
    seals.add(START + HOUR, [sealed("late", 10), sealed("beyond", 65)])
    seals.add(START + 2 * HOUR, [sealed("too-late", 12)])
    window = Window(FIRST, FIRST + end_s)
    plan = AuditPlan({"tenant": StreamPlan(Window(0, 0), {"patrol": window})}, FIRST + 99 * H)
    asked, known = seals.log(START + 99 * HOUR).known(plan)
    assert asked == plan
    assert {name: entry.second for name, entry in known.items()} == {
        "in-time": FIRST + 300,
        "late": FIRST + 600,
    }
