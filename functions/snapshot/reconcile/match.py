"""Match: open changes with the audit events that explain them.

Pure. An event explains as many entities as it likes (who leaves takes their keys along), but of one
entity only one change of a kind: two renamings need two events.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from functions.shared.records.events import Event, OpenChange
from functions.snapshot.compare.log_of_stays import SLACK
from functions.snapshot.reconcile.event_pool import EventPool, Use, Window
from functions.snapshot.reconcile.rules import NO_TIME, Sought, explains, window_of
from functions.snapshot.reconcile.verdicts import EVENT_WITHOUT_TIME, THROUGH_A_GROUP

_AT_ONCE = timedelta(0)
_AT_NO_TIME: Window = (NO_TIME, NO_TIME)


@dataclass(frozen=True, slots=True)
class EarlierHours:
    """What the hours before this one sealed.

    Attributes:
        events: audit events of types that explain a change.
        used: what they were taken for.
    """

    events: Sequence[Event] = ()
    used: frozenset[Use] = frozenset()


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
