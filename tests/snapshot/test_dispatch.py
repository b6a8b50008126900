"""F23: ten thousand organizations in one tick; a fan-out that dies is taken up again."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from moto.backends import get_backend
from moto.core.models import botocore_stubber

from functions.shared.aws.keys import connection_sk, due_shard, tenant_pk
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.hours import parse_instant
from functions.snapshot import dispatch
from tests.snapshot.stories.trial import rarely
from tests.support.aws_calls import Killed, killing, watched
from tests.support.aws_faults import Raw, broken, instead_of_moto
from tests.support.aws_in_process import REGION
from tools.openai_simulator import org_id_for

SPREAD_S = 600


def _connect(table: Table, n: int) -> list[str]:
    orgs = [org_id_for(f"organization {number}") for number in range(n)]
    table.put_all(
        [
            {
                "pk": tenant_pk("tenant-a"),
                "sk": connection_sk(org),
                "tenant_id": "tenant-a",
                "org_id": org,
                "due_shard": due_shard("tenant-a", org),
                "due_sk": f"tenant-a/{org}",
            }
            for org in orgs
        ]
    )
    return orgs


@pytest.fixture
def environment(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Give the dispatcher its environment."""
    for name, value in (aws | {"SPREAD_SECONDS": str(SPREAD_S)}).items():
        monkeypatch.setenv(name, value)
    return aws


@contextmanager
def taking_all() -> Iterator[None]:
    """Let SQS take every batch and keep none: moto's queues slow down with what is in them."""

    def take(event_name: str, request: Any, **_: Any) -> Any:
        if not event_name.endswith(".SendMessageBatch"):
            return botocore_stubber(event_name, request)
        entries = json.loads(request.body)["Entries"]
        taken = [{"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": ""} for entry in entries]
        headers: Any = {"content-type": "application/x-amz-json-1.0"}
        body = json.dumps({"Successful": taken, "Failed": []}).encode()
        return AWSResponse(request.url, 200, headers, Raw(body))

    with instead_of_moto(take):
        yield


def _sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Note what the queue is given: organization and delay."""
    sent: list[tuple[str, int]] = []
    send_all = Queue.send_all

    def noted(self: Queue, messages: list[tuple[dict[str, str], int]]) -> None:
        send_all(self, messages)
        sent.extend((message["org_id"], delay) for message, delay in messages)

    monkeypatch.setattr(Queue, "send_all", noted)
    return sent


@pytest.mark.parametrize("n", [300, *rarely(10_000)])
def test_f23_every_organization_has_its_turn_within_ten_minutes(
    environment: dict[str, str], table: Table, monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    """One message each, ten to a call, evenly spread; the same delay every hour."""
    assert environment
    orgs = _connect(table, n)
    sent = _sent(monkeypatch)
    started = time.monotonic()
    with watched() as calls, taking_all():
        dispatch.handle({"time": "2026-04-01T06:00:00Z"}, None)
    took_s = time.monotonic() - started
    assert sorted(org for org, _ in sent) == sorted(orgs)
    per_minute = Counter(delay // 60 for _, delay in sent)
    assert sorted(per_minute) == list(range(10))
    assert calls.count("SendMessageBatch") == -(-n // 10)
    print(
        f"{n} organizations: {len(calls.names)} calls ({calls.count('Query')} queries, "
        f"{calls.count('SendMessageBatch')} batches), {took_s:.1f} s without network, per minute "
        f"{min(per_minute.values())} to {max(per_minute.values())}"
    )
    assert max(per_minute.values()) < 1.6 * n / 10
    spread = timedelta(seconds=SPREAD_S)
    assert dict(sent) == {org: dispatch.delay_of("tenant-a", org, spread) for org in orgs}


@pytest.mark.parametrize("nth", [1, 9, 17, 20])
def test_f23_a_fan_out_that_dies_is_fired_again(
    environment: dict[str, str], table: Table, nth: int
) -> None:
    """Dead half-way, then fired again: nobody is without a message."""
    orgs = _connect(table, 60)
    event = {"time": "2026-04-01T06:00:00Z"}
    with pytest.raises(Killed), watched(before=killing(nth)):
        dispatch.handle(event, None)
    dispatch.handle(event, None)
    assert set(_waiting(environment)) == set(orgs)


def test_f23_sqs_refuses_for_a_while(environment: dict[str, str], table: Table) -> None:
    """A throttled batch is sent again, by botocore and by us."""
    orgs = _connect(table, 25)
    with broken("SendMessageBatch", code="ThrottlingException", times=3) as fault:
        dispatch.handle({"time": "2026-04-01T06:00:00Z"}, None)
    assert fault.hits == 3
    assert sorted(_waiting(environment)) == sorted(orgs)


def test_f23_the_hour_is_the_events_not_the_clocks() -> None:
    """Fired late, or at the year's end: the hour that the event's time closes."""
    for fired_at, hour in {
        "2027-01-01T00:00:00Z": "2026-12-31T23:00:00Z",
        "2026-04-01T06:59:59Z": "2026-04-01T05:00:00Z",
        "2028-03-01T00:00:09Z": "2028-02-29T23:00:00Z",
    }.items():
        ((message, _),) = dispatch.orders([("t", "org-one")], parse_instant(fired_at), 0)
        assert message["hour"] == hour


def _waiting(environment: dict[str, str]) -> list[str]:
    (account,) = get_backend("sqs").values()
    held = account[REGION].queues[environment["SNAPSHOT_QUEUE_URL"].rpartition("/")[2]]._messages
    return [json.loads(message.body)["org_id"] for message in held]
