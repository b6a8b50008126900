"""How far a consumer has come: short, of each organization by itself, and never taken on trust."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.api.cursor import Cursors
from functions.api.feed.position import Position
from functions.shared.errors import BadRequest
from functions.shared.hours import HOUR

FIRST = datetime(2026, 4, 1, tzinfo=UTC)
HOURS = st.integers(0, 200_000).map(lambda n: FIRST + n * HOUR)
ORGS = st.from_regex(r"org-[A-Za-z0-9]{3,20}", fullmatch=True)


@given(st.dictionaries(ORGS, HOURS, max_size=8), st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_position_is_read_as_it_was_written(
    read: dict[str, datetime], pack: int, offset: int
) -> None:
    """Whatever was read of whom."""
    position = Position.at(FIRST)
    for org, hour in read.items():
        position = position.behind(org, hour)
    position = Position(position.through, pack, position.begin, "org-begun", offset)
    again = Position.read(position.write())
    assert again == position
    for org, hour in read.items():
        assert again.next_hour(org) == hour + HOUR
    assert again.next_hour("org-another") == FIRST


def test_five_hundred_organizations_fit_into_an_address() -> None:
    """CloudFront takes 8,192 characters."""
    position = Position.at(None)
    for n in range(500):
        position = position.behind(f"org-{n:020}", FIRST + n * timedelta(hours=1))
    cursor = Cursors("tenant-a", "feed", 5, 7600, 7600).write(*position.write())
    assert len(cursor) <= 7600


@pytest.mark.parametrize(
    "parts",
    [
        ["AAAA", "", "0", "0", "0"],
        ["AAAAAAAAAAB", "", "0", "0"],
        ["", "", "-1", "0", "0"],
        ["", "", "0", "9999999999", "0"],
        ["", "", "0", "0", "x"],
        ["é", "", "0", "0", "0"],
    ],
)
def test_a_position_that_nobody_wrote_is_refused(parts: list[str]) -> None:
    """In words."""
    with pytest.raises(BadRequest):
        Position.read(parts)
