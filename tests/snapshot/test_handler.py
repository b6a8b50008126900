"""The snapshot function's AWS edge: what its runs say of clock, region and address."""

from collections.abc import Iterator

import pytest

from functions.shared.clock import SHIFTED_CLOCK, SYSTEM_CLOCK
from functions.snapshot import handler
from tests.support.aws_in_process import REGION


@pytest.fixture
def deployed(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the function the environment the template gives it."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    handler.context.cache_clear()
    yield
    handler.context.cache_clear()


@pytest.mark.usefixtures("deployed")
def test_a_deployed_function_names_its_region_and_the_systems_clock() -> None:
    """It stands beside every seal, and an auditor reads it in collection.json."""
    context = handler.context()
    assert (context.clock, context.region) == (SYSTEM_CLOCK, REGION)
    assert context.openai_base_url == "https://api.openai.com/v1"


@pytest.mark.usefixtures("deployed")
def test_a_shifted_clock_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours of a laptop are not taken for hours of a machine that keeps the time."""
    monkeypatch.setenv("CLOCK_FILE", "offset.json")
    assert handler.context().clock == SHIFTED_CLOCK
