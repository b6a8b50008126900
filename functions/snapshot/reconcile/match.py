"""Match: open changes with the audit events that explain them.

Pure. An event explains as many entities as it likes (who leaves takes their keys along), but of one
entity only one change of a kind: two renamings need two events.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.shared.hours import parse_instant
from functions.shared.records.events import EventState, OpenChange
from functions.snapshot.compare.log_of_stays import MOST_BACK, SLACK
from functions.snapshot.reconcile.event_pool import EventPool, Use, Window
from functions.snapshot.reconcile.rules import NO_TIME, Sought, explains, window_of
from functions.snapshot.reconcile.verdicts import (
    EVENT_WITHOUT_TIME,
    THROUGH_A_GROUP,
    TOO_MANY_EVENTS,
)

_AT_ONCE = timedelta(0)
_AT_NO_TIME: Window = (NO_TIME, NO_TIME)


@dataclass(frozen=True, slots=True)
class EarlierHours:
    """What the hours before this one sealed.

    Attributes:
        events: audit events that are looked for, the essentials of them.
        used: what they were taken for.
        unread_before: end of the newest hour that was not read to its end, for there was too much
            in it and those after it; None where all was read.
    """

    events: Sequence[EventState] = ()
    used: frozenset[Use] = frozenset()
    unread_before: datetime | None = None

    def noted(self, row: OpenChange) -> OpenChange:
        """Return an open row; what may tell of it and was not read is noted in it."""
        if self.unread_before is None or parse_instant(row["from"]) - SLACK >= self.unread_before:
            return row
        return row | {"event_reason": TOO_MANY_EVENTS}


def sought_again(rows: Iterable[OpenChange], start: datetime) -> list[OpenChange]:
    """Return, as they were when new, the changes whose events were too many, for two days.

    Each hour's search explains some: the events of those stand in nobody's way any more.

    Args:
        rows: open changes of earlier hours.
        start: of the hour that closes.
    """
    again = []
    for row in rows:
        too_many = "event_reason" in row and row["event_reason"] == TOO_MANY_EVENTS
        if too_many and parse_instant(row["hour"]) >= start - MOST_BACK:
            again.append(row | {"event_id": None, "event_reason": None})
    return again


def match(
    rows: Sequence[OpenChange], pool: EventPool, without_effect: EventPool
) -> list[OpenChange]:
    """Return open changes with what events explain taken off their aspects.

    First what occurred between the two snapshots of a change, then what did so but for the slack,
    then events whose effect no snapshot shows yet, however old: lists can lag behind the log.

    Args:
        rows: open changes; those that came first get their events first.
        pool: events.
        without_effect: events whose effect no snapshot shows yet.
    """
    changes = [Sought.of(row | {"aspects": list(row["aspects"])}) for row in rows]
    changes.sort(key=lambda change: (change.row["from"], change.row["open_id"]))
    for slack in (_AT_ONCE, SLACK):
        for change in changes:
            _take(change, pool, window_of(change.row, slack))
    for change in changes:
        start, end = window_of(change.row, SLACK)
        _take(change, without_effect, ("", end))
        if change.row["aspects"] and change.row["event_id"] is None:
            _hint(change, pool, (start, end))
    return [change.row for change in changes]


def _take(change: Sought, pool: EventPool, window: Window) -> None:
    """Take events for a change until it is explained, or nothing explains more of it."""
    row = change.row
    while row["aspects"]:
        clue = pool.explaining(change, window)
        if clue is None:
            return
        row["aspects"] = [name for name in row["aspects"] if not explains(clue, change, name)]
        row["explained_by"] = row["explained_by"] or clue.event_id
        pool.take(clue, row)


def _hint(change: Sought, pool: EventPool, window: Window) -> None:
    """Note the event for which nobody can tell whether it explains what is left of a change."""
    hint, behind = pool.hinting(change, window), pool.behind(change, window)
    timeless = pool.explaining(change, _AT_NO_TIME) or pool.hinting(change, _AT_NO_TIME)
    if hint:
        change.row["event_id"] = hint.event_id
    elif timeless:
        change.row["event_id"] = timeless.event_id
        change.row["event_reason"] = EVENT_WITHOUT_TIME
    elif behind:
        change.row["event_id"] = behind.event_id
        change.row["event_reason"] = THROUGH_A_GROUP
