"""When the audit log has had its say: what a change without an event is, as of an hour.

Pure. Works on the watermarks that the hour's seal carries. Only the organization's own stream
decides: the tenant's events have no documented payload, they can explain but not accuse.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from functions.shared.hours import month_end, month_of, parse_instant
from functions.shared.records.events import OpenChange, VerdictWord
from functions.shared.records.seals import Watermarks
from functions.snapshot.compare.log_of_stays import SLACK
from functions.snapshot.reconcile.rule_table import MAY_BE_UNLOGGED

EXPLAINED: Final = "explained"
UNEXPLAINED: Final = "unexplained"
CANNOT_TELL: Final = "cannot_tell"

# Reasons of ``cannot_tell``. The first three may end, the others stay what they are.
SETTLING = "settling"
AUDIT_UNREAD = "audit_log_unread"
HISTORY_UNREAD = "audit_history_unread"
AUDIT_UNPROVEN = "audit_log_unproven"
SECOND_OVERFLOW = "second_overflow"
EVENT_NAMES_NOBODY = "event_names_nobody"
EVENT_WITHOUT_TIME = "event_without_time"
THROUGH_A_GROUP = "through_group_or_role"
TOO_MANY_EVENTS = "too_many_events"
NEVER_LOGGED = "never_logged"
NOT_ALWAYS_LOGGED = "not_always_logged"
ENDED_BY_ITSELF = "ended_by_itself"
EXISTED_BEFORE = "existed_before"
_KEPT = timedelta(days=90)
# The log is read a third time when it is 73 hours old. Two days later that is overdue.
_OVERDUE = timedelta(hours=73 + 48)

# Reasons of ``unexplained``.
NO_EVENT, NO_TRACE = "no_event", "no_trace"


class Conclusion(NamedTuple):
    """What can be said of a change, and why."""

    verdict: VerdictWord
    reason: str


def without_event(row: OpenChange, marks: Watermarks, hour_end: datetime) -> Conclusion:
    """Return the verdict on an open row that no event explains so far.

    ``unexplained`` needs a log that is proven, read without a hole from before the change to after
    it, and read again 73 hours later: from then on a late event is an exception.
    """
    start, end = parse_instant(row["from"]) - SLACK, parse_instant(row["to"]) + SLACK
    stream = marks["streams"]["organization"]
    through, back_to = stream["closed_through"], stream["backfill_to"]
    if not row["proven"]:
        return Conclusion(CANNOT_TELL, AUDIT_UNPROVEN)
    if through is None or back_to is None or through < _second(start):
        return Conclusion(CANNOT_TELL, AUDIT_UNREAD)
    if back_to > _second(start):
        return Conclusion(CANNOT_TELL, HISTORY_UNREAD)
    why = row["event_reason"] if "event_reason" in row else None
    if why == TOO_MANY_EVENTS:
        return Conclusion(CANNOT_TELL, why)
    if _settled(marks) < _second(end):
        overdue = hour_end >= end + _OVERDUE
        return Conclusion(CANNOT_TELL, AUDIT_UNREAD if overdue else SETTLING)
    if any(_second(start) <= second <= _second(end) for second in stream["overflow"]):
        return Conclusion(CANNOT_TELL, SECOND_OVERFLOW)
    if row["of"] == "change" and row["event_id"] is not None:
        return Conclusion(CANNOT_TELL, why or EVENT_NAMES_NOBODY)
    if row["of"] == "change" and row["section"] in MAY_BE_UNLOGGED:
        return Conclusion(CANNOT_TELL, NOT_ALWAYS_LOGGED)
    return Conclusion(UNEXPLAINED, NO_EVENT if row["of"] == "change" else NO_TRACE)


def is_past(row: OpenChange, marks: Watermarks, hour_end: datetime) -> bool:
    """Tell whether an open row has been open long enough.

    Either its whole month is settled, or it is older than anything that is waited for: what is a
    finding may still be explained, by an event that the patrol comes upon.
    """
    end = parse_instant(row["to"])
    settled = _settled(marks) >= _second(month_end(month_of(end)))
    decided = settled and row["reason"] not in (SETTLING, NO_EVENT, NO_TRACE)
    return decided or hour_end - end >= _KEPT


def _settled(marks: Watermarks) -> int:
    """Return up to which second the organization's stream was read a third time."""
    stream = marks["streams"]["organization"]
    return min(stream["reread_73"] or 0, stream["closed_through"] or 0)


def _second(instant: datetime) -> int:
    return int(instant.timestamp())
