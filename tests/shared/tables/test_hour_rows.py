"""The rows of hours: leased while open, what the seal says once closed."""

from datetime import timedelta
from typing import cast

import pytest

from functions.shared.aws.table import Table
from functions.shared.errors import LeaseHeld
from functions.shared.hours import HOUR, parse_instant
from functions.shared.records.tables import HourFacts
from functions.shared.tables.hour_rows import HourRows

START = parse_instant("2026-04-01T00:00:00Z")
FACTS: HourFacts = {
    "outcome": "complete",
    "reason": None,
    "sha256": "ab" * 32,
    "sections": {"users": "complete"},
    "kpi": None,
    "events": 2,
    "oldest_event_at": None,
    "changes": 1,
    "open_findings": 0,
    "lag_hours": 0,
}


def test_a_closed_hour_is_read_as_its_facts_and_its_name(table: Table) -> None:
    """Without keys and lease; a fact that an older row lacks is null."""
    rows = HourRows(table, "tenant-a", "org-first")
    rows.close(START, FACTS)
    assert list(rows.between(None, None)) == [FACTS | {"hour": "2026-04-01T00:00:00Z"}]
    rows.close(START + HOUR, cast("HourFacts", {"outcome": "missed"}))
    newest = rows.newest()
    assert newest is not None
    assert (newest["outcome"], newest["open_findings"]) == ("missed", None)


def test_closed_hours_are_read_between_and_open_ones_are_not(table: Table) -> None:
    """Half-open; the newest closed one is found behind open ones."""
    rows = HourRows(table, "tenant-a", "org-first")
    for n in range(6):
        rows.close(START + n * HOUR, FACTS)
    rows.lease(START + 6 * HOUR, "run-1", START, HOUR)
    newest = rows.newest()
    assert newest is not None
    assert newest["hour"] == "2026-04-01T05:00:00Z"
    between = [row["hour"] for row in rows.between(START + HOUR, START + 3 * HOUR, at_once=1)]
    assert between == ["2026-04-01T01:00:00Z", "2026-04-01T02:00:00Z"]
    assert [row["hour"][11:13] for row in rows.between(None, None, newest_first=True)] == [
        *("05", "04", "03", "02", "01", "00")
    ]
    assert HourRows(table, "tenant-b", "org-first").newest() is None


def test_an_open_hour_is_one_runs_until_its_lease_ends_or_is_given_back(table: Table) -> None:
    """The same run may have it again; each time counts."""
    rows = HourRows(table, "tenant-a", "org-first")
    length = timedelta(minutes=5)
    assert rows.lease(START, "run-1", START, length) == 1
    assert rows.lease(START, "run-1", START, length) == 2
    with pytest.raises(LeaseHeld):
        rows.lease(START, "run-2", START + length, length)
    rows.release(START, "run-2")
    with pytest.raises(LeaseHeld):
        rows.lease(START, "run-2", START, length)
    rows.release(START, "run-1")
    assert rows.lease(START, "run-2", START, length) == 3
    assert rows.lease(START, "run-3", START + length + timedelta(seconds=1), length) == 4
    rows.close(START, FACTS)
    with pytest.raises(LeaseHeld):
        rows.lease(START, "run-3", START + HOUR, length)
