"""Events: the pack's largest file, from the sealed segments, a few of them in memory at a time.

Part of step 2 of 6 (write). Segments are read ahead as they lie in the bucket; here they are
inflated, checked against the digests in their seals and made into rows, one after the other in the
order of the seals, while the spool's thread digests and deflates what was made. Within a segment
rows stand as sealed, by time and id. One larger than ``_WHOLE`` is not read ahead.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from functions.pack.ahead import ahead
from functions.pack.collect import Organization, Segment
from functions.pack.event_rows import Rows, Splice
from functions.pack.segments import inflated, whole_rows
from functions.pack.spool import Member, Spool
from functions.pack.walk import Losses
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.objects import Bucket
from functions.shared.packs import Pack

_WHOLE = 4 << 20


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
            for segment, packed in _segments(one, evidence):
                try:
                    for rows, n in _rows(pack, one.org_id, segment, packed()):
                        spool.text(rows, n)
                except EvidenceMissing as error:
                    losses.add(one.org_id, segment.hour, f"missing: {error}")
                except EvidenceInvalid as error:
                    losses.add(one.org_id, segment.hour, f"invalid: {error}")
        return spool.member()


def _segments(
    organization: Organization, evidence: Bucket
) -> Iterator[tuple[Segment, Callable[[], Iterable[bytes]]]]:
    """Yield an organization's segments, each with what returns its bytes as they lie there."""

    def read(segment: Segment) -> Iterable[bytes]:
        pieces = evidence.pieces(segment.entry["key"])
        return list(pieces) if segment.entry["bytes"] <= _WHOLE else pieces

    for segment, read_ahead in ahead(read, organization.segments):
        yield segment, read_ahead.result


def _rows(pack: Pack, org: str, segment: Segment, packed: Iterable[bytes]) -> Iterator[Rows]:
    splice = Splice(org, segment.hour, pack.period_start, pack.period_end, late=segment.late)
    try:
        for sealed in whole_rows(inflated(packed, segment.entry)):
            yield splice.rows(sealed)
    except (ValueError, EOFError) as error:
        raise EvidenceInvalid(f"{segment.entry['key']} holds no events") from error
