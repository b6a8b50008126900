"""Hours of an audit log on the planner alone: no request is made, no event is held.

A ``Rate`` is a log of which only the number of events in each second is kept. ``Organization``
closes hour after hour as a run does, in the same order and with the same budgets, and counts what
would have been asked.
"""

import random
from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from functions.shared.records.seals import Watermarks
from functions.snapshot.fetch.audit import audit_marks, audit_streams
from functions.snapshot.fetch.audit.audit_marks import OVERLAP, PATROL, REREADS
from functions.snapshot.fetch.audit.windows import GUESSED_FILL, Stretch, Window
from functions.snapshot.records import AuditLog, AuditLogRead

H = 3600
START = datetime(2026, 4, 1, tzinfo=UTC)
FROM = int(START.timestamp())
PAGE = 100
HISTORY_DAYS = 30


@dataclass
class Rate:
    """The number of events in each second from ``first`` on; none before.

    Attributes:
        first: the log's first second.
        before: events before each second, one more than there are seconds.
    """

    first: int
    before: "array[int]"

    @classmethod
    def of(cls, first: int, end: int, an_hour: Callable[[int], float], seed: int = 1) -> "Rate":
        """Return a log whose events fall at random, so many an hour as a second asks for."""
        chance = random.Random(seed)  # noqa: S311  # repeatable
        counts = array("L")
        for hour in range(first, end, H):
            here = [0] * H
            rate = an_hour(hour)
            n_events = int(rate) + (chance.random() < rate % 1)
            for second in chance.choices(range(H), k=n_events):
                here[second] += 1
            counts.extend(here)
        return cls(first, array("L", accumulate(counts, initial=0)))

    @classmethod
    def evenly(cls, first: int, end: int, rate: int) -> "Rate":
        """Return a log whose events are so many an hour, each as long after the one before."""
        return cls(first, array("L", ((second * rate) // H for second in range(end - first + 1))))

    def count(self, lo: int, hi: int) -> int:
        """Return how many events a window has."""
        return self.before[self._at(hi)] - self.before[self._at(lo)]

    def _at(self, second: int) -> int:
        return min(max(0, second - self.first), len(self.before) - 1)

    def seconds(self, window: Window) -> list[int]:
        """Return the second of each event of a window."""
        at = range(self._at(window.lo), self._at(window.hi))
        return [self.first + n for n in at for _ in range(self.before[n + 1] - self.before[n])]

    def newest(self, window: Window) -> list[int]:
        """Return the seconds that a page of the newest events of a window shows."""
        at = bisect_left(self.before, self.before[self._at(window.hi)] - PAGE)
        return self.seconds(Window(max(window.lo, self.first + at - 1), window.hi))[-PAGE:]


@dataclass
class Organization:
    """One organization whose hours are closed, and what was asked for them.

    Attributes:
        log: its log; the tenant's stream is empty.
        per_hour: requests that one hour may make, for a rate limit.
        marks: as the last seal carries them.
        asked: requests, by hour and by what they were for.
        lags: hours that the reading is behind, by hour.
    """

    log: Rate
    per_hour: int = 10**9
    marks: Watermarks = field(default_factory=audit_marks.initial)
    asked: list[dict[str, int]] = field(default_factory=list)
    lags: list[int] = field(default_factory=list)
    _left: int = 0

    def close(self, number: int) -> None:
        """Close the hour of a number."""
        end = START + timedelta(hours=number + 1)
        plan = audit_marks.audit_plan(self.marks, end)
        self._left = self.per_hour
        spent = {"fresh": 0, "again": 0, "past": 0, PATROL: 0}
        log = AuditLog({}, {name: {} for name in plan.streams})
        shown = {
            name: self.log if name == "organization" else Rate(FROM, array("L", [0]))
            for name in plan.streams
        }
        # What is fresh of both streams comes before all else of either.
        for name, stream in plan.streams.items():
            overlap = stream.again.get(OVERLAP)
            rate = shown[name].count(*overlap) / overlap.length if overlap else None
            fresh = Stretch(*stream.fresh, rate=rate or None)
            spent["fresh"] += self._read(shown[name], fresh, audit_streams.FRESH_REQUESTS)
            log.recent[name] = AuditLogRead([], fresh.edge, None, (), fresh.is_closed)
            if fresh.is_closed and overlap:
                most = audit_streams.FRESH_REQUESTS - spent["fresh"]
                log.again[name][OVERLAP], n = self._again(shown[name], overlap, most)
                spent["fresh"] += n
        ready = {name: plan.streams[name] for name in log.recent if log.recent[name].whole}
        rereads = audit_streams.REREAD_REQUESTS + 2 * spent["fresh"]
        limits = dict.fromkeys(REREADS, ("again", rereads))
        limits[PATROL] = (PATROL, max(audit_streams.PATROL_REQUESTS, spent["fresh"]))
        for mark, (kind, most) in limits.items():
            for name, stream in ready.items():
                if window := stream.again.get(mark):
                    left = most - spent[kind]
                    log.again[name][mark], n = self._again(shown[name], window, left)
                    spent[kind] += n
        for name, stream in ready.items():
            if stream.past_to is not None:
                spent["past"] += self._past(shown[name], stream.past_to, log, name)
        self.marks = audit_marks.after_reading(self.marks, plan, log, 0.0)
        self.asked.append(spent)
        self.lags.append(audit_marks.lag_hours(self.marks, end) or 0)

    def _again(self, shown: Rate, window: Window, most: int) -> tuple[AuditLogRead, int]:
        stretch = Stretch(*window, known=shown.seconds(window), known_to=window.hi)
        spent = self._read(shown, stretch, most)
        return AuditLogRead([], stretch.edge, None, (), stretch.is_closed), spent

    def _past(self, shown: Rate, reached: int, log: AuditLog, name: str) -> int:
        spent, rate = 0, GUESSED_FILL / (14 * 86400)
        while spent < audit_streams.PAST_REQUESTS and self._left > 0:
            spent, self._left = spent + 1, self._left - 1
            if reached <= shown.first or not shown.count(shown.first, reached):
                log.past_ends.add(name)
                break
            stretch = Stretch(0, reached, backward=True, rate=rate)
            spent += self._read(shown, stretch, audit_streams.PAST_REQUESTS - spent, empty=True)
            reached, rate = stretch.edge, stretch.rate or rate
        log.past[name] = AuditLogRead([], reached)
        return spent

    def _read(self, shown: Rate, stretch: Stretch, most: int, *, empty: bool = False) -> int:
        spent, met_empty = 0, False
        while not met_empty:
            windows: list[Window] = []
            while len(windows) < stretch.at_once and spent < most and self._left > 0:
                window = stretch.next()
                if window is None:
                    break
                windows.append(window)
                spent, self._left = spent + 1, self._left - 1
            if not windows:
                break
            for window in windows:
                n_events = shown.count(*window)
                if n_events > PAGE and window.length > 1:
                    stretch.dense(window, shown.newest(window))
                    continue
                more = max(0, n_events - 1) // PAGE
                spent, self._left = spent + more, self._left - more
                stretch.closed(window, n_events)
                met_empty = met_empty or (empty and not n_events)
        return spent


def steady(
    rate: int, n_hours: int, per_hour: int = 10**9, *, evenly: bool = False
) -> tuple[Organization, int | None]:
    """Close hours of a steady log that is 30 days old; also return when history was read whole.

    Args:
        rate: events an hour.
        n_hours: to close.
        per_hour: requests that each may make.
        evenly: whether the events of an hour lie evenly in it, instead of at random.
    """
    first, end = FROM - HISTORY_DAYS * 24 * H, FROM + n_hours * H
    log = Rate.evenly(first, end, rate) if evenly else Rate.of(first, end, lambda _: rate)
    organization = Organization(log, per_hour)
    complete = None
    for number in range(n_hours):
        organization.close(number)
        done = organization.marks["streams"]["organization"]["backfill_done"]
        complete = number if done and complete is None else complete
    return organization, complete
