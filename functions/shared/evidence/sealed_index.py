"""The sealed index: which event ids an organization's seals hold already, and since which hour.

A seal names its runs (``index_run``), the long ones first. An hour that seals events adds one run
of its own ids; ten runs of a level become one of the next, and the first hour of a month makes one
run of all. So there are never more than nine runs of each of three levels and one behind them.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.shared.aws.bucket import Bucket
from functions.shared.errors import EvidenceInvalid
from functions.shared.evidence.index_run import (
    BLOCK,
    BLOCK_ROWS,
    FORMAT,
    ROW,
    Fences,
    happened_in,
    hour_of,
    hours_in,
    id_digest,
    late_bounds,
    rows_in,
    size_of_fences,
    spans,
)
from functions.shared.hours import parse_instant
from functions.shared.records.seals import IndexRun

MOST_OF_A_LEVEL = 9
LAST_LEVEL = 3

# Read with one request, whatever is looked for in it.
_WHOLE = 256 << 10
# Requests for a longer run, beside the one for its fences and one for each so many blocks (3.6 MB).
_SPANS = 8
_BLOCKS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class SealedIndex:
    """The runs that one seal names.

    Attributes:
        bucket: the evidence bucket.
        runs: as in the seal.

    Permissions:
        s3:GetObject on the evidence bucket.
    """

    bucket: Bucket
    runs: Sequence[IndexRun]

    def find(self, event_ids: Collection[str]) -> dict[str, datetime]:
        """Return, of these ids, those that are sealed, with the hour that sealed each first.

        Raises:
            EvidenceMissing: a run is gone.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        if not event_ids:
            return {}
        by_digest = {id_digest(event_id): event_id for event_id in event_ids}
        digests, found = sorted(by_digest), dict[str, datetime]()
        for run in self.runs:
            for digest, hour in _find_in_run(self.bucket, run, digests):
                event_id = by_digest[digest]
                found[event_id] = min(hour, found.get(event_id, hour))
        return found

    def sealed_late(self, start: datetime, end: datetime) -> dict[datetime, set[datetime]]:
        """Return which hours sealed events of earlier ones, by the hour in which these happened.

        Not those that sealed them in time: the hour itself and the next.

        Args:
            start: the first hour in which they happened.
            end: the hour after the last.

        Raises:
            EvidenceMissing: a run is gone.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        late = dict[datetime, set[datetime]]()
        low, high = late_bounds(start, end)
        for run in self.runs:
            if not run["late"]:
                continue
            fences, body = _open(self.bucket, run)
            between = fences.blocks_between(low, high)
            for _, block in _blocks(self.bucket, run, fences, body, between):
                for row in rows_in(block):
                    if low <= row < high:
                        late.setdefault(happened_in(row), set()).add(hour_of(row))
        return late


def read_run(bucket: Bucket, run: IndexRun) -> Iterator[list[bytes]]:
    """Yield all rows of a run, a block in memory at a time and some more of the object's bytes.

    Raises:
        EvidenceMissing: there is no such object.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    fences, body = _open(bucket, run)
    every = range(-(-fences.rows // BLOCK_ROWS))
    for _, block in _blocks(bucket, run, fences, body, every):
        yield rows_in(block)


def _find_in_run(
    bucket: Bucket, run: IndexRun, digests: Sequence[bytes]
) -> list[tuple[bytes, datetime]]:
    fences, body = _open(bucket, run)
    wanted = fences.blocks_of(digests)
    found: list[tuple[bytes, datetime]] = []
    for number, block in _blocks(bucket, run, fences, body, sorted(wanted)):
        found += hours_in(block, wanted[number]).items()
    return found


def _open(bucket: Bucket, run: IndexRun) -> tuple[Fences, bytes | None]:
    """Return a run's fences, checked, and the whole object where it is short."""
    rows = run["rows"]
    size, offset = size_of_fences(rows), len(FORMAT) + rows * ROW
    body = bucket.need_range(run["key"], 0, offset + size) if offset + size <= _WHOLE else None
    read = body[offset:] if body is not None else bucket.need_range(run["key"], offset, size)
    fences = Fences(rows, read)
    if len(read) != size or fences.sha256 != run["sha256"]:
        raise EvidenceInvalid(f"{run['key']} does not match the digest in its seal")
    return fences, body


def _blocks(
    bucket: Bucket, run: IndexRun, fences: Fences, body: bytes | None, numbers: Sequence[int]
) -> Iterator[tuple[int, memoryview]]:
    """Yield these blocks, each checked."""
    if not numbers:
        return
    wanted = set(numbers)
    for first, last in spans(numbers, _SPANS, _BLOCKS_AT_ONCE):
        start = len(FORMAT) + first * BLOCK
        end = min(len(FORMAT) + (last + 1) * BLOCK, fences.offset)
        read = body[start:end] if body is not None else _range(bucket, run, start, end)
        for number in range(first, last + 1):
            if number not in wanted:
                continue
            at = (number - first) * BLOCK
            block = memoryview(read)[at : at + BLOCK]
            try:
                fences.check(number, block)
            except EvidenceInvalid as error:
                raise EvidenceInvalid(f"{run['key']}: {error}") from error
            yield number, block


def _range(bucket: Bucket, run: IndexRun, start: int, end: int) -> bytes:
    return bucket.need_range(run["key"], start, end - start)


def held_since(runs: Sequence[IndexRun]) -> datetime | None:
    """Return the first hour whose ids some runs hold, None for the chain's beginning."""
    begins = [run["since"] for run in runs]
    return None if None in begins or not begins else min(map(parse_instant, filter(None, begins)))


def runs_to_merge(runs: Iterable[IndexRun]) -> tuple[list[IndexRun], int]:
    """Return which runs an hour's new ids are merged with, and the level of what that makes."""
    runs, level, full = list(runs), 0, list[IndexRun]()
    while level < LAST_LEVEL:
        same = [run for run in runs if run["level"] == level]
        if len(same) < MOST_OF_A_LEVEL:
            return full, level
        full += same
        level += 1
    return runs, LAST_LEVEL
