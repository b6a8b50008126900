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
from tests.pack.conftest import PackRoom
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


def archives(room: PackRoom) -> list[str]:
    """Return the keys of everything published."""
    return list(room.doors.archives.keys(""))


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
    room: PackRoom, world: World, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    """The message comes again, finds the row as it was left, and the bytes are the same."""
    pack = room.request(START, END)
    die_at(monkeypatch, step, after=after)
    with pytest.raises(Killed):
        room.build(pack)
    assert room.doors.packs.need("tenant-a", 1).state != "ready"
    # The chain of seals went on meanwhile.
    world.event("event-2", "2026-04-01T05:59:00Z").chain(["complete"])
    built = room.build(pack)
    assert built.state == "ready", built.reason
    assert archives(room) == [built.object_key]


def test_two_builds_of_one_row_are_the_same_bytes(
    room: PackRoom, world: World, table: Table
) -> None:
    """Nothing but the row and the sealed objects decides what is in the archive."""
    pack = room.made(START, END)
    room.doors.packs.update(pack, state="building", created_at=pack.created_at)
    table.delete("T#tenant-a", "PACKCHAIN")
    world.event("event-late", "2026-04-01T04:00:00Z").chain(["complete"])
    again = room.build(pack)
    assert again.archive_sha256 == pack.archive_sha256
    assert archives(room) == [pack.object_key]


def test_only_one_pack_of_a_tenant_is_signed_at_a_time(
    room: PackRoom, world: World, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one holds the chain another is put off; packs of other tenants are not."""
    first, second = room.request(START, END), room.request(START, END)
    die_at(monkeypatch, "publish", after=True)
    with pytest.raises(Killed):
        room.build(first)
    received(room.doors.queue)
    assert room.build(second).state == "building"
    [visible_later] = waiting(room)
    assert visible_later == 1
    # The first one's run is surely over: its hold ends, and the second goes on.
    clock.advance(minutes=20)
    assert room.build(second).ready_order == 1
    ready = room.build(first)
    assert (ready.ready_order, ready.previous_number) == (2, 2)


def waiting(room: PackRoom) -> Iterator[int]:
    """Yield how many messages are delayed."""
    answer = room.doors.queue.client.get_queue_attributes(
        QueueUrl=room.doors.queue.url, AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    yield int(answer["Attributes"]["ApproximateNumberOfMessagesDelayed"])


def test_a_run_that_slept_cannot_list_what_it_signed_before_others(
    room: PackRoom, world: World, clock: SettableClock
) -> None:
    """Two packs never name the same predecessor, whoever wakes up late."""
    first, second = room.request(START, END), room.request(START, END)
    building = room.doors.packs.update(first, state="building", sealed_through={})
    asleep = room.doors.chain.hold(building, room.key.key_id, clock.now())
    clock.advance(minutes=20)
    assert room.build(second).state == "ready"
    row = room.doors.packs.need("tenant-a", 1)
    awake = room.doors.chain.hold(row, room.key.key_id, clock.now())
    assert awake.previous_number == 2
    with pytest.raises(ConditionFailed):
        room.doors.chain.end(asleep, "0" * 64)
    assert room.doors.packs.need("tenant-a", 1).state == "building"


def test_a_hold_is_refused_while_another_pack_has_it(
    room: PackRoom, world: World, clock: SettableClock
) -> None:
    """The error says that waiting helps."""
    packs: list[Pack] = []
    for _ in range(2):
        request = room.request(START, END)
        packs.append(room.doors.packs.update(request, state="building", sealed_through={}))
    room.doors.chain.hold(packs[0], room.key.key_id, clock.now())
    with pytest.raises(LeaseHeld):
        room.doors.chain.hold(packs[1], room.key.key_id, clock.now())
    room.doors.chain.let_go(packs[0])
    room.doors.chain.hold(packs[1], room.key.key_id, clock.now())


def test_a_service_that_fails_for_a_moment_fails_no_pack(
    room: PackRoom, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may pass raises, so that the queue hands the message out again."""
    pack = room.request(START, END)
    slow_down = ClientError({"Error": {"Code": "SlowDown"}}, "PutObject")

    def busy(*_arguments: Any) -> Any:
        monkeypatch.undo()
        raise slow_down

    monkeypatch.setattr(flow, "publish", busy)
    with pytest.raises(ClientError):
        room.build(pack)
    assert room.build(pack).state == "ready"
