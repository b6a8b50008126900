"""Periods of packs: whole hours, as callers write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.errors import PeriodInvalid
from functions.shared.hours import HOUR, month_start, rfc3339
from functions.shared.period import MAX_PERIOD, Period


@given(st.integers(0, 20_000), st.integers(1, MAX_PERIOD // HOUR))
def test_a_period_comes_back_from_how_it_is_shown(start: int, hours: int) -> None:
    """Whole hours in, the same whole hours out."""
    first = month_start("2025-01") + start * HOUR
    period = Period(first, first + hours * HOUR)
    assert Period.parse(rfc3339(period.start), period.last_second) == period
    assert period.last_hour + HOUR == period.end


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-04-01T00:00:00Z", "2026-03-31T23:59:59Z"),
        ("2026-04-01T00:00:00Z", "2026-04-01T00:00:00Z"),
        ("2026-04-01T00:00:01Z", "2026-04-01T00:59:59Z"),
        ("2026-04-01T00:00:00Z", "2026-04-01T00:59:58Z"),
        ("2026-04-01T00:00:00Z", "2026-04-01T01:00:00Z"),
        ("2026-04-01T00:59:59Z", "2026-04-01T00:59:59Z"),
        ("2025-01-01T00:00:00Z", "2026-04-30T23:59:59Z"),
        ("2026-04-01", "2026-04-30"),
        (None, None),
        (1, 2),
    ],
)
def test_what_is_no_period_is_refused(start: object, end: object) -> None:
    """Reversed, not whole hours, too long, another form."""
    with pytest.raises(PeriodInvalid):
        Period.parse(start, end)


def test_a_month_is_a_period_and_13_months_are_the_longest() -> None:
    """To the last second; one hour more is refused."""
    april = Period.of_month("2026-04")
    assert (rfc3339(april.start), april.last_second) == (
        "2026-04-01T00:00:00Z",
        "2026-04-30T23:59:59Z",
    )
    assert rfc3339(april.last_hour) == "2026-04-30T23:00:00Z"
    assert timedelta(days=396) == MAX_PERIOD
    longest = Period(april.start, april.start + MAX_PERIOD)
    assert Period.parse(rfc3339(april.start), longest.last_second) == longest
    with pytest.raises(PeriodInvalid, match="13 months"):
        Period.parse(rfc3339(april.start), rfc3339(longest.end + HOUR - timedelta(seconds=1)))


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("2026-03-31T23:59:59Z", "ends before it starts"),
        ("2026-04-01T00:30:00Z", "whole hours"),
        ("soon", "must look like"),
    ],
)
def test_a_refusal_says_which_rule_is_broken(end: str, words: str) -> None:
    """In words for the caller."""
    with pytest.raises(PeriodInvalid, match=words):
        Period.parse("2026-04-01T00:00:00Z", end)
