"""Events to explain changes with, found by look-up.

Pure. Building costs what the events' payloads are long, a look-up what the table has ways of naming
a change, whoever made how many events about whom in which second.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from functions.shared.records.events import OpenChange
from functions.snapshot.reconcile.event_payload import AnyEvent
from functions.snapshot.reconcile.rules import VIAS, Clue, Key, Sought

Use = tuple[str, str, str, str]
"""(section, entity id, kind of change, event id): what an event was taken for."""
Window = tuple[str, str]
"""The first and the last instant."""

TYPES = frozenset(VIAS)


@dataclass(slots=True)
class EventPool:
    """Events to explain with.

    Attributes:
        by_key: events by what they name and how, oldest first.
        by_hint: events that do not say whom they are about, by what they fit, oldest first.
        used: what events were taken for, and by which change.
    """

    by_key: dict[Key, list[Clue]] = field(default_factory=lambda: defaultdict(list))
    by_hint: dict[Key, list[Clue]] = field(default_factory=lambda: defaultdict(list))
    used: dict[Use, str] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[AnyEvent], used: Iterable[Use] = ()) -> "EventPool":
        """Return a pool of some events."""
        pool = cls()
        pool.used |= dict.fromkeys(used, "")
        clues = (Clue.of(event) for event in events if event["event_type"] in TYPES)
        for clue in sorted(clues, key=_age):
            for key in clue.keys:
                pool.by_key[key].append(clue)
            for key in clue.hints:
                pool.by_hint[key].append(clue)
        return pool

    def explaining(self, sought: Sought, window: Window) -> Clue | None:
        """Return the event to take for what is left of a change: direct ones first, then oldest."""
        for nth in (0, 1):
            fitting = [
                clue
                for aspect in sought.row["aspects"]
                for key in sought.keys[aspect][nth]
                for clue in self._first(sought, aspect, key, window)
            ]
            if fitting:
                return min(fitting, key=_age)
        return None

    def hinting(self, sought: Sought, window: Window) -> Clue | None:
        """Return the oldest event that fits but does not say whom it is about."""
        keys = sought.hints()
        found = [clue for key in keys for clue in _within(self.by_hint.get(key, []), window, 1)]
        return min(found, key=_age, default=None)

    def take(self, clue: Clue, row: OpenChange) -> None:
        """Note that an event is taken for a change."""
        self.used[_use(clue, row)] = row["open_id"]

    def is_free(self, clue: Clue, row: OpenChange) -> bool:
        """Tell whether an event was not taken for another change of the same kind and entity."""
        taken_for = self.used.get(_use(clue, row))
        return taken_for is None or taken_for == row["open_id"]

    def _first(self, sought: Sought, aspect: str, key: Key, window: Window) -> Iterator[Clue]:
        for clue in _within(self.by_key.get(key, []), window):
            if self.is_free(clue, sought.row) and sought.agrees(clue, aspect):
                yield clue
                return


def _within(clues: list[Clue], window: Window, most: int | None = None) -> Iterator[Clue]:
    start, end = window
    first = bisect_left(clues, start, key=lambda clue: clue.occurred_at)
    for place in range(first, len(clues) if most is None else min(first + most, len(clues))):
        if clues[place].occurred_at > end:
            return
        yield clues[place]


def _age(clue: Clue) -> tuple[str, str]:
    return clue.occurred_at, clue.event_id


def _use(clue: Clue, row: OpenChange) -> Use:
    return row["section"], row["entity_id"], row["kind"], clue.event_id
