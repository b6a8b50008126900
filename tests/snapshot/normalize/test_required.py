"""Users, projects and API keys: what is read of each, and what is counted as unknown."""

from typing import Any

import pytest

from functions.shared.hashing import email_hash
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.required import (
    BY_PROJECT,
    OF_ORGANIZATION,
    api_key,
    project,
    user,
)

KEY = b"k" * 32
PRIVACY = Privacy(KEY)
AT, THEN = 1775001600, "2026-04-01T00:00:00Z"
ANN = email_hash(KEY, "ann@x.example")
USER = {"id": "user-ann", "email": "ann@x.example", "role": "owner", "added_at": AT, "name": "Ann"}


def test_a_user() -> None:
    """The name is dropped, and so is every field that is not named."""
    row, lacks = user(USER | {"is_service_account": False, "nickname": "Annie"}, PRIVACY)
    assert row == {
        "user_id": "user-ann",
        "email_hash": ANN,
        "email_prefix": "a",
        "role": "owner",
        "added_at": THEN,
        "is_service_account": False,
        "enabled": None,
        "banned": None,
        "is_scim_managed": None,
        "api_key_last_used_at": None,
        "unreadable": [],
    }
    assert not lacks


def test_a_users_flags_are_fields() -> None:
    """Two of them stand in the inner user; when their keys were used is a time (C13)."""
    inner = {"object": "user", "id": "user-ann", "enabled": False, "banned": True}
    item = USER | {"user": inner, "is_scim_managed": True, "api_key_last_used_at": AT}
    row, lacks = user(item, PRIVACY)
    assert (row["enabled"], row["banned"], row["is_scim_managed"]) == (False, True, True)
    assert (row["api_key_last_used_at"], row["unreadable"], lacks) == (THEN, [], False)
    odd = USER | {"user": {"enabled": 0, "banned": "no"}, "is_scim_managed": []}
    row, lacks = user(odd | {"api_key_last_used_at": "never"}, PRIVACY)
    names = ["api_key_last_used_at", "banned", "enabled", "is_scim_managed"]
    assert (row["unreadable"], lacks) == (names, True)
    assert (row["enabled"], row["banned"], row["is_scim_managed"]) == (None, None, None)


def test_a_users_address_may_stand_in_an_inner_user() -> None:
    """Newer answers nest it; the outer one goes first."""
    inner = {"user": {"email": "ann@x.example"}}
    assert user(USER | {"email": None} | inner, PRIVACY)[0]["email_hash"] == ANN
    other = user(USER | {"user": {"email": "bob@x.example"}}, PRIVACY)[0]
    assert other["email_hash"] == ANN


@pytest.mark.parametrize("absent", ["email", "role", "added_at"])
def test_a_user_without_something_required_is_unknown(absent: str) -> None:
    """The row stands all the same, with a null."""
    row, lacks = user(USER | {absent: None}, PRIVACY)
    assert lacks
    assert list(row.values()).count(None) >= 1


def test_a_project() -> None:
    """Documented fields are read, the others kept beside them."""
    item = {"id": "p", "object": "organization.project", "name": "web", "status": "active"}
    row, lacks = project(item | {"created_at": AT, "archived_at": None, "tier": 2}, PRIVACY)
    assert row == {
        "project_id": "p",
        "name": "web",
        "status": "active",
        "created_at": THEN,
        "archived_at": None,
        "extra": {"tier": 2},
        "unreadable": [],
    }
    assert not lacks
    assert project({"id": "p"}, PRIVACY)[1]


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "active"),
        ({"archived_at": AT}, "archived"),
        ({"archived_at": AT, "status": "active"}, "active"),
        ({"status": "archived"}, "archived"),
        ({"status": 7}, None),
        ({"archived_at": "soon"}, None),
    ],
)
def test_a_projects_status_is_inferred_where_it_is_not_said(
    facts: dict[str, Any], status: str | None
) -> None:
    """What OpenAI says goes before what follows."""
    row, _ = project({"id": "p"} | facts, PRIVACY)
    assert row["status"] == status
    assert ("status" in (row["unreadable"] or ())) == (status is None)


def key(**facts: Any) -> dict[str, Any]:
    """Return a key of Ann's, as OpenAI lists it."""
    item = {
        "id": "key_1",
        "object": "organization.project.api_key",
        "name": "web key",
        "redacted_value": "sk-…1234",
        "created_at": AT,
        "last_used_at": AT + 60,
        "expires_at": AT + 120,
        "owner_project_access": "active",
        "project_id": "other",
        "value": "sk-whole",
        "owner": {"type": "user", "user": {"id": "user-ann", "email": "ann@x.example"}},
    }
    return item | facts


def test_a_key_of_a_user() -> None:
    """The project is that of the list; the key itself is kept nowhere."""
    row, lacks = api_key("proj_web")(key(), PRIVACY)
    assert row == {
        "project_id": "proj_web",
        "key_id": "key_1",
        "name": "web key",
        "redacted_value": "sk-…1234",
        "type": "project",
        "owner_type": "user",
        "owner_id": "user-ann",
        "owner_hash": ANN,
        "owner_project_access": "active",
        "created_at": THEN,
        "last_used_at": "2026-04-01T00:01:00Z",
        "expires_at": "2026-04-01T00:02:00Z",
        "extra": {},
        "unreadable": [],
    }
    assert not lacks


BOT = {"service_account": {"id": "svc_bot"}}
PERSON = {"user": {"id": "user-ann"}}


@pytest.mark.parametrize(
    ("owner", "owner_type", "owner_id"),
    [
        ({"type": "service_account", **BOT}, "service_account", "svc_bot"),
        ({"type": "service_account", **BOT, **PERSON}, "service_account", "svc_bot"),
        (BOT, "service_account", "svc_bot"),
        (PERSON, "user", "user-ann"),
        ({"type": "service_account"}, "service_account", None),
        ({"type": "user"}, "user", None),
        ({"type": "user", "id": "user-ann"}, "user", "user-ann"),
        ({"type": "service_account", "id": "svc_bot"}, "service_account", "svc_bot"),
        ({"type": "user", "user": {"id": 7}}, "user", None),
        ({"type": "robot", **BOT}, "robot", "svc_bot"),
        ({"type": 7, **BOT}, None, "svc_bot"),
        ({"id": "user-ann"}, None, "user-ann"),
        ({**BOT, **PERSON}, None, None),
        ({"type": "user", **BOT}, "user", None),
        ({}, None, None),
        ([], None, None),
        ("user-ann", None, None),
    ],
)
def test_whose_a_key_is(owner: Any, owner_type: str | None, owner_id: str | None) -> None:
    """By the type where it is said, else by what is there; told, but not who, is unread (C12)."""
    row, lacks = api_key("p")(key(owner=owner), PRIVACY)
    assert (row["owner_type"], row["owner_id"]) == (owner_type, owner_id)
    said = {"owner_type": owner_type, "owner_id": owner_id}
    assert row["unreadable"] == sorted(name for name in said if said[name] is None)
    assert lacks == bool(row["unreadable"])


def test_nobody_is_an_owner_only_where_openai_says_so() -> None:
    """Null is nobody; an owner that is left out is not known."""
    row, lacks = api_key("p")(key(owner=None), PRIVACY)
    assert (row["owner_type"], row["owner_id"], row["unreadable"], lacks) == (None, None, [], True)
    item = key()
    del item["owner"]
    row, lacks = api_key("p")(item, PRIVACY)
    assert (row["owner_id"], row["unreadable"], lacks) == (None, ["owner_id", "owner_type"], True)


@pytest.mark.parametrize(("used", "unread"), [(None, False), (0, False), ("never", True)])
def test_a_key_was_never_used_only_where_openai_says_so(used: Any, unread: bool) -> None:
    """Null and 0 say it; what is not there, or no time, says nothing."""
    row, _ = api_key("p")(key(last_used_at=used), PRIVACY)
    assert (row["last_used_at"], row["unreadable"]) == (None, ["last_used_at"] * unread)
    item = key()
    del item["last_used_at"]
    assert api_key("p")(item, PRIVACY)[0]["unreadable"] == ["last_used_at"]


def test_older_answers_call_the_creation_added_at() -> None:
    """Neither of both is something unknown."""
    assert api_key("p")(key(created_at=None, added_at=AT), PRIVACY)[0]["created_at"] == THEN
    row, lacks = api_key("p")(key(created_at=None), PRIVACY)
    assert (row["created_at"], lacks) == (None, True)


def test_nobody_is_named_in_unknown_fields() -> None:
    """Of a text that nobody documented only its hash is kept."""
    owner = {"type": "user", "user": {"id": "user-ann", "name": "Ann Lee"}}
    row, _ = api_key("p")(key(owner=owner, note="made by Ann Lee", added_at=AT), PRIVACY)
    assert row["extra"] == {"note": PRIVACY.prose("made by Ann Lee")}


def test_documented_fields_without_a_column_are_kept_as_they_are() -> None:
    """A project's external key and where its data lie."""
    facts = {"external_key_id": "external key", "residency": "EU_STORAGE_PROCESSING"}
    assert project({"id": "p"} | facts, PRIVACY)[0]["extra"] == facts


def test_every_required_list_has_its_rule() -> None:
    """By the names of the sections."""
    assert {"users": user, "projects": project} == OF_ORGANIZATION
    assert {"api_keys": api_key} == BY_PROJECT
