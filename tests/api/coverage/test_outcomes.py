"""Outcomes that are kept: of whatever age an organization is, each hour is read once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from functions.api.coverage.outcomes import RecentOutcomes
from functions.shared.hours import HOUR, rfc3339
from functions.shared.tables.hour_rows import HourRows

NOW = datetime(2026, 4, 11, tzinfo=UTC)
MONTH = timedelta(days=30)


@dataclass
class Counted:
    """Hour rows that count how many are read."""

    first: datetime
    last: datetime
    tenant: str = "tenant-a"
    org: str = "org-first"
    read: list[str] = field(default_factory=list)

    def between(self, start: datetime, _end: None, *, at_once: int) -> Iterator[dict[str, Any]]:
        """Yield the rows from a first hour on."""
        assert at_once
        hour = max(start, self.first)
        while hour <= self.last:
            self.read.append(rfc3339(hour))
            yield {"hour": rfc3339(hour), "outcome": "complete"}
            hour += HOUR


def test_each_hour_is_read_once_however_young_the_organization_is() -> None:
    """Ten days old, asked for a month; then two hours more; then of another start."""
    rows = Counted(NOW - timedelta(days=10), NOW)
    outcomes = RecentOutcomes()
    hours = cast("HourRows", rows)
    assert len(outcomes.since(NOW - MONTH, hours)) == 241
    rows.last += 2 * HOUR
    found = outcomes.since(NOW - MONTH + 2 * HOUR, hours)
    assert len(found) == 243
    assert len(rows.read) == len(set(rows.read)) == 243
    # Of older hours than are kept nothing is known: all is read anew.
    assert len(outcomes.since(NOW - 2 * MONTH, hours)) == 243
    assert len(rows.read) == 2 * 243
