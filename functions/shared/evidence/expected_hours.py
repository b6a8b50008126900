"""Which hours should be closed by now: said from the clock, not from what was closed.

Pure. A collection that stopped leaves no row that could say so.
"""

from datetime import datetime, timedelta
from typing import Final

from functions.shared.hours import HOUR, floor_hour, parse_instant
from functions.shared.records.tables import HourRow
from functions.shared.tables.connections import Connection

# The start is spread over ten minutes, and an hour of a large organization takes some to read.
LATE_AFTER: Final = timedelta(minutes=30)


def expected_hour(now: datetime) -> datetime:
    """Return the newest hour that should be closed by now."""
    return floor_hour(now - LATE_AFTER) - HOUR


def next_hour(last: datetime | None, first: datetime, connected_at: datetime) -> datetime:
    """Return the hour that is to be closed next.

    Args:
        last: the newest closed hour, None before the first one.
        first: the organization's first hour.
        connected_at: when it was connected last; the hours between belong to nobody.
    """
    after = last + HOUR if last else first
    return max(after, floor_hour(connected_at) - HOUR)


def late_hours(to_close: datetime, now: datetime) -> int:
    """Return how many hours should be closed and are not.

    Args:
        to_close: the hour that is to be closed next.
        now: the present.
    """
    return max(0, (expected_hour(now) + HOUR - to_close) // HOUR)


def to_close_of(connection: Connection, newest: HourRow | None) -> datetime:
    """Return the hour of an organization that is to be closed next."""
    return next_hour(
        parse_instant(newest["hour"]) if newest else None,
        parse_instant(connection.first_hour),
        parse_instant(connection.connected_at),
    )
