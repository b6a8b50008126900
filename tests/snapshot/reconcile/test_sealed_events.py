"""What the hours before sealed is read back: events that can explain, and what they were for."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import seal_key
from functions.shared.evidence.seals import Chain, Seal
from functions.shared.records.fields import fields_of
from functions.shared.records.seals import SealContent
from functions.snapshot.compare.event_payload import texts_of
from functions.snapshot.reconcile import sealed_events
from functions.snapshot.reconcile.event_pool import ANYTHING, Search
from functions.snapshot.reconcile.sealed_events import MOST_BYTES, MOST_ROWS, read_earlier_hours
from functions.snapshot.seal.store import Store
from tests.snapshot.rows import event, open_change
from tests.support.memory import MemoryBucket

DECISIONS = Path(__file__).parents[3] / "docs" / "decisions"
TENANT, ORG = "tenant-a", "org-Alpha"
HOURS = [datetime(2026, 4, 1, hour, tzinfo=UTC) for hour in range(4)]
VERDICT = {
    "section": "users",
    "entity_id": "user-ann",
    "kind": "added",
    "verdict": "explained",
    "event_id": "log-1",
}
UNDECIDED = VERDICT | {"entity_id": "user-bob", "verdict": "cannot_tell", "event_id": None}


def sealed() -> tuple[MemoryBucket, Chain]:
    """Seal four hours: in each an event that can explain something, and one that cannot."""
    bucket = MemoryBucket()
    for number, hour in enumerate(HOURS):
        rows = [
            event("user.added", "user-ann", event_id=f"log-{number}"),
            event("login.succeeded", None, event_id=f"login-{number}"),
        ]
        verdicts: list[Any] = [VERDICT, UNDECIDED] if number == 1 else []
        seal_hour(bucket, hour, rows, verdicts)
    return bucket, Chain(bucket, TENANT, ORG)


def seal_hour(bucket: Bucket, hour: datetime, events: Sequence[Any], verdicts: Any = ()) -> Seal:
    """Seal an hour of some events and verdicts, and nothing else."""
    store = Store(bucket, TENANT, ORG)
    segments = {
        "events": store.put_segments("events", hour, [("2026-04", row) for row in events]),
        "changes": [],
        "statements": [],
        "verdicts": store.put_segments("verdicts", hour, [("2026-04", row) for row in verdicts]),
    }
    content: Any = dict.fromkeys(fields_of(SealContent))
    content |= {"v": 3, "index": [], "sections": {}, "tenant_id": TENANT, "org_id": ORG}
    content |= {"hour": f"{hour:%Y-%m-%dT%H:%M:%SZ}", "segments": segments}
    seal = Seal.of(content, {})
    bucket.put_once(seal_key(TENANT, ORG, hour), seal.encode())
    return seal


def test_the_hours_from_an_instants_on_are_read() -> None:
    """The one that the instant lies in is the first; what is not looked for is left out."""
    bucket, chain = sealed()
    since, last = HOURS[1].replace(minute=59), chain.seal(HOURS[3])
    ann = open_change("users", "added", "user-ann")
    for search in (ANYTHING, Search.of([ann], set())):
        earlier = read_earlier_hours(bucket, chain, last, since, search)
        assert [row["event_id"] for row in earlier.events] == ["log-3", "log-2", "log-1"]
        assert earlier.unread_before is None
    assert earlier.used == {("users", "user-ann", "added", "log-1")}
    bob = Search.of([open_change("users", "added", "user-bob")], set())
    earlier = read_earlier_hours(bucket, chain, last, since, bob)
    assert (earlier.events, earlier.used) == ([], frozenset())


@pytest.mark.parametrize(("rows", "n_bytes"), [(1, 2**20), (100, 20)])
def test_no_more_is_kept_than_there_is_memory_for(
    monkeypatch: pytest.MonkeyPatch, rows: int, n_bytes: int
) -> None:
    """The newest hours are there; it is told from which one on all of them is."""
    monkeypatch.setattr(sealed_events, "MOST_ROWS", rows)
    monkeypatch.setattr(sealed_events, "MOST_BYTES", n_bytes)
    bucket, chain = sealed()
    earlier = read_earlier_hours(bucket, chain, chain.seal(HOURS[3]), HOURS[0])
    assert [row["event_id"] for row in earlier.events] == ["log-3", "log-2"]
    assert earlier.unread_before == HOURS[3]


def test_as_much_as_there_is_memory_for_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event of the last hour reached is the last one that fits, by rows and by bytes."""
    bucket, chain = sealed()
    everything = read_earlier_hours(bucket, chain, chain.seal(HOURS[3]), HOURS[0])
    monkeypatch.setattr(sealed_events, "MOST_ROWS", len(everything.events))
    names = len("user-ann") + len("user-boss")
    monkeypatch.setattr(sealed_events, "MOST_BYTES", len(everything.events) * names)
    assert read_earlier_hours(bucket, chain, chain.seal(HOURS[3]), HOURS[0]) == everything
    assert everything.unread_before is None


def test_the_bounds_are_those_that_are_told() -> None:
    """Whoever is watched chooses how much there is: an hour's memory was measured at these."""
    told = f"at most {MOST_ROWS:,} rows, and {MOST_BYTES >> 20} MiB of texts"
    assert told in (DECISIONS / "0315-what-is-read-back-is-bounded.md").read_text()


def test_before_the_first_hour_there_is_nothing() -> None:
    """Whether no hour was sealed yet, or the last one lies before the instant."""
    bucket, chain = sealed()
    for previous, since in ((None, HOURS[0]), (chain.seal(HOURS[0]), HOURS[1])):
        earlier = read_earlier_hours(bucket, chain, previous, since)
        assert (earlier.events, earlier.used) == ([], frozenset())


@pytest.mark.parametrize(
    ("kind", "anywhere", "is_kept"),
    [
        ("group.deleted", True, True),
        ("group.deleted", False, False),
        ("user.added", True, False),
    ],
)
def test_the_texts_of_a_payload_are_kept_only_where_a_name_may_stand_in_them(
    kind: str, anywhere: bool, is_kept: bool
) -> None:
    """A payload may be 45 KB: of what names nothing there, nothing of it is held in memory."""
    bucket = MemoryBucket()
    details: Any = {"payload": {"members": ["user-ann"]}}
    told = event(kind, "group-1") | {"details": details}
    seal = seal_hour(bucket, HOURS[0], [told])
    search = Search(lambda _: True, anywhere=anywhere)
    (kept,) = read_earlier_hours(bucket, Chain(bucket, TENANT, ORG), seal, HOURS[0], search).events
    assert (list(texts_of(kept)) == ["user-ann"]) is is_kept
