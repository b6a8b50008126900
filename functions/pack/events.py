"""Events: the pack's largest file, from the sealed segments, a few of them in memory at a time.

Part of step 2 of 6 (write). Segments are read ahead in threads, checked against the digests in
their seals, and written in the order of the seals; within a segment rows stand as sealed, by time
and id. A segment larger than ``_WHOLE`` is not read ahead but passes piece by piece.
"""

from collections.abc import Iterator, Sequence
from functools import partial
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

_WHOLE = 2 << 20
_UNDER_WAY = 4


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
            pieces = partial(_pieces, pack, one.org_id, evidence)
            for segment, whole in ahead(partial(_whole, pieces), one.segments, _UNDER_WAY):
                try:
                    found = whole.result()
                    for rows, n in pieces(segment) if found is None else found:
                        spool.text(rows, n)
                except EvidenceMissing as error:
                    losses.add(one.org_id, segment.hour, f"missing: {error}")
                except EvidenceInvalid as error:
                    losses.add(one.org_id, segment.hour, f"invalid: {error}")
        return spool.member()


def _whole(pieces: "partial[Iterator[Rows]]", segment: Segment) -> list[Rows] | None:
    """Return the rows of a segment, None for one that is not to be in memory as a whole."""
    return list(pieces(segment)) if segment.entry["bytes"] <= _WHOLE else None


def _pieces(pack: Pack, org: str, evidence: Bucket, segment: Segment) -> Iterator[Rows]:
    splice = Splice(org, segment.hour, pack.period_start, pack.period_end, late=segment.late)
    try:
        for sealed in whole_rows(inflated(evidence, segment.entry)):
            yield splice.rows(sealed)
    except (ValueError, EOFError) as error:
        raise EvidenceInvalid(f"{segment.entry['key']} holds no events") from error
