"""What a tenant says of its findings, and what a finding says of itself."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.shared.aws.keys import tenant_pk
from functions.shared.tables.statements import Statements
from tests.api.conftest import OURS, Api, MakeLab
from tests.support.aws_state import all_items
from tools.openai_simulator import World

ROUTE = "PUT /orgs/{org_id}/findings/{finding_id}/state"
OWNERS = "org-owners"


def about(finding: dict[str, Any]) -> dict[str, str]:
    """Return the path that leads to a finding."""
    return {"org_id": finding["org_id"], "finding_id": finding["finding_id"]}


def custody(api: Api) -> list[dict[str, Any]]:
    """Return tenant-a's custody entries, oldest first."""
    return list(api.context.table.query(tenant_pk("tenant-a"), prefix="CUSTODY#"))


@pytest.fixture
def finding(sealed: Api) -> dict[str, Any]:
    """Give an open finding of the sealed hours."""
    result: dict[str, Any] = sealed.get("/findings")["items"][0]
    return result


@pytest.fixture
def owners(api: Api, lab_of: MakeLab) -> Iterator[tuple[Api, Any]]:
    """Give an organization of four owners, then three, then four again; only the first hour."""
    world = World(OWNERS)
    start = world.at("2026-01-02T00:00:00Z").user_joins("olga", role="owner")
    for nick in ("ann", "ben", "dan"):
        start.user_joins(nick, role="owner")
    world.at("2026-04-01T01:10:00Z").user_role("dan", "reader")
    world.at("2026-04-01T02:10:00Z").user_role("dan", "owner")
    fixture = lab_of(world, "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick("2026-04-01T00:00:00Z")
    yield api, fixture


def test_a_finding_of_which_nothing_was_said_is_open(finding: dict[str, Any]) -> None:
    """All of it absent but the word."""
    names = "reason_code reason accountable due_date review_date by at n"
    nothing = dict.fromkeys(names.split())
    assert finding["stated"] == {"state": "open"} | nothing


def test_what_is_said_stands_in_the_list_and_in_the_custody_log(
    sealed: Api, finding: dict[str, Any]
) -> None:
    """Each time it is said; the last one holds."""
    sealed.ask(ROUTE, path=about(finding), body={"state": "acknowledged"})
    sealed.clock.set("2026-04-01T05:02:00Z")
    said = {
        "state": "accepted",
        "reason_code": "business_need",
        "reason": "the key of the night shift, asked for in ticket 4711",
        "accountable": "user-olga",
        "due_date": "2026-06-30",
        "review_date": "2026-04-01",
    }
    status, body = sealed.ask(ROUTE, path=about(finding), body=said)
    stated = said | {"by": "user-1", "at": "2026-04-01T05:02:00Z", "n": 2}
    assert (status, body) == (200, finding | {"stated": stated, "due_by": "2026-06-30"})
    assert body in sealed.get("/findings")["items"]
    assert sealed.get("/findings", {"stated": "accepted"})["items"] == [body]
    assert sealed.get("/findings", {"stated": "acknowledged"})["items"] == []
    assert body not in sealed.get("/findings", {"stated": "open"})["items"]
    first, last = (row for row in custody(sealed) if row["action"] == "finding.stated")
    assert first["facts"]["state"] == "acknowledged"
    assert (last["by"], last["facts"]) == (
        "user-1",
        said | {name: finding[name] for name in ("org_id", "finding_id", "first_seen_hour")},
    )


def test_one_may_answer_oneself_and_take_it_back(sealed: Api, finding: dict[str, Any]) -> None:
    """One's own id is no user's of the organization."""
    said = {"state": "open", "accountable": "user-1", "reason": None, "due_date": None}
    assert sealed.ask(ROUTE, path=about(finding), body=said)[1]["stated"]["accountable"] == "user-1"
    stated = sealed.ask(ROUTE, path=about(finding), body={"state": "open"})[1]["stated"]
    assert (stated["accountable"], stated["by"]) == (None, "user-1")


CANNOT_BE_SAID: list[tuple[dict[str, Any], str]] = [
    ({}, "state"),
    ({"state": "closed"}, "state"),
    ({"state": ["open"]}, "state"),
    ({"state": "accepted"}, "reason is missing"),
    ({"state": "accepted", "reason": " "}, "reason"),
    ({"state": "accepted", "reason_code": "other"}, "which other reason"),
    ({"state": "accepted", "reason_code": "because"}, "reason_code must be one of"),
    ({"state": "open", "reason_code": ["other"]}, "reason_code must be one of"),
    ({"state": "open", "accountable": "team:"}, "team:platform-2"),
    ({"state": "open", "accountable": "team:Ann Lee"}, "team:platform-2"),
    (
        {"state": "open", "due_date": "2026-03-31"},
        "not be in the past: in utc it is 2026-04-01",
    ),
    ({"state": "open", "review_date": "2026-03-31"}, "review_date must not be in the past"),
    ({"state": "open", "review_date": "soon"}, "review_date"),
    ({"state": "open", "reason": 7}, "reason"),
    ({"state": "open", "reason": "x" * 501}, "500"),
    ({"state": "open", "reason": "two\nlines"}, "one line"),
    ({"state": "open", "reason": "two\u2028lines"}, "one line"),
    ({"state": "open", "reason": "ask ann@org-first.example"}, "e-mail"),
    ({"state": "open", "reason": "ask ann\uff20org-first.example"}, "e-mail"),
    ({"state": "open", "accountable": "user-ann"}, "present"),
    ({"state": "open", "accountable": "user-otto"}, "present"),
    ({"state": "open", "accountable": "ann@org-first.example"}, "present"),
    ({"state": "open", "accountable": {"id": "user-olga"}}, "present"),
    ({"state": "open", "accountable": ""}, "present"),
    ({"state": "open", "due_date": "tomorrow"}, "due_date"),
    ({"state": "open", "due_date": "2026-02-30"}, "due_date"),
    ({"state": "open", "due_date": "20260430"}, "due_date"),
    ({"state": "open", "due_date": 20260430}, "due_date"),
    ({"state": "open", "until": "2026-02-28"}, "until"),
]


def test_what_cannot_be_said_is_refused_in_words(sealed: Api, finding: dict[str, Any]) -> None:
    """And nothing is kept, in the log neither; who left answers for nothing."""
    before = all_items(sealed.context.table)
    for body, names in CANNOT_BE_SAID:
        status, problem = sealed.ask(ROUTE, path=about(finding), body=body)
        assert (status, names in problem["detail"].lower()) == (400, True), (body, problem)
        assert all_items(sealed.context.table) == before, body


def test_an_auditor_reads_what_is_said_and_says_nothing(
    sealed: Api, finding: dict[str, Any]
) -> None:
    """Refused with the group that is needed."""
    body = {"state": "acknowledged"}
    assert sealed.ask(ROUTE, path=about(finding), body=body, group="auditor")[0] == 403
    sealed.ask(ROUTE, path=about(finding), body=body)
    seen = sealed.get("/findings", {"stated": "acknowledged"}, group="auditor")["items"]
    assert [row["finding_id"] for row in seen] == [finding["finding_id"]]


@pytest.mark.parametrize("finding_id", ["0" * 24, "x", "", "..%2F", "STATE#"])
def test_a_finding_that_never_was_is_not_found(sealed: Api, finding_id: str) -> None:
    """The same answer as for an organization that never was; nothing is written."""
    before = all_items(sealed.context.table)
    body = {"state": "acknowledged"}
    missing = sealed.reply(ROUTE, path={"org_id": "org-never", "finding_id": "0" * 24}, body=body)
    path = {"org_id": OURS, "finding_id": finding_id}
    assert sealed.reply(ROUTE, path=path, body=body) == missing
    assert missing["statusCode"] == 404
    assert all_items(sealed.context.table) == before


def test_a_body_of_before_means_what_it_meant(sealed: Api, finding: dict[str, Any]) -> None:
    """A note alone still says why something is accepted: for another reason than those listed."""
    body = {"state": "accepted", "reason": "until the merger is done"}
    stated = sealed.ask(ROUTE, path=about(finding), body=body)[1]["stated"]
    assert (stated["reason_code"], stated["reason"]) == ("other", body["reason"])
    stated = sealed.ask(ROUTE, path=about(finding), body=body | {"state": "open"})[1]["stated"]
    assert (stated["reason_code"], stated["reason"]) == (None, body["reason"])


def test_a_word_says_why_without_a_note(sealed: Api, finding: dict[str, Any]) -> None:
    """So that what is sealed of an acceptance says more than that there was one."""
    body = {"state": "accepted", "reason_code": "risk_accepted", "accountable": "team:platform-2"}
    stated = sealed.ask(ROUTE, path=about(finding), body=body)[1]["stated"]
    assert (stated["reason"], stated["accountable"]) == (None, "team:platform-2")


def test_a_machine_answers_for_nothing(api: Api, lab_of: MakeLab) -> None:
    """Be it marked among the users, or in a project's list of service accounts alone."""
    world = World(OURS)
    start = world.at("2026-01-02T00:00:00Z").user_joins("olga", role="owner")
    start.project_created("web").service_account_created("bot", "web")
    start.key_made("ci", "web", owner="olga")
    fixture = lab_of(world, "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick("2026-04-01T00:00:00Z")
    finding = api.get("/findings")["items"][0]
    body = {"state": "acknowledged", "accountable": "svc_acct_bot"}
    status, problem = api.ask(ROUTE, path=about(finding), body=body)
    assert (status, "id of a person" in problem["detail"]) == (400, True)


def test_each_statement_is_a_row_of_its_own(sealed: Api, finding: dict[str, Any]) -> None:
    """Numbered over all findings; each names the one of the same finding that it replaces."""
    other = next(
        row
        for row in sealed.get("/findings")["items"]
        if row["finding_id"] != finding["finding_id"]
    )
    for each, state in ((finding, "acknowledged"), (other, "acknowledged"), (finding, "open")):
        body = {"state": state, "reason": f"it is {state}"}
        sealed.ask(ROUTE, path=about(each), body=body)
    rows = Statements(sealed.context.table, "tenant-a", OURS).after(0, 10)
    assert [(row["n"], row["finding_id"], row["replaces"]) for row in rows] == [
        (1, finding["finding_id"], None),
        (2, other["finding_id"], None),
        (3, finding["finding_id"], 1),
    ]
    last = rows[-1]
    assert (last["state"], last["note"], last["by"]) == ("open", "it is open", "user-1")
    assert (last["first_seen_hour"], last["service_account_id"]) == (
        finding["first_seen_hour"],
        None,
    )


def test_what_was_said_ends_with_the_finding(owners: tuple[Api, Any]) -> None:
    """A resolved one keeps it; one that comes back is new, and nothing is said of it."""
    api, fixture = owners
    (many,) = api.get("/findings", {"kind": "many_owners"})["items"]
    body = {"state": "accepted", "reason": "until the merger is done"}
    api.ask(ROUTE, path=about(many), body=body)
    fixture.tick("2026-04-01T01:00:00Z")
    (gone,) = api.get("/findings", {"kind": "many_owners", "state": "resolved"})["items"]
    assert gone["stated"]["state"] == "accepted"
    status, problem = api.ask(ROUTE, path=about(gone), body={"state": "open"})
    assert (status, "2026-04-01T01:00:00Z" in problem["detail"]) == (409, True)
    fixture.tick("2026-04-01T02:00:00Z")
    both = api.get("/findings", {"kind": "many_owners", "state": "all"})["items"]
    assert [row["finding_id"] for row in both] == [many["finding_id"]] * 2
    assert [row["stated"]["state"] for row in both] == ["accepted", "open"]


def test_a_change_and_its_finding_name_what_explains_them(api: Api, lab_of: MakeLab) -> None:
    """A key's finding is resolved by a change; the change names its verdict's reason and event."""
    world = World(OURS)
    start = world.at("2026-01-02T00:00:00Z").user_joins("olga", role="owner")
    start.project_created("web").key_made("ci", "web", owner="olga")
    world.at("2026-04-01T01:10:00Z").key_removed("ci")
    world.at("2026-04-01T01:20:00Z").hidden().user_joins("eve")
    fixture = lab_of(world, "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.ticks("2026-04-01T00:00:00Z", 2)
    changes = {row["entity_id"]: row for row in api.get("/changes")["items"]}
    assert (changes["key_ci"]["verdict"], changes["key_ci"]["reason"]) == ("explained", None)
    assert (changes["user-eve"]["verdict"], changes["user-eve"]["reason"]) == (
        "cannot_tell",
        "settling",
    )
    (gone,) = (
        row
        for row in api.get("/findings", {"state": "resolved"})["items"]
        if row["entity_id"] == "key_ci" and row["kind"] == "never_used_key"
    )
    assert gone["resolved_by"]["hour"] == gone["resolved_hour"] == "2026-04-01T01:00:00Z"
    assert gone["resolved_by"]["event_id"] == changes["key_ci"]["event_id"]
    assert (gone["change_hour"], gone["event_id"]) == (None, None)
