"""Events after which a snapshot must show something: awaited, shown, reverted."""

from typing import Any

import pytest

from functions.shared.records.events import OpenChange
from functions.snapshot.reconcile.expected_effects import (
    RegisterView,
    Reverting,
    expected_effects,
    is_judged,
    shows,
)
from tests.snapshot.rows import api_key, event, project, user

HOUR = "2026-04-01T05:00:00Z"
BASELINES = dict.fromkeys(["users", "projects", "api_keys"], "2026-03-31T00:00:00Z")


def view(baselines: Any = BASELINES, pictured_from: str = "", **rows: Any) -> RegisterView:
    """Return what an hour shows, of an organization with a project and nothing else."""
    registers: Any = {"users": [], "projects": [project()], "api_keys": [], **rows}
    return RegisterView(
        registers=registers,
        whole=frozenset({"users", "projects", "api_keys"}),
        baselines=baselines,
        pictured_from=pictured_from or "2026-04-01T06:01:00Z",
        pictured_to="2026-04-01T06:02:00Z",
    )


def effect(kind: str, target: str, at: str = "05:30:00", **facts: Any) -> OpenChange:
    """Return the open row of an event."""
    (row,) = expected_effects([event(kind, target, at, **facts)], view(), HOUR)
    return row


def test_an_open_row_keeps_what_is_needed_of_its_event() -> None:
    """Under an id of its own, from and to the instant of the event."""
    told = event("project.created", "proj_new")
    (row,) = expected_effects([told], view(), HOUR)
    assert row == {
        "open_id": "51d08f6dbac625e738343c9f",
        "of": "event",
        "hour": HOUR,
        "section": "projects",
        "entity_id": "proj_new",
        "kind": "project.created",
        "aspects": ["present"],
        "facts": {},
        "from": "2026-04-01T05:30:00Z",
        "to": "2026-04-01T05:30:00Z",
        "proven": True,
        "event": {
            "event_id": told["event_id"],
            "event_type": "project.created",
            "occurred_at": "2026-04-01T05:30:00Z",
            "project_id": None,
            "target_id": "proj_new",
            "actor_id": "user-boss",
            "actor_hash": None,
            "actor_type": "session",
            "details": {"payload": {"id": "proj_new"}},
        },
        "event_id": told["event_id"],
        "explained_by": None,
        "verdict": "cannot_tell",
        "reason": "settling",
    }
    bare = event("project.created", "proj_new", details={})
    (row,) = expected_effects([bare], view(), HOUR)
    assert row["event"] and row["event"]["details"] == {"payload": None}


ROLE = {"id": "user-ann", "data": {"role": "owner"}}


@pytest.mark.parametrize(
    ("kind", "target", "facts", "expected"),
    [
        ("user.added", "user-ann", {}, True),
        ("user.added", "user-ann", {"project_id": "proj_web"}, False),
        ("user.added", None, {}, False),
        ("user.updated", "user-ann", {"payload": ROLE}, True),
        ("user.updated", "user-ann", {}, False),
        ("user.deleted", "user-ann", {}, True),
        ("login.succeeded", "user-ann", {}, False),
        (None, "user-ann", {}, False),
        ("project.archived", "proj_web", {"project_id": "proj_web"}, True),
        ("api_key.created", "key_1", {"project_id": "proj_web"}, True),
        ("api_key.created", "key_1", {"project_id": "proj_web", "actor_type": "api_key"}, False),
        ("api_key.created", "key_1", {}, False),
        ("api_key.deleted", "key_1", {}, True),
    ],
)
def test_which_events_must_show(
    kind: Any, target: str | None, facts: dict[str, Any], expected: bool
) -> None:
    """Of the organization's members, of projects, and of keys that a person made in one."""
    told = event("x", target, **{"event_type": kind, **facts})
    assert bool(expected_effects([told], view(), HOUR)) is expected


def test_a_stated_role_is_a_fact() -> None:
    """It is what the register must show."""
    assert effect("user.updated", "user-ann", payload=ROLE)["facts"] == {"role": "owner"}


def test_nothing_is_expected_of_events_before_the_first_whole_snapshot() -> None:
    """That snapshot was taken in the hour after its own."""
    baselines: Any = {"projects": "2026-04-01T04:00:00Z"}
    for at, expected in (("04:59:59", 0), ("05:00:00", 1)):
        told = event("project.created", "p", at)
        assert len(expected_effects([told], view(baselines), HOUR)) == expected
    told = event("project.created", "p")
    assert expected_effects([told], view({"projects": None}), HOUR) == []
    assert expected_effects([told], view({}), HOUR) == []


def test_a_snapshot_five_minutes_after_the_event_must_show_it() -> None:
    """If it shows the section whole."""
    row = effect("user.added", "user-ann")
    assert is_judged(row, view(pictured_from="2026-04-01T05:35:00Z"))
    assert not is_judged(row, view(pictured_from="2026-04-01T05:34:59Z"))
    assert not is_judged({**row, "section": "groups"}, view())


def reverting(row: OpenChange, kind: str, target: str | None, at: str, **facts: Any) -> bool:
    """Tell whether one more event reverts an effect."""
    told = event(kind, target, at, **facts)
    reverted = Reverting.of([told]).reverting(row)
    assert reverted in (None, told["event_id"])
    return reverted is not None


def test_a_later_event_about_the_same_reverts_an_effect() -> None:
    """Not an earlier one, not another's, not the event itself."""
    row = effect("user.added", "user-ann")
    assert reverting(row, "user.deleted", "user-ann", "05:30:00")
    assert not reverting(row, "user.deleted", "user-ann", "05:29:59")
    assert not reverting(row, "user.deleted", "user-bob", "05:40:00")
    assert not reverting(row, "user.updated", "user-ann", "05:40:00")
    updated = effect("user.updated", "user-ann", payload=ROLE)
    assert not reverting(updated, "user.updated", "user-ann", "05:30:00", payload=ROLE)
    assert reverting(updated, "user.updated", "user-ann", "05:31:00", payload=ROLE)


def test_who_leaves_takes_a_key_along_that_no_snapshot_has_shown() -> None:
    """Its maker, or a service account of its project."""
    row = effect("api_key.created", "key_1", project_id="proj_web", actor_id="user-ann")
    assert reverting(row, "user.deleted", "user-ann", "05:40:00")
    assert not reverting(row, "user.deleted", "user-bob", "05:40:00")
    assert reverting(row, "service_account.deleted", "svc", "05:40:00", project_id="proj_web")
    assert not reverting(row, "service_account.deleted", "svc", "05:40:00", project_id="proj_lab")
    assert not reverting(row, "service_account.created", "svc", "05:40:00", project_id="proj_web")
    missed = row | {"to": "2026-04-01T05:40:00Z"}
    assert reverting(missed, "user.deleted", "user-ann", "05:40:00")
    assert not reverting(missed, "user.deleted", "user-ann", "05:40:01")
    of_nobody = effect("api_key.created", "key_1", project_id="proj_web", actor_id=None)
    assert not reverting(of_nobody, "user.deleted", None, "05:40:00")
    project_row = effect("project.created", "p", actor_id="user-ann")
    assert not reverting(project_row, "user.deleted", "user-ann", "05:40:00")


def test_a_membership_of_a_project_reverts_nothing_of_the_organizations() -> None:
    """Who was made an owner unseen is not excused by being put into a project later."""
    row = effect("user.updated", "user-ann", payload=ROLE)
    assert reverting(row, "user.added", "user-ann", "05:40:00")
    assert not reverting(row, "user.added", "user-ann", "05:40:00", project_id="proj_web")
    by_key = {"project_id": "proj_default", "actor_type": "api_key"}
    assert reverting(row, "user.added", "user-ann", "05:40:00", **by_key)
    added = effect("user.added", "user-ann")
    assert not reverting(added, "user.deleted", "user-ann", "05:40:00", project_id="proj_web")
    made = effect("api_key.created", "key_1", project_id="proj_web", actor_id="user-ann")
    assert reverting(made, "user.deleted", "user-ann", "05:40:00", project_id="proj_web")


def test_the_first_event_that_reverts_is_named() -> None:
    """Whatever the order they were read in, and whatever they are about."""
    row = effect("api_key.created", "key_1", project_id="proj_web", actor_id="user-ann")
    events = [
        event("api_key.deleted", "key_1", "05:50:00"),
        event("service_account.deleted", "svc", "05:45:00", project_id="proj_web"),
        event("user.deleted", "user-ann", "05:40:00"),
        event("user.deleted", "user-ann", "05:20:00"),
    ]
    named = [Reverting.of(events[:count]).reverting(row) for count in range(5)]
    assert named == [None, *(one["event_id"] for one in events[:3]), events[2]["event_id"]]


LEFT, BEFORE = "2026-04-01T05:00:00Z", "2026-04-01T04:00:00Z"


def test_who_was_added_is_or_was_there() -> None:
    """Also for less than the hour."""
    row = effect("user.added", "user-ann")
    assert shows(row, view(users=[user()]))
    assert shows(row, view(users=[user(removed_at=LEFT)]))
    assert not shows(row, view(users=[user(removed_at=BEFORE)]))
    assert not shows(row, view(users=[user("user-bob")]))


def test_who_was_deleted_is_gone_or_came_back() -> None:
    """Whether the register or OpenAI says that a later stay has begun."""
    row = effect("user.deleted", "user-ann")
    old = {"added_at": "2026-03-01T00:00:00Z"}
    assert shows(row, view())
    assert shows(row, view(users=[user(removed_at=LEFT)]))
    assert not shows(row, view(users=[user(**old)]))
    assert shows(row, view(users=[user(first_seen_at=LEFT, **old)]))
    assert not shows(row, view(users=[user(first_seen_at=BEFORE, **old)]))
    assert shows(row, view(users=[user(added_at="2026-04-01T05:30:00Z")]))
    assert not shows(row, view(users=[user(added_at="2026-04-01T05:29:59Z")]))
    assert not shows(row, view(users=[user(added_at=None)]))
    assert shows(row, view(users=[user("user-bob")]))


def test_an_archived_project_is_not_active_any_more() -> None:
    """Another one may be."""
    row = effect("project.archived", "proj_web")
    assert not shows(row, view())
    assert shows(row, view(projects=[project(status="archived"), project("proj_lab")]))
    assert shows(row, view(projects=[project(removed_at=LEFT)]))
    assert shows(row, view(projects=[]))


def held(*roles: tuple[str | None, str | None], **facts: Any) -> Any:
    """Return a user who had some roles, each until an instant."""
    parts = [{"role": role, "from": "2026-03-31T00:00:00Z", "to": to} for role, to in roles]
    return user(roles_held=parts, **facts)


def test_a_stated_role_is_or_was_held() -> None:
    """Since the event's hour; who is not there at all cannot show it."""
    row = effect("user.updated", "user-ann", payload=ROLE)
    assert shows(row, view(users=[held(("owner", None))]))
    assert not shows(row, view(users=[held(("reader", None))]))
    assert shows(row, view(users=[held(("owner", LEFT), ("reader", None))]))
    assert not shows(row, view(users=[held(("owner", BEFORE), ("reader", None))]))
    assert not shows(row, view(users=[held((None, None))]))
    assert shows(row, view())
    assert shows(row, view(users=[held(("reader", None), removed_at=BEFORE)]))
    assert not shows(row, view(users=[held(("reader", None), removed_at=LEFT)]))
    other = user("user-bob", roles_held=[{"role": "owner", "from": LEFT, "to": None}])
    assert not shows(row, view(users=[held(("reader", None)), other]))


def test_a_key_of_a_project_that_was_closed_need_not_show() -> None:
    """Neither its making nor its end; a snapshot that missed it once had its chance."""
    made = effect("api_key.created", "key_1", project_id="proj_web")
    ended = effect("api_key.deleted", "key_1")
    closed = [project(status="archived")]
    assert not shows(made, view())
    assert shows(made, view(projects=closed))
    assert shows(made, view(projects=[project(removed_at=LEFT)]))
    assert shows(made, view(projects=[project("proj_lab")]))
    assert not shows(made | {"to": "2026-04-01T06:00:00Z"}, view(projects=closed))
    key = api_key(created_at=None)
    assert not shows(ended, view(api_keys=[key]))
    assert shows(ended, view(api_keys=[key], projects=closed))
    assert not shows(ended, view(api_keys=[api_key(created_at="2026-04-01T05:29:59Z")]))
    assert shows(ended, view(api_keys=[api_key(created_at="2026-04-01T05:30:00Z")]))
    added = effect("user.added", "user-ann")
    assert not shows(added, view(projects=closed))


def test_nothing_is_expected_of_an_event_without_a_time() -> None:
    """Nor of one about a user of which nobody can tell whether a project's membership is meant."""
    timeless = event("user.deleted", "user-ann", occurred_at=None)
    unclear = event("user.deleted", "user-ann", details={"unreadable": ["project_id"]})
    assert expected_effects([timeless, unclear], view(), HOUR) == []
    # It may have come after what it would revert.
    back = event("user.added", "user-ann", occurred_at=None)
    assert Reverting.of([back]).reverting(effect("user.deleted", "user-ann")) == back["event_id"]


@pytest.mark.parametrize("field", ["role", "added_at"])
def test_a_snapshot_that_cannot_be_read_convicts_no_event(field: str) -> None:
    """Whether the effect shows is judged when what shows it can be read again."""
    row = effect("user.updated", "user-ann", payload=ROLE)
    assert is_judged(row, view(users=[user()]))
    assert not is_judged(row, view(users=[user(unreadable=[field])]))
    assert is_judged(row, view(users=[user(unreadable=["email_hash"])]))
