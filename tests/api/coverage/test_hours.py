"""An organization's hours, one by one and as days."""

import pytest

from tests.api.conftest import OURS, Api, MakeLab
from tools.openai_simulator import World

ONE = {"org_id": OURS}


def test_hours_are_listed_newest_first_with_their_seals_digest(sealed: Api) -> None:
    """One row per closed hour; the range is half-open."""
    rows = sealed.get("/orgs/{org_id}/hours", path=ONE)["items"]
    assert [row["hour"][11:13] for row in rows] == ["04", "03", "02", "01", "00"]
    assert all(len(row["sha256"]) == 64 for row in rows)
    assert rows[0]["kpi"]["users"] == 2
    query = {"from": "2026-04-01T01:00:00Z", "to": "2026-04-01T03:00:00Z"}
    some = sealed.get("/orgs/{org_id}/hours", query, path=ONE)["items"]
    assert [row["hour"][11:13] for row in some] == ["02", "01"]
    first = sealed.get("/orgs/{org_id}/hours", {"limit": "2"}, path=ONE)
    rest = sealed.get("/orgs/{org_id}/hours", {"cursor": first["next_cursor"]}, path=ONE)
    assert first["items"] + rest["items"] == rows
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"from": "now"},
        {"from": "2026-04-02T00:00:00Z", "to": "2026-04-01T00:00:00Z"},
        {"limit": "many"},
        {"org_id": OURS},
    ],
)
def test_a_range_that_cannot_be_used_is_refused(sealed: Api, query: dict[str, str]) -> None:
    """In words."""
    assert sealed.ask("GET /orgs/{org_id}/hours", path=ONE, query=query)[0] == 400


def test_days_say_of_each_hour_what_became_of_it(sealed: Api) -> None:
    """Sealed, late, still open, and before anybody looked; newest day first."""
    sealed.clock.set("2026-04-03T02:10:00Z")
    days = sealed.get("/orgs/{org_id}/days", path=ONE)["items"]
    assert [day["day"] for day in days] == ["2026-04-03", "2026-04-02", "2026-04-01"]
    assert days[2]["hours"] == ["complete"] * 5 + ["late"] * 19
    assert days[1]["hours"] == ["late"] * 24
    # 01:00 ended at 02:00, ten minutes ago: it may still be read.
    assert days[0]["hours"] == ["late"] + ["open"] * 23


def test_days_are_read_in_pages_and_by_range(sealed: Api) -> None:
    """Each day once; the range is half-open, and stops where the hours begin and end."""
    sealed.clock.set("2026-04-06T00:00:00Z")
    every = sealed.get("/orgs/{org_id}/days", path=ONE)["items"]
    paged = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = sealed.get("/orgs/{org_id}/days", query, path=ONE)
        paged += page["items"]
        cursor = page["next_cursor"]
    assert paged == every
    query = {"from": "2026-04-02", "to": "2026-04-04"}
    some = sealed.get("/orgs/{org_id}/days", query, path=ONE)["items"]
    assert [day["day"] for day in some] == ["2026-04-03", "2026-04-02"]
    far = ({"to": "0001-01-02"}, {"from": "9999-12-31"}, {"to": "0001-01-01", "limit": "100"})
    for nothing in ({"to": "2026-03-01"}, {"from": "2027-01-01"}, *far):
        assert sealed.get("/orgs/{org_id}/days", nothing, path=ONE)["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-4-1"},
        {"to": "2026-04-01T00:00:00Z"},
        {"to": "20260401"},
        {"from": "2026-02-30"},
        {"from": "2026-04-02", "to": "2026-04-01"},
    ],
    ids=str,
)
def test_days_that_are_none_are_refused(sealed: Api, query: dict[str, str]) -> None:
    """In words."""
    assert sealed.ask("GET /orgs/{org_id}/days", path=ONE, query=query)[0] == 400


def test_an_organization_without_an_hour_has_a_day_that_is_open(api: Api, lab_of: MakeLab) -> None:
    """Connected a minute ago: nothing is late yet."""
    lab_of(World("org-new"), "tenant-a").connect("2026-04-01T06:00:30Z")
    api.clock.set("2026-04-01T06:01:00Z")
    (day,) = api.get("/orgs/{org_id}/days", path={"org_id": "org-new"})["items"]
    assert day["hours"] == ["none"] * 5 + ["open"] * 19
