"""The exact types that fields of signed documents have: `true` is not 1, `"2"` is not 2."""

from __future__ import annotations

import re
from collections.abc import Callable

from tools.verifier.base import Failed, Malformed
from tools.verifier.values.instants import seconds
from tools.verifier.values.strict_json import JsonObject

HEX_DIGITS = "0123456789abcdef"


def is_text(value: object) -> bool:
    """Tell whether it is a text that says something."""
    return type(value) is str and bool(value)


def is_count(value: object) -> bool:
    """Tell whether it is an integer from 0 up."""
    return type(value) is int and value >= 0


def is_hash(value: object) -> bool:
    """Tell whether it is a SHA-256 in lower-case hex."""
    return type(value) is str and len(value) == 64 and not value.strip(HEX_DIGITS)


def is_texts(value: object) -> bool:
    """Tell whether it is a list of different texts."""
    return type(value) is list and all(map(is_text, value)) and len(set(value)) == len(value)


def object_of(document: object, name: str) -> JsonObject:
    """Return the object of this name in a document of any shape; an empty one if none is there."""
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, dict) else {}


def objects_of(document: object, name: str) -> list[JsonObject]:
    """Return the objects in the list of this name in a document of any shape."""
    values = document.get(name) if isinstance(document, dict) else None
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []


FieldType = tuple[Callable[[object], bool], str]  # (is it right, what it should be)


def or_null(field: FieldType) -> FieldType:
    """Return the type that also allows null."""
    is_right, words = field
    return lambda value: value is None or is_right(value), f"{words} or null"


def matching(pattern: str, words: str) -> FieldType:
    """Return the type of texts that match a pattern as a whole."""
    return lambda v: type(v) is str and re.fullmatch(pattern, v) is not None, words


TEXT: FieldType = (is_text, "a text")
APP_ID: FieldType = (lambda v: v is None or type(v) in (int, str), "an integer, a text or null")
BOOLEAN: FieldType = (lambda v: type(v) is bool, "true or false")
COUNT: FieldType = (is_count, "a count")
HASH: FieldType = (is_hash, "64 lower-case hex digits")
INSTANT_TEXT: FieldType = (lambda v: seconds(v) is not None, "an RFC 3339 instant in UTC")
TEXTS: FieldType = (is_texts, "a list of different texts")
LIST: FieldType = (lambda v: type(v) is list, "a list")
OBJECT: FieldType = (lambda v: type(v) is dict, "an object")
INTEGER: FieldType = (lambda v: type(v) is int, "an integer")
NUMBER_TEXT = matching("[0-9]{1,20}", "a number as a text")
HEX_TEXT = matching("[0-9A-Fa-f]{64}", "64 hex digits")
TEXT_OR_NULL, HASH_OR_NULL, INSTANT_OR_NULL = map(or_null, (TEXT, HASH, INSTANT_TEXT))


def check_types(number: int, name: str, values: JsonObject, fields: dict[str, FieldType]) -> None:
    """Demand of the fields that are there that each is of its type.

    Raises:
        Failed: the check of this number; `name` says in which document.
    """
    for key, (is_right, words) in fields.items():
        if key in values and not is_right(values[key]):
            raise Failed(number, f"{name}: {key} is not {words}")


def check_object(number: int, name: str, value: object, fields: dict[str, FieldType]) -> JsonObject:
    """Return the value if it is an object with all of these fields, each of its type.

    Raises:
        Failed: the check of this number; `name` says in which document.
    """
    if type(value) is not dict:
        raise Failed(number, f"{name} is not an object")
    missing = [key for key in fields if key not in value]
    if missing:
        raise Failed(number, f"{name} lacks {missing[0]}")
    check_types(number, name, value, fields)
    return value


def check_row(row: JsonObject, fields: dict[str, FieldType]) -> None:
    """Demand of these fields of a row that each is of its type.

    Raises:
        Malformed: one is not.
    """
    for name, (is_right, words) in fields.items():
        if not is_right(row[name]):
            raise Malformed(f"{name} is not {words}")
