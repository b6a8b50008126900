"""An hour that cannot be closed yet comes back, but never so often that Lambda stops it."""

from typing import Any

import pytest

from functions.shared.aws.queue import MOST_PUT_OFFS
from functions.shared.errors import LeaseHeld
from functions.snapshot import flow
from functions.snapshot.flow import StillOpen
from tests.snapshot.stories.test_crash import SECOND, THIRD, opened
from tests.support.lineage import RecordedQueue, invoked
from tests.support.snapshot_fixture import FixtureMaker


@pytest.mark.parametrize(
    "reason",
    [LeaseHeld(), StillOpen(0), StillOpen(0, moved=True), StillOpen(400, moved=True)],
    ids=["held", "open", "moves for ever", "asked to wait"],
)
def test_an_order_is_put_off_a_dozen_times_and_the_next_hours_goes_on(
    make_fixture: FixtureMaker, monkeypatch: pytest.MonkeyPatch, reason: Exception
) -> None:
    """Whatever is in the way, and however long; nothing is lost by it."""
    fixture = opened(make_fixture)
    fixture.clock.set("2026-04-01T05:01:00Z")
    queue, waiting = RecordedQueue(), fixture.queue
    fixture.queue = queue
    attempts: list[int] = []

    def fail(*_arguments: object) -> None:
        raise reason

    def handle(message: dict[str, Any]) -> None:
        attempts.append(message["attempt"])
        fixture.order(message["hour"], attempt=message["attempt"])

    with monkeypatch.context() as patched:
        patched.setattr(flow, "close_hour", fail)
        invoked(queue, fixture.clock, {"hour": SECOND, "attempt": 0}, handle)
    assert attempts == list(range(MOST_PUT_OFFS + 1))
    fixture.queue = waiting
    assert [seal.content["hour"] for seal in fixture.tick(THIRD)][-1] == THIRD
