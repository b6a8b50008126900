"""anchors.jsonl: the days' anchors that commit to the period, as the evidence bucket holds them.

Part of step 2 of 6 (write). They are those made in the period, and the first one behind it, which
is the one that commits to its last hours; none is younger than the cut. Those were all written
before the cut (``anchor.py`` sees to that), so every build of a pack finds the same ones.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.seal_chain import Losses
from functions.shared.aws.bucket import Bucket
from functions.shared.errors import EvidenceInvalid
from functions.shared.evidence.anchors import Anchor, Anchors
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.tables.packs import Pack

NAME = "anchors.jsonl"
_WHO = "anchor"
_DAY = timedelta(days=1)


def anchors_of(pack: Pack, evidence: Bucket, losses: Losses) -> list[Anchor]:
    """Return the anchors that belong to a pack, oldest first, their links checked.

    Args:
        pack: the row.
        evidence: the evidence bucket.
        losses: takes an anchor that is missing or invalid.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket.
    """
    anchors = Anchors(evidence, pack.tenant_id)
    found: list[Anchor] = []
    for anchor in _read(anchors, pack, losses):
        try:
            before = found[-1] if found else anchors.newest_before(anchor.day)
        except EvidenceInvalid as error:
            losses.add(_WHO, anchor.day, f"the one before it is invalid: {error}")
        else:
            if anchor.previous_sha256 != (before.sha256 if before else None):
                named = anchor.previous_sha256
                losses.add(_WHO, anchor.day, f"missing: the anchor that it follows, {named}")
        found.append(anchor)
    return found


def _read(anchors: Anchors, pack: Pack, losses: Losses) -> Iterator[Anchor]:
    cut = parse_instant(pack.cut_hour) + HOUR
    for day in anchors.days(after=rfc3339(pack.period.start - _DAY)[:10]):
        if parse_instant(f"{day}T00:00:00Z") >= cut:
            return
        try:
            anchor = anchors.find(day)
        except EvidenceInvalid as error:
            losses.add(_WHO, day, f"invalid: {error}")
            continue
        if anchor is None or anchor.at < pack.period.start:
            continue
        if anchor.at >= cut:
            return
        yield anchor
        if anchor.at >= pack.period.end:
            return


def write_anchors(anchors: Sequence[Anchor], folder: Path) -> list[Member]:
    """Write the file; none where there is no anchor."""
    if not anchors:
        return []
    with Spool(folder / NAME) as spool:
        for anchor in anchors:
            spool.row(anchor.row())
        return [spool.member()]
