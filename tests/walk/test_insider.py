"""Nothing that the watched organization does blinds, bends or stops the evidence."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.walk import insider


def _run(examples: int, steps: int) -> None:
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        # A failing run is short enough to read; making it shorter would take an hour.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    insider.HOURS.clear()
    run_state_machine_as_test(insider.Insider, settings=how)
    print(f"{len(insider.HOURS)} insiders, {sum(insider.HOURS)} hours closed, 0 invariants broken")


def test_an_insider_hides_nothing(aws: dict[str, str]) -> None:
    """A few days of one."""
    assert aws
    _run(2, 12)


@pytest.mark.slow
@pytest.mark.timeout(5400)
def test_many_insiders_hide_nothing(aws: dict[str, str]) -> None:
    """Half an hour of them."""
    assert aws
    _run(60, 40)
