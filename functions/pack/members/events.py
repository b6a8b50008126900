"""Events: the pack's largest file, from the sealed segments, a few of them in memory at a time.

Part of step 2 of 6 (write). Segments are read ahead as they lie in the bucket, inflated and checked
against the digests in their seals, side by side; here they follow each other in the order of the
seals, while the spool's thread digests what was added. Within a segment rows stand as sealed, by
time and id. A segment whose rows the pack takes as they are is copied deflated; a small one is
deflated anew with its neighbours, which is shorter. One over ``_WHOLE`` bytes is read in pieces.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

from functions.pack.archive.prefetch import ahead
from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.organization import Organization, Segment
from functions.pack.collect.seal_chain import Losses
from functions.pack.members.event_rows import Taking
from functions.pack.members.segments import Whole, inflated, whole, whole_rows
from functions.shared.aws.bucket import Bucket
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.tables.packs import Pack

_WHOLE = 2 << 20
# Of a segment that goes through JSON, so that few of its rows are objects at a time.
_PIECE = 1 << 18
# Segments under way: what a build takes of memory is mostly these.
_IN_MEMORY = 5
# Deflated by itself, one of this size is some 6 % longer than among its neighbours.
_COPIED = 64 << 10


def events(
    pack: Pack,
    organizations: Sequence[Organization],
    folder: Path,
    evidence: Bucket,
    losses: Losses,
) -> Member:
    """Write the file, by (organization, sealing hour, time, id).

    Args:
        pack: the row.
        organizations: as collected, sorted by id.
        folder: where the file goes.
        evidence: the evidence bucket.
        losses: takes what is missing or invalid; the rest is read all the same.
    """
    with Spool(folder / "events.jsonl") as spool:
        for one in organizations:
            for segment, read in _segments(one.segments, evidence):
                take = Taking(
                    one.org_id, segment.hour, pack.period_start, pack.period_end, late=segment.late
                )
                try:
                    _add(spool, take, segment, read.result() or _in_pieces(segment, evidence))
                except EvidenceMissing as error:
                    losses.add(one.org_id, segment.hour, f"missing: {error}")
                except EvidenceInvalid as error:
                    losses.add(one.org_id, segment.hour, f"invalid: {error}")
        return spool.member()


def _segments(
    segments: Sequence[Segment], evidence: Bucket
) -> Iterator[tuple[Segment, "Future[Whole | None]"]]:
    """Yield segments, each with the whole of it, None where it must be read in pieces."""

    def read(segment: Segment) -> Whole | None:
        entry = segment.entry
        return whole(evidence.need(entry["key"]), entry) if entry["bytes"] <= _WHOLE else None

    return ahead(read, segments, _IN_MEMORY)


def _in_pieces(segment: Segment, evidence: Bucket) -> Iterator[bytes]:
    return inflated(evidence.pieces(segment.entry["key"]), segment.entry)


def _add(spool: Spool, take: Taking, segment: Segment, read: Whole | Iterable[bytes]) -> None:
    if isinstance(read, Whole):
        if len(read.rows) >= _COPIED and take.stand(read.rows):
            spool.piece(read.rows, segment.entry["rows"], read.piece)
            return
        view = memoryview(read.rows)
        read = (bytes(view[at : at + _PIECE]) for at in range(0, len(view), _PIECE))
    try:
        for sealed in whole_rows(read):
            spool.text(*take.rows(sealed))
    except (ValueError, EOFError) as error:
        raise EvidenceInvalid(f"{segment.entry['key']} holds no events") from error
