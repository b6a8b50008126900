"""Normalize (step 2 of 6), part: records of the sections beyond the required ones.

Pure; the same rules as in ``required.py``. Source: OpenAI's OpenAPI document of 2026-08-21. Names
of groups, roles, keys and service accounts are kept, names of persons are not.
"""

from collections.abc import Callable, Mapping
from typing import Any

from functions.shared.canonical import Json
from functions.shared.records.entities import (
    AdminKeyState,
    EntityState,
    GroupState,
    InviteState,
    ProjectGrant,
    ProjectUserState,
    RoleState,
    ServiceAccountState,
)
from functions.snapshot.normalize.api_fields import RECORDS
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.values import (
    UNREADABLE,
    Rule,
    Unread,
    Unreadable,
    always,
    email_of,
    extra_of,
    first_told,
    flag_of,
    id_of,
    instant,
    object_of,
    prose_of,
    readable,
    text_of,
    words_of,
)

_ADMIN_KEY = frozenset(
    {"id", "object", "name", "redacted_value", "created_at", "last_used_at", "expires_at"}
    | {"owner", "value"}
)
_SERVICE_ACCOUNT = frozenset({"id", "object", "name", "role", "created_at", "api_key"})
_GROUP = frozenset(
    {"id", "object", "name", "created_at", "is_scim_managed", "scim_managed", "group_type"}
)
_ROLE = frozenset(
    {"id", "object", "name", "description", "permissions", "resource_type", "predefined_role"}
    | {"created_by_user_obj"}
)


def admin_key(item: Json, privacy: Privacy) -> tuple[AdminKeyState, bool]:
    """Return an admin key's row.

    Its owner stands flat in ``owner``, other than a project key's: read the nested way it would
    look like nobody's. ``has_expiry`` and ``ever_used`` are null where OpenAI says nothing.
    """
    unread, owner = Unread(), object_of(item.get("owner"))
    said_expiry, said_use = instant(item.get("expires_at")), instant(item.get("last_used_at"))
    expires_at = unread.keep("expires_at", said_expiry, "has_expiry")
    last_used_at = unread.keep("last_used_at", said_use, "ever_used")
    row: AdminKeyState = {
        "key_id": item["id"],
        "name": unread.keep("name", text_of(item.get("name"), privacy)),
        "redacted_value": unread.keep(
            "redacted_value", text_of(item.get("redacted_value"), privacy)
        ),
        "type": "admin",
        "owner_type": unread.keep("owner_type", text_of(owner.get("type"), privacy)),
        "owner_id": unread.keep("owner_id", id_of(owner.get("id"))),
        "owner_role": unread.keep("owner_role", text_of(owner.get("role"), privacy)),
        "created_at": unread.keep("created_at", always(instant(item.get("created_at")))),
        "last_used_at": last_used_at,
        "ever_used": _is_stated(item, "last_used_at", said_use),
        "expires_at": expires_at,
        "has_expiry": _is_stated(item, "expires_at", said_expiry),
        "extra": extra_of(item, _ADMIN_KEY, RECORDS["admin_keys"], privacy),
        "unreadable": unread.names(),
    }
    return row, row["owner_id"] is None or bool(row["unreadable"])


def _is_stated(item: Json, name: str, said: str | Unreadable | None) -> bool | None:
    # Null and 0 say that there is none; an absent or unreadable field says nothing.
    return None if name not in item or isinstance(said, Unreadable) else said is not None


def invite(item: Json, privacy: Privacy) -> tuple[InviteState, bool]:
    """Return an invite's row; it describes a person, so nothing but what is named here is kept."""
    unread = Unread()
    hashed, prefix = unread.keep_email(email_of(item.get("email"), privacy))
    # Older answers call it invited_at.
    created_at = instant(first_told(item, ("created_at", "invited_at")))
    row: InviteState = {
        "invite_id": item["id"],
        "email_hash": hashed,
        "email_prefix": prefix,
        "role": unread.keep("role", always(text_of(item.get("role"), privacy))),
        "status": unread.keep("status", always(text_of(item.get("status"), privacy))),
        "created_at": unread.keep("created_at", created_at),
        "expires_at": unread.keep("expires_at", instant(item.get("expires_at"))),
        "accepted_at": unread.keep("accepted_at", instant(item.get("accepted_at"))),
        "projects": unread.keep("projects", _grants(item.get("projects"), privacy)) or [],
        "unreadable": unread.names(),
    }
    return row, hashed is None or bool(row["unreadable"])


def _grants(projects: Any, privacy: Privacy) -> list[ProjectGrant] | Unreadable | None:
    if projects is None:
        return None
    if not isinstance(projects, list) or not all(isinstance(each, dict) for each in projects):
        return UNREADABLE
    grants: list[ProjectGrant] = [
        {
            "project_id": readable(id_of(project.get("id"))),
            "role": readable(text_of(project.get("role"), privacy)),
        }
        for project in projects
    ]
    return sorted(grants, key=lambda grant: (grant["project_id"] or "", grant["role"] or ""))


def group(item: Json, privacy: Privacy) -> tuple[GroupState, bool]:
    """Return a group's row."""
    unread = Unread()
    managed = flag_of(first_told(item, ("is_scim_managed", "scim_managed")))
    row: GroupState = {
        "group_id": item["id"],
        "name": unread.keep("name", always(text_of(item.get("name"), privacy))),
        "group_type": unread.keep("group_type", text_of(item.get("group_type"), privacy)),
        "is_scim_managed": unread.keep("is_scim_managed", managed),
        "created_at": unread.keep("created_at", always(instant(item.get("created_at")))),
        "extra": extra_of(item, _GROUP, RECORDS["groups"], privacy),
        "unreadable": unread.names(),
    }
    return row, bool(row["unreadable"])


def role(item: Json, privacy: Privacy) -> tuple[RoleState, bool]:
    """Return a role's row; of its description, anybody's prose, only the hash."""
    unread = Unread()
    row: RoleState = {
        "role_id": item["id"],
        "name": unread.keep("name", always(text_of(item.get("name"), privacy))),
        "description": unread.keep("description", prose_of(item.get("description"), privacy)),
        "permissions": unread.keep("permissions", words_of(item.get("permissions"), privacy)) or [],
        "resource_type": unread.keep("resource_type", text_of(item.get("resource_type"), privacy)),
        "predefined_role": unread.keep("predefined_role", flag_of(item.get("predefined_role"))),
        "extra": extra_of(item, _ROLE, RECORDS["roles"], privacy),
        "unreadable": unread.names(),
    }
    return row, bool(row["unreadable"])


def service_account(project_id: str) -> Rule[ServiceAccountState]:
    """Return the rule for the service accounts of one project."""

    def rule(item: Json, privacy: Privacy) -> tuple[ServiceAccountState, bool]:
        unread = Unread()
        row: ServiceAccountState = {
            "project_id": project_id,
            "service_account_id": item["id"],
            "name": unread.keep("name", text_of(item.get("name"), privacy)),
            "role": unread.keep("role", always(text_of(item.get("role"), privacy))),
            "created_at": unread.keep("created_at", always(instant(item.get("created_at")))),
            "extra": extra_of(item, _SERVICE_ACCOUNT, RECORDS["service_accounts"], privacy),
            "unreadable": unread.names(),
        }
        return row, bool(row["unreadable"])

    return rule


def project_user(project_id: str) -> Rule[ProjectUserState]:
    """Return the rule for the users of one project; the name and every other field are dropped."""

    def rule(item: Json, privacy: Privacy) -> tuple[ProjectUserState, bool]:
        unread = Unread()
        address = item.get("email") or object_of(item.get("user")).get("email")
        hashed, prefix = unread.keep_email(email_of(address, privacy))
        row: ProjectUserState = {
            "project_id": project_id,
            "membership_id": item["id"] and f"{project_id}/{item['id']}",
            "user_id": item["id"],
            "email_hash": hashed,
            "email_prefix": prefix,
            "role": unread.keep("role", always(text_of(item.get("role"), privacy))),
            "added_at": unread.keep("added_at", always(instant(item.get("added_at")))),
            "unreadable": unread.names(),
        }
        return row, hashed is None or bool(row["unreadable"])

    return rule


OF_ORGANIZATION: Mapping[str, Rule[EntityState]] = {
    "admin_keys": admin_key,
    "invites": invite,
    "groups": group,
    "roles": role,
}
BY_PROJECT: Mapping[str, Callable[[str], Rule[EntityState]]] = {
    "service_accounts": service_account,
    "project_users": project_user,
}
