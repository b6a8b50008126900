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
from functions.snapshot.normalize.privacy import Privacy

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
) -> tuple[list[Json], int, list[Json]]:
    """Return the rows of a list, how many records had something unknown, and those without an id.

    A record without an id cannot be followed from hour to hour: its row is kept apart.
    """
    rows: list[Json] = []
    odd: list[Json] = []
    unknown = 0
    for item in items:
        followed = isinstance(item.get("id"), str) and bool(item["id"])
        row, lacks = one(item if followed else item | {"id": None}, privacy)
        (rows if followed else odd).append(row)
        unknown += lacks or not followed
    return rows, unknown, odd


def user(item: Json, privacy: Privacy) -> Normal:
    """Return a user's row; the name is dropped, and so is every field not named here."""
    inner = object_of(item.get("user"))
    address = item.get("email") or inner.get("email")
    hashed, prefix = privacy.email(address)
    row = {
        "user_id": item["id"],
        "email_hash": hashed,
        "email_prefix": prefix,
        "role": text_of(item.get("role"), privacy),
        "added_at": instant(item.get("added_at")),
        "is_service_account": flag_of(item.get("is_service_account")),
    }
    return row, hashed is None or row["role"] is None or row["added_at"] is None


_PROJECT = frozenset({"id", "object", "name", "status", "created_at", "archived_at"})


def project(item: Json, privacy: Privacy) -> Normal:
    """Return a project's row; ``status`` is inferred where OpenAI does not say it."""
    archived_at = instant(item.get("archived_at"))
    status = text_of(item.get("status"), privacy) or ("archived" if archived_at else "active")
    row = {
        "project_id": item["id"],
        "name": text_of(item.get("name"), privacy),
        "status": status,
        "created_at": instant(item.get("created_at")),
        "archived_at": archived_at,
        "extra": extra_of(item, _PROJECT, privacy),
    }
    return row, row["created_at"] is None


_API_KEY = frozenset(
    {"id", "object", "name", "redacted_value", "created_at", "added_at", "last_used_at"}
    # Only an answer to a creation holds the key itself; wherever it stands, it is not kept.
    | {"expires_at", "owner", "owner_project_access", "project_id", "value"}
)


def api_key(project_id: str) -> Callable[[Json, Privacy], Normal]:
    """Return the rule for the keys of one project."""

    def one(item: Json, privacy: Privacy) -> Normal:
        owner = object_of(item.get("owner"))
        kind = text_of(owner.get("type"), privacy)
        person, account = object_of(owner.get("user")), object_of(owner.get("service_account"))
        named = account if kind == "service_account" or (account and not person) else person
        hashed, _ = privacy.email(person.get("email"))
        row = {
            "project_id": project_id,
            "key_id": item["id"],
            "name": text_of(item.get("name"), privacy),
            "redacted_value": text_of(item.get("redacted_value"), privacy),
            "type": "project",
            "owner_type": kind or ("service_account" if account else "user" if person else None),
            "owner_id": text_of(named.get("id"), privacy),
            "owner_hash": hashed,
            "owner_project_access": text_of(item.get("owner_project_access"), privacy),
            # Older answers call it added_at.
            "created_at": instant(item.get("created_at")) or instant(item.get("added_at")),
            "last_used_at": instant(item.get("last_used_at")),
            "expires_at": instant(item.get("expires_at")),
            "extra": extra_of(item, _API_KEY, privacy.knowing([person.get("name")])),
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
        actor = object_of(item.get("actor"))
        who, details = _actor(actor, privacy)
        payload = item.get(kind) if kind else None
        known = privacy.knowing(_person_names(actor))
        if payload is not None:
            details["payload"] = known.unknown(payload)
        extra = extra_of(item, _EVENT | ({kind} if kind else set()), known)
        if occurred_at is None:
            extra["effective_at"] = known.unknown(item.get("effective_at"))
        row = {
            "event_id": item["id"],
            "event_type": privacy.text(kind) if kind else None,
            "occurred_at": occurred_at or seen_from,
            **who,
            "project_id": text_of(object_of(item.get("project")).get("id"), privacy),
            "target_id": text_of(object_of(payload).get("id"), privacy),
            "details": details | {"stream": stream} | ({"extra": extra} if extra else {}),
        }
        return row, kind is None or occurred_at is None or row["actor_id"] is None

    return one


def _actor(actor: Json, privacy: Privacy) -> tuple[Json, Json]:
    """Return who acted (the row's three fields), and what else may be kept of them."""
    kind = text_of(actor.get("type"), privacy)
    session, key = object_of(actor.get("session")), object_of(actor.get("api_key"))
    person = object_of(session.get("user")) or object_of(key.get("user"))
    account = object_of(key.get("service_account"))
    hashed, _ = privacy.email(person.get("email"))
    who = {
        "actor_type": kind or ("session" if session else "api_key" if key else None),
        "actor_id": text_of(account.get("id") or person.get("id"), privacy),
        "actor_hash": hashed,
    }
    where = object_of(session.get("ip_address_details"))
    agent = session.get("user_agent")
    found = {
        "actor_key_id": text_of(key.get("id"), privacy),
        "asn": privacy.unknown(where.get("asn")),
        "country": text_of(where.get("country"), privacy),
        "ip_hash": privacy.ip(session.get("ip_address")),
        "user_agent": privacy.user_agent(agent) if isinstance(agent, str) else None,
    }
    return who, {name: value for name, value in found.items() if value is not None}


def _person_names(actor: Json) -> list[Any]:
    people = [object_of(object_of(actor.get(kind)).get("user")) for kind in ("session", "api_key")]
    return [person.get("name") for person in people]


def extra_of(item: Json, known: Iterable[str], privacy: Privacy) -> Json:
    """Return the fields that nobody documented, cleaned."""
    kept = {name: item[name] for name in item if name not in known and name not in _NOT_KEPT}
    cleaned: Json = privacy.unknown(kept) if kept else {}
    return cleaned


def object_of(value: Any) -> Json:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def text_of(value: Any, privacy: Privacy) -> str | None:
    """Return a text, addresses in it hashed; None for anything else."""
    return privacy.text(value) if isinstance(value, str) and value else None


def flag_of(value: Any) -> bool | None:
    """Return true or false, None for anything else."""
    return value if isinstance(value, bool) else None
