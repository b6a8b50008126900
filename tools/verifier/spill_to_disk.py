"""What is put aside while rows stream by: in memory while it is little, then on disk."""

from __future__ import annotations

import io
import struct
from array import array
from collections.abc import Callable, Iterator
from typing import Any

from tools.verifier.values.instants import month_name, month_number
from tools.verifier.values.strict_json import OURS, JsonObject, parse

EVENT_KEY = ("org_id", "sealed_hour", "occurred_at", "event_id")


class SpillFile:
    """A file in memory that moves to a nameless temporary one when it is large.

    As `tempfile.SpooledTemporaryFile`, whose import takes longer than the check of a small pack.
    Memory and file are given back with the object.
    """

    IN_MEMORY = 4 << 20

    def __init__(self) -> None:
        self._file: Any = io.BytesIO()

    def write(self, data: bytes, at: int | None = None) -> None:
        """Write at the end of what was written before, or at a position."""
        if at is not None:
            self._file.seek(at)
        end = self._file.tell() + len(data)
        if end > self.IN_MEMORY and isinstance(self._file, io.BytesIO):
            import tempfile

            start = self._file.getvalue()
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __del__
            self._file.write(start)
            self._file.seek(end - len(data))
        self._file.write(data)

    def tell(self) -> int:
        """Return the position of the next byte."""
        return int(self._file.tell())

    def read(self, size: int, at: int | None = None) -> bytes:
        """Return so many bytes, from a position or from where the last reading ended."""
        if at is not None:
            self._file.seek(at)
        data: bytes = self._file.read(size)
        return data

    def lines(self) -> Iterator[bytes]:
        """Yield each line, from the first."""
        self._file.seek(0)
        yield from self._file

    def __del__(self) -> None:
        self._file.close()


class SeenIds:
    """Finds repeated 64-bit hashes in bounded memory, in buckets by their last bits."""

    BUCKETS = 256
    IN_MEMORY = 1 << 20
    SUSPECTS = 64

    def __init__(self) -> None:
        self._buckets = [array("q") for _ in range(self.BUCKETS)]
        self._n = 0
        self._file = SpillFile()
        self._parts: list[list[tuple[int, int]]] = [[] for _ in range(self.BUCKETS)]

    def add(self, hashes: list[int]) -> None:
        """Remember some hashes."""
        buckets = self._buckets
        for hashed in hashes:
            buckets[hashed & 255].append(hashed)
        self._n += len(hashes)
        if self._n >= self.IN_MEMORY:
            self._spill()

    def _spill(self) -> None:
        for bucket, parts in zip(self._buckets, self._parts):
            data = bucket.tobytes()
            parts.append((self._file.tell(), len(data)))
            self._file.write(data)
        self._buckets = [array("q") for _ in range(self.BUCKETS)]
        self._n = 0

    def repeated(self) -> set[int]:
        """Return hashes seen more than once (the first few): almost surely repeated ids."""
        suspects: set[int] = set()
        for number in range(self.BUCKETS):
            bucket = self._take(number)
            if len(set(bucket)) == len(bucket):
                continue
            in_order = sorted(bucket)
            for hashed, following in zip(in_order, in_order[1:]):
                if hashed == following and len(suspects) < self.SUSPECTS:
                    suspects.add(hashed)
        return suspects

    def are_in(self, others: SeenIds) -> bool:
        """Tell whether each of these hashes is one of others."""
        return all(
            set(self._take(number)) <= set(others._take(number)) for number in range(self.BUCKETS)
        )

    def apart(self, others: SeenIds) -> tuple[int, int]:
        """Return how many of these hashes others lack, and how many of theirs these lack."""
        n_mine = n_theirs = 0
        for number in range(self.BUCKETS):
            mine, theirs = set(self._take(number)), set(others._take(number))
            n_mine += len(mine - theirs)
            n_theirs += len(theirs - mine)
        return n_mine, n_theirs

    def _take(self, number: int) -> array[int]:
        """Return the hashes of a bucket, and give their memory back."""
        bucket, self._buckets[number] = self._buckets[number], array("q")
        for offset, size in self._parts[number]:
            bucket.frombytes(self._file.read(size, offset))
        return bucket


def _key(event: JsonObject) -> tuple[str, ...]:
    """Return what an event is sorted by; where it has no time, the hour stands in for that."""
    hour, at = event["sealed_hour"], event["occurred_at"]
    return event["org_id"], hour, hour if at is None else at, event["event_id"]


class Copies:
    """Copies of events, put aside as they were sealed until the rows come that they stood among.

    Attributes:
        next_key: of the next copy, by which events are sorted; behind all where there is none.
        firsts: hashes of what they are copies of.
    """

    BEHIND_ALL = ("\U0010ffff",)

    def __init__(self) -> None:
        self.next_key: tuple[str, ...] = self.BEHIND_ALL
        self.firsts = SeenIds()
        self._file = SpillFile()
        self._lines: Iterator[bytes] | None = None
        self._line = b""

    def put(self, line: bytes) -> None:
        """Put one aside; they come sorted."""
        self._file.write(line)

    def before(self, end: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bytes]]:
        """Yield key and row of each copy before a key, and pass it."""
        if self._lines is None:
            self._lines = self._file.lines()
            self._advance()
        while self.next_key < end:
            passed = self.next_key, self._line
            self._advance()
            yield passed

    def _advance(self) -> None:
        self._line = next(self._lines or iter(()), b"")
        row = parse(self._line, OURS) if self._line else {}
        self.next_key = _key(row) if row else self.BEHIND_ALL


Count = tuple[int, int, int, int, bytes]  # organization, hour, month, rows, their digest


class HourCounts:
    """Rows by organization, hour and month: written in that order, then read once in it.

    Organizations are numbers. Of events also the SHA-256 of the rows as they were sealed.
    """

    RECORD = struct.Struct("<IIII32s")
    MOST = (1 << 32) - 1

    def __init__(self) -> None:
        self._file = SpillFile()
        self._next: Count | None = None

    def add(self, org: int, hour: int, month: str, n: int, sha256: str | None = None) -> None:
        """Append one count; of more rows than a pack can hold, so many as fit."""
        count = (org, hour, month_number(month), min(n, self.MOST), bytes.fromhex(sha256 or ""))
        self._file.write(self.RECORD.pack(*count))

    def rewind(self) -> None:
        """Go to the first count: nothing is added any more."""
        self._read(0)

    def _read(self, at: int | None = None) -> None:
        data = self._file.read(self.RECORD.size, at)
        self._next = self.RECORD.unpack(data) if data else None

    def _pass(self, is_due: Callable[[Count], bool]) -> Iterator[Count]:
        """Yield the next counts as long as they are due, and pass them."""
        while self._next and is_due(self._next):
            passed = self._next
            self._read()
            yield passed

    def before(self, org: int, hour: int) -> Iterator[tuple[int, int, int]]:
        """Yield organization, hour and rows of counts before this hour, and pass them."""
        for other, at, _, n, _ in self._pass(lambda count: count[:2] < (org, hour)):
            yield other, at, n

    def rest(self) -> Iterator[tuple[int, int, int]]:
        """Yield organization, hour and rows of all that was not passed yet."""
        return self.before(self.MOST + 1, 0)

    def each(self) -> Iterator[tuple[int, int, str, int, str]]:
        """Yield organization, hour, month, rows and digest of every count, from the first."""
        self.rewind()
        for org, hour, month, n, digest in self._pass(bool):
            yield org, hour, month_name(month), n, digest.hex()

    def take(self, org: int, month: str) -> Iterator[tuple[int, int, str]]:
        """Yield hour, rows and digest of the next counts as far as they are of this month."""
        place = org, month_number(month)
        for _, hour, _, n, digest in self._pass(lambda count: (count[0], count[2]) == place):
            yield hour, n, digest.hex()

    def of(self, org: int, hour: int) -> dict[str, tuple[int, str]]:
        """Return month to rows and digest for this hour, and pass them."""
        counts = self._pass(lambda count: count[:2] == (org, hour))
        return {month_name(month): (n, digest.hex()) for _, _, month, n, digest in counts}
