"""A time as OpenAI tells it: the second that leaves no doubt, or none."""

import pytest

from functions.shared.openai.epoch import epoch_second

AT = 1775001600


@pytest.mark.parametrize(
    ("value", "second"),
    [
        (AT, AT),
        (1, 1),
        (2**33 - 1, 2**33 - 1),
        (AT + 0.5, AT),
        (float(AT), AT),
        (AT * 1000, AT),
        (AT * 1000 + 999, AT),
        (AT * 1000 + 0.5, AT),
        (2**33, None),
        (10**12 - 1, None),
        (2**33 * 1000, None),
        (AT * 10**6, None),
        (2**53 + 1, None),
        (10**400, None),
        (float("inf"), None),
        (float("nan"), None),
        (0, None),
        (0.0, None),
        (0.5, None),
        (-1, None),
        (-AT * 1000, None),
        (True, None),
        (False, None),
        (str(AT), None),
        ("2026-04-01T00:00:00Z", None),
        ([AT], None),
        ({"seconds": AT}, None),
        (None, None),
    ],
)
def test_seconds_milliseconds_and_fractions_name_a_second(
    value: object, second: int | None
) -> None:
    """Whatever else it is names none: no time is made of it."""
    assert epoch_second(value) == second
