"""Payloads of audit events and undocumented fields, cleaned by what each field is.

Pure. Step 2 of 6, part: privacy. Names of documented fields and their ids are never rewritten, and
no two fields ever become one. What nobody documented keeps its structure, its numbers and flags; of
its texts, ids and OpenAI's own words stay readable.
"""

import re
from collections.abc import Mapping
from typing import Any

from functions.shared.canonical import Json, canonical
from functions.snapshot.normalize.api_fields import PAYLOADS, Fields, Kind
from functions.snapshot.normalize.privacy import Privacy

# A row is at most 16 levels deep; a payload and unknown fields begin on the third.
MAX_LEVELS = 14
_SAFE_INT = 2**53
# Where somebody was, and what tells their machine; letter case and separators do not matter.
_PLACES = re.compile(
    "city(name)?|coord(inate)?s|geo(location)?|gps|lat(itude)?|latl(o)?ng|lng|long?(itude)?"
    "|post(al)?code|zip(code)?|ja[34].*"
)
# What an undocumented field with a person's name in it may be called.
_NAMES_OF_PERSONS = re.compile(
    "(display|family|first|full|given|last|middle|nick|person|preferred|sur|user)name"
)
_PERSON = re.compile(r"(?:^|[._])(?:user|person|people|member|invite|invitee)s?(?:[._]|$)")


def clean_payload(event_type: str | None, payload: object, privacy: Privacy) -> Any:
    """Return an event's payload; what is unknown about its type is unknown about its fields."""
    return _value(payload, PAYLOADS.get(event_type or "", {}), privacy, MAX_LEVELS)


def clean_value(value: object, kind: Kind, privacy: Privacy) -> Any:
    """Return the value of a documented field, whatever OpenAI put there."""
    return _value(value, kind, privacy, MAX_LEVELS)


def clean_fields(fields: Json, documented: Fields, privacy: Privacy) -> Json:
    """Return fields of a record that have no place of their own in its row."""
    return _object(fields, documented, privacy, MAX_LEVELS - 1, "")


def is_never_kept(name: str) -> bool:
    """Tell whether a field is left out by its name, wherever it stands."""
    return _PLACES.fullmatch(_plain(name)) is not None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _value(value: Any, known: Fields | Kind, privacy: Privacy, levels: int, name: str = "") -> Any:
    if isinstance(value, str):
        return _text(value, known, privacy)
    if isinstance(value, (dict, list)) and levels == 0:
        return privacy.prose(canonical(value).decode())
    if isinstance(value, dict):
        inside = known if isinstance(known, Mapping) else {}
        return _object(value, inside, privacy, levels - 1, name)
    if isinstance(value, list):
        return [_value(item, known, privacy, levels - 1, name) for item in value]
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > _SAFE_INT):
        # So that every reader sees the same number.
        return str(value)
    return value


def _text(text: str, known: Fields | Kind, privacy: Privacy) -> str:
    match known:
        case "id" | "networks":
            return text
        case "word" | "name":
            return privacy.text(text)
        case "prose":
            return privacy.prose(text) if text else text
    return privacy.unknown_text(text)


def _object(value: Json, known: Fields, privacy: Privacy, levels: int, name: str) -> Json:
    """Return an object; of one that describes a person, without the person's name."""
    names_person = _is_person(value, name)
    kept: Json = {}
    for field, inner in value.items():
        kind = known[field] if field in known else "open"
        if is_never_kept(field) or kind == "person_name":
            continue
        if (kind == "address" or field == "email") and isinstance(inner, str) and inner.strip():
            kept["email_hash"], kept["email_prefix"] = privacy.email(inner)
            continue
        if field in known:
            kept[field] = _value(inner, kind, privacy, levels, field)
        elif not _is_name_of_person(field, names_person):
            kept[privacy.field_name(field)] = _value(inner, kind, privacy, levels, field)
    return kept


def _is_name_of_person(field: str, of_person: bool) -> bool:
    plain = _plain(field)
    return (of_person and plain == "name") or _NAMES_OF_PERSONS.fullmatch(plain) is not None


def _is_person(value: Json, name: str) -> bool:
    kinds = (value.get(kind) for kind in ("object", "type"))
    return isinstance(value.get("email"), str) or any(
        isinstance(kind, str) and _PERSON.search(kind.lower()) for kind in (name, *kinds)
    )
