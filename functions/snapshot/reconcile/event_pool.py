"""Events to explain changes with, found by look-up.

Pure. Building costs what the events' payloads are long, a look-up what the table has ways of naming
a change, whoever made how many events about whom in which second.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from functions.shared.records.events import EventState, OpenChange
from functions.snapshot.compare.event_payload import AnyEvent
from functions.snapshot.reconcile.group_events import GROUP_EVENTS
from functions.snapshot.reconcile.rules import VIAS, Clue, Key, Sought

Use = tuple[str, str, str, str]
"""(section, entity id, kind of change, event id): what an event was taken for."""
Window = tuple[str, str]
"""The first and the last instant."""

TYPES = frozenset({*VIAS, *GROUP_EVENTS})
# These may name something anywhere in their payload.
NAME_ANYWHERE = frozenset({kind for kind in VIAS if "named" in VIAS[kind]} | GROUP_EVENTS.keys())


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for among what earlier hours sealed.

    Attributes:
        fits: tells of an event whether it is looked for.
        entities: (section, entity id) of which is looked for what events were taken for.
        anywhere: whether a name may stand anywhere in a payload.
    """

    fits: Callable[[EventState], bool]
    entities: frozenset[tuple[str, str]] = frozenset()
    anywhere: bool = False

    @classmethod
    def about(cls, names: Set[str], types: Set[str]) -> "Search":
        """Return the search for events of some types, about or in something of a name."""

        def fits(event: EventState) -> bool:
            about = (event["target_id"], event["project_id"])
            return event["event_type"] in types and not names.isdisjoint(about)

        return cls(fits)

    @classmethod
    def of(cls, rows: Iterable[OpenChange], people: Set[str]) -> "Search":
        """Return what changes look for: all that can explain a part of them, or be behind it.

        Args:
            rows: the changes.
            people: ids of all users and service accounts ever seen.
        """
        keys: set[Key] = set()
        for row in rows:
            # What is left of a change later may fit more than the whole of it: part by part.
            for aspect in row["aspects"]:
                sought = Sought.of(row | {"aspects": [aspect]})
                keys.update(*sought.keys[aspect], sought.hints(), sought.causes())

        def fits(event: EventState) -> bool:
            clue = Clue.of(event, people)
            return not all(keys.isdisjoint(of) for of in (clue.keys, clue.hints, clue.causes))

        entities = frozenset((row["section"], row["entity_id"]) for row in rows)
        return cls(fits, entities, anywhere=True)


ANYTHING = Search(lambda _event: True)


@dataclass(slots=True)
class EventPool:
    """Events to explain with.

    Attributes:
        by_key: events by what they name and how, oldest first.
        by_hint: events that do not say whom they are about, by what they fit, oldest first.
        by_cause: events about groups and roles, by what they may be behind, oldest first.
        used: what events were taken for, and by which change.
    """

    by_key: dict[Key, list[Clue]] = field(default_factory=lambda: defaultdict(list))
    by_hint: dict[Key, list[Clue]] = field(default_factory=lambda: defaultdict(list))
    by_cause: dict[Key, list[Clue]] = field(default_factory=lambda: defaultdict(list))
    used: dict[Use, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, events: Iterable[AnyEvent], used: Iterable[Use] = (), people: Set[str] = frozenset()
    ) -> "EventPool":
        """Return a pool of some events.

        Args:
            events: in any order.
            used: what some of them were taken for by earlier hours.
            people: ids of all users and service accounts ever seen.
        """
        pool = cls()
        pool.used |= dict.fromkeys(used, "")
        clues = (Clue.of(event, people) for event in events if event["event_type"] in TYPES)
        for clue in sorted(clues, key=_age):
            for index, keys in (
                (pool.by_key, clue.keys),
                (pool.by_hint, clue.hints),
                (pool.by_cause, clue.causes),
            ):
                for key in keys:
                    index[key].append(clue)
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
        return _oldest(self.by_hint, sought.hints(), window)

    def behind(self, sought: Sought, window: Window) -> Clue | None:
        """Return the oldest event about a group or a role that may be behind a change."""
        return _oldest(self.by_cause, sought.causes(), window)

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


def _oldest(index: Mapping[Key, list[Clue]], keys: Iterable[Key], window: Window) -> Clue | None:
    found = (next(_within(index.get(key, []), window), None) for key in keys)
    return min((clue for clue in found if clue), key=_age, default=None)


def _within(clues: list[Clue], window: Window) -> Iterator[Clue]:
    start, end = window
    for place in range(bisect_left(clues, start, key=lambda clue: clue.occurred_at), len(clues)):
        if clues[place].occurred_at > end:
            return
        yield clues[place]


def _age(clue: Clue) -> tuple[str, str]:
    return clue.occurred_at, clue.event_id


def _use(clue: Clue, row: OpenChange) -> Use:
    return row["section"], row["entity_id"], row["kind"], clue.event_id
