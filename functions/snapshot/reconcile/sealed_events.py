"""Read back what the hours before this one sealed: events that explain, and what they were for.

Part of step 3 of 6, and all of it that reads anything: sealed segments, never the table. Whoever
is watched chooses how many events there are and how long: of each only the essentials are kept, of
all of them no more than a run has memory for, the newest hours first.
"""

from collections.abc import Iterator
from datetime import datetime

from functions.shared.aws.bucket import Bucket
from functions.shared.evidence.seals import Chain, Seal, each_row
from functions.shared.hours import HOUR, floor_hour
from functions.shared.records.events import Event, EventState, Verdict
from functions.snapshot.compare.event_payload import essentials_of, texts_of
from functions.snapshot.reconcile.event_pool import ANYTHING, NAME_ANYWHERE, TYPES, Search, Use
from functions.snapshot.reconcile.match import EarlierHours

# Kept of one reading: events and what they were taken for, and bytes of all their texts.
MOST_ROWS, MOST_BYTES = 80_000, 64 * 2**20
# What a text takes beside its characters: as an object, and as a key to look events up by.
_BYTES_A_TEXT = 400


def read_earlier_hours(
    bucket: Bucket, chain: Chain, previous: Seal | None, since: datetime, search: Search = ANYTHING
) -> EarlierHours:
    """Return what was sealed by the hours from an instant's to the last one.

    Mostly that is one hour, whose seal is at hand: the snapshot before was taken in it.

    Args:
        bucket: the evidence bucket.
        chain: the organization's seals.
        previous: the last of them.
        since: the instant.
        search: what is looked for.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket.
    """
    events: list[EventState] = []
    used: set[Use] = set()
    n_bytes = 0
    for seal in _back(chain, previous, floor_hour(since)):
        for found in _found(bucket, seal, search):
            if isinstance(found, tuple):
                used.add(found)
            else:
                events.append(found)
                n_bytes += _size(found)
            if len(events) + len(used) > MOST_ROWS or n_bytes > MOST_BYTES:
                return EarlierHours(events, frozenset(used), seal.hour + HOUR)
    return EarlierHours(events, frozenset(used))


def _back(chain: Chain, previous: Seal | None, first: datetime) -> Iterator[Seal]:
    seal = previous
    while seal is not None and seal.hour >= first:
        yield seal
        if seal.hour == first:
            return
        seal = chain.last_before(seal.hour)


def _found(bucket: Bucket, seal: Seal, search: Search) -> Iterator[EventState | Use]:
    """Yield what an hour sealed: first what events were taken for, lest one be taken twice."""
    segments = seal.content["segments"]
    for entry in segments["verdicts"] if search.entities else ():
        for row in each_row(bucket, entry, Verdict):
            place, event_id = (row["section"], row["entity_id"]), row["event_id"]
            if event_id is not None and place in search.entities:
                yield (*place, row["kind"], event_id)
    for entry in segments["events"]:
        for event in each_row(bucket, entry, Event):
            kind = event["event_type"]
            if kind in TYPES:
                anywhere = search.anywhere and kind in NAME_ANYWHERE
                kept = essentials_of(event, names_anywhere=anywhere)
                if search.fits(kept):
                    yield kept


def _size(event: EventState) -> int:
    named = (event["target_id"], event["project_id"], event["actor_id"])
    in_payload = sum(len(text) + _BYTES_A_TEXT for text in texts_of(event))
    return in_payload + sum(len(name or "") for name in named)
