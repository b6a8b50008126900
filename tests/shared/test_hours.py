"""Hours, months, instants."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.hours import (
    HOUR,
    floor_hour,
    hours_from,
    month_end,
    month_of,
    month_start,
    parse_instant,
    previous_month,
    rfc3339,
)

seconds = st.floats(0, 7e9).map(lambda second: datetime.fromtimestamp(second, UTC))
instants = seconds.filter(lambda instant: instant.year > 1970)


@given(instants)
def test_an_instant_comes_back_from_its_name(instant: datetime) -> None:
    """To the second."""
    assert parse_instant(rfc3339(instant)) == instant.replace(microsecond=0)


@given(instants)
def test_every_instant_is_in_its_hour_and_its_month(instant: datetime) -> None:
    """Half-open, both."""
    hour = floor_hour(instant)
    assert hour <= instant < hour + HOUR
    month = month_of(instant)
    assert month_start(month) <= instant < month_end(month)
    assert month_end(previous_month(instant)) == month_start(month)


def test_other_time_zones_are_told_in_utc() -> None:
    """Half-hour zones do not shift the hour's border."""
    india = timezone(timedelta(hours=5, minutes=30))
    moment = datetime(2026, 4, 1, 5, 45, tzinfo=india)
    assert rfc3339(floor_hour(moment)) == "2026-04-01T00:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        *("2026-04-01", "2026-04-01T00:00:00", "2026-04-01T00:00:00+00:00", "2026-04-01T24:00:00Z"),
        *("2026-02-29T00:00:00Z", "2026-04-01T00:00:60Z", "2026-04-01t00:00:00z", ""),
        *("2026-04-01T00:00:00.0Z", " 2026-04-01T00:00:00Z", "٢٠٢٦-٠٤-٠١T٠٠:٠٠:٠٠Z"),
        "2026-04-01T00:00:00Z\n",
    ],
)
def test_one_form_of_instants_is_taken(text: str) -> None:
    """Everything else is refused, not guessed at."""
    with pytest.raises(ValueError, match=r"instant|day|hour|second|time data"):
        parse_instant(text)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-4", "0000-01", "2026-04-01", ""])
def test_one_form_of_months_is_taken(text: str) -> None:
    """Everything else is refused."""
    with pytest.raises(ValueError, match="month"):
        month_start(text)


def test_hours_of_a_leap_february() -> None:
    """29 days."""
    hours = list(hours_from(month_start("2028-02"), month_end("2028-02")))
    assert len(hours) == 29 * 24
    assert hours[-1] == month_end("2028-02") - HOUR
