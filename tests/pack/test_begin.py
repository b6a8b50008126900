"""Whether a pack is built now, is put off, or has ended."""

from typing import Any

import pytest

from functions.pack.begin import USUAL_SEALING, begin
from functions.shared.aws.bucket import Bucket
from functions.shared.hours import parse_instant
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.aws_state import held
from tests.support.builders import World

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"


@pytest.mark.parametrize(
    ("story", "now", "waits"),
    [
        (["complete"] * 5, "2026-04-01T06:01:00Z", True),
        (["complete"] * 5, "2026-04-01T06:20:00Z", False),
        (["complete"] * 6, "2026-04-01T06:01:00Z", False),
        (["complete"] * 3, "2026-04-01T06:01:00Z", True),
        (["complete"] * 2, "2026-04-01T06:01:00Z", False),
        ([*["complete"] * 4, "disconnect"], "2026-04-01T06:01:00Z", False),
        ([], "2026-04-01T06:01:00Z", False),
    ],
    ids=["an hour behind", "late", "sealed", "3 hours behind", "4 hours behind", "ended", "none"],
)
def test_it_waits_for_seals_that_may_still_come(
    function: PackFunction,
    evidence: Bucket,
    clock: SettableClock,
    story: list[str],
    now: str,
    waits: bool,
) -> None:
    """Twenty minutes at most, and not where an outage or a disconnect explains them."""
    assert parse_instant("2026-04-01T06:00:00Z") + USUAL_SEALING == parse_instant(
        "2026-04-01T06:20:00Z"
    )
    World(evidence).has_user("user-1").chain(story)
    clock.set(now)
    number = function.request(START, END).number
    held(function.context.queue)
    pack = begin("tenant-a", number, function.context)
    messages: list[Any] = held(function.context.queue)
    if waits:
        assert pack is None
        assert function.context.packs.need("tenant-a", number).state == "queued"
    else:
        assert pack
        newest = f"2026-04-01T{len(story) - 1:02d}:00:00Z" if story else None
        assert (pack.state, pack.sealed_through) == ("building", {"org-Alpha": newest})
        assert messages == []


def test_a_pack_that_began_goes_on_as_it_was_and_one_that_ended_does_not(
    function: PackFunction, evidence: Bucket
) -> None:
    """What was frozen counts, though the chain goes on."""
    world = World(evidence).has_user("user-1").chain(["complete"] * 6)
    number = function.request(START, END).number
    begun = begin("tenant-a", number, function.context)
    world.chain(["complete"])
    assert begun == begin("tenant-a", number, function.context)
    assert begun
    function.context.packs.update(begun, state="failed", reason="why")
    assert begin("tenant-a", number, function.context) is None
