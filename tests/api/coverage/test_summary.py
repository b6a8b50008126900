"""The figures over all organizations, and whether anybody is looking."""

from tests.api.conftest import Api, MakeLab, story
from tools.openai_simulator import World


def test_the_summary_counts_what_the_newest_hours_sealed(sealed: Api) -> None:
    """The KPI strip."""
    body = sealed.get("/summary")
    assert {name: body[name] for name in ("orgs", "users", "active_projects", "api_keys")} == {
        "orgs": 1,
        "users": 2,
        "active_projects": 3,
        "api_keys": 3,
    }
    assert body["billable_users"] == 2
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
    assert body["carried"] == ["users", "billable_users"]
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


def test_a_collection_that_stopped_is_told_however_good_its_last_hour_was(sealed: Api) -> None:
    """78 hours later: how many hours are late, and since when nobody looked (C21)."""
    sealed.clock.set("2026-04-04T11:01:00Z")
    body = sealed.get("/summary")
    assert body["expected_hour"] == "2026-04-04T09:00:00Z"
    assert (body["late_hours"], body["late_since"]) == (77, "2026-04-01T05:00:00Z")
    assert body["organizations"][0]["late_hours"] == 77
    assert (body["missed_24h"], body["missed_30d"]) == (0, 0)


def test_an_hour_is_late_half_an_hour_after_it_ended(sealed: Api) -> None:
    """Until then it may still be being read."""
    for now, late in (
        ("2026-04-01T06:29:59Z", 0),
        ("2026-04-01T06:30:00Z", 1),
        ("2026-04-01T07:30:00Z", 2),
    ):
        sealed.clock.set(now)
        body = sealed.get("/summary")
        assert body["late_hours"] == late
        assert (body["late_since"] is None) == (late == 0)


def test_hours_nobody_pictured_stay_visible_for_a_month(api: Api, lab_of: MakeLab) -> None:
    """Closed as missed once the collection goes on; no longer late."""
    fixture = lab_of(story(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick("2026-04-01T00:00:00Z")
    # Two days without a tick; then the hours of the last two that ended are pictured still.
    fixture.tick("2026-04-03T06:00:00Z")
    body = api.get("/summary")
    hours = api.get("/orgs/{org_id}/hours", {"limit": "100"}, path={"org_id": "org-first"})["items"]
    missed = [hour["hour"] for hour in hours if hour["outcome"] == "missed"]
    assert len(missed) > 48
    assert body["late_hours"] == 0
    assert body["missed_30d"] == len(missed)
    assert body["missed_24h"] == sum(hour >= "2026-04-02T07:00:00Z" for hour in missed)
    again = api.get("/summary")
    assert again == body
    api.clock.set("2026-05-15T00:00:00Z")
    assert api.get("/summary")["missed_30d"] == 0


def test_a_paused_organization_is_late_as_any_other_when_nobody_seals_its_hours(
    api: Api, lab_of: MakeLab
) -> None:
    """Its hours are sealed as paused; a disconnected one has none."""
    world = World("org-first")
    world.at("2026-01-01T00:00:00Z").user_joins("zoe", role="owner")
    fixture = lab_of(world, "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick("2026-04-01T00:00:00Z")
    fixture.change("disconnected", "2026-04-01T01:30:00Z", status="disconnected", admin_key=b"")
    api.clock.set("2026-04-02T00:00:00Z")
    assert api.get("/summary")["late_hours"] == 0
