"""Strict JSON (check 5) and canonical JSON (check 9): bounded, and one way to write each value.

Canonical is as RFC 8785 has it, but for numbers (written as Python does, integers within 2^53),
keys sorted by code point, and lone surrogates, which stay escapes.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeAlias

from tools.verifier.base import Malformed

JsonObject: TypeAlias = "dict[str, Any]"

MAX_VALUES = 200_000  # JSON values in one document
MAX_DEPTH = 64
MAX_DIGITS = 20
MAX_INTEGER = 1 << 53
FEW_BYTES = 1 << 16  # a document this short cannot hold too many values


def _no_constant(text: str) -> NoReturn:
    raise Malformed(f"it holds {text}, which is not JSON")


def _integer(text: str) -> int:
    number = int(text) if len(text) <= MAX_DIGITS else MAX_INTEGER + 1
    if not -MAX_INTEGER <= number <= MAX_INTEGER:
        raise Malformed("it holds an integer beyond 2^53")
    return number


def _foreign_integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise Malformed(f"it holds an integer of more than {MAX_DIGITS} digits")
    return int(text)


def _unique_pairs(pairs: list[tuple[str, Any]]) -> JsonObject:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise Malformed("it holds the same key twice")
    return values


def _sorted_pairs(pairs: list[tuple[str, Any]]) -> JsonObject:
    keys = [key for key, _ in pairs]
    if keys != sorted(set(keys)):
        raise Malformed("its keys are not sorted, or one stands there twice")
    return dict(pairs)


STRICT = json.JSONDecoder(
    object_pairs_hook=_unique_pairs, parse_int=_integer, parse_constant=_no_constant
)
# Duplicate keys need no hook here: such a row differs from its own canonical form.
OURS = json.JSONDecoder(parse_int=_integer, parse_constant=_no_constant)
FOREIGN = json.JSONDecoder(
    object_pairs_hook=_sorted_pairs, parse_int=_foreign_integer, parse_constant=_no_constant
)
ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
STRING = r'(?s)"[^"\\]*(?:\\.[^"\\]*)*"'


def canonical(value: object) -> bytes:
    """Return the canonical bytes: sorted keys, no white space, UTF-8, lone surrogates escaped."""
    return ENCODER.encode(value).encode("utf-8", "backslashreplace")


def parse(data: bytes, decoder: json.JSONDecoder = STRICT) -> JsonObject:
    """Parse one bounded JSON object.

    Raises:
        Malformed: with the reason, in words that quote nothing of the document.
    """
    if len(data) > FEW_BYTES and sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise Malformed(f"it holds more than {MAX_VALUES} values")
    try:
        value = decoder.decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise Malformed("it is not UTF-8") from None
    except RecursionError:
        raise Malformed(f"it is nested deeper than {MAX_DEPTH}") from None
    except ValueError:
        begins_with_bom = data[:3] == b"\xef\xbb\xbf"
        raise Malformed(
            "it begins with a byte order mark" if begins_with_bom else "it is not JSON"
        ) from None
    if type(value) is not dict:
        raise Malformed("it is not a JSON object")
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        _check_depth(value)
    return value


def _check_depth(value: object) -> None:
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        level = [item for item in below if isinstance(item, (dict, list))]
        if not level:
            return
    raise Malformed(f"it is nested deeper than {MAX_DEPTH}")


def canonical_row(line: bytes) -> JsonObject:
    """Parse one row of ours: its bytes must be the canonical ones of what it says."""
    row = parse(line, OURS)
    try:
        is_same = canonical(row) == line
    except ValueError:
        raise Malformed("it holds a number that JSON cannot carry") from None
    if not is_same:
        raise Malformed("it is not canonical JSON")
    return row


def foreign_row(line: bytes) -> JsonObject:
    """Parse a row of a pack not ours: sorted keys and no white space, escapes as they like."""
    row = parse(line, FOREIGN)
    if re.search(r"\s", re.sub(STRING, '""', line.decode("utf-8"))):
        raise Malformed("it holds white space between its parts")
    return row
