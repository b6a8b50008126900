"""What is said of several findings at once: of all or of none, once, and sealed like the rest."""

from typing import Any

import pytest

from functions.api.newest_seal import newest_hour
from functions.shared.aws.keys import tenant_pk
from functions.shared.http import idempotency
from functions.shared.tables.statements import Statements
from tests.api.conftest import OURS, THEIRS, Api, MakeLab
from tests.api.findings.conftest import many_findings
from tests.support.aws_state import all_items

ROUTE = "PUT /findings/states"
Row = dict[str, Any]


def about(row: Row, **said: Any) -> Row:
    """Return the part of a body that says something of a finding."""
    return {"org_id": row["org_id"], "finding_id": row["finding_id"], **said}


def custody(api: Api) -> list[Row]:
    """Return tenant-a's custody entries, oldest first."""
    return list(api.context.table.query(tenant_pk("tenant-a"), prefix="CUSTODY#"))


def test_all_are_said_noted_once_and_listed(told: Api) -> None:
    """Each with its own words; the answer is the rows, in the order of the body."""
    first, second, third = told.get("/findings")["items"][:3]
    accepted = {"state": "accepted", "reason_code": "risk_accepted", "reason": "until the move"}
    states = [
        about(third, state="acknowledged", accountable="team:platform-2"),
        about(first, **accepted),
    ]
    status, body = told.ask(ROUTE, body={"states": states})
    assert status == 200
    assert [row["finding_id"] for row in body["items"]] == [each["finding_id"] for each in states]
    listed = {row["finding_id"]: row for row in told.get("/findings")["items"]}
    assert body["items"] == [listed[each["finding_id"]] for each in states]
    assert listed[second["finding_id"]] == second
    stated = listed[first["finding_id"]]["stated"]
    assert {name: stated[name] for name in accepted} == accepted
    assert (stated["n"], stated["by"], stated["at"]) == (2, "user-1", "2026-04-01T04:01:00Z")
    (entry,) = custody(told)
    assert (entry["by"], entry["action"]) == ("user-1", "findings.stated")
    assert entry["facts"] == {
        "findings": [
            {name: row[name] for name in ("org_id", "finding_id", "first_seen_hour")}
            for row in (third, first)
        ]
    }
    assert told.get("/custody")["items"][0]["facts"] == entry["facts"]


def test_what_cannot_be_said_is_named_by_its_place_and_nothing_is_kept(told: Api) -> None:
    """Everything else in the body is right; the second part is not."""
    first, second = told.get("/findings")["items"][:2]
    gone = told.get("/findings", {"state": "resolved"})["items"][0]
    before = all_items(told.context.table)
    cases: list[tuple[Any, int, str]] = [
        (about(second), 400, "states[1]: state must be one of open"),
        (about(second, state="accepted"), 400, "states[1]: reason_code or reason is missing"),
        (about(second, state="open", until="x"), 400, "states[1]: unknown field 'until'"),
        (about(first, state="open"), 400, "states[1]: states[0] is about the same finding"),
        (about(gone, state="open"), 409, "states[1]: this finding is resolved since"),
        ("open", 400, "states[1]: it must be an object"),
        ({"state": "open"}, 404, "There is no such thing here: states[1]."),
        (
            about(second, state="open") | {"finding_id": "0" * 24},
            404,
            "There is no such thing here: states[1].",
        ),
        (
            about(second, state="open") | {"org_id": "org-never"},
            404,
            "There is no such thing here: states[1].",
        ),
    ]
    for part, status, detail in cases:
        answered = told.ask(ROUTE, body={"states": [about(first, state="open"), part]})
        assert (answered[0], answered[1]["detail"][: len(detail)]) == (status, detail), part
    bodies: list[Any] = [None, [], {}, [about(first, state="open")] * 101]
    for states in bodies:
        status, problem = told.ask(ROUTE, body={"states": states})
        assert (status, problem["detail"]) == (400, "States must be a list of 1 to 100 of them.")
    auditor = told.ask(ROUTE, body={"states": [about(first, state="open")]}, group="auditor")
    assert auditor[0] == 403
    assert all_items(told.context.table) == before


def test_another_tenants_finding_is_one_that_never_was(sealed: Api) -> None:
    """By its organization and its id, byte for byte, and nothing of it is read or kept."""
    ours = sealed.get("/findings")["items"][0]
    theirs = sealed.get("/findings", tenant="tenant-b")["items"][0]
    assert theirs["org_id"] == THEIRS
    never = about(theirs, state="open") | {"org_id": "org-never-was"}
    for body in (
        {"states": [about(ours, state="open"), about(theirs, state="open")]},
        {"states": [about(ours, state="open"), about(theirs, state="open") | {"org_id": OURS}]},
    ):
        missing = sealed.reply(ROUTE, body={"states": [about(ours, state="open"), never]})
        assert missing["statusCode"] == 404
        assert sealed.reply(ROUTE, body=body) == missing
    assert sealed.get("/findings", tenant="tenant-b")["items"][0] == theirs


def test_a_request_sent_again_with_its_key_is_done_once(
    told: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the same answer; one too large to keep is said to be done."""
    row, other = told.get("/findings")["items"][:2]
    send = {
        "body": {"states": [about(row, state="acknowledged")]},
        "headers": {"idempotency-key": "k-1"},
    }
    first = told.reply(ROUTE, **send)
    again = told.reply(ROUTE, **send)
    assert again["body"] == first["body"]
    assert again["headers"]["idempotency-replayed"] == "true"
    assert "location" not in again["headers"]
    assert len(Statements(told.context.table, "tenant-a", OURS).after(0, 10)) == 1
    assert len(custody(told)) == 1
    refused = {
        "body": {"states": [about(other, state="gone")]},
        "headers": {"idempotency-key": "k-2"},
    }
    assert told.ask(ROUTE, **refused)[0] == told.ask(ROUTE, **refused)[0] == 400
    monkeypatch.setattr(idempotency, "_MOST_KEPT", 10)
    send["headers"] = {"idempotency-key": "k-3"}
    assert told.ask(ROUTE, **send)[0] == 200
    status, problem = told.ask(ROUTE, **send)
    assert (status, problem["type"]) == (409, "/problems/already-done")
    assert "too large to be kept" in problem["detail"]


def test_the_next_hour_seals_all_of_them(api: Api, lab_of: MakeLab) -> None:
    """With those made alone, by their numbers; the pack's rows follow from the segment."""
    fixture = lab_of(many_findings(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick("2026-04-01T00:00:00Z")
    rows = api.get("/findings")["items"]
    path = {"org_id": OURS, "finding_id": rows[0]["finding_id"]}
    route = "PUT /orgs/{org_id}/findings/{finding_id}/state"
    assert api.ask(route, path=path, body={"state": "acknowledged"})[0] == 200
    states = [about(row, state="open", reason="all of them") for row in rows]
    assert api.ask(ROUTE, body={"states": states})[0] == 200
    fixture.tick("2026-04-01T01:00:00Z")
    seal = newest_hour(api.context, "tenant-a", OURS).seal
    assert seal is not None
    assert seal.content["statements_n"] == len(rows) + 1
    (entry,) = seal.content["segments"]["statements"]
    body = api.context.segments.body(entry)
    assert (entry["rows"], body.count(b'"replaces":1')) == (len(rows) + 1, 1)
    assert b"many" not in body
    assert b"all of them" not in body
