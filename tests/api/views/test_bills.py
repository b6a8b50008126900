"""The bill as the API answers it, from the hour rows of the table."""

from datetime import datetime
from typing import Any

import pytest

from functions.shared.aws.keys import hour_sk, organization_pk
from functions.shared.hours import HOUR, hours_from, month_end, month_start, rfc3339
from functions.shared.tables.connections import Connections
from tests.api.conftest import OURS, Api, MakeLab
from tools.openai_simulator import World


def row_of(hour: datetime, users: int | None, **facts: Any) -> dict[str, Any]:
    """Return an hour's row as the projection writes it."""
    status = "complete" if users is not None else "failed"
    row = {
        "pk": organization_pk("tenant-a", OURS),
        "sk": hour_sk(hour),
        "state": "sealed",
        "hour": rfc3339(hour),
        "outcome": status,
        "reason": None if users is not None else "server_error",
        "sha256": "0" * 64,
        "sections": dict.fromkeys(("users", "projects", "api_keys", "audit_events"), status),
        "kpi": {"users": 26, "billable_users": users, "active_projects": 3} if users else None,
        "events": 0,
        "changes": 0,
        "open_findings": 0,
    }
    return row | facts


def close(api: Api, hour: datetime, users: int | None, **facts: Any) -> None:
    """Write an hour's row."""
    api.context.table.put(row_of(hour, users, **facts))


@pytest.fixture
def billed(api: Api, lab_of: MakeLab) -> Api:
    """Connect an organization; the hours are each test's own."""
    lab_of(World(OURS), "tenant-a").connect("2026-03-31T23:01:00Z")
    api.clock.set("2026-05-02T00:00:00Z")
    return api


def test_a_month_is_billed_with_its_working(billed: Api) -> None:
    """25 users and 3 active projects; service accounts are not billed."""
    hours = hours_from(month_start("2026-04"), month_end("2026-04"))
    billed.context.table.put_all([row_of(hour, 25) for hour in hours])
    body = billed.get("/billing", {"month": "2026-04"})
    assert (body["amount_cents"], body["currency"], body["final"]) == (4000, "EUR", True)
    assert body["per_org"] == [
        {
            "org_id": OURS,
            "user_hours": 18000,
            "project_hours": 2160,
            "average_users": "25.000",
            "average_projects": "3.000",
        }
    ]
    assert body["hours"] == 720
    assert "4000 ct" in body["working"][-1]
    day = {"day": "2026-04-30", "user_hours": 600, "project_hours": 72, "amount_cents": 133}
    assert (len(body["per_day"]), body["per_day"][-1]) == (30, day)


def test_what_was_carried_or_counted_zero_is_told_with_its_reason(billed: Api) -> None:
    """An hour that could not be read is not silently free, nor silently billed."""
    start = month_start("2026-04")
    close(billed, start, 10)
    for place in range(1, 30):
        close(billed, start + place * HOUR, None)
    close(billed, start + 30 * HOUR, None, outcome="paused", reason="paused")
    body = billed.get("/billing", {"month": "2026-04"})
    runs = [run for run in body["runs"] if run["section"] == "users"]
    assert [(run["hours"], run["counted"], run["reason"]) for run in runs] == [
        (1, "read", None),
        (24, "carried", "server_error"),
        (5, "zero", "server_error, nothing known for 24 hours"),
        (1, "zero", "paused"),
        (689, "zero", "not_connected"),
    ]
    assert body["per_org"][0]["user_hours"] == 250
    assert "24 h carried (server_error)" in body["working"][0]


def test_a_section_not_read_whole_is_not_counted_as_read(billed: Api) -> None:
    """A partial list's figure is no figure."""
    start = month_start("2026-04")
    close(billed, start, 10)
    close(billed, start + HOUR, 99, sections={"users": "partial", "projects": "complete"})
    assert billed.get("/billing", {"month": "2026-04"})["per_org"][0]["user_hours"] == 20


def test_a_month_under_way_is_not_final(billed: Api) -> None:
    """What it has come to so far, and that it goes on."""
    close(billed, month_start("2026-05"), 744)
    body = billed.get("/billing", {"month": "2026-05"})
    assert (body["amount_cents"], body["final"]) == (100 + half(3 * 500), False)
    assert body["working"][-1].startswith("The month is not over")


def half(cents: int) -> int:
    """Return a share of one hour in 744, rounded as the bill does."""
    return (2 * cents + 744) // (2 * 744)


def test_no_connected_organization_costs_nothing_and_says_so(api: Api) -> None:
    """Nothing, in words."""
    body = api.get("/billing", {"month": "2026-03"})
    assert (body["amount_cents"], body["per_org"]) == (0, [])
    assert body["working"] == ["No organization was connected in this month."]


def test_an_organization_disconnected_before_the_month_has_no_part_in_it(billed: Api) -> None:
    """It is not even named."""
    close(billed, month_start("2026-04") - HOUR, 25)
    assert billed.get("/billing", {"month": "2026-04"})["per_org"] == []


def test_another_tenants_hours_are_not_billed(billed: Api) -> None:
    """Each tenant pays for its own rows of the same organization."""
    close(billed, month_start("2026-04"), 25)
    assert billed.get("/billing", {"month": "2026-04"}, tenant="tenant-b")["amount_cents"] == 0
    assert list(Connections(billed.context.table).of("tenant-b")) == []


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"month": "2026-13"},
        {"month": "2026-4"},
        {"month": "0001-01"},
        {"month": "9999-12"},
        {"month": "2026-06"},
        {"month": "٢٠٢٦-٠٤"},
    ],
)
def test_a_month_that_cannot_be_billed_is_refused(billed: Api, query: dict[str, str]) -> None:
    """In words; never our fault."""
    status, problem = billed.ask("GET /billing", query=query)
    assert (status, problem["type"]) == (400, "/problems/bad-request")
