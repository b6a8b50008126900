"""Deadlines: until when findings are to be closed of which nobody says a day."""

from typing import Any

import pytest

from tests.api.conftest import Api

ROUTE, STATE = "PUT /deadlines", "PUT /orgs/{org_id}/findings/{finding_id}/state"
NONE = {"high_days": None, "medium_days": None, "low_days": None}


def due(api: Api) -> dict[str, set[str | None]]:
    """Return until when findings are due, by severity."""
    days: dict[str, set[str | None]] = {}
    for finding in api.get("/findings")["items"]:
        days.setdefault(finding["severity"], set()).add(finding["due_by"])
    return days


def test_findings_are_due_by_the_deadline_of_their_severity(sealed: Api) -> None:
    """None at first; what is said of a finding goes before it, and what is accepted is not due."""
    assert sealed.get("/deadlines") == NONE
    assert all(days == {None} for days in due(sealed).values())
    said = {"high_days": 14, "medium_days": None, "low_days": 30}
    assert sealed.ask(ROUTE, body=said) == (200, said)
    assert sealed.get("/deadlines", group="auditor") == said
    assert due(sealed) == {"low": {"2026-05-01"}}
    finding = sealed.get("/findings")["items"][0]
    path = {"org_id": finding["org_id"], "finding_id": finding["finding_id"]}
    body: dict[str, Any] = {"state": "acknowledged", "due_date": "2026-05-05"}
    assert sealed.ask(STATE, path=path, body=body)[1]["due_by"] == "2026-05-05"
    body = {"state": "accepted", "reason_code": "business_need"}
    assert sealed.ask(STATE, path=path, body=body)[1]["due_by"] is None


def test_setting_them_is_in_the_custody_log_and_nobody_elses(sealed: Api) -> None:
    """With the days; a field left out is none; the other tenant has its own."""
    sealed.ask(ROUTE, body={"high_days": 7})
    (entry,) = sealed.get("/custody", {"limit": "1"})["items"]
    assert (entry["action"], entry["by"]) == ("deadlines.set", "user-1")
    assert entry["facts"] == {"high_days": 7, "medium_days": None, "low_days": None}
    assert sealed.get("/deadlines") == NONE | {"high_days": 7}
    assert sealed.ask("GET /deadlines", tenant="tenant-b") == (200, NONE)


@pytest.mark.parametrize("days", [0, -1, 3651, 1.5, True, "14", [14]])
def test_what_is_no_number_of_days_is_refused_in_words(sealed: Api, days: object) -> None:
    """And changes nothing."""
    status, problem = sealed.ask(ROUTE, body={"medium_days": days})
    assert status == 400
    assert "medium_days must be a number of days from 1 to 3650" in problem["detail"]
    assert sealed.get("/deadlines") == NONE


def test_an_auditor_sets_none(sealed: Api) -> None:
    """Only admins do."""
    assert sealed.ask(ROUTE, body={"high_days": 7}, group="auditor")[0] == 403
