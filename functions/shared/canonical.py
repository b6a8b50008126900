"""Canonical JSON: one byte string for one value, on every machine and in every run.

Pure. RFC 8785 (JCS), but: keys by code point, not UTF-16 unit; lone surrogates; Python's floats.
JSON allows lone surrogates as escapes and UTF-8 does not: they stay escapes, so that a hostile name
round-trips exactly.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from functions.shared.errors import MalformedJson

Json = dict[str, Any]

_SURROGATE = re.compile("[\ud800-\udfff]")
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
# Deeper than any answer of OpenAI's, far below Python's recursion limit.
MAX_DEPTH = 64


def canonical(value: object) -> bytes:
    """Encode a JSON value as canonical bytes, without a newline.

    Raises:
        ValueError: the value holds NaN or an infinity.
    """
    text = _ENCODER.encode(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode()


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of the bytes as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Lines:
    """JSON rows as the bytes of a ``.jsonl`` file, with the digests a seal carries.

    Attributes:
        body: every row canonical, each ended by one newline.
        rows: number of rows.
        sha256: of the uncompressed body, 64 hex digits.
        crc32: of the uncompressed body.
    """

    body: bytes
    rows: int
    sha256: str
    crc32: int

    @classmethod
    def of(cls, rows: Iterable[object]) -> "Lines":
        """Encode the rows in the order given."""
        parts = [canonical(row) + b"\n" for row in rows]
        body = b"".join(parts)
        return cls(body, len(parts), sha256_hex(body), zlib.crc32(body))


def strict_loads(data: bytes | bytearray | str) -> Any:
    """Parse one JSON document, refusing what lenient parsers let through.

    Refused: bytes that are not UTF-8, two values under one key, NaN and infinities, more than one
    document, nesting over 64 levels, integers of more than 4,300 digits.

    Raises:
        MalformedJson: with the fault named; the document's text is never in the message.
    """
    try:
        value = _DECODER.decode(data if isinstance(data, str) else data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise MalformedJson("not UTF-8") from error
    except RecursionError as error:
        raise MalformedJson("nested too deeply") from error
    except _Refused as error:
        raise MalformedJson(str(error)) from None
    except ValueError as error:
        raise MalformedJson("not one JSON document") from error
    _check_depth(value)
    return value


class _Refused(ValueError):
    """What the strict parser refuses, in words of ours."""


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Refused("the same key twice in one object")
    return members


def _no_constant(name: str) -> None:
    raise _Refused(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _Refused("a number too large")
    return number


_HOLDERS = (dict, list)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
)


def _check_depth(value: Any) -> None:
    # A decoded document holds exact types only; most of its values hold nothing themselves.
    level = [value] if type(value) in _HOLDERS else []
    for _ in range(MAX_DEPTH):
        if not level:
            return
        level = [
            below
            for holder in level
            for below in (holder.values() if isinstance(holder, dict) else holder)
            if type(below) in _HOLDERS
        ]
    if level:
        raise MalformedJson("nested too deeply")
