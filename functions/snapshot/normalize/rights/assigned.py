"""Normalize (step 2 of 6), part: who is in which group, who has which role.

Pure; the same rules as in ``required.py``. Source: OpenAI's OpenAPI document of 2026-08-21. Of a
member of a group nothing is kept but the id, and the hash and first letters of the address.
"""

from collections.abc import Callable, Mapping
from typing import Any

from functions.shared.canonical import Json
from functions.shared.records.entities import EntityState
from functions.shared.records.rights.assigned import (
    AssignedRole,
    GroupMemberState,
    GroupRoleState,
    ProjectGroupState,
    UserRoleState,
)
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.values import (
    UNREADABLE,
    Rule,
    Unread,
    Unreadable,
    always,
    email_of,
    flag_of,
    id_of,
    instant,
    object_of,
    text_of,
    words_of,
)


def group_member(group_id: str) -> Rule[GroupMemberState]:
    """Return the rule for the members of one group; the name and every other field are dropped."""

    def rule(item: Json, privacy: Privacy) -> tuple[GroupMemberState, bool]:
        unread = Unread()
        hashed, prefix = unread.keep_email(email_of(item.get("email"), privacy))
        row: GroupMemberState = {
            "group_id": group_id,
            "membership_id": item["id"] and f"{group_id}/{item['id']}",
            "user_id": item["id"],
            "email_hash": hashed,
            "email_prefix": prefix,
            "unreadable": unread.names(),
        }
        return row, bool(row["unreadable"])

    return rule


def _assigned(item: Json, unread: Unread, privacy: Privacy) -> AssignedRole:
    permissions = words_of(item.get("permissions"), privacy)
    predefined = flag_of(item.get("predefined_role"))
    return {
        "role_id": item["id"],
        "role_name": unread.keep("role_name", always(text_of(item.get("name"), privacy))),
        "permissions": unread.keep("permissions", permissions) or [],
        "resource_type": unread.keep("resource_type", text_of(item.get("resource_type"), privacy)),
        "predefined_role": unread.keep("predefined_role", predefined),
    }


def group_role(group_id: str) -> Rule[GroupRoleState]:
    """Return the rule for the roles of one group."""

    def rule(item: Json, privacy: Privacy) -> tuple[GroupRoleState, bool]:
        unread = Unread()
        row: GroupRoleState = {
            "group_id": group_id,
            "assignment_id": item["id"] and f"{group_id}/{item['id']}",
            **_assigned(item, unread, privacy),
            "unreadable": unread.names(),
        }
        return row, bool(row["unreadable"])

    return rule


def user_role(user_id: str) -> Rule[UserRoleState]:
    """Return the rule for the roles of one user."""

    def rule(item: Json, privacy: Privacy) -> tuple[UserRoleState, bool]:
        unread = Unread()
        sources = _sources(item.get("assignment_sources"))
        row: UserRoleState = {
            "user_id": user_id,
            "assignment_id": item["id"] and f"{user_id}/{item['id']}",
            **_assigned(item, unread, privacy),
            "inherited_from": unread.keep("inherited_from", sources),
            "unreadable": unread.names(),
        }
        return row, bool(row["unreadable"])

    return rule


def _sources(value: Any) -> list[str] | Unreadable | None:
    if value is None:
        return None
    if not isinstance(value, list):
        return UNREADABLE
    ids = [id_of(object_of(source).get("principal_id")) for source in value]
    named = [identity for identity in ids if isinstance(identity, str)]
    return sorted(set(named)) if len(named) == len(ids) else UNREADABLE


def project_group(project_id: str) -> Rule[ProjectGroupState]:
    """Return the rule for the groups with access to one project."""

    def rule(item: Json, privacy: Privacy) -> tuple[ProjectGroupState, bool]:
        unread = Unread()
        row: ProjectGroupState = {
            "project_id": project_id,
            "membership_id": item["id"] and f"{project_id}/{item['id']}",
            "group_id": item["id"],
            "created_at": unread.keep("created_at", always(instant(item.get("created_at")))),
            "unreadable": unread.names(),
        }
        return row, bool(row["unreadable"])

    return rule


BY_PARENT: Mapping[str, Callable[[str], Rule[EntityState]]] = {
    "group_members": group_member,
    "group_roles": group_role,
    "user_roles": user_role,
    "project_groups": project_group,
}
