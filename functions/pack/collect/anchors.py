"""The days' anchors that commit to a pack's period, as the evidence bucket holds them.

Part of step 1 of 6 (collect). They are those made in the period, and the first one behind it, which
is the one that commits to its last hours; none is younger than the cut. Those were all written
before the cut (``anchor.py`` sees to that), so every build of a pack finds the same ones.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from functions.pack.collect.seal_chain import MissingEvidence
from functions.shared.errors import EvidenceInvalid
from functions.shared.evidence.anchors import Anchor, Anchors
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.period import Period

_OWNER = "anchor"
_DAY = timedelta(days=1)


def read_anchors(
    anchors: Anchors, period: Period, cut: datetime, missing: MissingEvidence
) -> list[Anchor]:
    """Return the anchors that belong to a pack, oldest first, their links checked.

    Args:
        anchors: the tenant's.
        period: the pack's.
        cut: end of the last hour whose seal the pack may use.
        missing: takes an anchor that is missing or invalid.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket.
    """
    of_period: list[Anchor] = []
    for anchor in _read(anchors, period, cut, missing):
        try:
            before = of_period[-1] if of_period else anchors.newest_before(anchor.day)
        except EvidenceInvalid as error:
            missing.add(_OWNER, anchor.day, f"the one before it is invalid: {error}")
        else:
            if anchor.previous_sha256 != (before.sha256 if before else None):
                named = anchor.previous_sha256
                missing.add(_OWNER, anchor.day, f"missing: the anchor that it follows, {named}")
        of_period.append(anchor)
    return of_period


def _read(
    anchors: Anchors, period: Period, cut: datetime, missing: MissingEvidence
) -> Iterator[Anchor]:
    for day in anchors.days(after=rfc3339(period.start - _DAY)[:10]):
        if parse_instant(f"{day}T00:00:00Z") >= cut:
            return
        try:
            anchor = anchors.find(day)
        except EvidenceInvalid as error:
            missing.add(_OWNER, day, f"invalid: {error}")
            continue
        if anchor is None or anchor.at < period.start:
            continue
        if anchor.at >= cut:
            return
        yield anchor
        if anchor.at >= period.end:
            return
