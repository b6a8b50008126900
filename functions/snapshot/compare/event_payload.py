"""What an audit event's payload says: OpenAI's own fields, cleaned, never checked before.

Pure. Source: OpenAI's document of 2026-08-21.
"""

from collections.abc import Iterator
from typing import Any

from functions.shared.canonical import Json
from functions.shared.records.events import EventDetails, EventState, OpenEvent

AnyEvent = EventState | OpenEvent

_NAMES = ("principal_id", "principal_type", "resource_id", "resource_type")
_ROLES_IN = ("changes_requested", "data")
_NO_DETAILS: EventDetails = {}
# No id that OpenAI gives is nearly as long.
_LONGEST_ID = 200


def payload_of(event: AnyEvent) -> Json:
    """Return an event's payload, empty where it has none."""
    payload = event["details"]["payload"] if "payload" in event["details"] else None
    return payload if isinstance(payload, dict) else {}


def principal_of(event: AnyEvent) -> str | None:
    """Return whom an assignment of a role is about, None where the event does not say."""
    return _id_in(event, "principal_id")


def is_about_a_person(event: AnyEvent) -> bool:
    """Tell whether an assignment of a role says that it is about a person, not about a group."""
    return _id_in(event, "principal_type") in ("user", "service_account")


def resource_of(event: AnyEvent) -> str | None:
    """Return what a role is bound to, None where the event does not say."""
    return _id_in(event, "resource_id")


def project_alone(event: AnyEvent) -> str | None:
    """Return the one project that an assignment of a role is for, None where it is for more."""
    kind = _id_in(event, "resource_type") or ""
    return resource_of(event) if "project" in kind else None


def _id_in(event: AnyEvent, name: str) -> str | None:
    # Whoever is watched chooses payloads: an object in the place of an id names nobody.
    identity = payload_of(event).get(name)
    return identity if isinstance(identity, str) else None


def stated_role(event: AnyEvent) -> str | None:
    """Return the role an event says was asked for."""
    payload = payload_of(event)
    for part in _ROLES_IN:
        inner = payload.get(part)
        if isinstance(inner, dict) and isinstance(inner.get("role"), str):
            return str(inner["role"])
    return None


def essentials_of(event: EventState, *, names_anywhere: bool) -> EventState:
    """Return of an event what the functions above and below read of it, and no more.

    Args:
        event: as sealed; a payload may be 45 KB.
        names_anywhere: whether it may name something anywhere in its payload.
    """
    payload = payload_of(event)
    kept: Json = {name: payload[name] for name in _NAMES if isinstance(payload.get(name), str)}
    for part in _ROLES_IN:
        inner = payload.get(part)
        if isinstance(inner, dict) and isinstance(inner.get("role"), str):
            kept[part] = {"role": inner["role"]}
    if names_anywhere:
        kept["texts"] = sorted({text for text in texts_of(event) if len(text) <= _LONGEST_ID})
    return {
        "event_id": event["event_id"],
        "event_type": event["event_type"],
        "occurred_at": event["occurred_at"],
        "actor_type": event["actor_type"],
        "actor_id": event["actor_id"],
        "actor_hash": event["actor_hash"],
        "project_id": event["project_id"],
        "target_id": event["target_id"],
        "details": {"payload": kept} if kept else _NO_DETAILS,
    }


def texts_of(event: AnyEvent) -> Iterator[str]:
    """Yield every text in a payload, at any depth."""
    yield from _texts(payload_of(event))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
