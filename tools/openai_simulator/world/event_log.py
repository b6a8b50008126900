"""The audit log of an organization: two streams, sorted by time, read by bisection. No clock."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from tools.openai_simulator.timeline import Record, encode


@dataclass(slots=True)
class Event:
    """One audit event and when the API begins to show it.

    Attributes:
        effective_at: Seconds since 1970, as the record says.
        visible_at: From when on the list shows it; later than `effective_at` for a late event.
        record: What is sent.
    """

    effective_at: int
    visible_at: float
    id: str
    record: Record
    seq: int = 0
    _encoded: bytes | None = field(default=None, repr=False)

    @property
    def sort_key(self) -> tuple[int, int]:
        """What sorts the event in its stream: its time, then the order of adding."""
        return (self.effective_at, self.seq)

    def encoded(self) -> bytes:
        """Return the record as JSON, kept from the first time on."""
        if self._encoded is None:
            self._encoded = encode(self.record)
        return self._encoded


def _sort_key(event: Event) -> tuple[int, int]:
    return event.sort_key


class EventLog:
    """One stream of events."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._sort_keys: dict[str, tuple[int, int]] = {}
        self._sorted = True
        self._has_early_events = False

    def __len__(self) -> int:
        return len(self._events)

    def add(self, event: Event) -> None:
        """Add an event, in any order of time."""
        event.seq = len(self._events)
        self._events.append(event)
        self._sort_keys.setdefault(event.id, event.sort_key)
        self._sorted = False
        self._has_early_events = self._has_early_events or event.visible_at < event.effective_at

    def all(self) -> list[Event]:
        """Return every event of the story, oldest first, shown or not; do not change the list."""
        if not self._sorted:
            self._events.sort(key=_sort_key)
            self._sorted = True
        return self._events

    def knows(self, id_: str) -> bool:
        """Tell whether this id was ever in the stream."""
        return id_ in self._sort_keys

    def select(
        self,
        *,
        now: float,
        from_s: float | None,
        before_s: float | None,
        newest_first: bool,
        after: str | None,
        before: str | None,
        matches: Callable[[Event], bool],
        delay_s: float = 0.0,
    ) -> Iterator[Event]:
        """Give the events that a list shows at `now`, in its order, lazily.

        With `before` they come the other way from the cursor: the nearest first.

        Args:
            now: The simulated instant.
            from_s: Inclusive lower bound of `effective_at`.
            before_s: Exclusive upper bound of `effective_at`.
            newest_first: The order of the list.
            after: An id; only what the list shows after it.
            before: An id; only what the list shows before it.
            matches: The other filters.
            delay_s: Every event shows this much later.
        """
        events = self.all()
        start = 0 if from_s is None else bisect_left(events, (from_s, -1), key=_sort_key)
        if before_s is None and not self._has_early_events:
            before_s = now + 1
        stop = (
            len(events) if before_s is None else bisect_left(events, (before_s, -1), key=_sort_key)
        )
        descending = newest_first
        if after is not None:
            start, stop = self._narrow_by_cursor(after, descending, start, stop)
        if before is not None:
            start, stop = self._narrow_by_cursor(before, not descending, start, stop)
            descending = not descending
        indices = range(stop - 1, start - 1, -1) if descending else range(start, stop)
        for index in indices:
            event = events[index]
            if event.visible_at + delay_s <= now and matches(event):
                yield event

    def _narrow_by_cursor(
        self, cursor: str, descending: bool, start: int, stop: int
    ) -> tuple[int, int]:
        sort_key = self._sort_keys[cursor]
        if descending:
            return start, min(stop, bisect_left(self._events, sort_key, key=_sort_key))
        return max(start, bisect_right(self._events, sort_key, key=_sort_key)), stop


def event_ids(*logs: EventLog) -> list[str]:
    """Return the ids of every event of some streams, oldest first within each."""
    return [event.id for event in chain.from_iterable(log.all() for log in logs)]
