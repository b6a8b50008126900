"""A pack that must wait is made in the end, and never so often that Lambda stops it."""

from dataclasses import replace
from typing import Any

import pytest

from functions.pack.chain_row import PackChain
from functions.pack.flow import build
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.queue import MOST_PUT_OFFS
from functions.shared.errors import LeaseHeld
from functions.shared.hours import parse_instant
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.builders import World
from tests.support.lineage import LAMBDA_STOPS_AT, RecordedQueue, invoked

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"


@pytest.mark.parametrize("sealed_at", ["06:00:20", "06:03:00", "06:11:00", "06:19:59", "never"])
def test_a_pack_asked_for_at_the_full_hour_is_made(
    function: PackFunction, evidence: Bucket, clock: SettableClock, sealed_at: str
) -> None:
    """Though its organization seals its last hour twenty minutes later, or never."""
    clock.set("2026-04-01T06:00:10Z")
    world = World(evidence).has_user("user-1").chain(["complete"] * 5)
    queue = RecordedQueue()
    context = replace(function.context, queue=queue)
    number = function.request(START, END).number
    is_sealed = False

    def handle(message: dict[str, Any]) -> None:
        nonlocal is_sealed
        due = sealed_at != "never" and clock.now() >= parse_instant(f"2026-04-01T{sealed_at}Z")
        if due and not is_sealed:
            is_sealed = True
            world.chain(["complete"])
        build(message["tenant_id"], message["number"], context, message.get("attempt", 0))

    count = invoked(queue, clock, {"tenant_id": "tenant-a", "number": number}, handle)
    pack = function.context.packs.need("tenant-a", number)
    assert (pack.state, 1 < count < LAMBDA_STOPS_AT) == ("ready", True)
    assert clock.now() < parse_instant("2026-04-01T06:25:00Z")
    outcomes = [row["outcome"] for row in function.rows(pack, "coverage.jsonl")]
    assert outcomes == ["complete"] * 5 + ["complete" if is_sealed else "gap"]


def test_a_pack_behind_another_that_never_ends_goes_back_to_the_queue(
    function: PackFunction,
    evidence: Bucket,
    clock: SettableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After the last time it raises: the queue counts that, and gives it up in words."""
    World(evidence).has_user("user-1").chain(["complete"] * 6)

    def held(*_arguments: object) -> None:
        raise LeaseHeld

    monkeypatch.setattr(PackChain, "hold", held)
    queue = RecordedQueue()
    context = replace(function.context, queue=queue)
    number = function.request(START, END).number
    attempts: list[int] = []

    def handle(message: dict[str, Any]) -> None:
        attempts.append(message.get("attempt", 0))
        build(message["tenant_id"], message["number"], context, attempts[-1])

    with pytest.raises(LeaseHeld):
        invoked(queue, clock, {"tenant_id": "tenant-a", "number": number}, handle)
    assert attempts == list(range(MOST_PUT_OFFS + 1))
    assert queue.take() is None
