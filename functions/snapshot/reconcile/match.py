"""Match: open changes with the audit events that explain them.

Pure. An event explains as many entities as it likes (who leaves takes their keys along), but of one
entity only one change of a kind: two renamings need two events.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from functions.shared.records.events import Event, OpenChange
from functions.snapshot.reconcile.event_payload import AnyEvent
from functions.snapshot.reconcile.rule_table import TABLE
from functions.snapshot.reconcile.rules import (
    SLACK,
    could_explain,
    explains,
    in_window,
    names_in,
    names_of,
)

Use = tuple[str, str, str, str]
"""(section, entity id, kind of change, event id): what an event was taken for."""

TYPES = frozenset(name for rule in TABLE for name in rule.types)
_AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class EarlierHours:
    """What the hours before this one sealed.

    Attributes:
        events: audit events of types that explain a change.
        used: what they were taken for.
    """

    events: Sequence[Event] = ()
    used: frozenset[Use] = frozenset()


@dataclass(slots=True)
class EventPool:
    """Events to explain with, found by the ids they name.

    Attributes:
        by_name: events by every id or hash that stands in them, oldest first.
        nameless: events that do not say whom they are about.
        used: what events were taken for, and by which change.
    """

    by_name: dict[str, list[AnyEvent]] = field(default_factory=lambda: defaultdict(list))
    nameless: list[AnyEvent] = field(default_factory=list)
    used: dict[Use, str] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[AnyEvent], used: Iterable[Use] = ()) -> "EventPool":
        """Return a pool of some events."""
        pool = cls()
        pool.used |= dict.fromkeys(used, "")
        for event in sorted(events, key=lambda event: (event["occurred_at"], event["event_id"])):
            if event["event_type"] not in TYPES:
                continue
            for name in names_in(event):
                pool.by_name[name].append(event)
            if event["target_id"] in (None, event["project_id"]):
                pool.nameless.append(event)
        return pool

    def about(self, row: OpenChange) -> Iterator[AnyEvent]:
        """Yield the events that name what a change is about, each once."""
        yielded: set[str] = set()
        for name in sorted(names_of(row)):
            for event in self.by_name.get(name, ()):
                if event["event_id"] not in yielded:
                    yielded.add(event["event_id"])
                    yield event

    def is_free(self, event: AnyEvent, row: OpenChange) -> bool:
        """Tell whether an event was not taken for another change of the same kind and entity."""
        taken_for = self.used.get(_use(event, row))
        return taken_for is None or taken_for == row["open_id"]


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
    changes = [row | {"aspects": list(row["aspects"])} for row in rows]
    changes.sort(key=lambda row: (row["from"], row["open_id"]))
    for slack in (_AT_ONCE, SLACK):
        for row in changes:
            _take(row, pool, slack)
    for row in changes:
        _take(row, without_effect, None)
        if row["aspects"] and row["event_id"] is None:
            row["event_id"] = _hint(row, pool)
    return changes


def _take(row: OpenChange, pool: EventPool, slack: timedelta | None) -> None:
    for event in pool.about(row) if row["aspects"] else ():
        if not _is_timely(event, row, slack) or not pool.is_free(event, row):
            continue
        explained = [aspect for aspect in row["aspects"] if explains(event, row, aspect)]
        if explained:
            row["aspects"] = [aspect for aspect in row["aspects"] if aspect not in explained]
            row["explained_by"] = row["explained_by"] or event["event_id"]
            pool.used[_use(event, row)] = row["open_id"]


def _is_timely(event: AnyEvent, row: OpenChange, slack: timedelta | None) -> bool:
    """Tell whether an event occurred in time; without a slack it may be however old."""
    if slack is None:
        return in_window(max(event["occurred_at"], row["from"]), row, SLACK)
    return in_window(event["occurred_at"], row, slack)


def _hint(row: OpenChange, pool: EventPool) -> str | None:
    """Return the id of an event that fits but does not say whom it is about."""
    for event in pool.nameless:
        if in_window(event["occurred_at"], row, SLACK) and all(
            could_explain(event, row, aspect) for aspect in row["aspects"]
        ):
            return event["event_id"]
    return None


def _use(event: AnyEvent, row: OpenChange) -> Use:
    return row["section"], row["entity_id"], row["kind"], event["event_id"]
