"""Organizations, their hours, and the figures over all of them."""

import pytest

from tests.api.conftest import OURS, Api, MakeLab, story
from tools.openai_simulator import World

ONE = {"org_id": OURS}


def test_an_organization_shows_its_last_hour_and_never_its_key(sealed: Api) -> None:
    """List and single show the same."""
    body = sealed.get("/orgs/{org_id}", path=ONE)
    assert body == sealed.get("/orgs")["items"][0]
    assert (body["last_hour"], body["outcome"]) == ("2026-04-01T04:00:00Z", "complete")
    assert body["status"] == "connected"
    assert "admin_key" not in body


def test_the_list_of_organizations_pages_and_keeps_disconnected_ones(
    api: Api, lab_of: MakeLab
) -> None:
    """A tombstone says how it comes back."""
    for org in ("org-aaa", "org-bbb", "org-ccc"):
        lab_of(World(org), "tenant-a").connect("2026-04-01T01:00:30Z")
    fixture = lab_of(World("org-bbb"), "tenant-a")
    fixture.change("disconnected", "2026-04-01T01:30:00Z", status="disconnected", admin_key=b"")
    rows = [row for page in api.pages("/orgs", 2) for row in page]
    assert [row["org_id"] for row in rows] == ["org-aaa", "org-bbb", "org-ccc"]
    assert rows[1]["status"] == "disconnected"
    assert "Connect it again" in rows[1]["hints"][0]


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


def test_the_summary_counts_what_the_newest_hours_sealed(sealed: Api) -> None:
    """The KPI strip."""
    body = sealed.get("/summary")
    assert {name: body[name] for name in ("orgs", "users", "active_projects", "api_keys")} == {
        "orgs": 1,
        "users": 2,
        "active_projects": 3,
        "api_keys": 3,
    }
    assert body["stale_keys"] == 0
    assert body["open_findings"] == len(sealed.get("/findings")["items"])
    assert (body["carried"], body["unknown"]) == ([], [])
    assert body["last_closed_hour"] == "2026-04-01T04:00:00Z"
    assert body["organizations"][0]["sections"]["users"] == "complete"


def test_a_figure_that_could_not_be_read_stands_marked_as_carried(
    api: Api, lab_of: MakeLab
) -> None:
    """For a day; what was never known is null, not zero."""
    fixture = lab_of(story(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.simulator.faults.add("forbidden", path="*api_keys")
    fixture.tick("2026-04-01T00:00:00Z")
    fixture.simulator.faults.add("forbidden", path="/organization/users")
    fixture.tick("2026-04-01T01:00:00Z")
    body = api.get("/summary")
    assert (body["users"], body["api_keys"]) == (2, None)
    assert body["carried"] == ["users"]
    assert body["unknown"] == ["api_keys", "stale_keys"]


def test_the_summary_of_nothing_is_zero(api: Api) -> None:
    """No organization, no users: that is known."""
    body = api.get("/summary")
    assert (body["orgs"], body["users"], body["last_closed_hour"]) == (0, 0, None)


def test_the_last_closed_hour_is_the_one_all_have_closed(api: Api, lab_of: MakeLab) -> None:
    """A pack may reach to there."""
    for org, hours in (("org-aaa", 3), ("org-bbb", 1)):
        world = World(org)
        world.at("2026-01-01T00:00:00Z").user_joins("zoe", role="owner")
        fixture = lab_of(world, "tenant-a")
        fixture.connect("2026-04-01T01:00:30Z")
        fixture.ticks("2026-04-01T00:00:00Z", hours)
    assert api.get("/summary")["last_closed_hour"] == "2026-04-01T00:00:00Z"
