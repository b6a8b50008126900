"""Webhooks as an admin manages them: made, shown, rotated, tried, replayed, ended."""

import json
from typing import Any

import pytest

from functions.shared.aws.table import Table
from functions.shared.tables.custody import Custody
from tests.notify.conftest import Body, Notify, id_of
from tests.support.aws_state import all_items

ONE = "/webhooks/{webhook_id}"
ROUTES = [
    ("GET /webhooks", None),
    (f"GET {ONE}", None),
    (f"DELETE {ONE}", None),
    (f"POST {ONE}/secret", {}),
    (f"POST {ONE}/test", None),
    (f"POST {ONE}/replay", {"from_number": 1}),
    (f"GET {ONE}/deliveries", None),
]


def deliveries(notify: Notify, hook: Body, **query: str) -> Body:
    """Return a page of what a webhook was sent."""
    status, body = notify.ask(f"GET {ONE}/deliveries", path=id_of(hook), query=query)
    assert status == 200, body
    return body


def test_a_secret_is_shown_once_and_kept_wrapped(notify: Notify) -> None:
    """In no later answer, no row, no log entry."""
    hook = notify.hook()
    assert hook["secret"].startswith("whsec_")
    path = id_of(hook)
    assert notify.ask("GET /webhooks")[1]["items"] == [notify.ask(f"GET {ONE}", path=path)[1]]
    status, rotated = notify.ask(f"POST {ONE}/secret", path=path)
    assert status == 200
    again = notify.ask("POST /webhooks", body={"url": hook["url"], "label": "SIEM"})[1]
    assert again["label"] == "SIEM"
    rows = repr(all_items(notify.context.table))
    for secret in (hook["secret"], rotated["secret"], again["secret"]):
        assert sum(secret in said for said in notify.said) == 1
        assert secret not in rows
        assert secret.removeprefix("whsec_") not in rows


def test_a_key_makes_a_webhook_once(notify: Notify) -> None:
    """Sent again it names what was made, and not the secret."""
    headers = {"idempotency-key": "one"}
    body = {"url": "https://siem.example/"}
    status, _ = notify.ask("POST /webhooks", body=body, headers=headers)
    assert status == 201
    assert notify.ask("POST /webhooks", body=body, headers=headers)[0] == 409
    assert len(notify.ask("GET /webhooks")[1]["items"]) == 1


def test_a_tenant_has_ten_at_most(notify: Notify) -> None:
    """One that was ended makes room."""
    hooks = [notify.hook(f"h{n}.example") for n in range(10)]
    body = {"url": "https://one-more.example/"}
    assert notify.ask("POST /webhooks", body=body)[0] == 409
    assert notify.ask(f"DELETE {ONE}", path=id_of(hooks[0]))[0] == 200
    assert notify.ask("POST /webhooks", body=body)[0] == 201
    assert notify.ask("POST /webhooks", body=body, tenant="tenant-b")[0] == 201


def test_a_webhook_that_was_ended_is_gone_and_is_sent_nothing(notify: Notify) -> None:
    """Though something waited to be sent; its secrets are gone from its row."""
    hook = notify.hook()
    notify.test(hook)
    assert notify.ask(f"DELETE {ONE}", path=id_of(hook))[0] == 200
    notify.wake()
    assert notify.of(hook).arrived == []
    assert notify.ask(f"GET {ONE}", path=id_of(hook))[0] == 404
    assert notify.ask("GET /webhooks")[1]["items"] == []
    (row,) = [row for row in all_items(notify.context.table) if "WEBHOOK#" in repr(row)]
    assert row["secret"] == {"B": b""}


def test_the_deliveries_tell_what_was_sent_and_what_came_of_it(notify: Notify) -> None:
    """Newest first, in pages; numbers on both sides show what is missing."""
    hook = notify.hook()
    notify.test(hook, 3)
    notify.wake()
    notify.test(hook)
    first = deliveries(notify, hook, limit="2")
    assert [row["number"] for row in first["items"]] == [4, 3]
    assert [row["delivered_at"] is None for row in first["items"]] == [True, False]
    rest = deliveries(notify, hook, limit="2", cursor=first["next_cursor"])
    assert [row["number"] for row in rest["items"]] == [2, 1]
    assert rest["next_cursor"] is None
    assert rest["items"][1]["message_id"] == notify.of(hook).ids[0]
    assert (rest["items"][1]["tries"], rest["items"][1]["status"]) == (1, 204)
    for cursor in ("x", "-1", "12345678901"):
        query = {"cursor": cursor}
        assert notify.ask(f"GET {ONE}/deliveries", path=id_of(hook), query=query)[0] == 400


def test_a_replay_sends_the_same_once_more_from_a_number_on(notify: Notify) -> None:
    """The same numbers, ids and bytes, in order; a machine may ask for it."""
    hook = notify.hook()
    notify.test(hook, 3)
    notify.wake()
    receiver = notify.of(hook)
    status, body = notify.ask(
        f"POST {ONE}/replay", path=id_of(hook), body={"from_number": 2}, scopes="write"
    )
    assert (status, body["delivered_number"], body["last_number"]) == (200, 1, 3)
    notify.wake()
    assert receiver.numbers == [1, 2, 3, 2, 3]
    assert receiver.ids[1:3] == receiver.ids[3:]
    assert receiver.arrived[1:3] == receiver.arrived[3:]


@pytest.mark.parametrize("number", [0, -1, 5, "1", 1.5, True, None, 10**12])
def test_a_number_that_was_never_given_is_no_replay(notify: Notify, number: object) -> None:
    """400 in words; the next one is as if nothing were asked."""
    hook = notify.hook()
    notify.test(hook, 3)
    path = id_of(hook)
    status, problem = notify.ask(f"POST {ONE}/replay", path=path, body={"from_number": number})
    assert status == 400
    assert "from_number" in problem["detail"].lower()
    assert notify.ask(f"POST {ONE}/replay", path=path, body={"from_number": 4})[0] == 200


def test_what_is_kept_no_more_is_no_replay(notify: Notify) -> None:
    """The refusal names the oldest number that is there."""
    hook = notify.hook()
    notify.test(hook, 3)
    table: Table = notify.context.table
    pk = f"T#tenant-a#W#{hook['webhook_id']}"
    table.delete(pk, "N#0000000001")
    status, problem = notify.ask(f"POST {ONE}/replay", path=id_of(hook), body={"from_number": 1})
    assert (status, "number 2" in problem["detail"]) == (400, True)


def test_one_that_was_lost_shows_by_its_number_on_both_sides(notify: Notify) -> None:
    """Lost by the receiver: a replay brings it. Lost here: nobody can hide it."""
    hook = notify.hook()
    receiver = notify.of(hook)
    notify.test(hook, 3)
    notify.wake()
    # It said that it has the second one, and then lost it.
    del receiver.arrived[1]
    assert receiver.numbers == [1, 3]
    listed = deliveries(notify, hook)
    assert [row["number"] for row in listed["items"] if row["delivered_at"]] == [3, 2, 1]
    notify.ask(f"POST {ONE}/replay", path=id_of(hook), body={"from_number": 2})
    notify.wake()
    assert sorted(set(receiver.numbers)) == [1, 2, 3]
    # Somebody takes a message out of the table before it is sent.
    notify.test(hook, 3)
    table: Table = notify.context.table
    table.delete(f"T#tenant-a#W#{hook['webhook_id']}", "N#0000000005")
    notify.wake()
    assert receiver.numbers[-2:] == [4, 6]
    assert [row["number"] for row in deliveries(notify, hook)["items"]] == [6, 4, 3, 2, 1]
    entries = Custody(table).after("tenant-a", 0, 100)
    sent = [entry["facts"]["number"] for entry in entries if entry["action"] == "alert.sent"]
    assert sent == [1, 2, 3, 2, 3, 4, 6]


def test_so_many_tests_may_wait(notify: Notify, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever presses the button again and again fills no table."""
    monkeypatch.setattr("functions.notify.manage._MOST_WAITING", 2)
    hook = notify.hook()
    notify.test(hook, 2)
    assert notify.ask(f"POST {ONE}/test", path=id_of(hook))[0] == 409


@pytest.mark.parametrize(("route", "body"), ROUTES, ids=lambda each: str(each)[:40])
def test_an_auditor_is_refused_and_another_tenant_s_id_is_none(
    notify: Notify, route: str, body: Any
) -> None:
    """403; and 404 as for what never was, to the byte."""
    hook = notify.hook(tenant="tenant-b")
    path = id_of(hook)
    assert notify.ask(route, path=path, body=body, group="auditor")[0] == 403
    if "{" not in route:
        assert hook["webhook_id"] not in json.dumps(notify.ask(route)[1])
        return
    missing = notify.reply(route, path={"webhook_id": "hook-" + "0" * 20}, body=body)
    assert missing["statusCode"] == 404
    for other in (hook["webhook_id"], "../x", "hook-1", "", hook["webhook_id"] + "#"):
        assert notify.reply(route, path={"webhook_id": other}, body=body) == missing


def test_whatever_an_admin_does_stands_in_the_custody_log(notify: Notify) -> None:
    """With ids and numbers, and no address."""
    hook = notify.hook()
    path = id_of(hook)
    notify.ask(f"POST {ONE}/secret", path=path, body={"old_secret_hours": 0})
    notify.test(hook)
    notify.ask(f"POST {ONE}/replay", path=path, body={"from_number": 1})
    notify.ask(f"DELETE {ONE}", path=path)
    entries = Custody(notify.context.table).after("tenant-a", 0, 100)
    actions = ["created", "rotated", "tested", "replayed", "ended"]
    assert [entry["action"] for entry in entries] == [f"webhook.{action}" for action in actions]
    assert {entry["facts"]["webhook_id"] for entry in entries} == {hook["webhook_id"]}
    assert "example" not in json.dumps(entries)


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"url": None}, {"url": "http://a.example/"}, {"url": "https://10.0.0.1/"}),
        {"url": "https://a.example/", "label": ""},
        {"url": "https://a.example/", "secret": "whsec_x"},
    ],
    ids=str,
)
def test_a_form_that_cannot_be_used_makes_nothing(notify: Notify, body: Body) -> None:
    """400 in words."""
    assert notify.ask("POST /webhooks", body=body)[0] == 400
    assert all_items(notify.context.table) == []
