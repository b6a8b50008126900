"""Whole rows for tests of rules: each field has a plain value, unless a test says otherwise."""

from typing import Any, cast

from functions.shared.records.entities import (
    AdminKey,
    ApiKey,
    Invite,
    Project,
    ProjectUser,
    ServiceAccount,
    User,
    UserState,
)
from functions.shared.records.events import Change, Event, OpenChange
from functions.shared.records.findings import Finding

HOUR = "2026-04-01T05:00:00Z"


def user_state(user_id: str = "user-ann", **facts: Any) -> UserState:
    """Return a user as a snapshot shows them."""
    row: UserState = {
        "user_id": user_id,
        "email_hash": f"hash of {user_id}",
        "email_prefix": "an",
        "role": "reader",
        "added_at": "2026-03-01T00:00:00Z",
        "is_service_account": False,
        "enabled": True,
        "banned": False,
        "is_scim_managed": False,
        "api_key_last_used_at": None,
        "unreadable": [],
    }
    return cast("UserState", {**row, **facts})


def user(user_id: str = "user-ann", **facts: Any) -> User:
    """Return one stay of a user."""
    stay = {
        "first_seen_at": "2026-03-31T00:00:00Z",
        "removed_at": None,
        "roles_held": [{"role": "reader", "from": "2026-03-31T00:00:00Z", "to": None}],
    }
    return cast("User", {**user_state(user_id), **stay, **facts})


def project(project_id: str = "proj_web", **facts: Any) -> Project:
    """Return one stay of a project."""
    row: Project = {
        "project_id": project_id,
        "name": "web",
        "status": "active",
        "created_at": "2026-03-01T00:00:00Z",
        "archived_at": None,
        "extra": {},
        "unreadable": [],
        "first_seen_at": "2026-03-31T00:00:00Z",
        "removed_at": None,
    }
    return cast("Project", {**row, **facts})


def api_key(key_id: str = "key_1", **facts: Any) -> ApiKey:
    """Return one stay of a key of Ann's in the project web."""
    row: ApiKey = {
        "project_id": "proj_web",
        "key_id": key_id,
        "name": "web key",
        "redacted_value": "sk-…1234",
        "type": "project",
        "owner_type": "user",
        "owner_id": "user-ann",
        "owner_hash": "hash of user-ann",
        "owner_project_access": "active",
        "created_at": "2026-03-01T00:00:00Z",
        "last_used_at": "2026-03-31T00:00:00Z",
        "expires_at": None,
        "extra": {},
        "unreadable": [],
        "first_seen_at": "2026-03-31T00:00:00Z",
        "removed_at": None,
    }
    return cast("ApiKey", {**row, **facts})


def admin_key(key_id: str = "key_adm", **facts: Any) -> AdminKey:
    """Return one stay of an admin key: young, used, with an end far away, not ours."""
    row: AdminKey = {
        "key_id": key_id,
        "name": "audit",
        "redacted_value": "sk-admin-…9876",
        "type": "admin",
        "owner_type": "user",
        "owner_id": "user-olga",
        "owner_role": "owner",
        "created_at": "2026-03-20T00:00:00Z",
        "last_used_at": "2026-03-31T00:00:00Z",
        "ever_used": True,
        "expires_at": "2026-06-01T00:00:00Z",
        "has_expiry": True,
        "extra": {},
        "unreadable": [],
        "is_own": False,
        "first_seen_at": "2026-03-31T00:00:00Z",
        "removed_at": None,
    }
    return cast("AdminKey", {**row, **facts})


def invite(invite_id: str = "invite-1", **facts: Any) -> Invite:
    """Return one stay of an invite to become an owner."""
    row: Invite = {
        "invite_id": invite_id,
        "email_hash": "hash of carl",
        "email_prefix": "ca",
        "role": "owner",
        "status": "pending",
        "created_at": "2026-03-30T00:00:00Z",
        "expires_at": "2026-04-07T00:00:00Z",
        "accepted_at": None,
        "projects": [],
        "unreadable": [],
        "first_seen_at": "2026-03-31T00:00:00Z",
        "removed_at": None,
    }
    return cast("Invite", {**row, **facts})


def service_account(service_account_id: str = "svc_bot", **facts: Any) -> ServiceAccount:
    """Return one stay of a service account."""
    row: ServiceAccount = {
        "project_id": "proj_web",
        "service_account_id": service_account_id,
        "name": "bot",
        "role": "member",
        "created_at": "2026-03-01T00:00:00Z",
        "extra": {},
        "unreadable": [],
        "person_id": None,
        "first_seen_at": "2026-03-31T00:00:00Z",
        "removed_at": None,
    }
    return cast("ServiceAccount", {**row, **facts})


def member(project_id: str = "proj_web", user_id: str = "user-ann", **facts: Any) -> ProjectUser:
    """Return one stay in a project."""
    row: ProjectUser = {
        "project_id": project_id,
        "membership_id": f"{project_id}/{user_id}",
        "user_id": user_id,
        "email_hash": f"hash of {user_id}",
        "email_prefix": "an",
        "role": "member",
        "added_at": "2026-03-01T00:00:00Z",
        "unreadable": [],
        "first_seen_at": "2026-03-31T00:00:00Z",
        "removed_at": None,
    }
    return cast("ProjectUser", {**row, **facts})


def event(kind: str, target: str | None, at: str = "05:30:00", **facts: Any) -> Event:
    """Return an event as it is sealed; its payload names the target unless it is given."""
    payload = facts.pop("payload", {"id": target} if target else None)
    row: Event = {
        "event_id": f"audit_log-{kind}-{at}",
        "event_type": kind,
        "occurred_at": f"2026-04-01T{at}Z",
        "actor_type": "session",
        "actor_id": "user-boss",
        "actor_hash": None,
        "project_id": None,
        "target_id": target,
        "details": {"payload": payload},
        "org_id": "org-Alpha",
        "sealed_hour": HOUR,
        "late": False,
    }
    return cast("Event", {**row, **facts})


def change(section: str, kind: str, entity_id: str, **facts: Any) -> Change:
    """Return a change of the hour 05."""
    row: Change = {
        "hour": HOUR,
        "section": section,
        "entity_id": entity_id,
        "kind": "modified",
        "fields": [],
        "before": None if kind == "added" else {},
        "after": None if kind == "removed" else {},
    }
    return cast("Change", {**row, "kind": kind, **facts})


def open_change(
    section: str, aspect: str, entity: str, hour: str = "05", **facts: Any
) -> OpenChange:
    """Return an open change between the snapshots of a minute past two hours, with its facts."""
    following = f"{int(hour) + 1:02d}"
    return {
        "open_id": f"{section} {entity} {hour}",
        "of": "change",
        "hour": f"2026-04-01T{hour}:00:00Z",
        "section": section,
        "entity_id": entity,
        "kind": aspect if aspect in ("added", "removed") else "modified",
        "aspects": [aspect],
        "facts": cast("Any", facts),
        "from": f"2026-04-01T{hour}:01:00Z",
        "to": f"2026-04-01T{following}:01:00Z",
        "proven": True,
        "event": None,
        "event_id": None,
        "explained_by": None,
        "verdict": None,
        "reason": None,
    }


def finding(kind: str, section: str, entity_id: str, **facts: Any) -> Finding:
    """Return a finding that is open since the hour before."""
    row: Finding = {
        "finding_id": f"{kind} {entity_id}",
        "kind": kind,
        "reason": "why",
        "severity": "medium",
        "section": section,
        "entity_id": entity_id,
        "still_works": None,
        "first_seen_hour": "2026-04-01T04:00:00Z",
        "resolved_hour": None,
        "resolved_by": None,
    }
    return cast("Finding", {**row, **facts})
