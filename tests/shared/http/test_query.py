"""The query of a request: limits that lists have."""

import pytest

from functions.shared import errors
from functions.shared.http.query import Query


@pytest.mark.parametrize("text", ["1", "50", "100"])
def test_a_limit_is_a_number_up_to_100(text: str) -> None:
    """As written."""
    assert Query({"limit": text}).limit == int(text)
    assert Query({}).limit == 50


@pytest.mark.parametrize("text", ["", "0", "101", "1000", "00501", "-1", "+5", "5.0", "٥", "1e1"])
def test_other_limits_are_refused(text: str) -> None:
    """Also those a lenient parser would take."""
    with pytest.raises(errors.BadRequest):
        Query({"limit": text}).limit  # noqa: B018
