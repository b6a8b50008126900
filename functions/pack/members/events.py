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

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.large_values import LIMITED
from functions.pack.collect.organization import Organization, Segment
from functions.pack.collect.sealed_members import SealedMembers
from functions.pack.collect.sealed_rows import SealedRows
from functions.pack.members.event_rows import RowSelection
from functions.pack.members.repeated_events import RepeatedEvents
from functions.pack.members.segments import (
    WholeSegment,
    cut_behind_newlines,
    inflate_pieces,
    inflate_whole,
)
from functions.shared.aws.bucket import Bucket
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.hours import rfc3339
from functions.shared.prefetch import prefetch

_WHOLE = 2 << 20
# Of a segment that goes through JSON, so that few of its rows are objects at a time.
_PIECE = 1 << 18
# Segments under way: what a build takes of memory is mostly these.
_IN_MEMORY = 4
# Deflated by itself, one of this size is some 6 % longer than among its neighbours.
_COPIED = 64 << 10


def write_events(
    organizations: Sequence[Organization], sealed_rows: SealedRows, folder: Path
) -> list[Member]:
    """Write the file, by (organization, sealing hour, time, id); before it that of copies, if any.

    Args:
        organizations: as collected, sorted by id.
        sealed_rows: the evidence bucket, the pack's period, and who takes what is missing.
        folder: where the file goes.
    """
    evidence, missing = sealed_rows.evidence, sealed_rows.missing
    start, end = rfc3339(sealed_rows.period.start), sealed_rows.period.last_second
    with Spool(folder / "events.jsonl") as spool, RepeatedEvents(folder) as repeated:
        for organization in organizations:
            org = organization.org_id
            for segment, read in _read_ahead(organization.events, evidence):
                selection = RowSelection(org, segment.hour, start, end, segment.late)
                copies = repeated if organization.may_repeat_events else None
                try:
                    rows = read.result() or _pieces(segment, evidence)
                    _add(spool, selection, segment, rows, copies, sealed_rows)
                except EvidenceMissing as error:
                    missing.add(org, segment.hour, f"missing: {error}")
                except EvidenceInvalid as error:
                    missing.add(org, segment.hour, f"invalid: {error}")
        return [*repeated.finish(), spool.finish()]


def _read_ahead(
    segments: Sequence[Segment], evidence: Bucket
) -> Iterator[tuple[Segment, "Future[WholeSegment | None]"]]:
    """Yield segments, each with the whole of it, None where it must be read in pieces."""

    def read(segment: Segment) -> WholeSegment | None:
        entry = segment.entry
        if entry["bytes"] > _WHOLE:
            return None
        return inflate_whole(evidence.need(entry["key"]), entry)

    return prefetch(read, segments, _IN_MEMORY)


def _pieces(segment: Segment, evidence: Bucket) -> Iterator[bytes]:
    return inflate_pieces(evidence.pieces(segment.entry["key"]), segment.entry)


def _add(
    spool: Spool,
    selection: RowSelection,
    segment: Segment,
    sealed: WholeSegment | Iterable[bytes],
    repeated: RepeatedEvents | None,
    sealed_rows: SealedRows,
) -> None:
    org, hour, names_large = selection.org, segment.hour, segment.version >= LIMITED
    large = sealed_rows.large
    if isinstance(sealed, WholeSegment):
        is_long = len(sealed.rows) >= _COPIED and repeated is None
        if is_long and selection.is_verbatim(sealed.rows):
            spool.add_piece(sealed.rows, segment.entry["rows"], sealed.piece)
            if names_large:
                large.note(org, hour[:7], hour, sealed.rows)
            return
        view = memoryview(sealed.rows)
        sealed = (bytes(view[at : at + _PIECE]) for at in range(0, len(view), _PIECE))
    kept: SealedMembers | None = None
    begun = False
    try:
        for rows in cut_behind_newlines(sealed):
            if not begun:
                begun, kept = True, _keeping(selection, segment, rows, sealed_rows)
            selected = selection.rows(rows)
            if names_large:
                large.note(org, hour[:7], hour, rows if kept else selected[0])
            if kept:
                kept.add_segment(org, "events", segment.entry["month"], bytes(rows))
            if repeated:
                selected = repeated.take(org, hour, selected)
            spool.add_bytes(*selected)
    except (ValueError, EOFError) as error:
        raise EvidenceInvalid(f"{segment.entry['key']} holds no events") from error


def _keeping(
    selection: RowSelection, segment: Segment, rows: bytes | bytearray, sealed_rows: SealedRows
) -> SealedMembers | None:
    """Return what takes a segment as it was sealed, where the period holds a part of it only.

    Rows are sealed by time: where the first is in the period, all are, and the seal's digest binds
    them. What the period's seals do not name is bound by later packs.
    """
    period = sealed_rows.period
    is_sealed_here = rfc3339(period.start) <= segment.hour <= rfc3339(period.last_hour)
    is_cut = segment.entry["month"] == selection.start[:7] and not selection.begins(rows)
    return sealed_rows.sealed if is_sealed_here and is_cut and not selection.late else None
