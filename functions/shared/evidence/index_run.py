"""Runs of the sealed index: sorted digests of event ids, each with the hour that sealed it first.

Pure. A run is one object: the format's name, the rows in blocks, then the fences, which hold of
each block its first digest and its SHA-256. A seal names the digest of the fences, and so vouches
for every block; a reader takes the blocks that it needs and no other.

A row is the first 24 bytes of an id's SHA-256 and the hour, counted from 1970, in 4 bytes, high
byte first. No key is mixed in, so that whoever may read evidence can look an id up. To pass for an
id of another's takes 2^192 tries; whoever chooses both ids needs 2^96 (of 16 bytes it would be
2^64, which can be bought).

Rows that begin with 16 zero bytes stand for no id: they tell that events of an hour were sealed by
an hour well after it, and so lie next to each other by the hour in which the events happened.
"""

import hashlib
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import BinaryIO

from functions.shared.errors import EvidenceInvalid
from functions.shared.hours import HOUR

FORMAT = b"sealed-ids v1\r\n\x1a"
BLOCK_ROWS = 2048
_DIGEST = 24
_LATE = bytes(16)
ROW = _DIGEST + 4
BLOCK = BLOCK_ROWS * ROW
FENCE = _DIGEST + 32
_ROWS = struct.Struct(f"{ROW}s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def id_digest(event_id: str) -> bytes:
    """Return the digest under which an id stands in a run."""
    return hashlib.sha256(event_id.encode("utf-8", "surrogatepass")).digest()[:_DIGEST]


def row_of(event_id: str, hour: datetime) -> bytes:
    """Return the row of an id that an hour sealed."""
    return id_digest(event_id) + _number(hour)


def late_row(happened: datetime, hour: datetime) -> bytes:
    """Return the row that tells that an hour sealed events of an hour before it."""
    return _LATE + _number(happened) + 2 * _number(hour)


def late_bounds(start: datetime, end: datetime) -> tuple[bytes, bytes]:
    """Return between which bytes the late rows stand of the hours from one up to another."""
    return _LATE + _number(start), _LATE + _number(end)


def n_late(rows: Iterable[bytes]) -> int:
    """Return how many of some rows are late rows."""
    return sum(row.startswith(_LATE) for row in rows)


def happened_in(row: bytes) -> datetime:
    """Return the hour in which the events of a late row happened."""
    return _EPOCH + timedelta(hours=int.from_bytes(row[len(_LATE) :][:4], "big"))


def _number(hour: datetime) -> bytes:
    return ((hour - _EPOCH) // HOUR).to_bytes(4, "big")


def hour_of(row: bytes) -> datetime:
    """Return the hour of a row."""
    return _EPOCH + timedelta(hours=int.from_bytes(row[_DIGEST:], "big"))


def merged(sources: Iterable[Iterable[list[bytes]]]) -> Iterator[list[bytes]]:
    """Yield the rows of sorted sources, sorted; of an id that is there twice its first hour.

    All come in lists, so that few steps are taken a row; one list of each source is in memory.
    """
    rests = [iter(source) for source in sources]
    heads, last = [(next(rest, []), rest) for rest in rests], b""
    while heads := [(rows, rest) for rows, rest in heads if rows]:
        # Up to here every source has shown all that it has.
        bound, batch = min(rows[-1] for rows, _ in heads), list[bytes]()
        for number, (rows, rest) in enumerate(heads):
            cut = bisect_right(rows, bound)
            batch += rows[:cut]
            heads[number] = (rows[cut:] or next(rest, []), rest)
        batch.sort()
        digests = [row[:_DIGEST] for row in batch]
        if digests[0] == last or len(set(digests)) < len(digests):
            before = [last, *digests[:-1]]
            pairs = zip(batch, before, strict=True)
            batch = [row for row, digest in pairs if row[:_DIGEST] != digest]
        last = digests[-1]
        if batch:
            yield batch


@dataclass(frozen=True, slots=True)
class Fences:
    """What stands at the end of a run: of each block its first digest and its SHA-256.

    Attributes:
        rows: how many the run has.
        body: the bytes.
    """

    rows: int
    body: bytes

    @property
    def offset(self) -> int:
        """Return where in the object they begin."""
        return len(FORMAT) + self.rows * ROW

    @property
    def sha256(self) -> str:
        """Return the digest by which a seal names the run."""
        head = FORMAT + self.rows.to_bytes(8, "big")
        return hashlib.sha256(head + self.body).hexdigest()

    def blocks_of(self, digests: Sequence[bytes]) -> dict[int, list[bytes]]:
        """Return the digests that may be in the run, by the block that would hold them."""
        firsts = [self.body[at : at + _DIGEST] for at in range(0, len(self.body), FENCE)]
        wanted: dict[int, list[bytes]] = {}
        for digest in digests:
            block = bisect_right(firsts, digest) - 1
            if block >= 0:
                wanted.setdefault(block, []).append(digest)
        return wanted

    def blocks_between(self, low: bytes, high: bytes) -> range:
        """Return the blocks that may hold rows from some bytes on, up to others."""
        firsts = [self.body[at : at + _DIGEST] for at in range(0, len(self.body), FENCE)]
        return range(max(0, bisect_right(firsts, low) - 1), bisect_left(firsts, high))

    def check(self, number: int, block: bytes | memoryview) -> None:
        """Hold a block to its digest.

        Raises:
            EvidenceInvalid: it is another.
        """
        at = number * FENCE + _DIGEST
        if hashlib.sha256(block).digest() != self.body[at : at + 32]:
            raise EvidenceInvalid("a block of the sealed index does not match its digest")


def size_of_fences(rows: int) -> int:
    """Return how long the fences of a run are."""
    return -(-rows // BLOCK_ROWS) * FENCE


def write_run(batches: Iterable[list[bytes]], file: BinaryIO) -> Fences:
    """Write a run, block by block.

    Args:
        batches: of rows, all sorted, each digest once.
        file: takes the object's bytes.
    """
    file.write(FORMAT)
    rest, fences, count = b"", bytearray(), 0
    for batch in batches:
        count += len(batch)
        rest = b"".join((rest, *batch))
        whole = len(rest) - len(rest) % BLOCK
        fences += _write_blocks(rest[:whole], file)
        rest = rest[whole:]
    fences += _write_blocks(rest, file)
    file.write(fences)
    return Fences(count, bytes(fences))


def _write_blocks(blocks: bytes, file: BinaryIO) -> bytes:
    """Write some blocks; return their fences."""
    file.write(blocks)
    starts = range(0, len(blocks), BLOCK)
    return b"".join(
        blocks[at : at + _DIGEST] + hashlib.sha256(blocks[at : at + BLOCK]).digest()
        for at in starts
    )


def rows_in(block: bytes | memoryview) -> list[bytes]:
    """Return the rows of a block."""
    return [row for (row,) in _ROWS.iter_unpack(block)]


def hours_in(block: bytes | memoryview, digests: Iterable[bytes]) -> Mapping[bytes, datetime]:
    """Return, of these digests, those that a block holds, with their hours."""
    rows, found = rows_in(block), {}
    for digest in digests:
        number = bisect_left(rows, digest)
        if number < len(rows) and rows[number].startswith(digest):
            found[digest] = hour_of(rows[number])
    return found


def spans(blocks: Sequence[int], most: int, longest: int) -> Iterator[tuple[int, int]]:
    """Yield first and last block of the stretches to read, so that these blocks are among them.

    Args:
        blocks: numbers of blocks, sorted.
        most: stretches there may be, where none is longer than allowed.
        longest: blocks a stretch may have.
    """
    widest = sorted((right - left for left, right in pairwise(blocks)), reverse=True)
    # Gaps wider than all but the widest few are worth another request; a neighbour never is.
    bridged = max(widest[most - 1] if len(widest) >= most else 1, 1)
    first = last = blocks[0]
    for block in blocks[1:]:
        if block - last > bridged or block - first >= longest:
            yield first, last
            first = block
        last = block
    yield first, last
