"""Records of the sections beyond the required ones, field by field."""

from typing import Any

import pytest

from functions.shared.hashing import email_hash
from functions.shared.sections import BY_NAME, OPTIONAL
from functions.snapshot.normalize.optional import (
    BY_PROJECT,
    OF_ORGANIZATION,
    admin_key,
    group,
    invite,
    project_user,
    role,
    service_account,
)
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.rights import assigned, workload_identity

KEY = b"k" * 32
PRIVACY = Privacy(KEY)
AT, THEN = 1775001600, "2026-04-01T00:00:00Z"
CARL = email_hash(KEY, "carlotta@x.example")


def test_every_optional_section_has_its_rule() -> None:
    """Those with a list in every project, and those with one."""
    rules = {*OF_ORGANIZATION, *BY_PROJECT, *assigned.BY_PARENT}
    rules |= {*workload_identity.OF_ORGANIZATION, *workload_identity.BY_PARENT}
    assert rules == set(OPTIONAL)
    by_parent = {*BY_PROJECT, *assigned.BY_PARENT, *workload_identity.BY_PARENT}
    assert by_parent == {name for name in OPTIONAL if BY_NAME[name].parent}


def test_an_admin_key() -> None:
    """Its owner stands flat; the key itself is not kept."""
    item = {
        "id": "key_adm",
        "object": "organization.admin_api_key",
        "name": "audit",
        "redacted_value": "sk-admin-…1",
        "created_at": AT,
        "last_used_at": AT,
        "expires_at": AT,
        "value": "sk-admin-whole",
        "owner": {"type": "user", "id": "user-olga", "role": "owner", "name": "Olga Orlova"},
        "note": "of Olga Orlova",
    }
    row, lacks = admin_key(item, PRIVACY)
    assert row == {
        "key_id": "key_adm",
        "name": "audit",
        "redacted_value": "sk-admin-…1",
        "type": "admin",
        "owner_type": "user",
        "owner_id": "user-olga",
        "owner_role": "owner",
        "created_at": THEN,
        "last_used_at": THEN,
        "ever_used": True,
        "expires_at": THEN,
        "has_expiry": True,
        "extra": {"note": PRIVACY.prose("of Olga Orlova")},
        "unreadable": [],
    }
    assert not lacks
    assert admin_key(item | {"created_at": None}, PRIVACY)[1]
    assert admin_key(item | {"owner": None}, PRIVACY)[1]


@pytest.mark.parametrize(
    ("facts", "stated"),
    [
        ({}, None),
        ({"expires_at": None}, False),
        ({"expires_at": 0}, False),
        ({"expires_at": AT}, True),
        ({"expires_at": "soon"}, None),
    ],
)
def test_no_end_is_told_from_an_end_that_is_not_told(
    facts: dict[str, Any], stated: bool | None
) -> None:
    """Null and 0 say that there is none; what is absent or odd says nothing."""
    assert admin_key({"id": "k", **facts}, PRIVACY)[0]["has_expiry"] is stated


def test_an_invite() -> None:
    """It describes a person: nothing is kept but what is named."""
    item = {
        "id": "invite-1",
        "email": "carlotta@x.example",
        "role": "owner",
        "status": "pending",
        "created_at": AT,
        "expires_at": AT,
        "accepted_at": AT,
        "name": "Carlotta",
        "projects": [
            {"id": "p2", "role": "member"},
            {"id": "p1", "role": "owner"},
            {"id": "p1", "role": "member"},
            {},
        ],
    }
    row, lacks = invite(item, PRIVACY)
    assert row == {
        "invite_id": "invite-1",
        "email_hash": CARL,
        "email_prefix": "carl",
        "role": "owner",
        "status": "pending",
        "created_at": THEN,
        "expires_at": THEN,
        "accepted_at": THEN,
        "projects": [
            {"project_id": None, "role": None},
            {"project_id": "p1", "role": "member"},
            {"project_id": "p1", "role": "owner"},
            {"project_id": "p2", "role": "member"},
        ],
        "unreadable": [],
    }
    assert not lacks
    for absent in ("email", "role", "status"):
        assert invite(item | {absent: None}, PRIVACY)[1], absent


def test_older_answers_call_an_invites_creation_invited_at() -> None:
    """And projects that are no list of objects are unreadable, not none."""
    for projects in ({"id": "p"}, [{"id": "p"}, "odd"]):
        row, _ = invite({"id": "i", "invited_at": AT, "projects": projects}, PRIVACY)
        assert (row["created_at"], row["projects"]) == (THEN, [])
        assert row["unreadable"] == ["projects", "role", "status"]


def test_a_group() -> None:
    """Whether it is managed elsewhere has had two names."""
    item = {"id": "g", "object": "group", "name": "Support", "created_at": AT}
    item |= {"is_scim_managed": True, "group_type": "group", "color": "red"}
    row, lacks = group(item, PRIVACY)
    assert row == {
        "group_id": "g",
        "name": "Support",
        "group_type": "group",
        "is_scim_managed": True,
        "created_at": THEN,
        "extra": {"color": PRIVACY.prose("red")},
        "unreadable": [],
    }
    assert not lacks
    older = {"id": "g", "scim_managed": False, "name": "Support"}
    row, lacks = group(older, PRIVACY)
    assert (row["is_scim_managed"], row["extra"], lacks) == (False, {}, True)
    assert group(item | {"name": None}, PRIVACY)[1]


def test_a_role() -> None:
    """Its description is anybody's prose: only the hash is kept."""
    item = {
        "id": "r",
        "object": "role",
        "name": "auditor",
        "description": "asked for by Ann Lee",
        "permissions": ["b", "a", "b"],
        "resource_type": "organization",
        "predefined_role": False,
        "created_by_user_obj": {"name": "Ann Lee"},
        "color": "red",
    }
    row, lacks = role(item, PRIVACY)
    assert row == {
        "role_id": "r",
        "name": "auditor",
        "description": PRIVACY.prose("asked for by Ann Lee"),
        "permissions": ["a", "b"],
        "resource_type": "organization",
        "predefined_role": False,
        "extra": {"color": PRIVACY.prose("red")},
        "unreadable": [],
    }
    assert not lacks
    row, lacks = role(item | {"permissions": None, "description": 7}, PRIVACY)
    assert (row["permissions"], row["description"], lacks) == ([], None, True)
    assert row["unreadable"] == ["description", "permissions"]
    assert role(item | {"permissions": ["a", 7]}, PRIVACY)[0]["unreadable"] == ["permissions"]
    assert role(item | {"name": None}, PRIVACY)[1]


def test_a_service_account() -> None:
    """An answer to a creation holds a key; a list never should, and it is not kept."""
    item = {"id": "svc_bot", "object": "x", "name": "bot", "role": "member", "created_at": AT}
    row, lacks = service_account("p")(item | {"api_key": {"value": "sk-x"}, "n": 1}, PRIVACY)
    assert row == {
        "project_id": "p",
        "service_account_id": "svc_bot",
        "name": "bot",
        "role": "member",
        "created_at": THEN,
        "extra": {"n": 1},
        "unreadable": [],
    }
    assert not lacks
    assert service_account("p")(item | {"role": None}, PRIVACY)[1]
    assert service_account("p")(item | {"created_at": None}, PRIVACY)[1]


def test_a_member_of_a_project() -> None:
    """A person is in many projects: the id is the project's and the user's."""
    item = {"id": "user-c", "email": "carlotta@x.example", "role": "member", "added_at": AT}
    row, lacks = project_user("p")(item | {"name": "Carlotta"}, PRIVACY)
    assert row == {
        "project_id": "p",
        "membership_id": "p/user-c",
        "user_id": "user-c",
        "email_hash": CARL,
        "email_prefix": "carl",
        "role": "member",
        "added_at": THEN,
        "unreadable": [],
    }
    assert not lacks
    for absent in ("email", "role", "added_at"):
        assert project_user("p")(item | {absent: None}, PRIVACY)[1], absent
    nested = item | {"email": None, "user": {"email": "carlotta@x.example"}}
    assert project_user("p")(nested, PRIVACY)[0]["email_hash"] == CARL
    assert project_user("p")(item | {"id": None}, PRIVACY)[0]["membership_id"] is None
