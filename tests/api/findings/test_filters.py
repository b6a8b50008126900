"""What the list of findings may be asked."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.api.findings.filters import finding_filter
from functions.shared.errors import BadRequest
from functions.shared.http.query import Query
from tests.api.conftest import Api, MakeLab
from tests.api.findings.conftest import many_findings

STATE = "PUT /orgs/{org_id}/findings/{finding_id}/state"
Row = dict[str, Any]
HOUR_2, HOUR_3 = "2026-04-01T02:00:00Z", "2026-04-01T03:00:00Z"


@pytest.fixture
def stated(told: Api) -> Api:
    """Give deadlines, and one finding of a team's that is due on a day of its own."""
    told.ask("PUT /deadlines", body={"high_days": 1, "medium_days": 30})
    row = told.get("/findings", {"kind": "admin_key_old"})["items"][0]
    body = {"state": "acknowledged", "accountable": "team:platform-2", "due_date": "2026-04-09"}
    path = {"org_id": row["org_id"], "finding_id": row["finding_id"]}
    assert told.ask(STATE, path=path, body=body)[0] == 200
    return told


CASES: list[tuple[dict[str, str], Callable[[Row], bool]]] = [
    ({"key_id": "key_ci"}, lambda row: row["entity_id"] == "key_ci"),
    ({"key_id": "invite-eve"}, lambda row: False),
    ({"section": "invites"}, lambda row: row["section"] == "invites"),
    ({"entity_id": "invite-eve"}, lambda row: row["entity_id"] == "invite-eve"),
    (
        {"accountable": "team:platform-2"},
        lambda row: row["stated"]["accountable"] == "team:platform-2",
    ),
    ({"accountable": "user-olga"}, lambda row: False),
    ({"due_before": "2026-04-09"}, lambda row: row["severity"] == "high"),
    (
        {"due_before": "2026-04-10", "severity": "medium"},
        lambda row: row["kind"] == "admin_key_old",
    ),
    ({"resolved_from": HOUR_3}, lambda row: row["resolved_hour"] == HOUR_3),
    ({"resolved_to": HOUR_3}, lambda row: row["resolved_hour"] == HOUR_2),
    (
        {"resolved_from": HOUR_2, "resolved_to": "2026-04-02T00:00:00Z"},
        lambda row: row["resolved_hour"] is not None,
    ),
]


def test_each_filter_takes_what_it_says(stated: Api) -> None:
    """Of all findings, those that hold it, in their order."""
    every = stated.get("/findings", {"state": "all", "limit": "100"})["items"]
    for query, holds in CASES:
        wanted = [row for row in every if holds(row)]
        listed = stated.get("/findings", query | {"state": "all", "limit": "100"})["items"]
        assert listed == wanted, query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"due_before": "2026-02-30"}, "due_before must be a day that exists"),
        ({"due_before": "20260401"}, "due_before must be a day that exists"),
        ({"due_before": "2026-04-01T00:00:00Z"}, "due_before must be a day that exists"),
        ({"resolved_from": "yesterday", "state": "all"}, "resolved_from must look like"),
        ({"resolved_to": "2026-04-01", "state": "all"}, "resolved_to must look like"),
        (
            {"resolved_from": HOUR_3, "resolved_to": HOUR_2, "state": "all"},
            "resolved_to must not be before resolved_from",
        ),
        ({"resolved_from": HOUR_3}, "need state=resolved"),
        ({"resolved_to": HOUR_3, "state": "open"}, "need state=resolved"),
        ({"key_id": "k" * 201}, "key_id is at most 200"),
        ({"accountable": "k" * 201}, "accountable is at most 200"),
    ],
    ids=str,
)
def test_what_no_finding_can_hold_is_refused_in_words(query: dict[str, str], words: str) -> None:
    """An empty list would look like the truth."""
    with pytest.raises(BadRequest, match=words):
        finding_filter(Query(query))


SEARCHES: list[tuple[str, Callable[[Row], bool]]] = [
    ("The WEB", lambda row: row["subject"]["project_name"] == "The web"),
    ("oot", lambda row: row["subject"]["name"] == "root"),
    ("ADMIN-...0000", lambda row: row["subject"]["redacted_value"] == "sk-admin-...0000"),
    ("user-ann", lambda row: row["subject"]["owner_id"] == "user-ann"),
    ("invite-e", lambda row: row["entity_id"] == "invite-eve"),
    ("no such text", lambda row: False),
]


def test_a_search_looks_into_what_findings_are_about(told: Api) -> None:
    """As a person knows the thing: by its name, its last four, its project, its owner."""
    every = told.get("/findings", {"state": "all", "limit": "100"})["items"]
    for q, is_about in SEARCHES:
        wanted = [row for row in every if is_about(row)]
        assert wanted or q == "no such text", q
        assert told.get("/findings", {"state": "all", "limit": "100", "q": q})["items"] == wanted, q
    pages = told.pages("/findings", 1, q="the web", kind="stale_key", state="all")
    assert [row["entity_id"] for page in pages for row in page] == [
        row["entity_id"]
        for row in every
        if row["kind"] == "stale_key" and row["subject"]["project_name"] == "The web"
    ]


def test_a_search_follows_a_name_that_changed(api: Api, lab_of: MakeLab) -> None:
    """Though the findings are as they were the hour before."""
    world = many_findings()
    fixture = lab_of(world, "tenant-a")
    fixture.connect("2026-04-01T00:00:30Z")
    fixture.tick("2026-03-31T23:00:00Z")
    assert api.get("/findings", {"q": "renamed"})["items"] == []
    world.at("2026-04-01T00:10:00Z").project_renamed("web", "Renamed")
    fixture.tick("2026-04-01T00:00:00Z")
    assert len(api.get("/findings", {"q": "renamed"})["items"]) == len(
        api.get("/findings", {"section": "api_keys"})["items"]
    )
