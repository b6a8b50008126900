"""The fault matrix, F6, F22, F23, F27, F29, F30: time, queues, the calendar and keys."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.shared.aws import clients
from functions.shared.canonical import canonical
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.snapshot import dispatch, handler
from tests.snapshot.stories.invariants import check
from tests.snapshot.stories.trial import (
    AUDIT,
    FIRST,
    HIT,
    LAST,
    NEXT,
    PAST_GRACE,
    USERS,
    Trial,
    rarely,
)
from tests.support.aws_state import received
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import World, serve_in_thread

TrialMaker = Callable[..., Trial]


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("drip", {"seconds": 0.05}),
        *rarely(("hang", {}), ("truncated", {"unframed": True}), ("reset", {}), ("cut_gzip", {})),
    ],
)
def test_f6_and_f7_over_a_socket(trial: Trial, kind: str, how: dict[str, Any]) -> None:
    """A list that drips, hangs, breaks or is cut on a real connection: the run ends in time."""
    with serve_in_thread(trial.fixture.simulator) as server:
        trial.fixture.base_url, trial.fixture.remaining_s = server.raw_url, 2.0
        trial.fault(kind, path=USERS, **how)
        assert trial.hit() is None
        trial.heal()
        trial.fixture.remaining_s = 60.0
        (seal,) = trial.fixture.tick(HIT, minutes_late=3)
    trial.fixture.base_url = None
    assert seal.content["outcome"] == "complete"
    trial.finish("F6" if kind in ("drip", "hang") else "F7", f"{kind}, over a socket")


def test_f6_the_outcome_is_written_before_the_kill(trial: Trial) -> None:
    """No time is left for OpenAI: what is known is noted, the order comes back as a message."""
    trial.fixture.remaining_s = 0.0
    received(trial.fixture.queue)
    assert trial.hit() is None
    (order,) = trial.fixture.waiting()
    assert (order["hour"], order["attempt"]) == (HIT, 1)
    trial.fixture.remaining_s = 800.0
    seal = trial.hit(minutes_late=PAST_GRACE)
    assert seal is not None
    assert (seal.content["outcome"], seal.content["reason"]) == ("failed", "deadline")
    trial.finish("F6", "no time left for a request")


class _Context:
    def get_remaining_time_in_millis(self) -> int:
        return 800_000


def _event(message: dict[str, Any]) -> dict[str, Any]:
    return {"Records": [{"messageId": message["MessageId"], "body": message["Body"]}]}


def _deliver(fixture: SnapshotFixture) -> int:
    """Deliver what is in the queue as Lambda does, one message at a time, until it is empty."""
    sqs, delivered = clients.sqs(), 0
    while True:
        answer = sqs.receive_message(QueueUrl=fixture.queue.url, VisibilityTimeout=0)
        if not answer.get("Messages"):
            return delivered
        (message,) = answer["Messages"]
        delivered += 1
        # Whatever went wrong, Lambda leaves the message where it is.
        with contextlib.suppress(Exception):
            handler.handle(_event(dict(message)), _Context())
            sqs.delete_message(QueueUrl=fixture.queue.url, ReceiptHandle=message["ReceiptHandle"])


def test_f22_duplicates_disorder_and_poison(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each message three times, in disorder, one poisonous, one old: only the poison is dead."""
    fixture, sqs = trial.fixture, clients.sqs()
    monkeypatch.setattr(handler, "context", lambda: fixture.context)
    received(fixture.queue)
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    redrive = {"deadLetterTargetArn": told["QueueArn"], "maxReceiveCount": "5"}
    policy = canonical(redrive).decode()
    sqs.set_queue_attributes(QueueUrl=fixture.queue.url, Attributes={"RedrivePolicy": policy})
    fixture.clock.set("2026-04-01T06:01:00Z")
    order = {"tenant_id": fixture.tenant, "org_id": fixture.org, "attempt": 0}
    for hour in (LAST, HIT, NEXT, FIRST, LAST, HIT, NEXT, FIRST, HIT):
        fixture.queue.send(order | {"hour": hour})
    sqs.send_message(QueueUrl=fixture.queue.url, MessageBody='{"poison":')
    assert _deliver(fixture) >= 10
    letters = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages", [])
    assert [letter["Body"] for letter in letters] == ['{"poison":']
    trial.finish("F22", "messages thrice, in disorder, one poison", until=LAST)


def test_f23_fired_twice_late_or_never(
    trial: Trial, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One firing lost, one doubled, one late: the calendar says which hours there are."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    fixture = trial.fixture
    received(fixture.queue)
    for fired_at in ("2026-04-01T05:00:00Z", "2026-04-01T05:00:00Z", "2026-04-01T06:00:07Z"):
        dispatch.handle({"time": fired_at}, None)
    hours = [message["hour"] for message in received(fixture.queue)]
    assert hours == [NEXT, NEXT, LAST]
    fixture.clock.set("2026-04-01T05:01:00Z")
    assert [seal.content["hour"] for seal in fixture.order(NEXT)] == [HIT, NEXT]
    assert fixture.order(NEXT) == []
    trial.finish("F23", "firings lost, doubled, late", until=LAST)


def test_f23_nobody_came_for_hours(trial: Trial) -> None:
    """Hours without any firing are ``missed`` by the calendar, and their events are not lost."""
    fixture = trial.fixture
    fixture.clock.set("2026-04-01T08:30:00Z")
    fixture.order("2026-04-01T07:00:00Z")
    outcomes = [fixture.seal(hour).content["outcome"] for hour in (HIT, NEXT, LAST)]
    assert outcomes == ["missed"] * 3
    trial.finish("F23", "no firing for hours", until="2026-04-01T07:00:00Z")


@pytest.mark.parametrize("seconds", [1200, *rarely(-1200, 960, -960)])
def test_f27_clock_skew(trial: Trial, seconds: int) -> None:
    """OpenAI's clock more than 15 minutes off: audit events partial, no frontier moves."""
    before = trial.fixture.seal(FIRST).content["watermarks"]["streams"]
    trial.fault("clock_skew", seconds=seconds)
    seal = trial.outlast()
    section = seal.content["sections"]["audit_events"]
    assert (section["status"], section["reason"]) == ("partial", "clock_skew")
    assert seal.content["watermarks"]["streams"] == before
    assert seal.run["skew_s"] == seconds
    trial.finish("F27", f"clock {seconds} s off")


@pytest.mark.parametrize("seconds", [-600, *rarely(600)])
def test_f27_small_skew_loses_nothing(trial: Trial, seconds: int) -> None:
    """Ten minutes off: sealed; where OpenAI is behind, the watermark stays behind with it."""
    trial.fault("clock_skew", seconds=seconds)
    seal = trial.hit()
    assert seal is not None
    through = seal.content["watermarks"]["streams"]["organization"]["closed_through"]
    assert through == parse_instant(NEXT).timestamp() + min(0, seconds)
    trial.finish("F27", f"clock {seconds} s off")


def test_f27_our_own_clock_steps_back(trial: Trial) -> None:
    """A clock set back asks for hours already sealed, or not yet over: nothing happens."""
    trial.hit()
    trial.fixture.clock.advance(minutes=-50)
    assert trial.fixture.order(HIT) == []
    assert trial.fixture.order(NEXT) == []
    trial.finish("F27", "our clock steps back 50 minutes")


EDGES = ["2026-12-31T22:00:00Z", "2028-02-28T22:00:00Z", "2026-03-29T00:00:00Z"]


@pytest.mark.parametrize("start", [*EDGES[:1], *rarely(*EDGES[1:], "2026-10-25T00:00:00Z")])
def test_f27_edges_of_year_month_and_daylight(make_fixture: FixtureMaker, start: str) -> None:
    """New year, a leap day, daylight saving: hours are UTC and follow one another."""
    first = parse_instant(start)
    world = World("org-edge")
    world.at(first.timestamp() - 86400).user_joins("olga", role="owner")
    for hours in range(1, 5):
        edge = world.at(first.timestamp() + hours * 3600 - 1)
        edge.user_joins(f"a{hours}")
        world.at(first.timestamp() + hours * 3600).user_joins(f"b{hours}")
    fixture = make_fixture(world)
    fixture.connect(rfc3339(first + HOUR + HOUR / 3))
    fixture.order(start)
    fixture.ticks(rfc3339(first + HOUR), 3)
    assert check(fixture, rfc3339(first + 3 * HOUR)).outcomes == ["complete"] * 4


def test_f29_key_revoked_then_replaced(trial: Trial) -> None:
    """From the revocation on the hours fail and say why; a new key goes on without a gap."""
    fixture = trial.fixture
    fixture.world.at("2026-04-01T03:50:00Z").admin_key_revoked("first", fixture.world.admin_key)
    assert [fixture.tick(hour)[0].content["reason"] for hour in (HIT, NEXT)] == ["key_rejected"] * 2
    fixture.world.credential("sk-admin-SECOND-CANARY-key")
    fixture.use_key("sk-admin-SECOND-CANARY-key")
    trial.finish("F29", "key revoked, replaced later", until=LAST)


def test_f29_disconnected_and_back(trial: Trial) -> None:
    """No KMS call and no request after the disconnect; the chain goes on after the reconnect."""
    fixture = trial.fixture
    key = fixture.context.connections.need(fixture.tenant, fixture.org).admin_key
    fixture.change("disconnected", "2026-04-01T03:40:00Z", status="disconnected", admin_key=b"")
    trial.forget()
    fixture.tick(HIT)
    assert fixture.tick(NEXT) == []
    assert trial.requests() == 0
    assert list(fixture.context.connections.due()) == []
    back = "2026-04-01T08:20:00Z"
    fields = {"status": "connected", "admin_key": key, "first_hour": "2026-04-01T07:00:00Z"}
    now = parse_instant(back)
    connection = fixture.context.connections.need(fixture.tenant, fixture.org)
    fixture.clock.instant = now
    first_hour = "2026-04-01T07:00:00Z"
    entry = connection.with_entry("reconnected", now, by="user-1", first_hour=first_hour)
    fixture.context.connections.save(replace(entry, **fields))  # type: ignore[arg-type]
    fixture.order("2026-04-01T07:00:00Z")
    trial.finish("F29", "disconnected, and back", until="2026-04-01T08:00:00Z")


def test_f30_key_of_another_organization(make_trial: TrialMaker) -> None:
    """OpenAI refuses it where it checks; where it does not, the snapshot is quarantined."""
    trial = make_trial()
    fixture, world = trial.fixture, trial.fixture.world
    world.organization("org-other", admin_key="sk-admin-CANARY-of-another")
    world.at("2026-03-01T00:00:00Z", "org-other").user_joins("eve").project_created("spy")
    own = world.admin_key
    fixture.use_key("sk-admin-CANARY-of-another")
    seal = trial.hit()
    assert seal is not None
    assert seal.content["reason"] == "mismatched_organization"
    trial.fault("any_organization")
    (seal,) = fixture.tick(NEXT)
    assert seal.content["reason"] == "mismatched_organization"
    fixture.use_key(own)
    assert trial.requests(AUDIT)
    trial.finish("F30", "another organization's key", until=LAST)
    assert not [
        row for row in fixture.register(fixture.seal(LAST), "users") if "eve" in row["user_id"]
    ]
