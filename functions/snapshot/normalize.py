"""Normalize (step 2 of 6): OpenAI's records to ours, lenient in, strict out.

Pure. Only an id is required (events: also a type); everything else may be null or odd, is then
null in the row and counted as unknown. Fields nobody documented are kept under ``extra``, cleaned.
Field names are those of the pack (docs/evidence-pack-format.md).
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from functions.shared.canonical import Json
from functions.shared.hours import rfc3339
from functions.snapshot.privacy import Privacy

Normal = tuple[Json, bool]
"""A row, and whether something required was absent or odd."""

_NOT_KEPT = frozenset({"ja3", "ja4", "city", "latitude", "longitude", "coordinates", "postal_code"})


def instant(value: Any) -> str | None:
    """Return epoch seconds as RFC 3339; None for null, 0, and what is no moment we can name."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**33:
        return None
    return rfc3339(datetime.fromtimestamp(value, UTC))


def normalize_all(
    items: Iterable[Json], one: Callable[[Json, Privacy], Normal], privacy: Privacy
) -> tuple[list[Json], int]:
    """Return the rows of a list, and how many had something unknown about them."""
    rows, unknown = [], 0
    for item in items:
        if not isinstance(item.get("id"), str) or not item["id"]:
            # Cannot be followed from hour to hour; counted, so that the picture says so.
            unknown += 1
            continue
        row, odd = one(item, privacy)
        rows.append(row)
        unknown += odd
    return rows, unknown


def user(item: Json, privacy: Privacy) -> Normal:
    """Return a user's row; the name is dropped, and so is every field not named here."""
    inner = _object(item.get("user"))
    address = item.get("email") or inner.get("email")
    hashed, prefix = privacy.email(address)
    row = {
        "user_id": item["id"],
        "email_hash": hashed,
        "email_prefix": prefix,
        "role": _text(item.get("role"), privacy),
        "added_at": instant(item.get("added_at")),
        "is_service_account": _flag(item.get("is_service_account")),
    }
    return row, hashed is None or row["role"] is None or row["added_at"] is None


_PROJECT = frozenset({"id", "object", "name", "status", "created_at", "archived_at"})


def project(item: Json, privacy: Privacy) -> Normal:
    """Return a project's row; ``status`` is inferred where OpenAI does not say it."""
    archived_at = instant(item.get("archived_at"))
    status = _text(item.get("status"), privacy) or ("archived" if archived_at else "active")
    row = {
        "project_id": item["id"],
        "name": _text(item.get("name"), privacy),
        "status": status,
        "created_at": instant(item.get("created_at")),
        "archived_at": archived_at,
        "extra": _extra(item, _PROJECT, privacy),
    }
    return row, row["created_at"] is None


_API_KEY = frozenset(
    {"id", "object", "name", "redacted_value", "created_at", "added_at", "last_used_at"}
    | {"expires_at", "owner", "owner_project_access", "project_id"}
)


def api_key(project_id: str) -> Callable[[Json, Privacy], Normal]:
    """Return the rule for the keys of one project."""

    def one(item: Json, privacy: Privacy) -> Normal:
        owner = _object(item.get("owner"))
        kind = _text(owner.get("type"), privacy)
        person, account = _object(owner.get("user")), _object(owner.get("service_account"))
        named = account if kind == "service_account" or (account and not person) else person
        hashed, _ = privacy.email(person.get("email"))
        row = {
            "project_id": project_id,
            "key_id": item["id"],
            "name": _text(item.get("name"), privacy),
            "redacted_value": _text(item.get("redacted_value"), privacy),
            "type": "project",
            "owner_type": kind or ("service_account" if account else "user" if person else None),
            "owner_id": _text(named.get("id"), privacy),
            "owner_hash": hashed,
            "owner_project_access": _text(item.get("owner_project_access"), privacy),
            # Older answers call it added_at.
            "created_at": instant(item.get("created_at")) or instant(item.get("added_at")),
            "last_used_at": instant(item.get("last_used_at")),
            "expires_at": instant(item.get("expires_at")),
            "extra": _extra(item, _API_KEY, privacy.knowing([person.get("name")])),
        }
        return row, row["created_at"] is None or row["owner_id"] is None

    return one


_EVENT = frozenset({"id", "object", "type", "effective_at", "actor", "project"})


def event(stream: str, seen_from: str) -> Callable[[Json, Privacy], Normal]:
    """Return the rule for audit events.

    Args:
        stream: ``organization`` or ``tenant``.
        seen_from: start of what was asked for, for an event whose own time cannot be read.
    """

    def one(item: Json, privacy: Privacy) -> Normal:
        kind = item.get("type") if isinstance(item.get("type"), str) else None
        occurred_at = instant(item.get("effective_at"))
        actor = _object(item.get("actor"))
        who, details = _actor(actor, privacy)
        payload = item.get(kind) if kind else None
        known = privacy.knowing(_person_names(actor))
        if payload is not None:
            details["payload"] = known.unknown(payload)
        extra = _extra(item, _EVENT | ({kind} if kind else set()), known)
        if occurred_at is None:
            extra["effective_at"] = known.unknown(item.get("effective_at"))
        row = {
            "event_id": item["id"],
            "event_type": privacy.text(kind) if kind else None,
            "occurred_at": occurred_at or seen_from,
            **who,
            "project_id": _text(_object(item.get("project")).get("id"), privacy),
            "target_id": _text(_object(payload).get("id"), privacy),
            "details": details | {"stream": stream} | ({"extra": extra} if extra else {}),
        }
        return row, kind is None or occurred_at is None or row["actor_id"] is None

    return one


def _actor(actor: Json, privacy: Privacy) -> tuple[Json, Json]:
    """Return who acted (the row's three fields), and what else may be kept of them."""
    kind = _text(actor.get("type"), privacy)
    session, key = _object(actor.get("session")), _object(actor.get("api_key"))
    person = _object(session.get("user")) or _object(key.get("user"))
    account = _object(key.get("service_account"))
    hashed, _ = privacy.email(person.get("email"))
    who = {
        "actor_type": kind or ("session" if session else "api_key" if key else None),
        "actor_id": _text(account.get("id") or person.get("id"), privacy),
        "actor_hash": hashed,
    }
    where = _object(session.get("ip_address_details"))
    agent = session.get("user_agent")
    found = {
        "actor_key_id": _text(key.get("id"), privacy),
        "asn": privacy.unknown(where.get("asn")),
        "country": _text(where.get("country"), privacy),
        "ip_hash": privacy.ip(session.get("ip_address")),
        "user_agent": privacy.user_agent(agent) if isinstance(agent, str) else None,
    }
    return who, {name: value for name, value in found.items() if value is not None}


def _person_names(actor: Json) -> list[Any]:
    people = [_object(_object(actor.get(kind)).get("user")) for kind in ("session", "api_key")]
    return [person.get("name") for person in people]


def _extra(item: Json, known: Iterable[str], privacy: Privacy) -> Json:
    kept = {name: item[name] for name in item if name not in known and name not in _NOT_KEPT}
    cleaned: Json = privacy.unknown(kept) if kept else {}
    return cleaned


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: Any, privacy: Privacy) -> str | None:
    return privacy.text(value) if isinstance(value, str) and value else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None
