"""What an audit event's payload says: OpenAI's own fields, cleaned, never checked before.

Pure. Source: OpenAI's document of 2026-08-21.
"""

from collections.abc import Iterator
from typing import Any

from functions.shared.canonical import Json
from functions.shared.records.events import EventState, OpenEvent

AnyEvent = EventState | OpenEvent


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
    for part in ("changes_requested", "data"):
        inner = payload.get(part)
        if isinstance(inner, dict) and isinstance(inner.get("role"), str):
            return str(inner["role"])
    return None


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
