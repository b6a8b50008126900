"""Mail: nothing before an address is confirmed, then each alert in one letter, and one a week."""

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.notify.mail.letters import WORDS
from functions.notify.mail.send import next_digest
from functions.notify.records import Alert
from functions.shared.hours import parse_instant
from functions.shared.records.clients import ALERT_TYPES
from functions.shared.tables.custody import Custody
from tests.notify.conftest import Body, Notify
from tests.support.aws_state import all_items

LATE: Alert = {"type": "hours.late", "data": {"org_id": "org-first", "late_hours": 1}}
ONE = "/mail/{mail_id}"
ROUTES: list[tuple[str, Any]] = [
    ("GET /mail", None),
    (f"POST {ONE}/confirmation", {"token": "x" * 22}),
    (f"DELETE {ONE}", None),
]


def shown(notify: Notify) -> Body:
    """Return the only address as it is now."""
    (address,) = notify.ask("GET /mail")[1]["items"]
    assert isinstance(address, dict)
    return address


def test_an_address_gets_one_letter_until_its_token_is_given(notify: Notify) -> None:
    """And no other; only the token in it confirms."""
    status, added = notify.ask("POST /mail", body={"address": "ops@acme.example"})
    assert (status, added["state"]) == (201, "unconfirmed")
    notify.alert(LATE)
    notify.wake()
    notify.wake()
    (letter,) = notify.post.letters
    assert letter["to"] == "ops@acme.example"
    assert added["mail_id"] in letter["text"]
    path = {"mail_id": added["mail_id"]}
    for wrong in ("x" * 22, "", None, notify.token() + "x"):
        answered = notify.ask(f"POST {ONE}/confirmation", path=path, body={"token": wrong})
        assert answered[0] == 400
    good = {"token": notify.token()}
    for _ in range(2):
        status, confirmed = notify.ask(f"POST {ONE}/confirmation", path=path, body=good)
        assert (status, confirmed["state"]) == (200, "active")
    notify.wake()
    assert len(notify.post.letters) == 1


def test_each_alert_is_told_in_one_letter_with_ids_and_links_alone(notify: Notify) -> None:
    """Those of one wake together; the custody log says that it was sent, and not to whom."""
    notify.address()
    notify.alert(LATE)
    notify.wake()
    notify.alert(LATE, {"type": "log.behind", "data": {"org_id": "org-first", "lag_hours": 3}})
    notify.wake()
    notify.wake()
    _, one, two = notify.post.letters
    assert one["subject"] == f"OpenAI Audit: {WORDS['hours.late']}"
    assert "org_id: org-first" in one["text"]
    assert "https://dashboard.example" in one["text"]
    assert two["subject"] == "OpenAI Audit: 2 alerts"
    entries = Custody(notify.context.table).after("tenant-a", 0, 100)
    sent = [entry for entry in entries if entry["action"] == "mail.sent"]
    assert len(sent) == 3
    assert sent[-1]["facts"]["number"] == 3
    assert "acme" not in json.dumps(entries)


def test_once_a_week_it_is_told_how_many_there_were(notify: Notify) -> None:
    """On Monday at seven; also that there were none."""
    notify.address()
    notify.alert(LATE, LATE)
    notify.wake()
    for monday in ("2026-04-06T06:59:00Z", "2026-04-13T07:00:00Z"):
        notify.clock.set(monday)
        notify.wake()
        notify.wake()
    weeks = [letter for letter in notify.post.letters if letter["subject"].endswith("the week")]
    assert [letter["text"].count(WORDS["hours.late"]) for letter in weeks] == [1, 0]
    assert "     2  " in weeks[0]["text"]
    assert next_digest(parse_instant("2026-04-06T07:00:00Z")) == "2026-04-13T07:00:00Z"
    assert next_digest(parse_instant("2026-04-05T23:59:59Z")) == "2026-04-06T07:00:00Z"


def test_a_week_of_more_than_one_letter_counts_says_so(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many there were in all; which, of the first ones; the next week begins behind them."""
    monkeypatch.setattr("functions.notify.mail.send._MOST_OF_A_WEEK", 2)
    notify.address()
    notify.alert(LATE, LATE, LATE)
    notify.wake()
    for monday in ("2026-04-06T07:00:00Z", "2026-04-13T07:00:00Z"):
        notify.clock.set(monday)
        notify.wake()
    full, none = [letter["text"] for letter in notify.post.letters[-2:]]
    assert full.startswith("3 alerts since the last letter of this kind. Of the first 2:\n")
    assert f"     2  {WORDS['hours.late']}" in full
    assert "Nothing happened" in none


def test_what_ses_does_not_take_is_sent_again_and_given_up_after_a_day(notify: Notify) -> None:
    """At once where it refuses for good."""
    notify.address()
    notify.post.refusals = ["TooManyRequestsException"]
    notify.alert(LATE)
    notify.wake()
    assert shown(notify)["state"] == "failing"
    notify.wake(minutes=15)
    assert (shown(notify)["state"], len(notify.post.letters)) == ("active", 2)
    notify.post.refusals = ["TooManyRequestsException"] * 2
    notify.alert(LATE)
    notify.wake()
    notify.wake(minutes=24 * 60)
    assert shown(notify)["state"] == "dead"


def test_one_that_ses_refuses_for_good_is_dead_at_once(notify: Notify) -> None:
    """And gets nothing more."""
    notify.address()
    notify.post.refusals = ["MessageRejected"]
    notify.alert(LATE)
    notify.wake()
    notify.wake(minutes=60)
    assert (shown(notify)["state"], len(notify.post.letters)) == ("dead", 1)


def test_an_address_that_was_taken_away_is_kept_nowhere(notify: Notify) -> None:
    """Nor is it sent anything."""
    added = notify.address()
    path = {"mail_id": added["mail_id"]}
    assert notify.ask(f"DELETE {ONE}", path=path)[0] == 200
    notify.alert(LATE)
    notify.wake()
    assert len(notify.post.letters) == 1
    assert "acme.example" not in repr(all_items(notify.context.table))
    assert notify.ask(f"DELETE {ONE}", path=path)[0] == 404


def test_so_many_addresses_at_once_and_so_many_a_day(
    notify: Notify, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever adds and takes away again and again fills nobody's mailbox."""
    monkeypatch.setattr("functions.notify.mail.addresses.MOST_A_DAY", 3)
    body = {"address": "ops@acme.example"}
    for _ in range(3):
        status, added = notify.ask("POST /mail", body=body)
        assert status == 201
        notify.ask(f"DELETE {ONE}", path={"mail_id": added["mail_id"]})
    assert notify.ask("POST /mail", body=body)[0] == 409
    notify.clock.advance(hours=24)
    assert notify.ask("POST /mail", body=body)[0] == 201
    monkeypatch.setattr("functions.notify.manage_mail.MOST_OF_A_TENANT", 1)
    assert notify.ask("POST /mail", body=body)[0] == 409


@pytest.mark.parametrize(
    "address",
    [
        *(None, 7, "", "ops", "ops@acme", "@acme.example", "ops@acme.example\n", "a b@c.example"),
        *("Ops <ops@acme.example>", "a@b.example,c@d.example", "ops@-a.example", "é@a.example"),
        "a" * 250 + "@a.example",
    ],
)
def test_what_is_no_address_is_refused_in_words(notify: Notify, address: object) -> None:
    """400, and no letter."""
    assert notify.ask("POST /mail", body={"address": address})[0] == 400


def test_a_stage_without_a_sender_says_so(notify: Notify) -> None:
    """409 in words; a wake passes."""
    mail = replace(notify.managed.mail, sends=False)
    notify.managed = replace(notify.managed, mail=mail)
    notify.context = replace(notify.context, mail=None)
    status, problem = notify.ask("POST /mail", body={"address": "ops@acme.example"})
    assert (status, "sends no mail" in problem["detail"]) == (409, True)
    notify.hook()
    notify.wake()


@pytest.mark.parametrize(("route", "body"), ROUTES, ids=lambda each: str(each)[:40])
def test_an_auditor_is_refused_and_another_tenant_s_id_is_none(
    notify: Notify, route: str, body: Any
) -> None:
    """403; and 404 as for what never was, to the byte."""
    added = notify.ask("POST /mail", body={"address": "b@b.example"}, tenant="tenant-b")[1]
    path = {"mail_id": added["mail_id"]}
    assert notify.ask(route, path=path, body=body, group="auditor")[0] == 403
    if "{" not in route:
        assert notify.ask(route)[1]["items"] == []
        return
    missing = notify.reply(route, path={"mail_id": "mail-" + "0" * 20}, body=body)
    assert missing["statusCode"] == 404
    for other in (added["mail_id"], "../x", ""):
        assert notify.reply(route, path={"mail_id": other}, body=body) == missing


def test_every_type_of_alert_has_its_words() -> None:
    """In letters."""
    assert set(WORDS) == set(ALERT_TYPES)
