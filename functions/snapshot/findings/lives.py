"""Findings (step 3 of 6), part: lives, of each the event that began it and the one that ended it.

Pure.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import NamedTuple

from functions.snapshot.compare.event_payload import AnyEvent


class Life(NamedTuple):
    """Something that began and ended with no picture of it, and the event that began it."""

    kind: str
    reason: str
    section: str
    entity_id: str
    event_id: str


class Told(NamedTuple):
    """What an event tells of a life, and of which; an end names its reason alone."""

    at: str
    event_id: str
    reason: str
    section: str
    entity_id: str


@dataclass(frozen=True, slots=True)
class Lives:
    """Beginnings, and what may have ended them, by what both name."""

    begun: dict[str, list[Told]]
    ended: dict[str, list[Told]]

    @classmethod
    def none(cls) -> "Lives":
        """Return no lives, to be told of."""
        return cls(defaultdict(list), defaultdict(list))

    def begin(self, name: str, event: AnyEvent, section: str, entity: str | None) -> None:
        """Note that an event begins the life of an entity of a section."""
        if entity is not None and event["occurred_at"] is not None:
            told = Told(event["occurred_at"], event["event_id"], "", section, entity)
            self.begun[name].append(told)

    def end(self, name: str | None, event: AnyEvent, reason: str) -> None:
        """Note that an event may end what has a name."""
        if name is not None and event["occurred_at"] is not None:
            told = Told(event["occurred_at"], event["event_id"], reason, "", "")
            self.ended[name].append(told)

    def lives(self, fresh: Set[str], since: str) -> Iterator[tuple[Told, Told]]:
        """Yield each beginning with the first end after it, of which one is an event of the hour.

        Args:
            fresh: ids of the events that no hour has sealed yet.
            since: what began before is not looked at.
        """
        for ends in self.ended.values():
            ends.sort()
        for name, begun in self.begun.items():
            ends = self.ended[name] if name in self.ended else []
            for first in sorted(begun):
                place = bisect_left(ends, (first.at,))
                if first.at < since or place == len(ends):
                    continue
                if not fresh.isdisjoint((first.event_id, ends[place].event_id)):
                    yield first, ends[place]
