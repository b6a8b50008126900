"""What happens between two pictures, told by the whole function: returns, short lives, settings."""

from typing import Any

from functions.shared.canonical import Json
from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, parse_instant, rfc3339
from tests.snapshot.stories.reconciling import (
    BEGIN,
    a_world,
    after,
    findings,
    lab_in_memory,
    told,
    verdicts,
)
from tests.support.snapshot_fixture import SnapshotFixture

SECOND, THIRD = (rfc3339(parse_instant(BEGIN) + n * HOUR) for n in (1, 2))
FIRST = rfc3339(parse_instant(BEGIN) - HOUR)


def last(fixture: SnapshotFixture) -> Seal:
    """Return the newest seal."""
    seal = fixture.chain.last_before(parse_instant("2030-01-01T00:00:00Z"))
    assert seal
    return seal


def rows(fixture: SnapshotFixture, section: str, field: str, identity: str) -> list[Json]:
    """Return an entity's stays, as the newest seal has them."""
    return [row for row in fixture.register(last(fixture), section) if row[field] == identity]


def bounds(stays: list[Json]) -> list[tuple[Any, ...]]:
    """Return of each stay its hours, and not before which instants it came and went."""
    names = ("first_seen_at", "removed_at", "added_not_before", "removed_not_before")
    return [tuple(row.get(name) for name in names) for row in stays]


def test_who_is_deleted_and_added_within_the_hour_has_two_stays() -> None:
    """C2: both logged; the rows end and begin by the events, and so do the roles held."""
    world = a_world()
    world.at(after(1, 10)).user_leaves("ann")
    world.at(after(1, 40)).user_joins("ann")
    fixture = told(world, 4)
    stays = rows(fixture, "users", "user_id", "user-ann")
    assert bounds(stays) == [
        (FIRST, SECOND, None, after(1, 10)),
        (SECOND, None, after(1, 40), None),
    ]
    assert [[held["to"] for held in stay["roles_held"]] for stay in stays] == [[SECOND], [None]]
    of_ann = [(entity, verdict) for entity, verdict, _ in verdicts(fixture) if entity == "user-ann"]
    assert of_ann == [("user-ann", "explained"), ("user-ann", "explained")]


def test_a_hidden_return_is_two_stays_and_unexplained() -> None:
    """C2, beside it: no events; OpenAI's own time alone tells, and both changes are findings."""
    world = a_world()
    world.at(after(1, 10)).hidden().user_leaves("bob")
    world.at(after(1, 40)).hidden().user_joins("bob")
    fixture = told(world, 102, step=6)
    stays = rows(fixture, "users", "user_id", "user-bob")
    assert [row[:2] for row in bounds(stays)] == [(FIRST, SECOND), (SECOND, None)]
    found = {row["reason"] for row in findings(fixture, "unexplained_change")}
    assert {"no_event_for_removed", "no_event_for_added"} <= found


def archived() -> Any:
    """Return a world whose project is archived in the second hour: its lists then answer 400."""
    world = a_world()
    world.at(after(1, 20)).project_archived("web")
    return world


def test_a_key_of_an_archived_project_ends_by_its_event() -> None:
    """C3: its state is that of the last real reading; the event ends it and its findings."""
    world = archived()
    world.at(after(3, 15)).key_removed("anns")
    fixture = told(world, 6)
    for key in fixture.register(fixture.seal(THIRD), "api_keys"):
        assert (key["removed_at"], key["shown_until"]) == (None, BEGIN)
    (key,) = rows(fixture, "api_keys", "key_id", "key_anns")
    fourth = rfc3339(parse_instant(BEGIN) + 3 * HOUR)
    assert (key["removed_at"], key["removed_not_before"]) == (fourth, after(3, 15))
    assert key["shown_until"] == BEGIN
    assert ("key_anns", "explained", None) in verdicts(fixture)
    for kind in ("key_in_archived_project", "never_used_key"):
        (of_ann,) = [row for row in findings(fixture, kind) if row["entity_id"] == "key_anns"]
        assert (of_ann["resolved_hour"], of_ann["resolved_by"]["kind"]) == (fourth, "removed")
        assert of_ann["resolved_by"]["event_id"].startswith("audit_log-")
        (of_bob,) = [row for row in findings(fixture, kind) if row["entity_id"] == "key_bobs"]
        assert of_bob["resolved_hour"] is None


def test_a_membership_of_an_archived_project_ends_with_the_person() -> None:
    """C3, beside it: a list that is read once a day, and no longer of this project."""
    world = archived()
    world.at(after(3, 15)).user_leaves("ann")
    (row,) = rows(told(world, 6), "project_users", "user_id", "user-ann")
    assert (row["removed_not_before"], row["shown_until"]) == (after(3, 15), FIRST)


def test_a_daily_list_says_its_hour_however_long_ago() -> None:
    """C32: of hours that did not read it the section says which one did; a failed one keeps it."""
    world = a_world()
    fixture = lab_in_memory(world)
    fixture.connect(BEGIN)
    fixture.order(FIRST)
    for number in range(3):
        fixture.tick(rfc3339(parse_instant(BEGIN) + number * HOUR))
    sections = last(fixture).content["sections"]
    assert (sections["project_users"]["state_at"], sections["users"]["state_at"]) == (FIRST, THIRD)
    fixture.simulator.faults.add("status", status=500, path="/organization/users")
    fixture.tick(rfc3339(parse_instant(BEGIN) + 3 * HOUR), minutes_late=125)
    assert last(fixture).content["sections"]["users"]["state_at"] == THIRD


def test_a_key_made_used_and_deleted_within_the_hour_is_found() -> None:
    """C11: two events and no picture; found in the hour that seals them, and still there later."""
    world = a_world()
    world.at(after(1, 5)).by("ann").key_made("brief", "web", owner="ann")
    world.at(after(1, 30)).key_used("brief")
    world.at(after(1, 45)).key_removed("brief")
    world.at(after(2, 5)).by("ann").key_made("lasting", "web", owner="ann")
    world.at(after(3, 45)).key_removed("lasting")
    fixture = told(world, 6)
    (row,) = findings(fixture, "short_lived_key")
    assert (row["entity_id"], row["first_seen_hour"]) == ("key_brief", SECOND)
    assert (row["severity"], row["resolved_hour"]) == ("high", None)


def test_a_key_that_lived_over_an_hour_without_a_picture_is_found() -> None:
    """C11, beside it: its events are sealed by two hours, of which the first saw no keys."""
    world = a_world()
    world.at(after(1, 50)).by("ann").key_made("brief", "web", owner="ann")
    world.at(after(2, 20)).key_removed("brief")
    fault: Json = {"kind": "status", "status": 500, "path": "*/api_keys"}
    fixture = lab_in_memory(world)
    fixture.simulator.faults.add(**fault, since=SECOND, until=after(3, 5))
    fixture.connect(BEGIN)
    fixture.order(FIRST)
    fixture.tick(BEGIN)
    fixture.tick(SECOND, minutes_late=59)
    fixture.tick(THIRD, minutes_late=10)
    (row,) = findings(fixture, "short_lived_key")
    assert (row["entity_id"], row["first_seen_hour"]) == ("key_brief", THIRD)


def test_an_owner_for_half_an_hour_is_found() -> None:
    """Raised and lowered again; one who stays an owner for a picture stands in the register."""
    world = a_world()
    world.at(after(1, 10)).user_role("ann", "owner")
    world.at(after(1, 40)).user_role("ann", "reader")
    world.at(after(1, 15)).user_role("bob", "owner")
    world.at(after(2, 15)).user_role("bob", "reader")
    (row,) = findings(told(world, 4), "short_lived_owner")
    assert (row["entity_id"], row["reason"]) == ("user-ann", "role_lowered")


def test_an_allowlist_of_nine_thousand_entries_with_the_world_in_it_is_found() -> None:
    """C8: decided on the whole list; another one as long without such an entry is none."""
    entries = [f"203.0.{n // 250}.{n % 250}/32" for n in range(9000)]
    world = a_world()
    opened: Json = {"id": "allow-1", "allowed_ips": [*entries[:5000], "0.0.0.0/0", *entries[5000:]]}
    world.at(after(1, 10)).event("ip_allowlist.updated", opened)
    world.at(after(1, 20)).event("ip_allowlist.updated", {"id": "allow-2", "allowed_ips": entries})
    off = {"id": "org-reconcile", "changes_requested": {"api_call_logging": "disabled"}}
    world.at(after(1, 30)).event("organization.updated", off)
    fixture = told(world, 3)
    (row,) = findings(fixture, "allowlist_opened")
    assert (row["entity_id"], row["reason"]) == ("allow-1", "range_open_to_the_world")
    (row,) = findings(fixture, "audit_logging_switched_off")
    assert row["reason"] == "api_call_logging_off"
