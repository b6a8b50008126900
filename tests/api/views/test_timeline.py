"""What happened: events and changes, newest first, over one organization or all."""

import pytest

from tests.api.conftest import OURS, Api, MakeLab, story
from tools.openai_simulator import World


def test_events_are_newest_first_with_the_packs_fields(sealed: Api) -> None:
    """Every audit event of the story's last hours, each once."""
    rows = sealed.get("/events", {"limit": "100"})["items"]
    moments = [(row["occurred_at"], row["event_id"]) for row in rows]
    assert moments == sorted(moments, reverse=True)
    assert len({row["event_id"] for row in rows}) == len(rows)
    assert set(rows[0]) == {
        *("org_id", "event_id", "event_type", "occurred_at", "sealed_hour", "actor_type"),
        *("actor_id", "actor_hash", "project_id", "target_id", "details"),
    }
    assert rows[0]["occurred_at"] == "2026-04-01T03:10:00Z"
    assert rows[0]["sealed_hour"] == "2026-04-01T03:00:00Z"


def test_changes_tell_what_the_pictures_showed(sealed: Api) -> None:
    """Joined, left, created: with the hour that first showed it."""
    rows = sealed.get("/changes")["items"]
    assert [(row["hour"], row["section"], row["kind"], row["entity_id"]) for row in rows] == [
        ("2026-04-01T03:00:00Z", "projects", "added", "proj_lab"),
        ("2026-04-01T03:00:00Z", "api_keys", "added", "key_new"),
        ("2026-04-01T02:00:00Z", "users", "removed", "user-ann"),
        ("2026-04-01T02:00:00Z", "api_keys", "modified", "key_old"),
        ("2026-04-01T01:00:00Z", "users", "added", "user-ben"),
    ]


@pytest.mark.parametrize("path", ["/events", "/changes"])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_pages_join_to_the_whole_list(sealed: Api, path: str, limit: int) -> None:
    """Every row once, in one order."""
    whole = sealed.get(path, {"limit": "100"})["items"]
    pages = sealed.pages(path, limit)
    assert [row for page in pages for row in page] == whole


def test_pages_run_across_organizations(api: Api, lab_of: MakeLab) -> None:
    """Rows of one instant in several organizations neither repeat nor drop out."""
    for org in ("org-aaa", "org-bbb", "org-ccc"):
        world = World(org, admin_key=f"sk-admin-of-the-organization-{org}")
        moment = world.at("2026-03-31T22:00:00Z")
        for place in range(4):
            moment.user_joins(f"user{place}", role="owner")
        fixture = lab_of(world, "tenant-a")
        fixture.connect("2026-04-01T01:00:30Z")
        fixture.tick("2026-04-01T00:00:00Z")
    whole = api.get("/events", {"limit": "100"})["items"]
    assert len({(row["org_id"], row["event_id"]) for row in whole}) == len(whole) >= 12
    for limit in (1, 2, 5):
        assert [row for page in api.pages("/events", limit) for row in page] == whole


@pytest.mark.parametrize(
    ("query", "moments"),
    [
        ({"from": "2026-04-01T02:10:00Z"}, {"03:10", "02:10"}),
        ({"to": "2026-04-01T02:10:00Z", "from": "2026-04-01T00:00:00Z"}, {"01:10"}),
        ({"from": "2026-04-01T02:10:01Z", "to": "2026-04-01T03:10:00Z"}, set()),
        ({"event_type": "user.deleted"}, {"02:10"}),
        ({"event_type": "user.deleted", "org_id": OURS}, {"02:10"}),
        ({"event_type": "no.such"}, set()),
    ],
)
def test_events_are_filtered_by_time_and_field(
    sealed: Api, query: dict[str, str], moments: set[str]
) -> None:
    """``from`` is included, ``to`` is not."""
    rows = sealed.get("/events", query)["items"]
    assert {row["occurred_at"][11:16] for row in rows} == moments


def test_an_event_is_found_by_its_id(sealed: Api) -> None:
    """Through the index, in this tenant's organizations only."""
    rows = sealed.get("/events")["items"]
    for row in rows:
        assert sealed.get("/events", {"event_id": row["event_id"]})["items"] == [row]
    theirs = sealed.get("/events", tenant="tenant-b")["items"]
    assert theirs
    assert sealed.get("/events", {"event_id": theirs[0]["event_id"]})["items"] == []
    # Found, and then held to the other filters as well.
    other = {"event_id": rows[0]["event_id"], "event_type": "no.such"}
    assert sealed.get("/events", other)["items"] == []


def test_a_filter_that_few_rows_pass_gives_a_short_page_and_a_cursor(
    sealed: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request looks at a bounded number of rows; the pages still find everything."""
    monkeypatch.setattr("functions.api.views.timeline._MAX_LOOKED_AT", 2)
    first = sealed.get("/events", {"event_type": "no.such"})
    assert first["items"] == []
    assert first["next_cursor"] is not None
    pages = sealed.pages("/events", 100, event_type="user.deleted")
    assert [row["event_type"] for page in pages for row in page] == ["user.deleted"]


def test_the_audit_logs_status_stands_beside_the_events(api: Api, lab_of: MakeLab) -> None:
    """An empty list of an unproven log is not a clean one."""
    fixture = lab_of(story(), "tenant-a")
    fixture.simulator.faults.add("audit_logging_off")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick("2026-04-01T00:00:00Z")
    body = api.get("/events")
    assert body["items"] == []
    assert [(row["status"], row["hour"]) for row in body["sections"]] == [
        ("unproven", "2026-04-01T00:00:00Z")
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"to": "2026-04-01"},
        {"from": "2026-04-02T00:00:00Z", "to": "2026-04-01T00:00:00Z"},
        {"actor_id": "x" * 201},
        {"cursor": "not-a-cursor"},
    ],
)
def test_a_query_that_cannot_be_used_is_refused(api: Api, query: dict[str, str]) -> None:
    """In words."""
    assert api.ask("GET /events", query=query)[0] == 400


def test_a_cursor_never_leaves_its_own_kind_of_row(sealed: Api) -> None:
    """A changes cursor under the name of the events list is refused."""
    cursor = sealed.get("/changes", {"limit": "1"})["next_cursor"]
    assert sealed.ask("GET /events", query={"cursor": cursor})[0] == 400
