"""An hour's reconciliation does as much for each event of a crowd as for one of a few."""

import sys
from types import FrameType

import pytest

from benchmarks.crowded_hours import CROWDS, CrowdedHour

# What is looked up by halves costs a little more where there is more.
MOST_GROWTH = 1.25


def _calls(hour: CrowdedHour) -> int:
    """Return how many functions are called while an hour is reconciled: the same at each run."""
    count = 0

    def counting(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        hour.reconciled()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("name", CROWDS)
def test_a_crowd_costs_what_it_counts(name: str) -> None:
    """All by one actor, about one target, in one second, about nobody, or of no effect at all."""
    CROWDS[name](10).reconciled()  # what is remembered from then on is not counted
    few, many = (_calls(CROWDS[name](count)) / count for count in (100, 600))
    assert many <= few * MOST_GROWTH
