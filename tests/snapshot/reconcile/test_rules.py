"""Whether an event explains a change, line by line where it is easy to get wrong."""

from datetime import timedelta

import pytest

from functions.shared.records.events import Event, OpenChange
from functions.snapshot.reconcile.rules import Clue, Sought, same_role, window_of
from functions.snapshot.reconcile.rules import explains as clue_explains
from tests.snapshot.rows import event, open_change


def explains(told: Event, row: OpenChange, aspect: str) -> bool:
    """Tell whether an event explains a part of a change."""
    return clue_explains(Clue.of(told), Sought.of(row), aspect)


def could_explain(told: Event, row: OpenChange) -> bool:
    """Tell whether an event fits a change, and does not say whom it is about."""
    return not Clue.of(told).hints.isdisjoint(Sought.of(row).hints())


@pytest.mark.parametrize(
    ("told", "change", "aspect"),
    [
        (event("user.deleted", "user-a"), open_change("users", "removed", "user-a"), "removed"),
        (
            event("invite.accepted", "invite-1", actor_id=None, actor_hash="h"),
            open_change("users", "added", "user-a", email_hash="h"),
            "added",
        ),
        (
            event("user.deleted", "user-a"),
            open_change(
                "api_keys", "access", "key-1", owner_id="user-a", owner_project_access="inactive"
            ),
            "access",
        ),
        (
            event("user.deleted", "user-a", project_id="p"),
            open_change("api_keys", "removed", "key-1", owner_id="user-a", project_id="p"),
            "removed",
        ),
        (
            event("service_account.deleted", "svc", project_id="p"),
            open_change("api_keys", "removed", "key-1", owner_id="svc", project_id="p"),
            "removed",
        ),
        (
            event("project.archived", "p", project_id="p"),
            open_change("api_keys", "removed", "key-1", owner_id="user-a", project_id="p"),
            "removed",
        ),
        (
            event("role.assignment.created", "ra", payload={"id": "ra", "principal_id": "user-a"}),
            open_change("users", "role", "user-a", role="owner"),
            "role",
        ),
        (
            event("tenant.user.removed", None, payload={"people": [{"who": "user-a"}]}),
            open_change("users", "removed", "user-a"),
            "removed",
        ),
        (
            event("user.deleted", "user-a", project_id="default", actor_type="api_key"),
            open_change("users", "removed", "user-a"),
            "removed",
        ),
        (
            event("user.updated", "user-a", payload={"changes_requested": {"role": "member"}}),
            open_change("users", "role", "user-a", role="reader"),
            "role",
        ),
    ],
)
def test_explains(told: Event, change: OpenChange, aspect: str) -> None:
    """Direct lines and cascades."""
    assert explains(told, change, aspect)


@pytest.mark.parametrize(
    ("told", "change", "aspect"),
    [
        # Membership of a project is not membership of the organization.
        (
            event("user.deleted", "user-a", project_id="p"),
            open_change("users", "removed", "user-a"),
            "removed",
        ),
        # Another project's membership.
        (
            event("user.deleted", "user-a", project_id="q"),
            open_change("api_keys", "access", "key-1", owner_id="user-a", project_id="p"),
            "access",
        ),
        # The other direction.
        (
            event("user.added", "user-a"),
            open_change(
                "api_keys", "access", "key-1", owner_id="user-a", owner_project_access="inactive"
            ),
            "access",
        ),
        # Asked for one role, has another.
        (
            event("user.updated", "user-a", payload={"changes_requested": {"role": "member"}}),
            open_change("users", "role", "user-a", role="owner"),
            "role",
        ),
        (event("api_key.created", "key-2"), open_change("api_keys", "added", "key-1"), "added"),
        (event("api_key.updated", "key-1"), open_change("api_keys", "removed", "key-1"), "removed"),
        (event("login.succeeded", None), open_change("users", "added", "user-boss"), "added"),
    ],
)
def test_does_not_explain(told: Event, change: OpenChange, aspect: str) -> None:
    """What looks alike and is not the same."""
    assert not explains(told, change, aspect)


def test_a_window_lies_between_two_snapshots() -> None:
    """Give or take the slack."""
    row = open_change("users", "added", "a")
    assert window_of(row, timedelta(0)) == ("2026-04-01T05:01:00Z", "2026-04-01T06:01:00Z")
    five = timedelta(minutes=5)
    assert window_of(row, five) == ("2026-04-01T04:56:00Z", "2026-04-01T06:06:00Z")


@pytest.mark.parametrize(
    ("told", "row"),
    [
        # By the id of the payload alone.
        (event("project.created", "p"), open_change("projects", "added", "p")),
        # A member of this project.
        (
            event("user.added", "user-a", project_id="p"),
            open_change("project_users", "added", "p/user-a", user_id="user-a", project_id="p"),
        ),
        # A member of all projects, by the organization.
        (
            event("user.deleted", "user-a"),
            open_change("project_users", "removed", "p/user-a", user_id="user-a", project_id="p"),
        ),
        # The one who owned it before.
        (
            event("user.deleted", "user-a"),
            open_change("api_keys", "owner", "k", owner_id="user-b", owner_was="user-a"),
        ),
        # Done by the user, by id or by hash.
        (
            event("api_key.created", "k", actor_id="user-a"),
            open_change("project_users", "added", "p/user-a", user_id="user-a"),
        ),
        (
            event("invite.accepted", "i", actor_id="user-a"),
            open_change("users", "added", "user-a"),
        ),
        (
            event("role.assignment.deleted", None, payload={"principal_id": "user-a"}),
            open_change("api_keys", "access", "k", owner_id="user-a"),
        ),
        # The default project of whoever uses an admin key.
        (
            event("user.deleted", "user-a", project_id="q", actor_type="api_key"),
            open_change("api_keys", "removed", "k", owner_id="user-a", project_id="p"),
        ),
        # A status that the line asks for.
        (
            event("project.archived", "p"),
            open_change("projects", "status", "p", status="archived"),
        ),
    ],
)
def test_every_way_of_naming(told: Event, row: OpenChange) -> None:
    """Target, member, owner, actor, principal."""
    assert explains(told, row, row["aspects"][0])


@pytest.mark.parametrize(
    ("told", "row"),
    [
        (event("project.created", "q"), open_change("projects", "added", "p")),
        (
            event("user.added", "user-a", project_id="q"),
            open_change("project_users", "added", "p/user-a", user_id="user-a", project_id="p"),
        ),
        (
            event("user.added", "user-b", project_id="p"),
            open_change("project_users", "added", "p/user-a", user_id="user-a", project_id="p"),
        ),
        (event("user.deleted", None), open_change("api_keys", "owner", "k")),
        (event("project.deleted", None), open_change("api_keys", "removed", "k")),
        (
            event("project.deleted", "q"),
            open_change("api_keys", "removed", "k", project_id="p"),
        ),
        (
            event("role.assignment.deleted", None, payload={}),
            open_change("api_keys", "access", "k"),
        ),
        # In this project, but not the owner's.
        (
            event("role.assignment.deleted", None, payload={"resource_id": "p"}),
            open_change("api_keys", "access", "k", project_id="p"),
        ),
        (
            event("project.archived", "p"),
            open_change("projects", "status", "p", status="active"),
        ),
        (
            event("invite.accepted", "i", actor_id="user-b"),
            open_change("users", "added", "user-a", email_hash="h"),
        ),
        (
            event("user.added", "user-a", project_id="q", actor_type="session"),
            open_change("users", "added", "user-a"),
        ),
    ],
)
def test_no_way_of_naming(told: Event, row: OpenChange) -> None:
    """Another one, or nobody."""
    assert not explains(told, row, row["aspects"][0])


def test_roles_agree_as_to_whether_they_are_the_owners() -> None:
    """Other names of a role are not told apart; only of users a role must agree."""
    assert same_role("owner", "owner")
    assert same_role("member", "reader")
    assert not same_role("owner", "reader")
    assert not same_role("member", "owner")
    owner = {"id": "user-a", "data": {"role": "owner"}}
    told = event("user.updated", "user-a", payload=owner)
    assert not explains(told, open_change("users", "role", "user-a", role="reader"), "role")
    assert explains(told, open_change("users", "role", "user-a"), "role")
    member = open_change("project_users", "role", "p/user-a", user_id="user-a", role="member")
    assert explains(told, member, "role")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, True),
        ({"project_id": "p"}, True),
        ({"project_id": "q"}, False),
        ({"target_id": "p", "project_id": "p"}, True),
        ({"target_id": "key-2", "project_id": "p"}, False),
        ({"event_type": "api_key.deleted"}, False),
    ],
)
def test_an_event_that_fits_and_names_nobody(facts: dict[str, str], expected: bool) -> None:
    """Its payload is absent, or names a project instead."""
    told = event("api_key.created", None, **facts)
    row = open_change("api_keys", "added", "key-1", project_id="p")
    assert could_explain(told, row) is expected


def test_only_direct_lines_are_hints() -> None:
    """A cascade that names nobody says nothing; a role must agree, a status must be the line's."""
    row = open_change("api_keys", "removed", "k", project_id="p")
    assert not could_explain(event("project.archived", None), row)
    role = open_change("users", "role", "user-a", role="reader")
    states = event("user.updated", None, payload={"data": {"role": "owner"}})
    assert not could_explain(states, role)
    archived = open_change("projects", "status", "p", status="archived")
    assert could_explain(event("project.archived", None), archived)
    active = open_change("projects", "status", "p", status="active")
    assert not could_explain(event("project.archived", None), active)
    anywhere = open_change("api_keys", "added", "k")
    assert could_explain(event("api_key.created", None, project_id="q"), anywhere)


def test_what_is_not_known_names_nothing() -> None:
    """An event without target and actor is not about a change of nobody known."""
    nobody = event("user.deleted", None, actor_id=None)
    for row in (
        open_change("project_users", "removed", "p/user-a"),
        open_change("api_keys", "removed", "k"),
        open_change("api_keys", "owner", "k"),
    ):
        assert not explains(nobody, row, row["aspects"][0])
    accepted = event("invite.accepted", None, actor_id=None)
    assert not explains(accepted, open_change("users", "added", "user-a"), "added")


def test_an_event_that_names_nobody_must_fit_every_part() -> None:
    """A key renamed and turned off is not hinted at by what renames."""
    row = open_change("api_keys", "settings", "k")
    told = event("api_key.updated", None)
    assert could_explain(told, row)
    assert not could_explain(told, row | {"aspects": ["access", "settings"]})


@pytest.mark.parametrize(("payload", "explained"), [({"a": ["user-a"]}, True), ({"a": "q"}, False)])
def test_a_tenants_event_names_by_an_id_anywhere_in_its_payload(
    payload: dict[str, object], explained: bool
) -> None:
    """Its shape is not documented; another's id explains nothing."""
    told = event("tenant.user.added", None, payload=payload)
    assert explains(told, open_change("users", "added", "user-a"), "added") is explained
