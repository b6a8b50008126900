"""Normalize (step 2 of 6), part: users, projects and API keys; lenient in, strict out.

Pure. Only an id is required; everything else may be null or odd, is then null in the row and
counted as unknown. Fields nobody documented are kept under ``extra``, cleaned.
"""

from collections.abc import Callable, Mapping

from functions.shared.canonical import Json
from functions.shared.records.entities import ApiKeyState, EntityState, ProjectState, UserState
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

_PROJECT = frozenset({"id", "object", "name", "status", "created_at", "archived_at"})
_API_KEY = frozenset(
    {"id", "object", "name", "redacted_value", "created_at", "added_at", "last_used_at"}
    # Only an answer to a creation holds the key itself; wherever it stands, it is not kept.
    | {"expires_at", "owner", "owner_project_access", "project_id", "value"}
)


def user(item: Json, privacy: Privacy) -> tuple[UserState, bool]:
    """Return a user's row; the name is dropped, and so is every field not named here."""
    inner = object_of(item.get("user"))
    address = item.get("email") or inner.get("email")
    hashed, prefix = privacy.email(address)
    row: UserState = {
        "user_id": item["id"],
        "email_hash": hashed,
        "email_prefix": prefix,
        "role": text_of(item.get("role"), privacy),
        "added_at": instant(item.get("added_at")),
        "is_service_account": flag_of(item.get("is_service_account")),
    }
    return row, hashed is None or row["role"] is None or row["added_at"] is None


def project(item: Json, privacy: Privacy) -> tuple[ProjectState, bool]:
    """Return a project's row; ``status`` is inferred where OpenAI does not say it."""
    archived_at = instant(item.get("archived_at"))
    status = text_of(item.get("status"), privacy) or ("archived" if archived_at else "active")
    row: ProjectState = {
        "project_id": item["id"],
        "name": text_of(item.get("name"), privacy),
        "status": status,
        "created_at": instant(item.get("created_at")),
        "archived_at": archived_at,
        "extra": extra_of(item, _PROJECT, RECORDS["projects"], privacy),
    }
    return row, row["created_at"] is None


def api_key(project_id: str) -> Rule[ApiKeyState]:
    """Return the rule for the keys of one project."""

    def rule(item: Json, privacy: Privacy) -> tuple[ApiKeyState, bool]:
        owner = object_of(item.get("owner"))
        kind = text_of(owner.get("type"), privacy)
        person, account = object_of(owner.get("user")), object_of(owner.get("service_account"))
        named = account if kind == "service_account" or (account and not person) else person
        hashed, _ = privacy.email(person.get("email"))
        row: ApiKeyState = {
            "project_id": project_id,
            "key_id": item["id"],
            "name": text_of(item.get("name"), privacy),
            "redacted_value": text_of(item.get("redacted_value"), privacy),
            "type": "project",
            "owner_type": kind or ("service_account" if account else "user" if person else None),
            "owner_id": id_of(named.get("id")),
            "owner_hash": hashed,
            "owner_project_access": text_of(item.get("owner_project_access"), privacy),
            # Older answers call it added_at.
            "created_at": instant(item.get("created_at")) or instant(item.get("added_at")),
            "last_used_at": instant(item.get("last_used_at")),
            "expires_at": instant(item.get("expires_at")),
            "extra": extra_of(item, _API_KEY, RECORDS["api_keys"], privacy),
        }
        return row, row["created_at"] is None or row["owner_id"] is None

    return rule


OF_ORGANIZATION: Mapping[str, Rule[EntityState]] = {"users": user, "projects": project}
BY_PROJECT: Mapping[str, Callable[[str], Rule[EntityState]]] = {"api_keys": api_key}
