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
    Rule,
    extra_of,
    flag_of,
    id_of,
    instant,
    object_of,
    text_of,
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
    owner = object_of(item.get("owner"))
    expires_at, last_used_at = instant(item.get("expires_at")), instant(item.get("last_used_at"))
    row: AdminKeyState = {
        "key_id": item["id"],
        "name": text_of(item.get("name"), privacy),
        "redacted_value": text_of(item.get("redacted_value"), privacy),
        "type": "admin",
        "owner_type": text_of(owner.get("type"), privacy),
        "owner_id": id_of(owner.get("id")),
        "owner_role": text_of(owner.get("role"), privacy),
        "created_at": instant(item.get("created_at")),
        "last_used_at": last_used_at,
        "ever_used": _is_stated(item, "last_used_at", last_used_at),
        "expires_at": expires_at,
        "has_expiry": _is_stated(item, "expires_at", expires_at),
        "extra": extra_of(item, _ADMIN_KEY, RECORDS["admin_keys"], privacy),
    }
    return row, row["created_at"] is None or row["owner_id"] is None


def _is_stated(item: Json, name: str, value: str | None) -> bool | None:
    # Null and 0 say that there is none; an absent or unreadable field says nothing.
    if name not in item or (value is None and item[name] not in (None, 0)):
        return None
    return value is not None


def invite(item: Json, privacy: Privacy) -> tuple[InviteState, bool]:
    """Return an invite's row; it describes a person, so nothing but what is named here is kept."""
    hashed, prefix = privacy.email(item.get("email"))
    row: InviteState = {
        "invite_id": item["id"],
        "email_hash": hashed,
        "email_prefix": prefix,
        "role": text_of(item.get("role"), privacy),
        "status": text_of(item.get("status"), privacy),
        # Older answers call it invited_at.
        "created_at": instant(item.get("created_at")) or instant(item.get("invited_at")),
        "expires_at": instant(item.get("expires_at")),
        "accepted_at": instant(item.get("accepted_at")),
        "projects": _grants(item.get("projects"), privacy),
    }
    return row, hashed is None or row["role"] is None or row["status"] is None


def _grants(projects: Any, privacy: Privacy) -> list[ProjectGrant]:
    grants: list[ProjectGrant] = [
        {
            "project_id": id_of(project.get("id")),
            "role": text_of(project.get("role"), privacy),
        }
        for project in (projects if isinstance(projects, list) else [])
        if isinstance(project, dict)
    ]
    return sorted(grants, key=lambda grant: (grant["project_id"] or "", grant["role"] or ""))


def group(item: Json, privacy: Privacy) -> tuple[GroupState, bool]:
    """Return a group's row."""
    managed = item.get("is_scim_managed", item.get("scim_managed"))
    row: GroupState = {
        "group_id": item["id"],
        "name": text_of(item.get("name"), privacy),
        "group_type": text_of(item.get("group_type"), privacy),
        "is_scim_managed": flag_of(managed),
        "created_at": instant(item.get("created_at")),
        "extra": extra_of(item, _GROUP, RECORDS["groups"], privacy),
    }
    return row, row["name"] is None or row["created_at"] is None


def role(item: Json, privacy: Privacy) -> tuple[RoleState, bool]:
    """Return a role's row; of its description, anybody's prose, only the hash."""
    permissions = item.get("permissions")
    names = permissions if isinstance(permissions, list) else []
    row: RoleState = {
        "role_id": item["id"],
        "name": text_of(item.get("name"), privacy),
        "description": _hashed(item.get("description"), privacy),
        "permissions": sorted({privacy.text(name) for name in names if isinstance(name, str)}),
        "resource_type": text_of(item.get("resource_type"), privacy),
        "predefined_role": flag_of(item.get("predefined_role")),
        "extra": extra_of(item, _ROLE, RECORDS["roles"], privacy),
    }
    return row, row["name"] is None or not isinstance(permissions, list)


def _hashed(description: object, privacy: Privacy) -> str | None:
    return privacy.prose(description) if isinstance(description, str) and description else None


def service_account(project_id: str) -> Rule[ServiceAccountState]:
    """Return the rule for the service accounts of one project."""

    def rule(item: Json, privacy: Privacy) -> tuple[ServiceAccountState, bool]:
        row: ServiceAccountState = {
            "project_id": project_id,
            "service_account_id": item["id"],
            "name": text_of(item.get("name"), privacy),
            "role": text_of(item.get("role"), privacy),
            "created_at": instant(item.get("created_at")),
            "extra": extra_of(item, _SERVICE_ACCOUNT, RECORDS["service_accounts"], privacy),
        }
        return row, row["role"] is None or row["created_at"] is None

    return rule


def project_user(project_id: str) -> Rule[ProjectUserState]:
    """Return the rule for the users of one project; the name and every other field are dropped."""

    def rule(item: Json, privacy: Privacy) -> tuple[ProjectUserState, bool]:
        address = item.get("email") or object_of(item.get("user")).get("email")
        hashed, prefix = privacy.email(address)
        row: ProjectUserState = {
            "project_id": project_id,
            "membership_id": item["id"] and f"{project_id}/{item['id']}",
            "user_id": item["id"],
            "email_hash": hashed,
            "email_prefix": prefix,
            "role": text_of(item.get("role"), privacy),
            "added_at": instant(item.get("added_at")),
        }
        return row, hashed is None or row["role"] is None or row["added_at"] is None

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
