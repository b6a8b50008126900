"""When the audit log has had its say: what a change without an event is, as of an hour.

Pure. Works on the watermarks that the hour's seal carries. Only the organization's own stream
decides: the tenant's events have no documented payload, they can explain but not accuse.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from functions.shared.hours import month_of, parse_instant
from functions.shared.records.events import OpenChange, VerdictWord
from functions.shared.records.seals import Watermarks
from functions.snapshot.fetch.watermarks import DEEP_EVERY, SETTLED
from functions.snapshot.reconcile.rules import SLACK

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
THROUGH_A_GROUP = "through_group_or_role"
NEVER_LOGGED = "never_logged"
ENDED_BY_ITSELF = "ended_by_itself"
EXISTED_BEFORE = "existed_before"
_KEPT = timedelta(days=90)

# Reasons of ``unexplained``.
NO_EVENT, NO_TRACE = "no_event", "no_trace"


class Conclusion(NamedTuple):
    """What can be said of a change, and why."""

    verdict: VerdictWord
    reason: str


def without_event(row: OpenChange, marks: Watermarks, hour_end: datetime) -> Conclusion:
    """Return the verdict on an open row that no event explains so far.

    ``unexplained`` needs a log that is proven, read without a hole from before the change to after
    it, and read again at least 72 hours later: from then on a late event is an exception.
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
    deep_at = marks["deep_at"]
    if deep_at is None or parse_instant(deep_at) < end + SETTLED or through < _second(end):
        # A rescan a day is expected: when the next has not come either, nobody reads the log.
        overdue = hour_end >= end + SETTLED + 2 * DEEP_EVERY
        return Conclusion(CANNOT_TELL, AUDIT_UNREAD if overdue else SETTLING)
    if any(_second(start) <= second <= _second(end) for second in stream["overflow"]):
        return Conclusion(CANNOT_TELL, SECOND_OVERFLOW)
    if row["of"] == "change" and row["event_id"] is not None:
        why = row["event_reason"] if "event_reason" in row else None
        return Conclusion(CANNOT_TELL, why or EVENT_NAMES_NOBODY)
    return Conclusion(UNEXPLAINED, NO_EVENT if row["of"] == "change" else NO_TRACE)


def is_past(row: OpenChange, marks: Watermarks, hour_end: datetime) -> bool:
    """Tell whether no run will read the log around an open row again.

    Either the last rescan of its month is done, or it is older than anything still read.
    """
    month, end = marks["month_closed"], parse_instant(row["to"])
    closed = month is not None and month_of(end) <= month and row["reason"] != SETTLING
    return closed or hour_end - end >= _KEPT


def _second(instant: datetime) -> int:
    return int(instant.timestamp())
