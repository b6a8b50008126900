"""Pages of audit events out of the sealed segments: in the order of sealing, in bounded reads.

The rows of hours say which hours sealed events, and how old these are; their seals say in which
segments. So a page reads the hours that it shows, or as many as one request may, and no other.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from functions.api.context import Context
from functions.api.event_order import Position, Wanted, rows_back, segments_back
from functions.api.newest_seal import seal_of
from functions.shared.canonical import strict_loads
from functions.shared.errors import EvidenceInvalid, MalformedJson
from functions.shared.hours import HOUR, parse_instant
from functions.shared.prefetch import prefetch
from functions.shared.records.events import Event, ListedEvent
from functions.shared.records.fields import shown
from functions.shared.records.seals import SegmentEntry
from functions.shared.records.tables import HourRow

# Lambda answers 6 MB at most, of which escapes may take two thirds.
_MOST_OF_A_PAGE: Final = 1536 * 1024
_MOST_OF_A_ROW: Final = 256 * 1024
# Hours of no more bytes are read before their turn, some at once; of larger ones one at a time.
_SMALL: Final = 2 << 20
_ROWS_AT_ONCE: Final = 64

Between = tuple[datetime | None, datetime | None]
"""Sealing hours, half-open; None is without an end."""


@dataclass(slots=True)
class Budget:
    """What one request may still read.

    Attributes:
        rows: of hours, looked at.
        hours: opened: a seal, and its segments.
        n_bytes: of segments, inflated; an hour that was begun is read as far as it is needed.
    """

    rows: int = 3000
    hours: int = 100
    n_bytes: int = 64 << 20

    @property
    def is_spent(self) -> bool:
        """Tell whether no further hour may be opened."""
        return self.rows <= 0 or self.hours <= 0 or self.n_bytes <= 0


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, and where the list goes on; None where there is nothing behind them."""

    items: list[ListedEvent]
    rest: Position | None


@dataclass(frozen=True, slots=True)
class _Hour:
    """An hour to open, and up to which of its bytes; None: all of them."""

    org_id: str
    row: HourRow
    end: int | None

    @property
    def done(self) -> Position:
        """Return the position behind it."""
        return Position(self.row["hour"], self.org_id, 0)


@dataclass(frozen=True, slots=True)
class _Opened:
    """The segments of an hour that may hold events asked for, with the bodies of small ones."""

    segments: Sequence[tuple[int, SegmentEntry]]
    bodies: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class SealedEvents:
    """The sealed events of organizations of a tenant.

    Attributes:
        context: the function's.
        tenant: whose.
        between: the sealing hours to look at, by organization.
        wanted: which events.

    Permissions:
        dynamodb:Query; s3:GetObject and s3:ListBucket on the evidence bucket.
    """

    context: Context
    tenant: str
    between: Mapping[str, Between]
    wanted: Wanted

    def page(self, after: Position | None, limit: int, budget: Budget) -> EventPage:
        """Return the events behind a position: so many, or those that one request can find.

        Raises:
            EvidenceMissing: a sealed object that holds some of them is gone.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        items, n_bytes = list[ListedEvent](), 0
        hours = _Hours(self._rows(after), self.wanted, budget, after, limit)
        with closing(prefetch(self._open, hours)) as opened:
            for hour, reading in opened:
                for place, line in self._lines(hour, reading.result(), budget):
                    if not self.wanted.may_take_line(line):
                        continue
                    row = _row(line, place)
                    if not self.wanted.takes(row):
                        continue
                    items.append(row)
                    n_bytes += len(line)
                    if len(items) == limit or n_bytes >= _MOST_OF_A_PAGE:
                        more = place.end > 0 or next(opened, None) is not None or hours.go_on()
                        return EventPage(items, place if more else None)
                if budget.n_bytes <= 0:
                    more = next(opened, None) is not None or hours.go_on()
                    return EventPage(items, hour.done if more else None)
        looked_at = hours.looked_at
        return EventPage(items, looked_at if hours.go_on() else None)

    def _rows(self, after: Position | None) -> Iterator[tuple[str, HourRow]]:
        """Yield the rows of closed hours behind a position, in the list's order."""
        streams = [self._rows_of(org, *hours, after) for org, hours in self.between.items()]
        return heapq.merge(*streams, key=lambda each: (each[1]["hour"], each[0]), reverse=True)

    def _rows_of(
        self, org: str, start: datetime | None, end: datetime | None, after: Position | None
    ) -> Iterator[tuple[str, HourRow]]:
        if after:
            last = parse_instant(after.hour)
            if (after.org_id, after.end) > (org, 0):
                last += HOUR
            end = min(last, end) if end else last
        if start and end and start >= end:
            return
        at_once = max(4, _ROWS_AT_ONCE // len(self.between))
        hours = self.context.hours(self.tenant, org)
        for row in hours.between(start, end, newest_first=True, at_once=at_once):
            yield org, row

    def _open(self, hour: _Hour) -> _Opened:
        entries = seal_of(self.context, self.tenant, hour.org_id, hour.row).content["segments"]
        segments = list(segments_back(entries["events"], hour.end, self.wanted))
        small = sum(entry["bytes"] for _, entry in segments) <= _SMALL
        read = self.context.segments.body
        return _Opened(segments, {e["key"]: read(e) for _, e in segments} if small else {})

    def _lines(
        self, hour: _Hour, opened: _Opened, budget: Budget
    ) -> Iterator[tuple[Position, bytes]]:
        """Yield an hour's rows, each with the position behind it."""
        for start, entry in opened.segments:
            body = opened.bodies.get(entry["key"]) or self.context.segments.body(entry)
            budget.n_bytes -= entry["bytes"]
            end = len(body) if hour.end is None else hour.end - start
            for at, line in rows_back(body, end, self.wanted.needle):
                yield Position(hour.row["hour"], hour.org_id, start + at), line


def _row(line: bytes, place: Position) -> ListedEvent:
    try:
        row = shown(ListedEvent, cast("Event", strict_loads(line)))
    except MalformedJson as error:
        raise EvidenceInvalid(f"{place.hour} sealed a line that is not JSON") from error
    if len(line) > _MOST_OF_A_ROW:
        row["details"] = {"extra": {"shortened": True}}
    return row


@dataclass(slots=True)
class _Hours:
    """The hours that may hold events asked for, looked for as far as one request may.

    Attributes:
        rows: of hours, with their organizations, in the list's order.
        wanted: which events.
        budget: of the request.
        after: where the list goes on.
        limit: of the page.
        looked_at: the position behind the last row that was looked at.
    """

    rows: Iterator[tuple[str, HourRow]]
    wanted: Wanted
    budget: Budget
    after: Position | None
    limit: int
    looked_at: Position | None = None
    _ended: bool = field(default=False, init=False)

    def __iter__(self) -> Iterator[_Hour]:
        """Yield hours; where every event is asked for, no more than fill the page."""
        n_found = 0
        while n_found < self.limit and not self.budget.is_spent and (hour := self._next()):
            self.budget.hours -= 1
            yield hour
            if hour.end is None and self.wanted.takes_all:
                n_found += hour.row["events"]

    def go_on(self) -> bool:
        """Tell whether there is another hour behind those given, or may be."""
        return self._next() is not None or not self._ended

    def _next(self) -> _Hour | None:
        while self.budget.rows > 0:
            org, row = next(self.rows, ("", None))
            if row is None:
                self._ended = True
                return None
            self.budget.rows -= 1
            after = self.after
            is_begun = after and (after.hour, after.org_id) == (row["hour"], org)
            hour = _Hour(org, row, after.end if after and is_begun else None)
            self.looked_at = hour.done
            if row["events"] and self.wanted.may_take_of(row["oldest_event_at"]):
                return hour
        return None
