"""Requests with an ``Idempotency-Key``: done once, answered again."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functions.shared.aws.table import Table
from functions.shared.errors import BadRequest, Conflict, NotAllowed
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.http.idempotency import once
from functions.shared.http.principal import Principal
from functions.shared.http.request_errors import AlreadyDone, IdempotencyKeyReused, RequestUnderWay
from tests.conftest import SettableClock
from tests.support.aws_state import all_items
from tests.support.http_events import http_event
from tests.support.race import at_once, meeting

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


class Creates:
    """Something that makes a new thing each time."""

    def __init__(self, table: Table, clock: SettableClock) -> None:
        self.table, self.clock, self.made = table, clock, 0

    def ask(
        self,
        body: object = None,
        *,
        key: str | None = KEY,
        tenant: str = "tenant-a",
        act: Callable[[], Reply] | None = None,
        **facts: Any,
    ) -> Reply:
        """Send a request with a key."""
        headers = {} if key is None else {"idempotency-key": key}
        event = http_event("POST /things", body=body or {"a": 1}, headers=headers)
        request = Request(event, Principal(tenant, "user-1", frozenset({"admin"})))
        return once(request, self.table, self.clock.now(), act or self.make, **facts)

    def make(self) -> Reply:
        """Make one more."""
        self.made += 1
        return reply(201, {"n": self.made, "secret": "shown-once"}, {"location": "/things/1"})


@pytest.fixture
def things(table: Table, clock: SettableClock) -> Creates:
    """Give it over an empty table."""
    return Creates(table, clock)


def test_the_same_request_with_the_same_key_is_done_once(things: Creates) -> None:
    """Status, body and place are the same; a header tells that it was answered before."""
    first = things.ask()
    again = things.ask()
    assert things.made == 1
    assert again["headers"].pop("idempotency-replayed") == "true"
    assert again == first


def test_without_a_key_each_request_is_done(things: Creates) -> None:
    """And nothing is kept."""
    assert [json.loads(things.ask(key=None)["body"])["n"] for _ in range(2)] == [1, 2]
    assert all_items(things.table) == []


def test_quotes_around_a_key_are_no_part_of_it(things: Creates) -> None:
    """The draft has them, most clients have not."""
    things.ask()
    things.ask(key=f'"{KEY}"')
    assert things.made == 1


@pytest.mark.parametrize("key", ["", "a" * 129, "a b", "ä", "a/b", '"a', "a\n", '""', "#"])
def test_a_key_is_short_and_plain(things: Creates, key: str) -> None:
    """It becomes part of a row's name."""
    with pytest.raises(BadRequest, match="Idempotency-Key must be"):
        things.ask(key=key)
    assert things.made == 0


def test_another_request_with_the_same_key_is_refused(things: Creates) -> None:
    """Whatever differs; the first answer stands."""
    things.ask()
    with pytest.raises(IdempotencyKeyReused):
        things.ask({"a": 2})
    things.ask()
    assert things.made == 1


def test_keys_are_a_tenants_own(things: Creates) -> None:
    """Another tenant's request with the same key and body is its own."""
    things.ask()
    things.ask(tenant="tenant-b")
    assert things.made == 2


def test_after_a_day_a_key_is_new(things: Creates) -> None:
    """Whether or not DynamoDB has dropped the row yet."""
    things.ask()
    things.clock.advance(hours=23, minutes=59)
    things.ask()
    assert things.made == 1
    things.clock.advance(minutes=1)
    things.ask({"a": 2})
    assert things.made == 2
    (row,) = all_items(things.table)
    assert int(row["expires_epoch"]["N"]) == int(things.clock.now().timestamp()) + 24 * 3600


def test_of_two_at_once_one_is_done(things: Creates) -> None:
    """The other is told to come back, or has the answer."""
    answers: list[str] = []
    send = lambda: answers.append(things.ask()["body"])  # noqa: E731
    with meeting(2, 1) as met:
        raised = at_once(send, send)
    assert met == ["PutItem", "PutItem"]
    assert things.made == 1
    assert len(set(answers)) == 1
    assert [type(error) for error in raised] == [RequestUnderWay] * (2 - len(answers))


def test_the_second_is_not_done_while_the_first_is_under_way(things: Creates) -> None:
    """And another request is another request even then."""

    def while_it_is_made() -> Reply:
        with pytest.raises(RequestUnderWay):
            things.ask()
        with pytest.raises(IdempotencyKeyReused):
            things.ask({"a": 2})
        return things.make()

    things.ask(act=while_it_is_made)
    things.ask()
    assert things.made == 1


def test_a_refusal_is_not_kept(things: Creates) -> None:
    """It left nothing behind: once its reason is gone, the same key may try again."""

    def refused() -> Reply:
        raise NotAllowed("not yet")

    with pytest.raises(NotAllowed):
        things.ask(act=refused)
    things.ask()
    assert things.made == 1


def test_one_that_broke_off_may_be_sent_again_after_a_minute(things: Creates) -> None:
    """The function ended without a word; nobody knows how far it came."""

    class Killed(BaseException):
        """What no handler catches."""

    def killed() -> Reply:
        raise Killed

    with pytest.raises(Killed):
        things.ask(act=killed)
    with pytest.raises(RequestUnderWay):
        things.ask()
    things.clock.advance(seconds=61)
    things.ask()
    assert things.made == 1


def test_one_that_took_too_long_does_not_overwrite_who_came_after_it(things: Creates) -> None:
    """Its own answer goes to its own caller; kept is the later one's."""

    def slow() -> Reply:
        things.clock.advance(seconds=61)
        assert json.loads(things.ask()["body"])["n"] == 1
        return things.make()

    assert json.loads(things.ask(act=slow)["body"])["n"] == 2
    assert json.loads(things.ask()["body"])["n"] == 1


def test_a_secret_that_is_shown_once_is_not_kept(things: Creates) -> None:
    """The repeat says what was made, and nowhere lies the secret."""
    things.ask(shown_once=True)
    with pytest.raises(AlreadyDone, match="/things/1"):
        things.ask(shown_once=True)
    assert things.made == 1
    assert "shown-once" not in str(all_items(things.table))


def test_a_row_that_is_gone_between_two_looks_is_no_fault(
    things: Creates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB drops expired rows by itself."""
    things.ask()
    monkeypatch.setattr(Table, "get", lambda *_: None)
    with pytest.raises(Conflict, match="send it again"):
        things.ask()
