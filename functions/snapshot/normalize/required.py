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
    unread, inner = Unread(), object_of(item.get("user"))
    hashed, prefix = unread.keep_email(email_of(item.get("email") or inner.get("email"), privacy))
    is_service_account = flag_of(item.get("is_service_account"))
    last_used_at = instant(item.get("api_key_last_used_at"))
    row: UserState = {
        "user_id": item["id"],
        "email_hash": hashed,
        "email_prefix": prefix,
        "role": unread.keep("role", text_of(item.get("role"), privacy)),
        "added_at": unread.keep("added_at", always(instant(item.get("added_at")))),
        "is_service_account": unread.keep("is_service_account", is_service_account),
        "enabled": unread.keep("enabled", flag_of(inner.get("enabled"))),
        "banned": unread.keep("banned", flag_of(inner.get("banned"))),
        "is_scim_managed": unread.keep("is_scim_managed", flag_of(item.get("is_scim_managed"))),
        "api_key_last_used_at": unread.keep("api_key_last_used_at", last_used_at),
        "unreadable": unread.names(),
    }
    return row, hashed is None or row["role"] is None or bool(row["unreadable"])


def project(item: Json, privacy: Privacy) -> tuple[ProjectState, bool]:
    """Return a project's row; ``status`` is inferred where OpenAI does not say it."""
    unread = Unread()
    archived_at = instant(item.get("archived_at"))
    row: ProjectState = {
        "project_id": item["id"],
        "name": unread.keep("name", text_of(item.get("name"), privacy)),
        "status": unread.keep("status", _status(text_of(item.get("status"), privacy), archived_at)),
        "created_at": unread.keep("created_at", always(instant(item.get("created_at")))),
        "archived_at": unread.keep("archived_at", archived_at),
        "extra": extra_of(item, _PROJECT, RECORDS["projects"], privacy),
        "unreadable": unread.names(),
    }
    return row, bool(row["unreadable"])


def _status(
    said: str | Unreadable | None, archived_at: str | Unreadable | None
) -> str | Unreadable | None:
    """Return a project's status: as it is said, else by whether it was ever archived."""
    if said is not None:
        return said
    if isinstance(archived_at, Unreadable):
        return UNREADABLE
    return "archived" if archived_at else "active"


def api_key(project_id: str) -> Rule[ApiKeyState]:
    """Return the rule for the keys of one project."""

    def rule(item: Json, privacy: Privacy) -> tuple[ApiKeyState, bool]:
        unread = Unread()
        owner_type, owner_id, address = _owner(item, privacy)
        owner_hash = unread.keep("owner_hash", email_of(address, privacy))
        access = text_of(item.get("owner_project_access"), privacy)
        # Older answers call it added_at.
        created_at = always(instant(first_told(item, ("created_at", "added_at"))))
        # Null says that it was never used; what is not there says nothing.
        used = instant(item["last_used_at"]) if "last_used_at" in item else UNREADABLE
        row: ApiKeyState = {
            "project_id": project_id,
            "key_id": item["id"],
            "name": unread.keep("name", text_of(item.get("name"), privacy)),
            "redacted_value": unread.keep(
                "redacted_value", text_of(item.get("redacted_value"), privacy)
            ),
            "type": "project",
            "owner_type": unread.keep("owner_type", owner_type),
            "owner_id": unread.keep("owner_id", owner_id),
            "owner_hash": owner_hash[0] if owner_hash else None,
            "owner_project_access": unread.keep("owner_project_access", access),
            "created_at": unread.keep("created_at", created_at),
            "last_used_at": unread.keep("last_used_at", used),
            "expires_at": unread.keep("expires_at", instant(item.get("expires_at"))),
            "extra": extra_of(item, _API_KEY, RECORDS["api_keys"], privacy),
            "unreadable": unread.names(),
        }
        return row, row["owner_id"] is None or bool(row["unreadable"])

    return rule


def _owner(
    item: Json, privacy: Privacy
) -> tuple[str | Unreadable | None, str | Unreadable | None, object]:
    """Return type, id and address of a key's owner: null says that there is nobody.

    What is told of an owner without saying who it is, is unreadable: that is not nobody.
    """
    owner = item.get("owner", UNREADABLE)
    if owner is None:
        return None, None, None
    if not isinstance(owner, dict):
        return UNREADABLE, UNREADABLE, None
    inner = {name: object_of(owner.get(name)) for name in ("user", "service_account")}
    there = [name for name in inner if inner[name]]
    said = text_of(owner.get("type"), privacy)
    alone = there[0] if len(there) == 1 else None
    kind = always(said or alone)
    named = object_of(inner.get(str(said), inner.get(str(alone))))
    # Some answers name the owner flat, as those of admin keys do.
    owner_id = always(id_of(named.get("id") or owner.get("id")))
    return kind, owner_id, named.get("email") if kind == "user" else None


OF_ORGANIZATION: Mapping[str, Rule[EntityState]] = {"users": user, "projects": project}
BY_PROJECT: Mapping[str, Callable[[str], Rule[EntityState]]] = {"api_keys": api_key}
