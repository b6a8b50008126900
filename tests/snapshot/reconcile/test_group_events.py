"""What events about groups and roles explain, what they excuse, and what they cannot."""

from typing import Any

import pytest

from functions.shared.records.events import Event, OpenChange
from functions.snapshot.reconcile.event_pool import EventPool
from functions.snapshot.reconcile.group_events import GROUP_EVENTS
from functions.snapshot.reconcile.match import match
from functions.snapshot.reconcile.rule_table import ASPECTS
from functions.snapshot.reconcile.rules import Clue, Sought
from tests.snapshot.rows import event, open_change

PEOPLE = frozenset({"user-a", "user-b", "user-boss", "svc-1"})
GROUP = {"id": "group-1"}


def excuses(told: Event, row: OpenChange) -> bool:
    """Tell whether an event may be behind a change."""
    return not Clue.of(told, PEOPLE).causes.isdisjoint(Sought.of(row).causes())


def verdict(row: OpenChange, *events: Event) -> tuple[list[str], str | None, str | None]:
    """Return what is left of a change, the event noted for it, and why that does not explain."""
    (found,) = match([row], EventPool.of(events, people=PEOPLE), EventPool())
    reason = found["event_reason"] if "event_reason" in found else None
    return found["aspects"], found["explained_by"] or found["event_id"], reason


def access(value: str, **facts: Any) -> OpenChange:
    """Return a key of somebody whose access to its project turned."""
    usual = {"owner_id": "user-a", "project_id": "p", "owner_project_access": value}
    return open_change("api_keys", "access", "k", **{**usual, **facts})


def role(value: str, was: str | None = None) -> OpenChange:
    """Return a person whose role changed."""
    facts = {"role": value} | ({"role_was": was} if was else {})
    return open_change("users", "role", "user-a", **facts)


LOST = [
    access("inactive"),
    role("reader", "owner"),
    open_change("project_users", "removed", "p/user-a", user_id="user-a", project_id="p"),
    open_change("project_users", "role", "p/user-a", user_id="user-a", role="member"),
    open_change("service_accounts", "role", "svc-1", role="member", role_was="owner"),
]
GAINED = [
    access("active"),
    role("owner", "reader"),
    open_change("project_users", "added", "p/user-a", user_id="user-a", project_id="p"),
    open_change("project_users", "role", "p/user-a", user_id="user-a", role="owner"),
    open_change("service_accounts", "role", "svc-1", role="owner", role_was="member"),
]


@pytest.mark.parametrize("row", LOST)
def test_who_is_named_as_taken_out_of_a_group_lost_by_it(row: OpenChange) -> None:
    """The membership's end explains it; so does a group's where its payload names them."""
    name = row["entity_id"] if row["section"] == "service_accounts" else "user-a"
    for kind in ("tenant.group.member.removed", "tenant.group.deleted"):
        told = event(kind, "group-1", payload=GROUP | {"user": {"id": name}})
        assert verdict(row, told) == ([], told["event_id"], None)
        other = event(kind, "group-1", payload=GROUP | {"user": {"id": "user-b"}})
        assert verdict(row, other) == (row["aspects"], None, None)


@pytest.mark.parametrize("row", LOST)
@pytest.mark.parametrize("kind", ["group.deleted", "role.updated", "role.deleted", "scim.disabled"])
def test_a_loss_may_be_a_groups_or_a_roles(kind: str, row: OpenChange) -> None:
    """It says of whom nothing: nobody can tell, and the event is named."""
    told = event(kind, "group-1")
    assert verdict(row, told) == (row["aspects"], told["event_id"], "through_group_or_role")


@pytest.mark.parametrize("row", GAINED)
def test_a_gain_is_never_explained_by_a_group(row: OpenChange) -> None:
    """Who is put into one got what it has, and nothing says what that is."""
    payload = GROUP | {"member_ids": ["user-a", "svc-1"]}
    told = event("tenant.group.member.added", "group-1", payload=payload)
    assert verdict(row, told) == (row["aspects"], told["event_id"], "through_group_or_role")
    assert verdict(row, event("group.deleted", "group-1")) == (row["aspects"], None, None)
    assert verdict(row, event("group.created", "group-1")) == (row["aspects"], None, None)


def test_what_gives_takes_nothing() -> None:
    """The other way round; where it cannot be told which it was, either may be behind it."""
    given = event("tenant.group.member.added", "group-1", payload=GROUP)
    for row in (access("inactive"), role("reader", "owner")):
        assert not excuses(given, row)
    unknown = open_change("project_users", "role", "p/user-a", user_id="user-a", role="member")
    assert excuses(given, unknown)
    assert excuses(event("group.deleted", "group-1"), unknown)


@pytest.mark.parametrize("kind", sorted(GROUP_EVENTS))
def test_no_group_event_excuses_what_no_group_can_do(kind: str) -> None:
    """A new key, a renamed project, a person who went, an invite, an admin key, a key's owner."""
    told = event(kind, "group-1", payload=GROUP | {"resource_id": "p"})
    due = {(section, aspect) for section, fields in ASPECTS.items() for aspect in fields.values()}
    due |= {(section, aspect) for section in ASPECTS for aspect in ("added", "removed")}
    excused = {
        (section, aspect)
        for section, aspect in due
        if excuses(told, open_change(section, aspect, "any", project_id="p", user_id="user-a"))
    }
    assert excused <= {
        ("users", "role"),
        ("project_users", "role"),
        ("project_users", "added"),
        ("project_users", "removed"),
        ("service_accounts", "role"),
        ("api_keys", "access"),
    }


def test_every_part_must_be_excused() -> None:
    """A key renamed and turned off in one hour: the name is nobody's group."""
    row = access("inactive")
    assert excuses(event("group.deleted", "group-1"), row)
    both = row | {"aspects": ["access", "settings"]}
    assert not excuses(event("group.deleted", "group-1"), both)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        # A group's role, whoever is in it.
        ({"principal_id": "group-1", "principal_type": "group"}, True),
        ({"principal_id": "group-1"}, True),
        # Somebody else's, known or not.
        ({"principal_id": "user-b"}, False),
        ({"principal_id": "user-gone", "principal_type": "user"}, False),
        # In this project, in another one, in the whole organization.
        ({"principal_id": "group-1", "resource_type": "api.project", "resource_id": "p"}, True),
        ({"principal_id": "group-1", "resource_type": "api.project", "resource_id": "q"}, False),
        ({"principal_id": "group-1", "resource_type": "api.organization"}, True),
        # An object in the place of an id names nobody.
        ({"principal_id": {"a": "b"}, "principal_type": "user"}, True),
        # Who did it is not whom it is about.
        ({"principal_id": "group-1", "by": "user-boss"}, True),
    ],
)
def test_an_assignment_excuses_those_it_can_be_about(
    payload: dict[str, object], expected: bool
) -> None:
    """Not who is none of them."""
    told = event("role.assignment.deleted", "ra", payload=payload)
    assert excuses(told, access("inactive")) is expected
    whole = role("reader", "owner")
    assert excuses(told, whole) is (expected and payload.get("resource_id") is None)


def test_a_role_bound_to_a_resource_is_about_that_alone() -> None:
    """Without one it is about nothing that is listed."""
    for payload, expected in (
        ({"resource_id": "p"}, True),
        ({"resource_id": "q"}, False),
        ({}, False),
    ):
        told = event("role.unbound_from_resource", "r", payload=payload)
        assert excuses(told, access("inactive")) is expected
    bound = event("role.bound_to_resource", "r", payload={"resource_id": "p"})
    assert not excuses(bound, role("owner", "reader"))


def test_an_event_that_explains_goes_before_one_that_may_be_behind() -> None:
    """And one that fits but names nobody before both groups and roles."""
    left, deleted = event("user.deleted", "user-a", project_id="p"), event("group.deleted", "g")
    assert verdict(access("inactive"), deleted, left) == ([], left["event_id"], None)
    nameless = event("user.updated", None)
    found = verdict(role("reader", "owner"), deleted, nameless)
    assert found == (["role"], nameless["event_id"], None)


def test_a_group_event_of_another_hour_excuses_nothing() -> None:
    """It must lie between the two snapshots, as what explains must."""
    told = event("group.deleted", "group-1", "04:50:00")
    assert verdict(access("inactive"), told) == (["access"], None, None)
