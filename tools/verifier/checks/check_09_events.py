"""Rows of events (check 9): inside the period, or late; each id once; counted as sealed."""

from __future__ import annotations

import bisect
import hashlib
import operator
import re
from collections.abc import Iterator
from typing import Any

from tools.verifier.base import MAX_REMEMBERED, Malformed
from tools.verifier.checks.check_09_rows import FIELDS, Rows, has_long_row
from tools.verifier.large_values import LARGE_KEY
from tools.verifier.manifest_format import Manifest
from tools.verifier.spill_to_disk import EVENT_KEY, Copies, HourCounts, SeenIds
from tools.verifier.values.fast_json import FastJson, fast_json
from tools.verifier.values.instants import INSTANT, hour_number, seconds
from tools.verifier.values.strict_json import JsonObject, canonical, canonical_row

EVENT_FIELDS = (*EVENT_KEY, "late", *sorted(FIELDS["events.jsonl"] - {*EVENT_KEY, "late"}))
EVENT_TYPES = [{str}, {str}, {str}, {str}, {bool}]
# Without groups, which take two thirds of the time; of its calendar, each day is asked apart.
TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
INSTANTS = f"(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{TIME}Z)*"
EventKey = tuple[str, str, str, str]


class EventRows(Rows):
    """Events by (org_id, sealed_hour, occurred_at, event_id), each id once, inside the period.

    Where `occurred_at` is null, `sealed_hour` is taken for it.

    Nearly all rows of a large pack are events, so many of them are checked at once where orjson is
    installed. That accepts only what `row` accepts; the rest is read row by row.

    Attributes:
        ids: hashes of all ids.
        sealed: events by sealing hour and month, with the digest of the rows as sealed.
    """

    AT_ONCE = 60_000  # bytes of rows, which fit into the processor's cache with all that they say
    SMALL = 1 << 14  # fewer are read row by row, in less time than importing orjson takes

    def __init__(self, manifest: Manifest, name: str, copies: Copies | None = None) -> None:
        super().__init__(manifest, name)
        self._copies = copies
        self._firsts = SeenIds()
        self._cut = manifest["cut_hour"]
        self._hours: set[str] = set()
        self._days: set[str] = set()
        self._open_hour: tuple[str, str] = ("", "")
        self._months: dict[str, tuple[int, Any]] = {}
        self._line = b""
        self._n_late = 0
        self._n_elsewhere = 0
        self.ids = SeenIds()
        self.sealed = HourCounts()

    def block(self, rows: bytes) -> None:
        """Check whole rows, each ended by its newline."""
        reader = fast_json() if len(rows) >= self.SMALL else None
        if reader is None:
            super().block(rows)
            return
        start = 0
        while start < len(rows):
            end = rows.find(b"\n", start + self.AT_ONCE) + 1 or len(rows)
            self._check_many(rows[start:end], reader)
            start = end

    def _check_many(self, block: bytes, reader: FastJson) -> None:
        """Check rows at once, or else those in halves that are not plain."""
        if self._accept(block, reader):
            return
        middle = block.find(b"\n", len(block) // 2) + 1
        if len(block) < self.SMALL or middle in (0, len(block)):
            super().block(block)
        else:
            self._check_many(block[:middle], reader)
            self._check_many(block[middle:], reader)

    def _accept(self, block: bytes, reader: FastJson) -> bool:
        """Check rows at once; False, with nothing counted, if one of them must be read alone."""
        # One letter is looked for much faster than the key.
        if (b"$" in block and LARGE_KEY in block) or has_long_row(block):
            return False
        fast = reader.read(block, EVENT_FIELDS, len(EVENT_TYPES))
        if fast is None or fast.types != EVENT_TYPES:
            return False
        orgs, hours, instants, ids, lates = fast.columns
        keys: list[EventKey] = list(zip(orgs, hours, instants, ids))
        if keys[0] <= self._last or not all(map(operator.lt, keys, keys[1:])):
            return False
        if set(map(len, instants)) != {20} or not re.fullmatch(INSTANTS, "".join(instants)):
            return False
        late = [at for at, is_late in zip(instants, lates) if is_late] if True in lates else []
        in_time = [at for at, is_late in zip(instants, lates) if not is_late] if late else instants
        if in_time and not self._start <= min(in_time) <= max(in_time) <= self._end:
            return False
        if late and max(late) >= self._start:
            return False
        days = list(_days(keys))
        try:
            for org, hour, day, _, end in days:
                if instants[end - 1][:13] > hour:
                    return False
                self._check_org(org)
                self._check_hour(hour)
                self._check_day(day)
        except Malformed:
            return False
        if self._copies:
            self._count_copies(keys[0])
            if self._copies.next_key < keys[-1]:
                return False
            self._firsts.add(list(map(hash, zip(orgs, ids, hours))))
        self.n += len(keys)
        self._last = keys[-1]
        self._n_late += len(late)
        self.ids.add(list(map(hash, zip(orgs, ids))))
        sealed = reader.write([{**row, "late": False} for row in fast.rows]) if late else block
        if len(days) == 1:
            org, hour, day, _, n = days[0]
            self._count(org, hour, day[:7], n, sealed)
            return True
        lines = sealed.split(b"\n")
        for org, hour, day, start, end in days:
            self._count(org, hour, day[:7], end - start, b"\n".join([*lines[start:end], b""]))
        return True

    def read(self, line: bytes) -> JsonObject:
        """Return the row's values after checking the form of its bytes."""
        self._line = line
        return canonical_row(line)

    def check(self, row: JsonObject) -> None:
        """Check fields, times, order, and remember the id."""
        super().check(row)
        org, hour, at = row["org_id"], row["sealed_hour"], row["occurred_at"]
        event_id, late = row["event_id"], row["late"]
        if type(event_id) is not str or type(late) is not bool:
            raise Malformed("event_id is no text or late neither true nor false")
        if type(hour) is not str:
            raise Malformed("sealed_hour is not an instant")
        self._check_hour(hour)
        if at is None:
            # Nobody knows when it occurred; the hour that sealed it stands in for that.
            at = hour
        if type(at) is not str:
            raise Malformed("occurred_at is not an instant")
        # The calendar is asked once a day; the pattern, every time.
        if INSTANT.fullmatch(at) is None or len(at) != 20:
            raise Malformed("occurred_at is not an instant")
        self._check_day(at[:10])
        if not late and not self._start <= at <= self._end:
            raise Malformed("it occurred outside the period and is not marked late")
        if late and at >= self._start:
            raise Malformed("it is marked late and did not occur before the period")
        if at[:13] > hour:
            raise Malformed("it was sealed before it occurred")
        self.in_order((org, hour, at, event_id), "org_id, sealed_hour, occurred_at, event_id")
        self.ids.add([hash((org, event_id))])
        if self._copies:
            self._count_copies(self._last)
            self._firsts.add([hash((org, event_id, hour))])
        # A late event was sealed as what it is in the pack of its own month.
        sealed = canonical({**row, "late": False}) if late else self._line
        self._count(org, hour, at[:7], 1, sealed + b"\n")
        self._n_late += late

    def is_limited(self, row: JsonObject) -> bool | None:
        """Tell whether version 3 sealed it: only that one kept a digest of OpenAI's own entry."""
        return isinstance(row["details"], dict) and "origin_digest" in row["details"]

    def _check_hour(self, hour: str) -> None:
        if hour in self._hours:
            return
        if hour_number(hour) is None:
            raise Malformed("sealed_hour is not an hour")
        if hour > self._cut:
            raise Malformed("it was sealed after the cut")
        if len(self._hours) < MAX_REMEMBERED:
            self._hours.add(hour)

    def _check_day(self, day: str) -> None:
        if day in self._days:
            return
        if seconds(f"{day}T00:00:00Z") is None:
            raise Malformed("occurred_at is not an instant")
        if len(self._days) < MAX_REMEMBERED:
            self._days.add(day)

    def _count_copies(self, end: tuple[str, ...]) -> None:
        """Count the copies that stood before a row when they were sealed."""
        for (org, hour, at, _), sealed in self._copies.before(end) if self._copies else ():
            self._count(org, hour, at[:7], 1, sealed)

    def _count(self, org: str, hour: str, month: str, n: int, sealed: bytes) -> None:
        """Count events of one hour and month, and digest them as they were sealed."""
        if (org, hour) != self._open_hour:
            self._close_hour()
            self._open_hour = (org, hour)
        before, digest = self._months.get(month) or (0, hashlib.sha256())
        # An hour behind the period, or a late event's before it, has no row to compare.
        if self._start <= hour <= self._end:
            digest.update(sealed)
        else:
            self._n_elsewhere += n
        self._months[month] = (before + n, digest)

    def _close_hour(self) -> None:
        org, hour = self._open_hour
        if self._start <= hour <= self._end:
            number = hour_number(hour) or 0
            for month, (n, digest) in sorted(self._months.items()):
                self.sealed.add(self._org_numbers[org], number, month, n, digest.hexdigest())
        self._months = {}

    def finish(self) -> None:
        """Count the last hour; demand that each copy is one of an event here."""
        self._count_copies(Copies.BEHIND_ALL)
        self._close_hour()
        self._open_hour = ("", "")
        if self._copies and not self._copies.firsts.are_in(self._firsts):
            self.wrong.append("repeated_events.jsonl: not each is a copy of a row of events.jsonl")

    def notes(self) -> list[str]:
        """Tell of late events, and of those that no seal in the pack counts."""
        notes = []
        if self._n_late:
            words = f"{self._n_late}, not in an earlier pack of that period"
            notes.append(f"late      events of an earlier period: {words}")
        if self._n_elsewhere:
            words = f"{self._n_elsewhere}, so no seal here was compared with them"
            notes.append(f"events    sealed by hours outside the period: {words}")
        return notes


def _days(keys: list[EventKey]) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield organization, sealing hour and day of sorted events, and where these begin and end."""
    start = 0
    while start < len(keys):
        org, hour, at, _ = keys[start]
        end = bisect.bisect_left(keys, (org, hour, at[:10] + "U", ""), start)
        yield org, hour, at[:10], start, end
        start = end


class RepeatedRows(EventRows):
    """Copies of events, as version 2 of the seal could seal them: each of an earlier one.

    Attributes:
        copies: put aside for events.jsonl, whose rows they stood among when they were sealed.
    """

    def __init__(self, manifest: Manifest, name: str) -> None:
        super().__init__(manifest, name)
        self.copies = Copies()
        self._fields -= {"first_sealed_hour"}  # it is taken off before the row is checked

    def block(self, rows: bytes) -> None:
        """Check whole rows, one by one: there are few."""
        Rows.block(self, rows)

    def check(self, row: JsonObject) -> None:
        """Check what an event must hold, and that the hour of the first lies before its own."""
        first = row.pop("first_sealed_hour", None)
        self._line = canonical(row)
        super().check(row)
        if hour_number(first) is None or not str(first) < row["sealed_hour"]:
            raise Malformed("first_sealed_hour is not an hour before sealed_hour")
        self.copies.firsts.add([hash((row["org_id"], row["event_id"], first))])

    def _count(self, org: str, hour: str, month: str, n: int, sealed: bytes) -> None:
        self.copies.put(sealed)

    def notes(self) -> list[str]:
        """Tell of the copies."""
        return [f"repeated  copies of events that were sealed before: {self.n}"] if self.n else []
