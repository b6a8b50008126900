"""What the table shows of a seal, and whether it was ever written."""

from datetime import UTC, datetime

from functions.shared.aws.keys import hour_sk, organization_pk
from functions.snapshot.seal.projection import Projection
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
