"""The order in which audit events are listed, and where in it a list goes on.

Pure. Newest sealing hour first; in an hour one organization after another; of an organization the
last sealed row first, which is newest first. A row's place is where it begins among the bytes that
its hour sealed, which never change: what later hours seal stands in front of every page that was
given, and no page shows a row twice or leaves one out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from functions.api.cursor import UNUSABLE
from functions.shared.canonical import canonical
from functions.shared.errors import BadRequest
from functions.shared.hours import parse_instant
from functions.shared.records.events import ListedEvent, placed_at
from functions.shared.records.seals import SegmentEntry

# More than any hour can seal, and later than any hour.
_MOST_DIGITS = 12
_TIME = b'"occurred_at":'
_LAST_HOUR = datetime(9998, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a list goes on; what is listed earlier is greater.

    Attributes:
        hour: that sealed, RFC 3339.
        org_id: the organization.
        end: of the bytes that the hour sealed of its events, those before it are still to be
            listed.
    """

    hour: str
    org_id: str
    end: int

    @classmethod
    def of(cls, parts: Sequence[str]) -> "Position":
        """Read what ``parts`` wrote, or somebody made up.

        Raises:
            BadRequest: it is no position.
        """
        hour, org_id, end = parts
        try:
            is_hour = parse_instant(hour) <= _LAST_HOUR
        except ValueError as error:
            raise BadRequest(UNUSABLE) from error
        if not (is_hour and end.isascii() and end.isdigit() and len(end) <= _MOST_DIGITS):
            raise BadRequest(UNUSABLE)
        return cls(hour, org_id, int(end))

    @property
    def parts(self) -> tuple[str, str, str]:
        """Return what a cursor holds of it."""
        return self.hour, self.org_id, str(self.end)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are asked for.

    Attributes:
        start: first instant, RFC 3339; None for the first there is.
        end: the first instant that is too late, None for none.
        fields: what the fields must hold.
    """

    start: str | None
    end: str | None
    fields: Mapping[str, str]

    @property
    def needle(self) -> bytes:
        """Return what the bytes of every event asked for hold; longest, where there are several."""
        held = (canonical({name: value})[1:-1] for name, value in self.fields.items())
        return max(held, key=len, default=b"")

    def may_take_line(self, line: bytes) -> bool:
        """Tell whether a sealed row can be asked for, by its time, without reading the whole."""
        # Of this name the last in the row is the row's own: behind it stand no objects, and in a
        # text its quotes would be escaped.
        at = line.rfind(_TIME) + len(_TIME)
        if line[at : at + 1] != b'"':
            # Without a time, the hour that sealed it decides.
            return True
        time = line[at + 1 : at + 21].decode(errors="replace")
        return (self.start is None or time >= self.start) and (self.end is None or time < self.end)

    def takes(self, row: ListedEvent) -> bool:
        """Tell whether an event is asked for."""
        at, facts = placed_at(row), cast("Mapping[str, object]", row)
        in_time = (self.start is None or at >= self.start) and (self.end is None or at < self.end)
        return in_time and all(facts[name] == value for name, value in self.fields.items())

    @property
    def takes_all(self) -> bool:
        """Tell whether no event is left out but for being too old."""
        return self.end is None and not self.fields

    def may_take_of(self, oldest: str | None) -> bool:
        """Tell whether an hour may hold events asked for, by when its oldest happened.

        Args:
            oldest: RFC 3339, None where nobody noted it.
        """
        return self.end is None or oldest is None or oldest < self.end

    def may_take(self, month: str) -> bool:
        """Tell whether an event of a month can be asked for."""
        return (self.start is None or month >= self.start[:7]) and (
            self.end is None or month <= self.end[:7]
        )


def segments_back(
    entries: Sequence[SegmentEntry], end: int | None, wanted: Wanted
) -> Iterator[tuple[int, SegmentEntry]]:
    """Yield the segments of an hour that may hold events asked for, newest month first.

    Args:
        entries: all of the hour, as in its seal.
        end: what begins behind it is not yielded; None for all.
        wanted: which events.

    Yields:
        where the segment begins among the hour's bytes, and the segment.
    """
    start = sum(entry["bytes"] for entry in entries)
    for entry in reversed(entries):
        start -= entry["bytes"]
        if (end is None or start < end) and wanted.may_take(entry["month"]):
            yield start, entry


def rows_back(body: bytes, end: int, needle: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the rows that end before a place, last first, each with where it begins.

    Args:
        body: of a segment.
        end: the place; in the midst of a row it is that row's beginning.
        needle: only rows that hold it are yielded.
    """
    end = body.rfind(b"\n", 0, end) + 1
    while end > 0:
        if needle:
            found = body.rfind(needle, 0, end)
            if found < 0:
                return
            end = body.index(b"\n", found) + 1
        start = body.rfind(b"\n", 0, end - 1) + 1
        yield start, body[start : end - 1]
        end = start
