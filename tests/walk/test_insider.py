"""Nothing that the watched organization does blinds, bends or stops the evidence."""

import pytest

from tests.support.state_machines import play
from tests.walk import insider


def _run(examples: int, steps: int) -> None:
    insider.HOURS.clear()
    play(insider.Insider, examples, steps)
    print(f"{len(insider.HOURS)} insiders, {sum(insider.HOURS)} hours closed, 0 invariants broken")


def test_an_insider_hides_nothing(aws: dict[str, str]) -> None:
    """A few days of one."""
    assert aws
    _run(1, 12)


@pytest.mark.slow
@pytest.mark.timeout(3 * 3600)
def test_many_insiders_hide_nothing(aws: dict[str, str]) -> None:
    """Half an hour of them on a quiet machine."""
    assert aws
    _run(220, 40)
