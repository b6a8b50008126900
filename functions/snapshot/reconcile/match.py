"""Match: open changes with the audit events that explain them.

Pure. An event explains as many entities as it likes (who leaves takes their keys along), but of one
entity only one change of a kind: two renamings need two events.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from functions.shared.canonical import Json
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
class Recent:
    """What the hours before this one sealed.

    Attributes:
        events: audit events of types that explain or leave a trace.
        used: what they were taken for.
    """

    events: Sequence[Json] = ()
    used: frozenset[Use] = frozenset()


@dataclass(slots=True)
class Pool:
    """Events to explain with, found by the ids they name.

    Attributes:
        by_name: events by every id or hash that stands in them, oldest first.
        nameless: events that do not say whom they are about.
        used: what events were taken for, and by which change.
    """

    by_name: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    nameless: list[Json] = field(default_factory=list)
    used: dict[Use, str] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[Json], used: Iterable[Use] = ()) -> "Pool":
        """Return a pool of some events."""
        pool = cls()
        pool.used |= dict.fromkeys(used, "")
        for event in sorted(events, key=lambda one: (one["occurred_at"], one["event_id"])):
            if event["event_type"] not in TYPES:
                continue
            for name in names_in(event):
                pool.by_name[name].append(event)
            if event["target_id"] in (None, event["project_id"]):
                pool.nameless.append(event)
        return pool

    def about(self, row: Json) -> Iterator[Json]:
        """Yield the events that name what a change is about, each once."""
        seen: set[str] = set()
        for name in sorted(names_of(row)):
            for event in self.by_name.get(name, ()):
                if event["event_id"] not in seen:
                    seen.add(event["event_id"])
                    yield event

    def is_free(self, event: Json, row: Json) -> bool:
        """Tell whether an event was not taken for another change of the same kind and entity."""
        taken_for = self.used.get(_use(event, row))
        return taken_for is None or taken_for == str(row["open_id"])


def match(rows: Sequence[Json], pool: Pool, without_trace: Pool) -> list[Json]:
    """Return open changes with what events explain taken off their aspects.

    First what occurred between the two pictures of a change, then what did so but for the slack,
    then events that have left no trace yet, however old: lists can lag behind the log.

    Args:
        rows: open changes; those that came first get their events first.
        pool: events.
        without_trace: events whose trace is still awaited.
    """
    found = [row | {"aspects": list(row["aspects"])} for row in rows]
    found.sort(key=lambda row: (row["from"], row["open_id"]))
    for slack in (_AT_ONCE, SLACK):
        for row in found:
            _take(row, pool, slack)
    for row in found:
        _take(row, without_trace, None)
        if row["aspects"] and row["event_id"] is None:
            row["event_id"] = _hint(row, pool)
    return found


def _take(row: Json, pool: Pool, slack: timedelta | None) -> None:
    for event in pool.about(row) if row["aspects"] else ():
        if not _is_timely(event, row, slack) or not pool.is_free(event, row):
            continue
        explained = [aspect for aspect in row["aspects"] if explains(event, row, aspect)]
        if explained:
            row["aspects"] = [aspect for aspect in row["aspects"] if aspect not in explained]
            row["explained_by"] = row["explained_by"] or event["event_id"]
            pool.used[_use(event, row)] = row["open_id"]


def _is_timely(event: Json, row: Json, slack: timedelta | None) -> bool:
    if slack is None:
        event = event | {"occurred_at": max(event["occurred_at"], row["from"])}
    return in_window(event, row, SLACK if slack is None else slack)


def _hint(row: Json, pool: Pool) -> str | None:
    """Return the id of an event that fits but does not say whom it is about."""
    for event in pool.nameless:
        if in_window(event, row, SLACK) and all(
            could_explain(event, row, aspect) for aspect in row["aspects"]
        ):
            return str(event["event_id"])
    return None


def _use(event: Json, row: Json) -> Use:
    return row["section"], row["entity_id"], row["kind"], event["event_id"]
