"""Cut a row to what a table takes (step 6 of 6, part); the sealed object holds it whole.

Pure. DynamoDB takes items of 400 KB, 32 levels deep, UTF-8 without lone surrogates, numbers of 38
digits, and no empty attribute names. What OpenAI answers, and whoever names a project or a key
there, knows no such limits; a row that breaks one would stop the organization's hours for ever.
Source: DynamoDB developer guide, "Quotas" and "Naming rules and data types".
"""

import re
from collections.abc import Mapping
from typing import Any

from functions.shared.canonical import Json, canonical

MAX_TEXT = 1024
MAX_VALUE_BYTES = 16 * 1024
MAX_LEVELS = 16
SHORTENED = "shortened"
# DynamoDB keeps 38 digits of a number; the client takes no others, and no fractions of Python's.
_PRECISE_BELOW = 10**38

_SURROGATE = re.compile("[\ud800-\udfff]")


def limit_item_size(row: Mapping[str, object]) -> Json:
    """Return the row as the table can hold it: at most some 200 KB, usually as it was."""
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    value = _clean(value, MAX_LEVELS)
    if len(canonical(value)) <= MAX_VALUE_BYTES:
        return value
    if isinstance(value, str):
        return _cut(value)
    return _small_parts(value) if isinstance(value, dict) else [f"{len(value)} {SHORTENED}"]


def _clean(value: Any, levels: int) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", value)
    if isinstance(value, (dict, list)) and levels == 0:
        return _cut(_clean(canonical(value).decode(), 0))
    if isinstance(value, dict):
        pairs = ((_clean(name, levels) or "(empty)", inner) for name, inner in value.items())
        return {name: _clean(inner, levels - 1) for name, inner in pairs}
    if isinstance(value, list):
        return [_clean(inner, levels - 1) for inner in value]
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= _PRECISE_BELOW):
        return canonical(value).decode()
    return value


def _small_parts(value: Json) -> Json:
    """Keep what is short, in the order of the names, and say that something is missing."""
    kept: Json = {SHORTENED: True}
    bytes_left = MAX_VALUE_BYTES
    for name in sorted(value):
        part = _cut(value[name]) if isinstance(value[name], str) else value[name]
        size = len(canonical({name: part}))
        if len(name) <= MAX_TEXT and size <= min(bytes_left, 4 * MAX_TEXT):
            kept[name] = part
            bytes_left -= size
    return kept


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"
