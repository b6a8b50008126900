"""When the audit log is settled: what a change without an event is, as of an hour."""

from typing import Any, cast

import pytest

from functions.shared.hours import parse_instant
from functions.shared.records.events import OpenChange
from functions.shared.records.seals import Watermarks
from functions.snapshot.fetch.audit.audit_marks import initial
from functions.snapshot.reconcile.verdicts import is_past, without_event
from tests.snapshot.rows import open_change

# A change between 05:01 and 06:01: with the slack, from 04:56 to 06:06.
FROM, TO = "2026-04-01T04:56:00Z", "2026-04-01T06:06:00Z"
LATER = "2026-04-04T06:06:00Z"


def second(instant: str) -> int:
    """Return an instant as epoch seconds."""
    return int(parse_instant(instant).timestamp())


def marks(**stream: Any) -> Watermarks:
    """Return watermarks of a log that is settled around the change."""
    usual: Any = {
        "closed_through": second(LATER),
        "reread_73": second(TO),
        "backfill_to": second(FROM),
        "backfill_done": True,
        "overflow": [],
    }
    streams: Any = {"organization": usual | stream}
    return {**initial(), "proven": True, "streams": streams}


def judged(hour_end: str = LATER, *, facts: Any = None, **stream: Any) -> tuple[str, str]:
    """Return verdict and reason of the change."""
    row = cast("OpenChange", {**open_change("users", "removed", "user-ann"), **(facts or {})})
    return without_event(row, marks(**stream), parse_instant(hour_end))


def test_a_log_that_is_settled_and_silent_leaves_a_change_unexplained() -> None:
    """Of an event, no trace."""
    assert judged() == ("unexplained", "no_event")
    assert judged(facts={"of": "event"}) == ("unexplained", "no_trace")


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        ({"closed_through": None}, "audit_log_unread"),
        ({"backfill_to": None}, "audit_log_unread"),
        ({"closed_through": second(FROM) - 1}, "audit_log_unread"),
        ({"closed_through": second(FROM)}, "settling"),
        ({"closed_through": second(TO) - 1}, "settling"),
        ({"backfill_to": second(FROM) + 1}, "audit_history_unread"),
        ({"reread_73": None}, "settling"),
        ({"reread_73": second(TO) - 1}, "settling"),
        ({"overflow": [second(FROM)]}, "second_overflow"),
        ({"overflow": [1, second(TO)]}, "second_overflow"),
    ],
)
def test_until_the_log_is_settled_nobody_can_tell(stream: dict[str, Any], reason: str) -> None:
    """It must be read from before the change to after it, and again 73 hours later."""
    assert judged(**stream) == ("cannot_tell", reason)


def test_seconds_beside_the_change_matter_not() -> None:
    """Where they could not be read, another change is uncertain."""
    overflow = [second(FROM) - 1, second(TO) + 1]
    assert judged(overflow=overflow) == ("unexplained", "no_event")


def test_a_log_that_never_spoke_accuses_nobody() -> None:
    """Before anything else."""
    assert judged(facts={"proven": False}, closed_through=None) == (
        *("cannot_tell", "audit_log_unproven"),
    )


def test_an_event_that_names_nobody_leaves_a_change_open() -> None:
    """An event's own id is no hint."""
    assert judged(facts={"event_id": "e"}) == ("cannot_tell", "event_names_nobody")
    group = {"event_id": "e", "event_reason": "through_group_or_role"}
    assert judged(facts=group) == ("cannot_tell", "through_group_or_role")
    assert judged(facts={"of": "event", "event_id": "e"}) == ("unexplained", "no_trace")


def test_a_third_reading_that_does_not_come_is_missed_after_two_days() -> None:
    """Then nobody reads the log."""
    unread = ("cannot_tell", "audit_log_unread")
    assert judged("2026-04-06T07:06:00Z", reread_73=None) == unread
    assert judged("2026-04-06T07:05:59Z", reread_73=None) == ("cannot_tell", "settling")


@pytest.mark.parametrize(
    ("settled", "reason", "hour_end", "past"),
    [
        (None, "no_event", "2026-06-30T06:00:59Z", False),
        (None, "no_event", "2026-06-30T06:01:00Z", True),
        ("2026-04-30T23:59:59Z", "audit_log_unread", LATER, False),
        ("2026-05-01T00:00:00Z", "audit_log_unread", LATER, True),
        ("2026-06-01T00:00:00Z", "never_logged", LATER, True),
        ("2026-06-01T00:00:00Z", "no_event", LATER, False),
        ("2026-06-01T00:00:00Z", "no_trace", LATER, False),
        ("2026-05-01T00:00:00Z", "settling", LATER, False),
        ("2026-05-01T00:00:00Z", "settling", "2026-06-30T06:01:00Z", True),
    ],
)
def test_a_row_is_past_when_its_month_is_settled_or_after_ninety_days(
    settled: str | None, reason: str, hour_end: str, past: bool
) -> None:
    """While it settles it is kept, and what is a finding, since the patrol may explain it."""
    row = open_change("users", "removed", "user-ann") | {"reason": reason}
    reread = second(settled) if settled else None
    stream = {"reread_73": reread, "closed_through": second("2026-07-01T00:00:00Z")}
    assert is_past(row, marks(**stream), parse_instant(hour_end)) is past
