"""The same pack row gives the same bytes; a crash leaves one listed, verified pack."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.pack import flow
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import ConditionFailed, Table
from functions.shared.errors import LeaseHeld
from functions.shared.tables.packs import Pack
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.aws_state import received
from tests.support.builders import World

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"


class Killed(BaseException):
    """The function died here; nothing in the code may catch it."""


@pytest.fixture
def world(evidence: Bucket, clock: SettableClock) -> World:
    """Six complete hours with an event; at 08:30 the cut is 07:00."""
    clock.set("2026-04-01T08:30:00Z")
    return World(evidence).has_user("user-1").event("event-1").chain(["complete"] * 6)


def archives(function: PackFunction) -> list[str]:
    """Return the keys of everything published."""
    return list(function.context.archives.keys(""))


def die_at(monkeypatch: pytest.MonkeyPatch, step: str, *, after: bool) -> None:
    """Let the next build die before or after a step of the walk."""
    real = getattr(flow, step)

    def dying(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(flow, step, real)
        if after:
            real(*arguments, **named)
        raise Killed

    monkeypatch.setattr(flow, step, dying)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", ["begin", "collect", "write", "manifest", "publish", "verify"])
def test_a_crash_at_any_step_leaves_one_pack_like_an_undisturbed_one(
    function: PackFunction,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    after: bool,
) -> None:
    """The message comes again, finds the row as it was left, and the bytes are the same."""
    pack = function.request(START, END)
    die_at(monkeypatch, step, after=after)
    with pytest.raises(Killed):
        function.build(pack)
    assert function.context.packs.need("tenant-a", 1).state != "ready"
    # The chain of seals went on meanwhile.
    world.event("event-2", "2026-04-01T05:59:00Z").chain(["complete"])
    built = function.build(pack)
    assert built.state == "ready", built.reason
    assert archives(function) == [built.object_key]


def test_two_builds_of_one_row_are_the_same_bytes(
    function: PackFunction, world: World, table: Table
) -> None:
    """Nothing but the row and the sealed objects decides what is in the archive."""
    pack = function.make(START, END)
    function.context.packs.update(pack, state="building")
    table.delete("T#tenant-a", "PACKCHAIN")
    world.event("event-late", "2026-04-01T04:00:00Z").chain(["complete"])
    again = function.build(pack)
    assert again.archive_sha256 == pack.archive_sha256
    assert archives(function) == [pack.object_key]


def test_only_one_pack_of_a_tenant_is_signed_at_a_time(
    function: PackFunction, world: World, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one holds the chain another is put off; packs of other tenants are not."""
    first, second = function.request(START, END), function.request(START, END)
    die_at(monkeypatch, "publish", after=True)
    with pytest.raises(Killed):
        function.build(first)
    received(function.context.queue)
    assert function.build(second).state == "building"
    [visible_later] = waiting(function)
    assert visible_later == 1
    # The first one's run is surely over: its hold ends, and the second goes on.
    clock.advance(minutes=20)
    assert function.build(second).ready_order == 1
    ready = function.build(first)
    assert (ready.ready_order, ready.previous_number) == (2, 2)


def waiting(function: PackFunction) -> Iterator[int]:
    """Yield how many messages are delayed."""
    answer = function.context.queue.client.get_queue_attributes(
        QueueUrl=function.context.queue.url,
        AttributeNames=["ApproximateNumberOfMessagesDelayed"],
    )
    yield int(answer["Attributes"]["ApproximateNumberOfMessagesDelayed"])


def test_a_run_that_slept_cannot_list_what_it_signed_before_others(
    function: PackFunction, world: World, clock: SettableClock
) -> None:
    """Two packs never name the same predecessor, whoever wakes up late."""
    first, second = function.request(START, END), function.request(START, END)
    building = function.context.packs.update(first, state="building", sealed_through={})
    asleep = function.context.chain.hold(building, function.key.key_id, clock.now())
    clock.advance(minutes=20)
    assert function.build(second).state == "ready"
    row = function.context.packs.need("tenant-a", 1)
    awake = function.context.chain.hold(row, function.key.key_id, clock.now())
    assert awake.previous_number == 2
    with pytest.raises(ConditionFailed):
        function.context.chain.end(asleep, "0" * 64)
    assert function.context.packs.need("tenant-a", 1).state == "building"


def test_a_hold_is_refused_while_another_pack_has_it(
    function: PackFunction, world: World, clock: SettableClock
) -> None:
    """The error says that waiting helps."""
    packs: list[Pack] = []
    for _ in range(2):
        request = function.request(START, END)
        packs.append(function.context.packs.update(request, state="building", sealed_through={}))
    function.context.chain.hold(packs[0], function.key.key_id, clock.now())
    with pytest.raises(LeaseHeld):
        function.context.chain.hold(packs[1], function.key.key_id, clock.now())
    function.context.chain.let_go(packs[0])
    function.context.chain.hold(packs[1], function.key.key_id, clock.now())


def test_a_service_that_fails_for_a_moment_fails_no_pack(
    function: PackFunction, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may pass raises, so that the queue hands the message out again."""
    pack = function.request(START, END)
    slow_down = ClientError({"Error": {"Code": "SlowDown"}}, "PutObject")

    def busy(*_arguments: Any) -> Any:
        monkeypatch.undo()
        raise slow_down

    monkeypatch.setattr(flow, "publish", busy)
    with pytest.raises(ClientError):
        function.build(pack)
    assert function.build(pack).state == "ready"
