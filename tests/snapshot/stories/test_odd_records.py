"""Lists that contradict themselves, and records that cannot be followed: kept, and said."""

from functions.shared.canonical import Json
from functions.shared.hours import parse_instant
from functions.snapshot.normalize.sections import conflicting
from tests.snapshot.rows import api_key
from tests.snapshot.stories.test_optional_sections import (
    CONNECTED,
    FIRST,
    SECOND,
    opened,
    rich_world,
    section,
)
from tests.support.snapshot_fixture import FixtureMaker
from tools.openai_simulator import World


def world_with(name: str, record: Json) -> World:
    """Return the rich world with one more record in a list."""
    world = rich_world()
    world.at("2026-03-21T10:00:00Z").raw(name, record)
    return world


def test_a_project_listed_twice_is_one_project(make_fixture: FixtureMaker) -> None:
    """Active and archived under one id: the active one counts, both are kept, at once."""
    fixture = make_fixture(rich_world())
    fixture.connect(CONNECTED)
    fixture.simulator.faults.add("archived_twin", path="/organization/projects")
    (seal,) = fixture.order(FIRST)
    entry = section(seal, "projects")
    assert (entry["status"], entry["reason"]) == ("partial", "conflicting_duplicates")
    assert (seal.content["outcome"], entry["count"]) == ("partial", 2)
    (conflict,) = entry["conflicts"]
    assert [row["status"] for row in conflict["rows"]] == ["active", "archived"]
    assert len(set(conflict["sha256"])) == 2
    rows = {row["project_id"]: row["status"] for row in fixture.register(seal, "projects")}
    assert rows == {"proj_web": "active", "proj_lab": "active"}
    # Every project is known by id: their keys are read whole.
    assert section(seal, "api_keys")["status"] == "complete"


def test_conflicting_records_are_both_kept(make_fixture: FixtureMaker) -> None:
    """One id with two contents: tried again, then partial, with both; nobody is removed."""
    fixture = opened(make_fixture, rich_world())
    fixture.world.at("2026-04-01T03:30:00Z").user_leaves("ann")
    fixture.simulator.faults.add("repeated_ids", path="/organization/users", content="other")
    fixture.simulator.faults.add(
        "null_fields", path="/organization/users", fields=["role"], every=2
    )
    assert fixture.tick(SECOND) == []
    (seal,) = fixture.tick(SECOND, minutes_late=121)
    entry = section(seal, "users")
    assert entry["status"] == "partial"
    assert [row["role"] for row in entry["conflicts"][0]["rows"]].count(None) == 1
    assert ("users", "removed", "user-ann") not in fixture.changes(seal)


def test_a_key_used_between_two_pages_is_no_conflict(make_fixture: FixtureMaker) -> None:
    """Only a volatile field differs: that is time passing."""
    key = api_key(last_used_at=None)
    assert conflicting("api_keys", [(key, api_key(last_used_at=FIRST))]) == []
    assert len(conflicting("api_keys", [(key, api_key(last_used_at=None, name="lab"))])) == 1


def test_a_record_without_an_id_is_counted_and_kept(make_fixture: FixtureMaker) -> None:
    """It cannot be followed, so it is in the seal itself, without the person in it."""
    fixture = opened(make_fixture, rich_world())
    ghost = {"email": "ghost.private@elsewhere.example", "name": "Gus Ghost", "role": "owner"}
    now = parse_instant("2026-04-01T03:30:00Z").timestamp()
    fixture.world.first.users.put(now, "ghost", {"object": "organization.user", "id": None} | ghost)
    fixture.world.at("2026-04-01T03:30:00Z").user_leaves("ann")
    (seal,) = fixture.tick(SECOND)
    entry = section(seal, "users")
    assert (entry["unknown"], len(entry["odd"])) == (1, 1)
    assert (entry["odd"][0]["role"], entry["odd"][0]["email_prefix"]) == ("owner", "ghos")
    assert "Ghost" not in str(seal.content)
    assert "elsewhere" not in str(seal.content)
    # It might have been Ann: she was asked for by her id before she was taken for gone.
    assert ("users", "removed", "user-ann") in fixture.changes(seal)
    assert fixture.simulator.counts()["/organization/users/user-ann"] == 1


def test_an_event_told_in_two_ways_is_kept_in_both(make_fixture: FixtureMaker) -> None:
    """One event id, two contents: one is sealed as the event, both stand in the section."""
    world = rich_world()
    for kind in ("login.failed", "login.succeeded"):
        world.at("2026-04-01T02:30:00Z").event(kind, id_="audit_log-twice")
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    (seal,) = fixture.order(FIRST)
    entry = section(seal, "audit_events")
    assert (entry["status"], entry["reason"]) == ("partial", "conflicting_duplicates")
    kinds = {row["event_type"] for row in entry["conflicts"][0]["rows"]}
    assert kinds == {"login.failed", "login.succeeded"}
    (seal,) = fixture.tick(SECOND)
    assert section(seal, "audit_events")["status"] == "complete"


def test_a_key_itself_is_never_kept(make_fixture: FixtureMaker) -> None:
    """Should a list ever show a whole key, it is not stored with the unknown fields."""
    secret = "sk-admin-whole-key-that-must-not-be-kept"
    record = {"id": "key_adm_x", "value": secret, "created_at": 1775000000, "owner": None}
    fixture = opened(make_fixture, world_with("admin_api_keys", record))
    assert secret not in str(fixture.register(fixture.seal(FIRST), "admin_keys"))


def test_hostile_records_are_rows_all_the_same(make_fixture: FixtureMaker) -> None:
    """Null, odd and unknown fields in the new lists are stored, counted, and break nothing."""
    world = rich_world()
    hour = world.at("2026-03-21T10:00:00Z")
    for name in ("admin_api_keys", "invites", "groups", "roles"):
        odd = {"created_at": "soon", "owner": [], "projects": {"id": 1}, "permissions": [1, "a"]}
        hour.raw(name, {"id": f"odd-{name}", "name": None, "x_new": {"since": 2**60}, **odd})
    fixture = opened(make_fixture, world)
    seal = fixture.seal(FIRST)
    for name in ("admin_keys", "invites", "groups", "roles"):
        assert (section(seal, name)["status"], section(seal, name)["count"]) == ("complete", 2)
    assert section(seal, "groups")["unknown"] == 1
