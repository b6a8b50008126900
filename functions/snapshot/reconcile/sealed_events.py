"""Read back what the hours before this one sealed: events that explain, and what they were for.

Part of step 3 of 6, and all of it that reads anything: sealed segments, never the table.
"""

from collections.abc import Iterator
from datetime import datetime

from functions.shared.aws.bucket import Bucket
from functions.shared.evidence.seals import Chain, Seal, read_rows
from functions.shared.hours import floor_hour
from functions.shared.records.events import Event, Verdict
from functions.snapshot.reconcile.event_pool import TYPES, Use
from functions.snapshot.reconcile.match import EarlierHours


def read_earlier_hours(
    bucket: Bucket, chain: Chain, previous: Seal | None, since: datetime
) -> EarlierHours:
    """Return what was sealed by the hours from an instant's to the last one.

    Mostly that is one hour, whose seal is at hand: the snapshot before was taken in it.

    Args:
        bucket: the evidence bucket.
        chain: the organization's seals.
        previous: the last of them.
        since: the instant.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket.
    """
    events: list[Event] = []
    used: set[Use] = set()
    for seal in _back(chain, previous, floor_hour(since)):
        segments = seal.content["segments"]
        for entry in segments["events"]:
            rows = read_rows(bucket, entry, Event)
            events += [row for row in rows if row["event_type"] in TYPES]
        for entry in segments["verdicts"]:
            used |= {
                (row["section"], row["entity_id"], row["kind"], row["event_id"])
                for row in read_rows(bucket, entry, Verdict)
                if row["event_id"] is not None
            }
    return EarlierHours(events, frozenset(used))


def _back(chain: Chain, previous: Seal | None, first: datetime) -> Iterator[Seal]:
    seal = previous
    while seal is not None and seal.hour >= first:
        yield seal
        if seal.hour == first:
            return
        seal = chain.last_before(seal.hour)
