"""What the table shows of a seal, and whether it was ever written."""

from datetime import UTC, datetime

from functions.shared.aws.keys import hour_sk, organization_pk
from functions.snapshot.seal.projection import Projection
from tests.support.builders import World
from tests.support.memory import MemoryBucket, MemoryTable

HOUR = datetime(2026, 4, 1, 5, tzinfo=UTC)


def test_a_row_is_missing_until_it_says_that_the_hour_is_sealed() -> None:
    """No row, and one that only leases the hour, are alike."""
    table = MemoryTable()
    projection = Projection(table, MemoryBucket(), "tenant-a", "org-Alpha")
    assert projection.is_missing(HOUR)
    row = {"pk": organization_pk("tenant-a", "org-Alpha"), "sk": hour_sk(HOUR)}
    table.put({**row, "state": "open"})
    assert projection.is_missing(HOUR)
    table.put({**row, "state": "sealed"})
    assert not projection.is_missing(HOUR)


def test_events_have_no_rows_however_many_there_are() -> None:
    """The hour's row counts them and says when the oldest happened: in whichever month."""
    table, bucket = MemoryTable(), MemoryBucket()
    world = World(bucket, first_hour="2026-04-01T05:00:00Z")
    for n in range(200):
        world.event(f"event-{n}", f"2026-04-01T05:{n % 60:02}:00Z")
    world.event("late", "2026-03-31T23:00:00Z").chain(["complete"]).chain(["complete"])
    projection = Projection(table, bucket, world.tenant, world.org)
    for seal in world.seals:
        projection.project(seal)
    assert [(row["sk"], row["events"], row["oldest_event_at"]) for row in table.held.values()] == [
        ("HOUR#2026-04-01T05:00:00Z", 201, "2026-03-31T23:00:00Z"),
        ("HOUR#2026-04-01T06:00:00Z", 0, None),
    ]
