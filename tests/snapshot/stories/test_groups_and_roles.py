"""A key's access or a person's role turns in the hour of an event about a group or a role (C33)."""

import pytest

from tests.snapshot.stories.reconciling import a_world, after, findings, told, verdicts
from tests.support.snapshot_fixture import SnapshotFixture

THROUGH = ("cannot_tell", "through_group_or_role")
EXPLAINED = ("explained", None)
UNEXPLAINED = ("unexplained", "no_event")


@pytest.fixture(scope="module")
def fixture() -> SnapshotFixture:
    """Return an organization in which every case is between two snapshots of its own, settled."""
    world = a_world()
    # A payload that nobody documented keeps ids with a digit in them, as those of OpenAI are.
    for nick in ("cid", "dora4", "eve5", "finn6", "gus", "hal"):
        early = world.at("2026-03-20T11:00:00Z")
        early.user_joins(nick, name="Somebody").key_made(f"{nick}s", "web", owner=nick)
    early = world.at("2026-03-20T12:00:00Z").group_created("staff").group_created("ops")
    early.role_created("auditor").role_created("editor")
    world.at(after(1)).group_deleted("ops", access=[("web", "ann")])
    world.at(after(2)).event("tenant.scim.deletion.requested", {"id": "dir"}, tenant=True)
    world.at(after(2)).hidden().member_removed("web", "bob")
    world.at(after(3)).role_updated("auditor", ["api.keys.write"], people=[("cid", "owner")])
    world.at(after(4)).role_deleted("editor", people=[("cid", "reader")])
    world.at(after(5)).group_member_removed("staff", "dora4", access=[("web", "dora4")])
    tenant = world.at(after(7))
    tenant.event("tenant.group.deleted", {"who": [{"id": "user-eve5"}]}, tenant=True)
    tenant.hidden().member_removed("web", "eve5")
    # What is hidden behind groups and roles, and was none of theirs.
    world.at(after(10)).group_member_removed("staff", "dora4")
    world.at(after(10)).hidden().member_removed("web", "finn6")
    world.at(after(13)).group_deleted("staff").role_deleted("auditor")
    hidden = world.at(after(13)).hidden()
    hidden.key_made("backdoor", "web", owner="gus").project_renamed("web", "other")
    hidden.user_leaves("hal")
    world.at(after(16)).event("group.deleted", {"id": "group-none"})
    world.at(after(16)).hidden().user_role("gus", "owner")
    return told(world, 126, step=3)


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        # A group that ended, a directory that was given up: neither says whom it reached.
        ("key_anns", THROUGH),
        ("key_bobs", THROUGH),
        # A role that may do more: somebody is an owner by it.
        ("user-cid", THROUGH),
        # The membership of a group says whose it was; so does the group whose end names its people.
        ("key_dora4s", EXPLAINED),
        ("key_eve5s", EXPLAINED),
        # Somebody else went from a group.
        ("key_finn6s", UNEXPLAINED),
        # No group makes a key, renames a project, takes a person away, or gives by its end.
        ("key_backdoor", UNEXPLAINED),
        ("proj_web", UNEXPLAINED),
        ("user-hal", UNEXPLAINED),
        ("user-gus", UNEXPLAINED),
    ],
)
def test_what_a_group_or_a_role_can_cause(
    fixture: SnapshotFixture, entity: str, expected: tuple[str, str | None]
) -> None:
    """Explained, or nobody can tell and why; an unrelated event hides nothing."""
    *_, last = [(word, reason) for name, word, reason in verdicts(fixture) if name == entity]
    assert last == expected


def test_both_turns_of_a_role_are_the_roles(fixture: SnapshotFixture) -> None:
    """It gave, when it was changed, and took, when it ended."""
    told_of = [(word, reason) for name, word, reason in verdicts(fixture) if name == "user-cid"]
    assert told_of.count(THROUGH) == 2


def test_only_what_no_group_can_cause_is_found(fixture: SnapshotFixture) -> None:
    """With the severity it has without any group."""
    found = {(row["entity_id"], row["severity"]) for row in findings(fixture, "unexplained_change")}
    assert {("key_backdoor", "high"), ("user-hal", "high"), ("user-gus", "high")} <= found
    assert found.isdisjoint(
        (name, severity)
        for name in ("key_anns", "key_bobs", "user-cid", "key_dora4s", "key_eve5s")
        for severity in ("high", "medium")
    )
