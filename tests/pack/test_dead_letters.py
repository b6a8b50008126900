"""A pack whose every try breaks off: failed in words, and in nobody's way."""

import json
from typing import Any

import pytest

from functions.pack import dead_letters, dispatch, flow
from functions.pack.publish.verify import NotVerified, verify
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.tables.packs import Pack
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.aws_calls import Killed
from tests.support.aws_state import all_items, held
from tests.support.builders import World

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"
RECEIVES = 4


@pytest.fixture
def world(
    evidence: Bucket,
    table: Table,
    clock: SettableClock,
    aws: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """Six complete hours; the functions' settings are in the environment."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    clock.set("2026-04-01T08:30:00Z")
    return World(evidence, table=table).has_user("user-1").chain(["complete"] * 6)


@pytest.fixture
def dead_letter_queue(pack_queue: Queue) -> Queue:
    """Give the pack queue the dead letters that the template gives it."""
    client = pack_queue.client
    dead = client.create_queue(QueueName="audit-pack-dead")["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    redrive = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": RECEIVES}
    client.set_queue_attributes(
        QueueUrl=pack_queue.url, Attributes={"RedrivePolicy": json.dumps(redrive)}
    )
    return Queue(client, dead)


def letter(number: int = 1, tenant: str = "tenant-a") -> dict[str, Any]:
    """Return the event of a dead letter."""
    return {"Records": [{"body": json.dumps({"number": number, "tenant_id": tenant})}]}


def dying(function: PackFunction, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let every build end so behind the signing."""

    def die(*_: object) -> None:
        raise error

    monkeypatch.setattr(flow, "publish", die)


@pytest.mark.parametrize(
    "error", [Killed(), pytest.param(NotVerified("no answer"), marks=pytest.mark.slow)]
)
def test_four_tries_that_break_off_end_in_a_reason(
    function: PackFunction,
    world: World,
    dead_letter_queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
) -> None:
    """By the queue's own count; a try that is killed cannot say a word."""
    function.request(START, END)
    queue, tries = function.context.queue, 0
    with monkeypatch.context() as broken:
        dying(function, broken, error)
        while messages := queue.client.receive_message(QueueUrl=queue.url, VisibilityTimeout=0).get(
            "Messages"
        ):
            body, tries = json.loads(messages[0]["Body"]), tries + 1
            with pytest.raises(type(error)):
                flow.build(body["tenant_id"], body["number"], function.context)
    assert tries == RECEIVES
    assert function.context.packs.need("tenant-a", 1).state == "building"
    [message] = held(dead_letter_queue)
    dead_letters.handle({"Records": [{"body": json.dumps(message)}]}, None)
    pack = function.context.packs.need("tenant-a", 1)
    assert (pack.state, pack.reason) == ("failed", dead_letters.REASON)
    # The chain of packs was let go: the next one is built at once, and follows none.
    after = function.make(START, END)
    assert (after.number, after.state, after.previous_number) == (2, "ready", None)


def test_a_pack_that_has_ended_stays_as_it_is(
    function: PackFunction, world: World, table: Table
) -> None:
    """The fourth try may have listed it before it was killed; a pack may never have been."""
    function.make(START, END)
    before = all_items(table)
    dead_letters.handle(letter(), None)
    dead_letters.handle(letter(7), None)
    dead_letters.handle(letter(tenant="tenant-b"), None)
    assert all_items(table) == before


def test_a_build_that_goes_on_all_the_same_cannot_list_it(
    function: PackFunction, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another copy of the message was on its way when this one was given up."""
    pack = function.request(START, END)

    def overtaken(*arguments: Any) -> None:
        verify(*arguments)
        dead_letters.handle(letter(), None)

    monkeypatch.setattr(flow, "verify", overtaken)
    built = function.build(pack)
    assert (built.state, built.object_key) == ("failed", None)
    for body in held(function.context.queue):
        flow.build(body["tenant_id"], body["number"], function.context)
    assert function.context.packs.need("tenant-a", 1) == built


def test_a_month_that_was_given_up_is_made_anew_on_an_operators_word(
    function: PackFunction, world: World, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The schedule's own doubles make nothing anew; ``again`` does, once."""
    clock.set("2026-05-04T03:14:00Z")
    event = {"time": "2026-05-04T03:14:00Z"}
    assert dispatch.handle(event, None) == {"packs": 1}
    dead_letters.handle(letter(), None)
    dispatch.handle(event, None)
    assert numbers(function) == {1: "failed"}
    for _ in range(2):
        dispatch.handle(event | {"again": True}, None)
    for body in held(function.context.queue):
        flow.build(body["tenant_id"], body["number"], function.context)
    assert numbers(function) == {1: "failed", 2: "ready"}
    failed, anew = (function.context.packs.need("tenant-a", number) for number in (1, 2))
    assert (anew.month, anew.cut_hour) == ("2026-04", failed.cut_hour)


def numbers(function: PackFunction) -> dict[int, str]:
    """Return the state of each of the tenant's packs."""
    packs: list[Pack] = function.context.packs.page("tenant-a", limit=10)[0]
    return {pack.number: pack.state for pack in packs}
