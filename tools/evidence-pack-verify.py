#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# dependencies = ["pynacl>=1.5", "orjson>=3.9"]
# ///
# Built by `python -m tools.build_verifier` from the parts in tools/verifier/, one behind the other
# of SHA-256 b4364fe07779c56ba06b4fb593d458027cffee7beaab970560d6a71725d264d8.
"""Check a signed evidence pack offline: one file, one pinned key, eleven numbered checks.

    python3 evidence-pack-verify.py pack-3.tar.gz --expected-pubkey HEX

The key is the one thing to get from somewhere else than the pack: a pack can name any key as its
own. The numbers printed are those of docs/evidence-pack-format.md. Nothing is extracted, nothing
from the pack is believed or printed before its signature holds (check 4), everything printed is
escaped, and memory stays small whatever the file's size.

Needs Python 3.9 and nothing else. PyNaCl does the signature where it is installed; where it is
not, the built-in verifier below takes its place, and the output says which one it was. A large pack
is read faster where orjson and isal are installed.

To read it, begin at the end: `verify` is the eleven checks, one a line.
"""

from __future__ import annotations

import argparse
import binascii
import bisect
import datetime
import functools
import hashlib
import hmac
import io
import json
import operator
import os
import re
import stat
import struct
import sys
import time
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, repeat, zip_longest

TYPE_CHECKING = False  # as typing has it, without the time that importing typing takes
if TYPE_CHECKING:
    from typing import Any, BinaryIO, NoReturn, TypeAlias


# ---------------------------------------------------------------------------------------------
# What every check shares: the numbers and titles, the caps, the errors, escaped output.

CHECKS = {
    1: "pinned key",
    2: "archive",
    3: "signature file",
    4: "signature",
    5: "strict manifest",
    6: "known manifest",
    7: "members",
    8: "digests and counts",
    9: "rows",
    10: "coverage and chain",
    11: "outside facts",
}
VALID, BAD, COULD_NOT_CHECK = 0, 1, 2

# Caps. Whatever is not capped here is capped by a number that the signature covers.
MAX_MANIFEST = 4 << 20
MAX_SIGNATURE_FILE = 4096
MAX_SCAN = 256 << 20  # how far behind other members a foreign pack's manifest may stand
MAX_ROW = 1 << 20  # of seals, and of what version 2 sealed
# Of rows that version 3 sealed, and of a large value that is kept whole: docs, "Limits".
LIMITS = {"row": 64 << 10, "seal": MAX_ROW, "whole": 1 << 20, "head": 128}
MAX_JSON_MEMBER = 4 << 20
MAX_BLOB = 64 << 20
MAX_PAX = 4096
MAX_END_PADDING = 1 << 20
MAX_REASONS = 5
MAX_RUNS = 200  # of consecutive hours that the output names
MAX_ANCHORS = 5000
MAX_HEADS = 20_000  # of the custody log: one an hour, in a pack of at most 13 months
MAX_TOKEN = 128 << 10  # of a time authority, in base64
MAX_ANCHOR_FILE = 8 << 20
MAX_REMEMBERED = 10_000  # hours and days whose form is known to be right


class Failed(Exception):
    """A numbered check failed: the evidence is bad, or (check 1) the pinned key is."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(why)
        self.number = number
        self.why = why


class CannotCheck(Exception):
    """Nothing can be said about the evidence: usage, an unreadable file, a malformed key list."""


class NotCompared(Exception):
    """A fact from elsewhere cannot be compared here, and that is nobody's fault."""


class Malformed(Exception):
    """A document is not of the form that it must have; the caller knows which check says so."""


class RowDigest:
    """How many rows there are, and their SHA-256."""

    def __init__(self) -> None:
        self.n = 0
        self._digest = hashlib.sha256()

    def add(self, line: bytes) -> None:
        """Take a row, without its newline."""
        self.n += 1
        self._digest.update(line + b"\n")

    def hex(self) -> str:
        """Return the digest of the rows up to here."""
        return self._digest.hexdigest()


def printable(value: object, limit: int = 160) -> str:
    """Return `value` as printable ASCII on one line, whatever it holds (terminal escapes, bidi)."""
    text = value if isinstance(value, str) else str(value)
    cut = text if len(text) <= limit else text[:limit] + "..."
    return "".join(
        c if " " <= c <= "~" and c != "\\" else c.encode("unicode_escape").decode() for c in cut
    )


def open_file(path: str) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        CannotCheck: the file cannot be opened or is no regular file.
    """
    # Without O_NONBLOCK a named pipe would hold the open until somebody writes to it.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = os.fdopen(os.open(path, flags), "rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise CannotCheck(f"cannot open the file: {reason}") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise CannotCheck(f"{printable(path)} is not a regular file")
    return file


# ---------------------------------------------------------------------------------------------
# Instants, hours and months as numbers that can be counted.

INSTANT_PATTERN = (
    r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])"
)
INSTANT = re.compile(INSTANT_PATTERN + r"(?:\.[0-9]{1,9})?Z")
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def seconds(text: object) -> int | None:
    """Return seconds since 0001-01-01 of an RFC 3339 instant in UTC, or None if it is none."""
    match = INSTANT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second = map(int, match.groups())
    try:
        days = datetime.date(year, month, day).toordinal()
    except ValueError:
        return None
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def hour_number(text: object) -> int | None:
    """Return the number of the hour that an instant begins, or None if it begins none."""
    at = seconds(text)
    return None if at is None or at % 3600 or len(str(text)) != 20 else at // 3600


def hour_name(number: int) -> str:
    """Return the hour's name, as in `2026-04-01T05:00:00Z`."""
    return f"{datetime.date.fromordinal(number // 24).isoformat()}T{number % 24:02d}:00:00Z"


def instant_name(second: int) -> str:
    """Return the instant's name, as in `2026-04-01T05:00:07Z`."""
    return f"{hour_name(second // 3600)[:14]}{second // 60 % 60:02d}:{second % 60:02d}Z"


def month_number(month: str) -> int:
    """Return the number of a month such as `2026-04`: the next month has the next number."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def month_name(number: int) -> str:
    """Return the month of a number, as in `2026-04`."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def hours_of_month(month: str) -> tuple[int, int] | None:
    """Return the numbers of a month's first and last hour; None where the calendar ends."""
    first = hour_number(f"{month}-01T00:00:00Z")
    after = hour_number(f"{month_name(month_number(month) + 1)}-01T00:00:00Z")
    return None if first is None or after is None else (first, after - 1)


def ends_of_period(text: str) -> tuple[str, str] | None:
    """Return first and last second of `2026-04` or of `START..END`; None for any other text."""
    hours = hours_of_month(text) if MONTH.fullmatch(text) else None
    if hours is not None:
        return hour_name(hours[0]), hour_name(hours[1])[:14] + "59:59Z"
    start, dots, end = text.partition("..")
    return (start, end) if dots and None not in (seconds(start), seconds(end)) else None


# ---------------------------------------------------------------------------------------------
# Strict JSON (check 5) and canonical JSON (check 9): bounded, and one way to write each value.
#
# Canonical is as RFC 8785 has it, but for numbers (written as Python does, integers within 2^53),
# keys sorted by code point, and lone surrogates, which stay escapes.

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


# ---------------------------------------------------------------------------------------------
# Canonical rows read many at once by orjson: it accepts fast, all else is read strictly.

SIMPLE = {str, int, bool, type(None)}


class FastRows:
    """Rows that are canonical.

    Attributes:
        rows: each as an object.
        columns: the values of the first fields, in the order asked for.
        types: of the values of each of these.
    """

    def __init__(self, rows: list[Any], columns: list[list[Any]], types: list[set[type]]) -> None:
        self.rows = rows
        self.columns = columns
        self.types = types


class FastJson:
    """Reads canonical rows with orjson.

    Rows that equal what orjson writes of them, keys sorted, are canonical: it writes the same bytes
    as the strict reader's encoder does, but for numbers with a fraction or an exponent. And it
    reads what that one refuses: integers beyond 2^53, any depth. What may hold one of these is left
    to the strict reader. No key can stand there twice, because it writes each once.
    """

    def __init__(self, library: Any) -> None:
        self._loads = library.loads
        self._dumps = library.dumps
        self._options = library.OPT_SORT_KEYS | library.OPT_STRICT_INTEGER

    def read(self, block: bytes, fields: tuple[str, ...], n_columns: int) -> FastRows | None:
        """Return what the rows hold; None if one of them may not be canonical.

        Args:
            block: rows, each ended by its newline; too few bytes to hold too many values.
            fields: what each row holds, and nothing else; two or more.
            n_columns: how many of these fields, the first ones, are asked for as columns.
        """
        if len(block) > MAX_VALUES:
            return None
        try:
            # The nought stands behind the last comma: a copy of the block less.
            rows = self._loads(b"[%b0]" % block.replace(b"\n", b","))
            rows.pop()
            if self.write(rows) != block or set(map(len, rows)) != {len(fields)}:
                return None
            values = list(chain.from_iterable(map(operator.itemgetter(*fields), rows)))
        except (ValueError, TypeError, KeyError):  # the first two are what orjson's errors are
            return None
        columns = [values[n :: len(fields)] for n in range(len(fields))]
        types = [set(map(type, column)) for column in columns]
        nested = [column for column, kinds in zip(columns, types) if not kinds <= SIMPLE]
        if not all(map(_are_plain, nested)):
            return None
        return FastRows(rows, columns[:n_columns], types[:n_columns])

    def write(self, rows: list[Any]) -> bytes:
        """Return the canonical bytes of rows without a fraction or exponent, newlines included."""
        dumps, options = self._dumps, self._options
        return b"\n".join([*map(dumps, rows, repeat(None), repeat(options)), b""])


def _are_plain(values: Iterable[Any]) -> bool:
    """Tell whether fields hold no number with a fraction or exponent, and are not too deep."""
    for _ in range(MAX_DEPTH):
        level = list(values)
        kinds = set(map(type, level))
        if float in kinds:
            return False
        if kinds <= SIMPLE:
            return True
        below: list[Iterable[Any]] = []
        if dict in kinds:
            objects = level if kinds == {dict} else [v for v in level if type(v) is dict]
            below += map(dict.values, objects)
        if list in kinds:
            below += [value for value in level if type(value) is list]
        values = chain.from_iterable(below)
    return False


@functools.cache
def fast_json() -> FastJson | None:
    """Return orjson's reader, or None where orjson is not installed."""
    try:
        import orjson
    except ImportError:
        return None
    return FastJson(orjson)


# ---------------------------------------------------------------------------------------------
# The exact types that fields of signed documents have: `true` is not 1, `"2"` is not 2.

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


# ---------------------------------------------------------------------------------------------
# Merkle trees (RFC 6962, SHA-256): the root over leaves, and by the path of one leaf.

MAX_PATH = 64  # levels of a tree


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf; a node's begins otherwise, so that none passes for the other."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash over two hashes."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A tree whose leaves come one by one; it keeps a hash for each level alone."""

    def __init__(self) -> None:
        self.n = 0
        self._roots: list[bytes] = []  # of whole subtrees, the largest first

    def add(self, leaf: bytes) -> None:
        """Put a leaf behind the others."""
        self.n += 1
        self._roots.append(leaf_hash(leaf))
        for _ in range((self.n & -self.n).bit_length() - 1):
            self._join_last_two()

    def root(self) -> str:
        """Return the root, after which nothing is added; of no leaves, SHA-256 of nothing."""
        while len(self._roots) > 1:
            self._join_last_two()
        return (self._roots[0] if self._roots else hashlib.sha256().digest()).hex()

    def _join_last_two(self) -> None:
        right = self._roots.pop()
        self._roots.append(node_hash(self._roots.pop(), right))


def tree_hash(leaves: Iterable[bytes]) -> str:
    """Return the root over leaves in their order."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


class RegisterTree:
    """The tree over a register's rows, each behind 32 bytes that follow from the salt, if any."""

    def __init__(self, salt: str | None) -> None:
        self._tree, self._salt = Tree(), bytes.fromhex(salt or "")

    def add(self, row: bytes) -> None:
        """Put a row, without its newline, behind the others."""
        place = self._tree.n.to_bytes(8, "big")
        blinding = hmac.digest(self._salt, place, "sha256") if self._salt else b""
        self._tree.add(blinding + row)

    def root(self) -> str:
        """Return the root, after which nothing is added."""
        return self._tree.root()


def root_by_path(leaf: bytes, index: int, size: int, path: list[str]) -> str:
    """Return the root of a tree of this size in which a leaf stands at this place, from 0.

    Source: RFC 9162, section 2.1.3.2.

    Raises:
        Malformed: the path is not as long as that place's is.
    """
    if not 0 <= index < size or len(path) > MAX_PATH:
        raise Malformed("there is no such place in the tree")
    node, place, last = leaf_hash(leaf), index, size - 1
    for other in map(bytes.fromhex, path):
        if not last:
            raise Malformed("the path is too long")
        if place % 2 or place == last:
            node = node_hash(other, node)
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            node = node_hash(node, other)
        place, last = place // 2, last // 2
    if last:
        raise Malformed("the path is too short")
    return node.hex()


# ---------------------------------------------------------------------------------------------
# Ed25519, strict in the way libsodium is: canonical encodings, S < L, no point of small order.
#
# Source: RFC 8032, sections 5.1.3 (decoding), 5.1.4 (addition) and 5.1.7 (verification).

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # (X, Y, Z, T), extended homogeneous coordinates
IDENTITY: Point = (0, 1, 1, 0)


def decode_point(encoded: bytes) -> Point | None:
    """Return the point of 32 canonical bytes, or None (RFC 8032, 5.1.3)."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if len(encoded) != 32 or y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == P - u and u:
        x = x * ROOT_OF_MINUS_ONE % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def add(p: Point, q: Point) -> Point:
    """Add two points (RFC 8032, 5.1.4; complete, so it doubles as well)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar: int, point: Point) -> Point:
    """Multiply by double and add. Not constant time: everything here is public."""
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def is_identity(point: Point) -> bool:
    """Tell whether the point is the neutral one."""
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def encode_point(point: Point) -> bytes:
    """Return the canonical 32 bytes of a point (RFC 8032, 5.1.2)."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def built_in_is_point(public: bytes) -> bool:
    """Tell whether these are 32 canonical bytes of a point of the main subgroup, not its zero."""
    point = decode_point(public)
    return point is not None and not is_identity(point) and is_identity(multiply(L, point))


def built_in_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Verify as RFC 8032, 5.1.7 does, without the cofactor and without small-order points."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = decode_point(public), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    if is_identity(multiply(8, a)) or is_identity(multiply(8, r)):
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % L
    minus_a = (P - a[0], a[1], a[2], P - a[3])
    base = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or IDENTITY
    return encode_point(add(multiply(s, base), multiply(k, minus_a))) == signature[:32]


class Ed25519:
    """The verifier in use: its name for the output, and its two questions."""

    def __init__(
        self,
        name: str,
        is_point: Callable[[bytes], bool],
        verify: Callable[[bytes, bytes, bytes], bool],
    ) -> None:
        self.name = name
        self.is_point = is_point
        self.verify = verify


def ed25519(built_in: bool = False) -> Ed25519:
    """Return PyNaCl's verifier, or the built-in one where PyNaCl is not installed or not wanted."""
    if built_in:
        return Ed25519("the built-in verifier, as asked", built_in_is_point, built_in_verify)
    try:
        import nacl

        # nacl.bindings would take longer to load than a small pack to check.
        from nacl._sodium import ffi, lib  # type: ignore[import-not-found]
    except ImportError:
        return Ed25519(
            "the built-in verifier: PyNaCl is not installed", built_in_is_point, built_in_verify
        )
    if lib.sodium_init() < 0:
        raise CannotCheck("libsodium cannot be started; see --built-in-ed25519")

    def is_point(public: bytes) -> bool:
        # nacl.signing.VerifyKey() takes keys of small order; this call does not.
        return len(public) == 32 and lib.crypto_core_ed25519_is_valid_point(public) == 1

    def verify(public: bytes, signature: bytes, message: bytes) -> bool:
        if len(public) != 32 or len(signature) != 64:
            return False
        signed = signature + message
        opened, size = ffi.new("unsigned char[]", len(signed)), ffi.new("unsigned long long *")
        return bool(lib.crypto_sign_open(opened, size, signed, len(signed), public) == 0)

    return Ed25519("PyNaCl " + str(nacl.__version__), is_point, verify)


# ---------------------------------------------------------------------------------------------
# One gzip member, inflated piece by piece, on a large file in a thread of its own.

READ = 1 << 18  # bytes of the file at once
CHUNK = 1 << 20  # bytes of what it holds at once
PREFETCHED = 4  # such pieces that may wait
SMALL = 1 << 20  # a smaller file is not worth a second thread


class GzipMember:
    """Inflates one gzip member; never more than CHUNK bytes at once.

    Source: RFC 1952. Only the flag for a file name is allowed, and the name is skipped. Intel's
    inflate (the package isal) takes zlib's place for a large file where it is installed.

    Attributes:
        is_large: whether the file is worth a thread and an import.
        digest: SHA-256 of the file's bytes up to here.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.is_large = os.fstat(file.fileno()).st_size > SMALL
        self.digest = hashlib.sha256()
        self.library: Any = _fast_zlib() if self.is_large else zlib
        self._inflate = self.library.decompressobj(-zlib.MAX_WBITS)
        file.seek(0)

    def _read(self) -> bytes:
        data = self._file.read(READ)
        self.digest.update(data)
        return data

    @staticmethod
    def _skip_header(start: bytes) -> bytes:
        if len(start) < 18 or start[:3] != b"\x1f\x8b\x08":
            raise Failed(2, "this is not a gzip file")
        flags = start[3]
        if flags & ~0x08:
            raise Failed(2, f"gzip header has flags {flags:#04x}; only a file name is allowed")
        if not flags:
            return start[10:]
        end = start.find(b"\0", 10, 10 + 256)
        if end < 0:
            raise Failed(2, "the file name in the gzip header is longer than 255 bytes")
        return start[end + 1 :]

    def pieces(self) -> Iterator[bytes]:
        """Yield what the member holds, up to the end of its deflate stream."""
        waiting = self._skip_header(self._read())
        size = 0
        while not self._inflate.eof:
            data = waiting or self._read()
            try:
                piece = self._inflate.decompress(data, CHUNK)
            except self.library.error:
                raise Failed(2, f"broken deflate data after {size} bytes") from None
            waiting = self._inflate.unconsumed_tail
            if piece:
                size += len(piece)
                yield piece
            elif not data and not self._inflate.eof:
                raise Failed(2, "the gzip data ends in the middle: the file is cut")

    def check_trailer(self, crc: int, size: int) -> None:
        """Compare CRC-32 and length with the trailer; nothing may follow it."""
        tail = self._inflate.unused_data
        while len(tail) < 9:
            more = self._read()
            if not more:
                break
            tail += more
        if len(tail) < 8:
            raise Failed(2, "the gzip trailer is cut")
        stated_crc, stated_size = struct.unpack("<II", tail[:8])
        if stated_crc != crc:
            raise Failed(2, "the gzip trailer's CRC-32 does not match the data")
        if stated_size != size & 0xFFFFFFFF:
            raise Failed(2, "the gzip trailer's length does not match the data")
        if len(tail) > 8:
            raise Failed(2, "something stands behind the gzip member")

    def read_to_end(self) -> None:
        """Read on to the end of the file, for its digest's sake."""
        while self._read():
            pass


def _fast_zlib() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


def prefetch(source: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what `source` yields, made by a thread of its own while the caller works.

    zlib and hashlib let go of the interpreter's lock while they work, so two cores are busy.
    """
    import queue
    import threading

    waiting: queue.Queue[bytes | BaseException | None] = queue.Queue(PREFETCHED)
    caller_left = threading.Event()

    def work() -> None:
        end: BaseException | None = None
        try:
            for piece in source:
                waiting.put(piece)
                if caller_left.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - the caller's thread raises it
            end = error
        waiting.put(end)

    thread = threading.Thread(target=work, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the machine allows no more threads
        yield from source
        return
    try:
        while True:
            item = waiting.get()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        caller_left.set()
        while thread.is_alive():
            while not waiting.empty():
                waiting.get()
            thread.join(0.01)


# ---------------------------------------------------------------------------------------------
# What is put aside while rows stream by: in memory while it is little, then on disk.

EVENT_KEY = ("org_id", "sealed_hour", "occurred_at", "event_id")


class SpillFile:
    """A file in memory that moves to a nameless temporary one when it is large.

    As `tempfile.SpooledTemporaryFile`, whose import takes longer than the check of a small pack.
    Memory and file are given back with the object.
    """

    IN_MEMORY = 4 << 20

    def __init__(self) -> None:
        self._file: Any = io.BytesIO()

    def write(self, data: bytes, at: int | None = None) -> None:
        """Write at the end of what was written before, or at a position."""
        if at is not None:
            self._file.seek(at)
        end = self._file.tell() + len(data)
        if end > self.IN_MEMORY and isinstance(self._file, io.BytesIO):
            import tempfile

            start = self._file.getvalue()
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __del__
            self._file.write(start)
            self._file.seek(end - len(data))
        self._file.write(data)

    def tell(self) -> int:
        """Return the position of the next byte."""
        return int(self._file.tell())

    def read(self, size: int, at: int | None = None) -> bytes:
        """Return so many bytes, from a position or from where the last reading ended."""
        if at is not None:
            self._file.seek(at)
        data: bytes = self._file.read(size)
        return data

    def lines(self) -> Iterator[bytes]:
        """Yield each line, from the first."""
        self._file.seek(0)
        yield from self._file

    def __del__(self) -> None:
        self._file.close()


class SeenIds:
    """Finds repeated 64-bit hashes in bounded memory, in buckets by their last bits."""

    BUCKETS = 256
    IN_MEMORY = 1 << 20
    SUSPECTS = 64

    def __init__(self) -> None:
        self._buckets = [array("q") for _ in range(self.BUCKETS)]
        self._n = 0
        self._file = SpillFile()
        self._parts: list[list[tuple[int, int]]] = [[] for _ in range(self.BUCKETS)]

    def add(self, hashes: list[int]) -> None:
        """Remember some hashes."""
        buckets = self._buckets
        for hashed in hashes:
            buckets[hashed & 255].append(hashed)
        self._n += len(hashes)
        if self._n >= self.IN_MEMORY:
            self._spill()

    def _spill(self) -> None:
        for bucket, parts in zip(self._buckets, self._parts):
            data = bucket.tobytes()
            parts.append((self._file.tell(), len(data)))
            self._file.write(data)
        self._buckets = [array("q") for _ in range(self.BUCKETS)]
        self._n = 0

    def repeated(self) -> set[int]:
        """Return hashes seen more than once (the first few): almost surely repeated ids."""
        suspects: set[int] = set()
        for number in range(self.BUCKETS):
            bucket = self._take(number)
            if len(set(bucket)) == len(bucket):
                continue
            in_order = sorted(bucket)
            for hashed, following in zip(in_order, in_order[1:]):
                if hashed == following and len(suspects) < self.SUSPECTS:
                    suspects.add(hashed)
        return suspects

    def are_in(self, others: SeenIds) -> bool:
        """Tell whether each of these hashes is one of others."""
        return all(
            set(self._take(number)) <= set(others._take(number)) for number in range(self.BUCKETS)
        )

    def apart(self, others: SeenIds) -> tuple[int, int]:
        """Return how many of these hashes others lack, and how many of theirs these lack."""
        n_mine = n_theirs = 0
        for number in range(self.BUCKETS):
            mine, theirs = set(self._take(number)), set(others._take(number))
            n_mine += len(mine - theirs)
            n_theirs += len(theirs - mine)
        return n_mine, n_theirs

    def _take(self, number: int) -> array[int]:
        """Return the hashes of a bucket, and give their memory back."""
        bucket, self._buckets[number] = self._buckets[number], array("q")
        for offset, size in self._parts[number]:
            bucket.frombytes(self._file.read(size, offset))
        return bucket


def _key(event: JsonObject) -> tuple[str, ...]:
    """Return what an event is sorted by; where it has no time, the hour stands in for that."""
    hour, at = event["sealed_hour"], event["occurred_at"]
    return event["org_id"], hour, hour if at is None else at, event["event_id"]


class Copies:
    """Copies of events, put aside as they were sealed until the rows come that they stood among.

    Attributes:
        next_key: of the next copy, by which events are sorted; behind all where there is none.
        firsts: hashes of what they are copies of.
    """

    BEHIND_ALL = ("\U0010ffff",)

    def __init__(self) -> None:
        self.next_key: tuple[str, ...] = self.BEHIND_ALL
        self.firsts = SeenIds()
        self._file = SpillFile()
        self._lines: Iterator[bytes] | None = None
        self._line = b""

    def put(self, line: bytes) -> None:
        """Put one aside; they come sorted."""
        self._file.write(line)

    def before(self, end: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], bytes]]:
        """Yield key and row of each copy before a key, and pass it."""
        if self._lines is None:
            self._lines = self._file.lines()
            self._advance()
        while self.next_key < end:
            passed = self.next_key, self._line
            self._advance()
            yield passed

    def _advance(self) -> None:
        self._line = next(self._lines or iter(()), b"")
        row = parse(self._line, OURS) if self._line else {}
        self.next_key = _key(row) if row else self.BEHIND_ALL


Count = tuple[int, int, int, int, bytes]  # organization, hour, month, rows, their digest


class HourCounts:
    """Rows by organization, hour and month: written in that order, then read once in it.

    Organizations are numbers. Of events also the SHA-256 of the rows as they were sealed.
    """

    RECORD = struct.Struct("<IIII32s")
    MOST = (1 << 32) - 1

    def __init__(self) -> None:
        self._file = SpillFile()
        self._next: Count | None = None

    def add(self, org: int, hour: int, month: str, n: int, sha256: str | None = None) -> None:
        """Append one count; of more rows than a pack can hold, so many as fit."""
        count = (org, hour, month_number(month), min(n, self.MOST), bytes.fromhex(sha256 or ""))
        self._file.write(self.RECORD.pack(*count))

    def rewind(self) -> None:
        """Go to the first count: nothing is added any more."""
        self._read(0)

    def _read(self, at: int | None = None) -> None:
        data = self._file.read(self.RECORD.size, at)
        self._next = self.RECORD.unpack(data) if data else None

    def _pass(self, is_due: Callable[[Count], bool]) -> Iterator[Count]:
        """Yield the next counts as long as they are due, and pass them."""
        while self._next and is_due(self._next):
            passed = self._next
            self._read()
            yield passed

    def before(self, org: int, hour: int) -> Iterator[tuple[int, int, int]]:
        """Yield organization, hour and rows of counts before this hour, and pass them."""
        for other, at, _, n, _ in self._pass(lambda count: count[:2] < (org, hour)):
            yield other, at, n

    def rest(self) -> Iterator[tuple[int, int, int]]:
        """Yield organization, hour and rows of all that was not passed yet."""
        return self.before(self.MOST + 1, 0)

    def each(self) -> Iterator[tuple[int, int, str, int, str]]:
        """Yield organization, hour, month, rows and digest of every count, from the first."""
        self.rewind()
        for org, hour, month, n, digest in self._pass(bool):
            yield org, hour, month_name(month), n, digest.hex()

    def take(self, org: int, month: str) -> Iterator[tuple[int, int, str]]:
        """Yield hour, rows and digest of the next counts as far as they are of this month."""
        place = org, month_number(month)
        for _, hour, _, n, digest in self._pass(lambda count: (count[0], count[2]) == place):
            yield hour, n, digest.hex()

    def of(self, org: int, hour: int) -> dict[str, tuple[int, str]]:
        """Return month to rows and digest for this hour, and pass them."""
        counts = self._pass(lambda count: count[:2] == (org, hour))
        return {month_name(month): (n, digest.hex()) for _, _, month, n, digest in counts}


# ---------------------------------------------------------------------------------------------
# RFC 3161 time stamps, judged by `openssl ts -verify`.

OPENSSL_S = 60


class TimeAuthority:
    """Judges replies of a time authority under one pinned certificate file.

    The certificate is judged at the token's own time: tokens outlive certificates.
    """

    TIME = (
        rb"(?m)^Time stamp: ([A-Z][a-z]{2}) +([0-9]{1,2}) ([0-9:]{8})(?:\.[0-9]+)? ([0-9]{4}) GMT$"
    )
    MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    UNIX = datetime.date(1970, 1, 1).toordinal() * 86400

    def __init__(self, certificate: str) -> None:
        import shutil

        self._openssl = shutil.which("openssl")
        if self._openssl is None:
            raise NotCompared("openssl is not on this machine, so no time stamp was checked")
        code, output = self._run("version")
        version = re.match(rb"OpenSSL ([0-9]+)\.([0-9]+)\.([0-9]+)", output)
        if code or version is None or tuple(map(int, version.groups())) < (1, 1, 1):
            raise NotCompared("openssl here is not OpenSSL 1.1.1 or newer: no time stamp checked")
        self._certificate = certificate
        with open_file(certificate):
            pass
        if self._run("x509", "-noout", "-in", certificate)[0]:
            raise CannotCheck("--tsa-cert: the file holds no PEM certificate")

    def _run(self, *arguments: str) -> tuple[int, bytes]:
        import subprocess

        command = [self._openssl or "", *arguments]
        try:
            process = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=OPENSSL_S,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            raise CannotCheck("openssl could not be run, or took too long") from None
        return process.returncode, process.stdout

    def time_of(self, reply: bytes, sha256: str) -> int:
        """Return the second at which the authority saw this digest.

        Raises:
            Malformed: it did not, or somebody else says so.
        """
        import tempfile
        from pathlib import Path

        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/reply.tsr"
            Path(path).write_bytes(reply)
            code, output = self._run("ts", "-reply", "-in", path, "-text")
            match = re.search(self.TIME, output)
            if code or match is None or match[1] not in self.MONTHS:
                raise Malformed("it is no reply of a time authority")
            month = self.MONTHS.index(match[1]) + 1
            day, clock = int(match[2]), match[3].decode()
            stamped = seconds(f"{match[4].decode()}-{month:02d}-{day:02d}T{clock}Z")
            if stamped is None:
                raise Malformed("it tells no time")
            question = ("-digest", sha256, "-in", path, "-attime", str(stamped - self.UNIX))
            trust = ("-CAfile", self._certificate, "-untrusted", self._certificate)
            if self._run("ts", "-verify", *question, *trust, "-partial_chain")[0]:
                raise Malformed("it does not hold under --tsa-cert")
        return stamped


# ---------------------------------------------------------------------------------------------
# What the manifests of the documented packs hold, and which members they name.

# Every manifest.
COMMON = {
    "schema_version": INTEGER,
    "pack_id": TEXT,
    "tenant_id": TEXT,
    "period_start": INSTANT_TEXT,
    "period_end": INSTANT_TEXT,
    "signing_public_hex": TEXT,
}
# A manifest with `profile` has all of these.
OF_PROFILE = {
    "created_at": INSTANT_TEXT,
    "kind": TEXT,
    "profile": TEXT,
    "cut_hour": INSTANT_TEXT,
    "settled_through": INSTANT_OR_NULL,
    "files": LIST,
    "coverage": OBJECT,
    "chain": LIST,
    "audit_log": OBJECT,
    "previous_pack_id": TEXT_OR_NULL,
    "previous_manifest_sha256": HASH_OR_NULL,
    "hash_scheme": OBJECT,
    "signing_key_id": TEXT,
    "generator": OBJECT,
}
AUDIT_LOG = ("proven", "unproven", "forbidden")
OUTCOMES = ("complete", "partial", "failed", "missed", "paused")
COVERAGE = dict.fromkeys(("expected_hours", *OUTCOMES, "longest_gap_hours"), COUNT)
CHAIN = {
    "org_id": TEXT,
    "org_proof": TEXT,
    "first_previous_sha256": HASH_OR_NULL,
    "last_seal_sha256": HASH_OR_NULL,
    "seals": COUNT,
}
# Of what is ours in a pack: 3 has sealed members. A pack that does not say is of format 2.
FORMAT = 3
OF_FORMAT_3 = {"format": COUNT, "settled": BOOLEAN}
LARGE = {"members": COUNT, "bytes": COUNT, "names_sha256": HASH}
FILE = {"name": TEXT, "bytes": COUNT, "sha256": HASH}


class Module:
    """A documented kind of pack: its own manifest keys and its row files.

    Attributes:
        keys: beyond those that every pack has.
        files: for each member the key of its row count and the key of its digest.
    """

    def __init__(self, keys: dict[str, FieldType], files: dict[str, tuple[str, str]]) -> None:
        self.keys = keys
        self.files = files

    def fields(self) -> dict[str, FieldType]:
        """Return the keys that it demands, with the counts and digests of its files."""
        fields = dict(self.keys)
        for count, digest in self.files.values():
            fields.update({count: COUNT, digest: HASH})
        return fields


MODULES = {
    (2, "openai_admin"): Module(
        {"pack_id": NUMBER_TEXT, "org_ids": TEXTS},
        {
            "users.jsonl": ("user_count", "users_sha256"),
            "projects.jsonl": ("project_count", "projects_sha256"),
            "api_keys.jsonl": ("api_key_count", "api_keys_sha256"),
            "events.jsonl": ("event_count", "events_sha256"),
        },
    ),
    (2, "copilot"): Module(
        {"org_logins": TEXTS, "created_at": INSTANT_TEXT},
        {
            "seats.jsonl": ("seat_count", "seats_sha256"),
            "events.jsonl": ("event_count", "events_sha256"),
        },
    ),
    (1, None): Module(
        {"app_id": APP_ID, "blob_count": COUNT, "blob_index": LIST},
        {
            "traces.jsonl": ("trace_count", "traces_sha256"),
            "spans.jsonl": ("span_count", "spans_sha256"),
        },
    ),
}
FULL_MEMBERS = ("coverage.jsonl", "README.txt")  # profile full has at least these as well
OPTIONAL_MEMBERS = (
    *(
        "repeated_events.jsonl",
        "changes.jsonl",
        "findings.jsonl",
        "statements.jsonl",
        "custody.jsonl",
        "admin_keys.jsonl",
    ),
    *(
        "service_accounts.jsonl",
        "invites.jsonl",
        "project_users.jsonl",
        "anchors.jsonl",
        "collection.json",
        "controls.json",
    ),
)
# Profile full of format 3 has all of these: a file without rows is empty, not absent.
FORMAT_3_MEMBERS = (
    *("changes.jsonl", "findings.jsonl", "statements.jsonl", "anchors.jsonl"),
    *("collection.json", "controls.json"),
)
# Organization, then a register's section, or a kind of segment and its month.
SEALED_FOLDER = "sealed/"
SEALED_NAME = (
    r"sealed/(org-[A-Za-z0-9_-]{3,64})/(?:(users|projects|api_keys|admin_keys|service_accounts"
    r"|invites|project_users|findings)|(verdicts|changes|statements|events)"
    r"-([0-9]{4}-(?:0[1-9]|1[0-2])))\.jsonl"
)
SEALED_ORDER = (
    *("verdicts", "changes", "statements", "events", "findings", "users", "projects", "api_keys"),
    *("admin_keys", "service_accounts", "invites", "project_users"),
)
# Copies before the events that they are of, events before the seals that count both, seals before
# the changes and anchors that they name.
MEMBER_ORDER = (
    *("users.jsonl", "projects.jsonl", "api_keys.jsonl"),
    *("repeated_events.jsonl", "events.jsonl", "coverage.jsonl"),
    *OPTIONAL_MEMBERS[1:],
    "README.txt",
)


class Member:
    """What the signed manifest says about one member; None where it says nothing.

    Attributes:
        cap: more bytes than these it cannot have.
    """

    def __init__(
        self, name: str, sha256: str, rows: int | None, n_bytes: int | None, cap: int
    ) -> None:
        self.name = name
        self.sha256 = sha256
        self.rows = rows
        self.n_bytes = n_bytes
        self.cap = cap


class Manifest:
    """A signed manifest: its digest, its values, and the members it promises, in order."""

    def __init__(self, sha256: str, values: JsonObject) -> None:
        self.sha256 = sha256
        self.values = values
        self.profile: str | None = values.get("profile")
        self.format: int = values.get("format", 2)
        self.members: dict[str, Member] = {}

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str) -> Any:
        """Return a value or None."""
        return self.values.get(key)

    def second(self, key: str) -> int:
        """Return the second of an instant whose form was checked."""
        return seconds(self.values[key]) or 0

    def made_at(self) -> int:
        """Return the second at which the pack was cut: seals it may hold were there by then."""
        return max(self.second("created_at"), self.second("cut_hour") + 3600)


# ---------------------------------------------------------------------------------------------
# The command line.

EPILOG = """
Exit code: 0 all checks passed, 1 the evidence is bad, 2 could not check (wrong arguments, a file
that cannot be read, a malformed key). Only a pack that passed gets a last line that says so.

Get the public key from somewhere else than the pack: from the provider's page of signing keys,
or from an earlier audit's papers. The key inside the pack proves nothing: who forges a pack can
write any key into it. The checks are explained, number by number, in
docs/evidence-pack-format.md. Nothing is extracted and nothing is sent anywhere.
"""


MAX_SAMPLE = 10_000
OF_PACKS = ("period", "previous", "anchors", "sample")


class Options:
    """What the command line said; None where it said nothing."""

    pack: str
    proof: bool
    json: bool
    built_in_ed25519: bool
    expected_pubkey: str | None
    tenant: str | None
    period: str | None
    manifest_sha256: str | None
    previous: str | None
    keys: str | None
    anchors: str | None
    tsa_cert: str | None
    timestamp: str | None
    sample: int | None
    of: str | None
    seed: str | None


class OptionParser(argparse.ArgumentParser):
    """An argument parser whose complaints are escaped like every other output."""

    def error(self, message: str) -> NoReturn:
        """Complain.

        Raises:
            CannotCheck: always.
        """
        raise CannotCheck(f"{printable(message)}; see --help")


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=98)  # without it, shutil is imported to ask the terminal


class Once(argparse.Action):
    """An option that is given once; the second of two would silently replace the first."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: object,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the value, or that the option is there."""
        if getattr(namespace, self.dest) not in (None, False):  # an empty value is one
            parser.error(f"{option_string} is given twice")
        setattr(namespace, self.dest, True if self.nargs == 0 else values)


def _sample_size(text: str) -> int:
    """Return how many rows to draw."""
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= MAX_SAMPLE:
        raise argparse.ArgumentTypeError(f"not a number from 1 to {MAX_SAMPLE}")
    return int(text)


def _seed(text: str) -> str:
    """Return a seed, whose UTF-8 bytes decide what is drawn."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("not UTF-8") from None
    if not text:
        raise argparse.ArgumentTypeError("empty")
    return text


def parse_options(argv: list[str]) -> Options:
    """Parse the command line.

    Raises:
        CannotCheck: an argument is unknown, given twice, or lacks its value, or another argument.
    """
    parser = OptionParser(
        prog="evidence-pack-verify.py",
        description="Check a signed evidence pack, or the proof of one row, offline, against a "
        "public key you pinned.",
        epilog=EPILOG,
        formatter_class=_HelpFormatter,
        allow_abbrev=False,
    )
    flag: dict[str, Any] = {"action": Once, "nargs": 0, "default": False}
    parser.add_argument("pack", metavar="PACK", help="the pack: pack-N.tar.gz")
    parser.add_argument("--proof", **flag, help="the file is the proof of one row, not a pack")
    parser.add_argument(
        "--expected-pubkey",
        metavar="HEX",
        action=Once,
        help="the signer's Ed25519 public key, 64 hex digits",
    )
    parser.add_argument("--json", **flag, help="one line of JSON instead of text")
    parser.add_argument(
        "--built-in-ed25519",
        **flag,
        help="use the built-in signature check even where PyNaCl is installed",
    )
    outside = parser.add_argument_group("facts from elsewhere to compare with (check 11)")
    for name, metavar, words in (
        ("--tenant", "ID", "the tenant that the pack must be of"),
        ("--period", "MONTH", "the period it must be of: 2026-04, or START..END"),
        ("--manifest-sha256", "HEX", "SHA-256 of manifest.json as known from elsewhere"),
        ("--previous", "PACK", "the pack before this one: check that this one follows"),
        ("--keys", "FILE", "the provider's signing-keys list: is the key in it?"),
        ("--anchors", "FILE", "anchors kept from the provider's list: does the pack hold to them?"),
        ("--tsa-cert", "FILE", "a time authority's certificate: do its tokens hold? Needs OpenSSL"),
        ("--timestamp", "FILE", "its reply over manifest.sig, made by anybody: how old is it?"),
    ):
        outside.add_argument(name, metavar=metavar, action=Once, help=words)
    drawn = parser.add_argument_group("rows to look at, of a pack that passed")
    drawn.add_argument(
        "--sample",
        metavar="N",
        action=Once,
        type=_sample_size,
        help=f"draw so many rows, 1 to {MAX_SAMPLE}, and show where the evidence of each lies",
    )
    drawn.add_argument("--of", metavar="MEMBER", action=Once, help="of these: users, events, ...")
    drawn.add_argument(
        "--seed",
        metavar="TEXT",
        action=Once,
        type=_seed,
        help="which ones; the same text draws the same rows",
    )
    options, unknown = parser.parse_known_args(argv, Options())
    if unknown:
        parser.error("an argument is unknown")
    for name in OF_PACKS:
        if options.proof and getattr(options, name) is not None:
            parser.error(f"--{name} is of packs, not of proofs")
    if len({given is None for given in (options.sample, options.of, options.seed)}) > 1:
        parser.error("--sample, --of and --seed go together")
    return options


# ---------------------------------------------------------------------------------------------
# What each check said, and how it is printed.

SUBJECT = (
    *("tenant_id", "period_start", "period_end", "pack_id", "kind", "profile", "org_ids"),
    *("signing_key_id", "signing_public_hex", "coverage", "cut_hour", "settled_through"),
)


class Report:
    """What each check said, and what an auditor should read beside the verdict.

    Attributes:
        checks: their numbers and titles.
        proven: what the proof of a row shows; empty of a pack.
        ok: numbers of checks that passed.
        failed: numbers of checks that failed, with the reasons.
        skipped: numbers of checks that do not apply, with the reason.
        ed25519: what checked the signature.
        cannot: why nothing can be said, if so.
        manifest: once it is signed and known.
        notes: lines for a reader.
        facts: further keys of the JSON output.
        sample: what rows were drawn of and by what, where some were asked for.
        sampled: the rows, each with where its evidence lies; made as they are printed.
    """

    def __init__(self, checks: dict[int, str] = CHECKS) -> None:
        self.checks = checks
        self.proven = ""
        self.ok: set[int] = set()
        self.failed: dict[int, list[str]] = {}
        self.skipped: dict[int, str] = {}
        self.ed25519 = ""
        self.cannot = ""
        self.manifest: Manifest | None = None
        self.notes: list[str] = []
        self.facts: JsonObject = {}
        self.sample: JsonObject = {}
        self.sampled: Iterable[JsonObject] = ()
        self._started = 0.0

    def passed(self, *numbers: int) -> None:
        """Note that checks came to their end: they passed, but for what they noted themselves."""
        self.ok.update(set(numbers) - self.failed.keys() - self.skipped.keys())

    def fail(self, number: int, why: str) -> None:
        """Note a failed check."""
        self.ok.discard(number)
        self.failed.setdefault(number, []).append(why)

    def start_clock(self) -> None:
        """Count seconds from here."""
        self._started = time.perf_counter()

    def took(self, name: str) -> None:
        """Note the seconds up to here."""
        took_s = self.facts.setdefault("took_s", {})
        took_s[name] = round(time.perf_counter() - self._started, 3)

    def exit_code(self) -> int:
        """Return 0, 1 or 2."""
        if self.cannot or 1 in self.failed or not (self.failed or self.ok):
            return COULD_NOT_CHECK
        return BAD if self.failed else VALID

    def status(self, number: int) -> tuple[str, str]:
        """Return `ok`, `FAILED` or `not checked`, and why."""
        if number in self.failed:
            reasons = self.failed[number]
            more = len(reasons) - MAX_REASONS
            tail = f" (and {more} more)" if more > 0 else ""
            return "FAILED", "; ".join(reasons[:MAX_REASONS]) + tail
        if number in self.ok:
            return "ok", ""
        if number in self.skipped:
            return "not checked", self.skipped[number]
        if self.failed:
            return "not checked", f"check {min(self.failed)} failed"
        return "not checked", self.cannot


def subject(manifest: Manifest) -> list[str]:
    """Return the lines that say what was signed."""
    orgs = manifest.get("org_ids") or manifest.get("org_logins") or []
    some = ", ".join(printable(org) for org in orgs[:8])
    more = f" and {len(orgs) - 8} more" if len(orgs) > 8 else ""
    kind = f"{manifest['kind']}, profile {manifest.profile}" if manifest.profile else "no profile"
    key_id = printable(manifest.get("signing_key_id") or "no id")
    lines = [
        f"tenant    {printable(manifest['tenant_id'])}",
        f"period    {printable(manifest['period_start'])} .. {printable(manifest['period_end'])}",
        f"pack      {printable(manifest['pack_id'])} ({printable(kind)})",
        f"orgs      {some}{more}" if orgs else f"app       {printable(manifest.get('app_id'))}",
        f"key       {key_id}, {manifest['signing_public_hex']}",
        f"manifest  sha256 {manifest.sha256}",
    ]
    return lines + (_coverage(manifest) if manifest.profile else [])


def _coverage(manifest: Manifest) -> list[str]:
    hours = manifest["coverage"]
    parts = ", ".join(f"{hours[name]} {name}" for name in OUTCOMES)
    gaps = f"{hours['expected_hours'] - sum(hours[name] for name in OUTCOMES)} without a seal"
    longest = f"longest gap {hours['longest_gap_hours']} hours"
    unchecked = "" if manifest.profile == "full" else " (stated by the signer, not checked)"
    sealed, settled = manifest["cut_hour"], manifest["settled_through"]
    return [
        f"coverage  {hours['expected_hours']} hours: {parts}, {gaps}; {longest}{unchecked}",
        f"events    sealed up to {printable(sealed)}, settled through {printable(settled)}",
    ]


def verdict(report: Report) -> str:
    """Return the last line."""
    code, manifest = report.exit_code(), report.manifest
    if code == VALID and report.proven:
        return f"VALID  {report.proven}"
    if code == VALID and manifest is not None:
        return (
            f"VALID  pack {printable(manifest['pack_id'])}"
            f" of tenant {printable(manifest['tenant_id'])}"
            f"  {printable(manifest['period_start'])} .. {printable(manifest['period_end'])}"
            f"  manifest sha256 {manifest.sha256}"
        )
    if code == BAD:
        number = min(report.failed)
        return f"FAILED  check {number}, {report.checks[number]}: {report.failed[number][0]}"
    return f"COULD NOT CHECK  {report.cannot or report.status(1)[1]}"


def print_text(report: Report) -> None:
    """Print numbered checks, the subject, notes, and the verdict as the last line."""
    if report.failed or not report.cannot:
        for number, title in report.checks.items():
            status, why = report.status(number)
            print(f"{number:2d}  {title:20s}{status}{': ' + why if why else ''}")
        print(f"    Ed25519 by {printable(report.ed25519)}")
        for line in [*(subject(report.manifest) if report.manifest else ()), *report.notes]:
            print(line)
        for line in _sample_lines(report):
            print(line)
    print(verdict(report))


def _sample_lines(report: Report) -> Iterator[str]:
    """Yield the lines of a sample: what it is of, then row by row; rows and seed are not cut."""
    sample = report.sample
    if not sample:
        return
    n, asked, seed = sample["population"], sample["asked"], sample["seed"]
    which = f"{asked} of {n} rows" if asked <= n else f"all {n} rows, {asked} were asked for"
    yield f'sample    {sample["member"]}: {which}, by the seed "{printable(seed, len(seed))}"'
    yield f"          sha256 of their digests {sample['sha256']}"
    for number, row in enumerate(report.sampled, 1):
        yield f"row {number:<5d} {row['digest']}"
        yield f"          {printable(row['row'], len(row['row']))}"
        for seal in row["seals"]:
            digest = f"sha256 {seal['sha256']}" if seal["sha256"] else "none in this pack"
            yield f"seal      {seal['field']} {printable(seal['hour'])}: {digest}"
        yield from (_change_line(change) for change in row["changes"])
        if row["more_changes"]:
            yield f"change    and {row['more_changes']} more"
        for event in row["events"]:
            hour = event["sealed_hour"]
            sealed = f"sealed {printable(hour)}" if hour else "not in this pack"
            yield f"event     {printable(event['event_id'])}: {sealed}"


def _change_line(change: JsonObject) -> str:
    texts = {name: printable(value) for name, value in change.items()}
    by = f" by {texts['event_id']}" if change["event_id"] is not None else ""
    judged = f"{texts['verdict']}{by}" if change["verdict"] else "without a verdict"
    whose = f"{texts['section']} {texts['entity_id']}"
    return f"change    {texts['hour']} {whose}: {texts['kind']}, {judged}"


def print_json(report: Report) -> None:
    """Print everything as one line of ASCII JSON."""
    code, manifest = report.exit_code(), report.manifest
    document = {
        "exit": code,
        "verdict": ("valid", "bad", "could_not_check")[code],
        "reason": None if code == VALID else verdict(report).partition("  ")[2],
        "checks": [
            {
                "number": number,
                "title": title,
                "status": report.status(number)[0].replace(" ", "_").lower(),
                "reason": report.status(number)[1] or None,
            }
            for number, title in report.checks.items()
        ],
        "ed25519": report.ed25519 or None,
        "subject": {key: manifest.get(key) for key in SUBJECT} if manifest else None,
        "manifest_sha256": manifest.sha256 if manifest else None,
        **report.facts,
    }
    print(_json(document)[:-1], end="")
    if report.sample:
        print(f', "sample": {_json(report.sample)[:-1]}, "rows": [', end="")
        for number, row in enumerate(report.sampled):
            print(", " * bool(number) + _json(row), end="")
        print("]}", end="")
    print("}")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")


# ---------------------------------------------------------------------------------------------
# The pinned key (check 1), the signature file (check 3) and the signature itself (check 4).


class PinnedKey:
    """The public key that the auditor pinned, and what verifies under it."""

    def __init__(self, public: bytes, library: Ed25519) -> None:
        self.public = public
        self.library = library


def check_01_pinned_key(options: Options, report: Report) -> PinnedKey:
    """Return the pinned key: 64 hex digits of a point of the curve's main group."""
    library = ed25519(options.built_in_ed25519)
    report.ed25519 = library.name
    text = (options.expected_pubkey or "").strip()  # as it comes out of a file
    if not re.fullmatch(r"[0-9A-Fa-f]{64}", text):
        raise Failed(1, "the pinned key is not 64 hex digits")
    public = bytes.fromhex(text)
    if not library.is_point(public):
        raise Failed(1, "the pinned key is not a point of the curve that can sign")
    report.passed(1)
    report.start_clock()
    return PinnedKey(public, library)


def check_03_signature_file(data: bytes, report: Report) -> bytes:
    """Return the 64 bytes of the signature."""
    text = data[:-1] if data.endswith(b"\n") else data
    try:
        signature = binascii.a2b_base64(text)
    except binascii.Error:
        signature = b""
    # The decoder is lenient; only what encodes back to the same text is that text.
    if len(signature) != 64 or binascii.b2a_base64(signature, newline=False) != text:
        raise Failed(3, "manifest.sig is not the base64 text of 64 bytes")
    report.passed(3)
    return signature


def check_04_signature(key: PinnedKey, signature: bytes, data: bytes, report: Report) -> None:
    """Verify the signature over the exact bytes of manifest.json."""
    if not key.library.verify(key.public, signature, data):
        raise Failed(4, "the signature does not hold under the pinned key")
    report.passed(4)


# ---------------------------------------------------------------------------------------------
# The archive (check 2): exactly one gzip member that holds a tar of plain files.
#
# Source: POSIX.1-2018, pax, "ustar Interchange Format". GNU tar's own magic is accepted for plain
# members; every extension but a pax record for a time or for a size over 8 GiB is not.

BLOCK = 512
MANIFEST_FILES = {
    "manifest.json": (MAX_MANIFEST, 2),
    "manifest.sig": (MAX_SIGNATURE_FILE, 3),
}  # how large it may be, and the check that says so


class TarReader:
    """Reads the tar inside the gzip member: regular files only, each name once.

    A `context` of its own: leaving it ends the thread that inflates.

    Attributes:
        gzip: the member that it reads from.
    """

    def __init__(self, gzip: GzipMember, is_known: bool = False) -> None:
        """Begin at the first member; content known by its digest needs no CRC-32 any more."""
        self.gzip = gzip
        pieces = gzip.pieces()
        self._pieces = prefetch(pieces) if gzip.is_large else pieces
        self._is_known = is_known
        self._crc = 0
        self._size = 0
        self._piece = b""
        self._at = 0
        self._names: set[str] = set()

    def __enter__(self) -> TarReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._pieces.close()  # type: ignore[attr-defined]

    def _next_piece(self) -> bool:
        """Make the next piece the current one; False behind the last."""
        piece = next(self._pieces, None)
        if piece is None:
            return False
        if not self._is_known:
            self._crc = self.gzip.library.crc32(piece, self._crc)
        self._size += len(piece)
        self._piece, self._at = piece, 0
        return True

    def stream(self, size: int) -> Iterator[bytes]:
        """Yield exactly the next `size` bytes, in pieces."""
        while size:
            if self._at == len(self._piece) and not self._next_piece():
                raise Failed(2, "the tar ends in the middle of a member")
            if self._at == 0 and size >= len(self._piece):
                piece = self._piece
            else:
                piece = self._piece[self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            yield piece

    def skip(self, size: int) -> None:
        """Pass the next `size` bytes."""
        for _ in self.stream(size):
            pass

    def take(self, size: int) -> bytes:
        """Return exactly the next `size` bytes; callers have capped `size` before."""
        return b"".join(self.stream(size))

    def members(self) -> Iterator[tuple[str, int]]:
        """Yield name and size of each member; the caller reads `size` bytes before the next."""
        while True:
            header = self.take(BLOCK)
            if not header.strip(b"\0"):
                break
            large = None
            if header[156:157] == b"x":
                large = self._pax_size(_tar_header(header, b"x")[1])
                header = self.take(BLOCK)
            name, size = _tar_header(header, b"0")
            if name in self._names:
                raise Failed(2, "a member name stands in the tar twice")
            # Of large values there may be very many: they are held to their order.
            if not name.startswith("large/"):
                self._names.add(name)
            size = size if large is None else large
            yield name, size
            if self.take(-size % BLOCK).strip(b"\0"):
                raise Failed(2, "the padding behind a member is not zero")
        if self.take(BLOCK).strip(b"\0"):
            raise Failed(2, "the tar does not end with two zero blocks")
        self._check_end_padding()
        if not self._is_known:
            self.gzip.check_trailer(self._crc, self._size)

    def _check_end_padding(self) -> None:
        """Read to the end of the deflate stream: nothing but zero bytes, and few of them."""
        n = 0
        while self._at < len(self._piece) or self._next_piece():
            rest = self._piece[self._at :]
            self._at = len(self._piece)
            n += len(rest)
            if rest.count(0) != len(rest):
                raise Failed(2, "data stands behind the end of the tar")
            if n > MAX_END_PADDING:
                raise Failed(
                    2, f"more than {MAX_END_PADDING} bytes of padding behind the end of the tar"
                )

    def _pax_size(self, length: int) -> int | None:
        """Read a pax header; return the size it gives, if it gives one that octal cannot."""
        if length > MAX_PAX:
            raise Failed(2, f"a pax header is longer than {MAX_PAX} bytes")
        body = self.take(length)
        if self.take(-length % BLOCK).strip(b"\0"):
            raise Failed(2, "the padding behind a pax header is not zero")
        size = None
        while body:
            match = re.match(rb"([1-9][0-9]{0,3}) (size|mtime|atime|ctime)=([0-9.]{1,32})\n", body)
            if match is None or int(match[1]) != match.end():
                raise Failed(2, "a pax header holds something else than a time or a size")
            body = body[match.end() :]
            if match[2] == b"size":
                if size is not None or not match[3].isdigit() or int(match[3]) < 8 << 30:
                    raise Failed(2, "a pax header gives a size that belongs in the tar header")
                size = int(match[3])
        return size


def _tar_header(header: bytes, kind: bytes) -> tuple[str, int]:
    """Return name and size of one 512-byte header after checking everything that has a meaning."""
    stated = re.fullmatch(rb"([0-7]{1,7})[\0 ]{1,7}", header[148:156])
    if stated is None or int(stated[1], 8) != sum(header) - sum(header[148:156]) + 8 * 0x20:
        raise Failed(2, "a tar header's checksum is wrong")
    if header[257:265] not in (b"ustar\00000", b"ustar  \0"):
        raise Failed(2, "a tar header is neither ustar nor GNU")
    if header[156:157] != kind:
        raise Failed(2, "a tar member is not a regular file")
    size = re.fullmatch(rb"([0-7]{1,11}|[0-7]{12})[\0 ]{0,11}", header[124:136])
    if size is None:
        raise Failed(2, "a tar header's size is not an octal number")
    if header[157:257].strip(b"\0"):
        raise Failed(2, "a regular tar member names a link target")
    name, _, rest = header[:100].partition(b"\0")
    if not name or rest.strip(b"\0") or header[345:500].strip(b"\0"):
        raise Failed(2, "a tar member's name is empty, holds NUL or has a prefix")
    text = name.decode("latin-1")
    folders = r"(blobs|large)/[0-9a-f]{64}|sealed/org-[A-Za-z0-9_-]{3,64}/[a-z_]{1,32}(-[0-9-]{7})?"
    if kind == b"0" and not re.fullmatch(rf"({folders}|[A-Za-z0-9_]{{1,64}})\.[a-z]+", text):
        raise Failed(2, "a tar member's name is a path or holds unusual characters")
    return text, int(size[1], 8)


class OpenPack:
    """A pack that is open for reading, until its `with` ends.

    Attributes:
        manifest_file: the bytes of manifest.json.
        signature_file: the bytes of manifest.sig.
    """

    def __init__(self, path: str) -> None:
        """Open the file and read manifest and signature, believing nothing of either yet.

        Raises:
            CannotCheck: the file cannot be opened or is no regular file.
            Failed: there is no manifest or signature in it.
        """
        self._file: BinaryIO = open_file(path)
        try:
            self.manifest_file, self.signature_file = self._manifest()
        except BaseException as error:
            self.__exit__(None, error)
            raise

    def __enter__(self) -> OpenPack:
        return self

    def __exit__(self, _: object, error: BaseException | None, *more: object) -> None:
        self._file.close()
        if isinstance(error, OSError):
            raise CannotCheck(f"cannot read the file: {error.strerror}") from error

    def archive(self, is_known: bool = False) -> TarReader:
        """Begin to read the archive from its first byte."""
        return TarReader(GzipMember(self._file), is_known)

    def _manifest(self) -> tuple[bytes, bytes]:
        files: dict[str, bytes] = {}
        scanned = 0
        with self.archive() as archive:
            for name, size in archive.members():
                if name in MANIFEST_FILES:
                    cap, number = MANIFEST_FILES[name]
                    if size > cap:
                        raise Failed(number, f"{name} is larger than {cap} bytes")
                    files[name] = archive.take(size)
                    if len(files) == len(MANIFEST_FILES):
                        return files["manifest.json"], files["manifest.sig"]
                    continue
                scanned += size
                if scanned > MAX_SCAN:
                    raise Failed(2, f"no manifest and signature in the first {MAX_SCAN >> 20} MiB")
                archive.skip(size)
        raise Failed(2, "manifest.json or manifest.sig is not in the tar")


def check_02_archive(path: str) -> OpenPack:
    """Open the pack; its form is checked as it is read, to the end by check 8."""
    return OpenPack(path)


# ---------------------------------------------------------------------------------------------
# Large values: what rows name in the place of what is too large for them, and the members for it.
#
# A row holds `{"$large": {"bytes", "head", "sha256"}}`; the archive, behind all other members,
# holds `large/<sha256>.json` for each of them of up to a mebibyte. The manifest counts them; each
# is called by its own digest, and signed by the rows that name it.

LARGE_FOLDER = "large/"
# In canonical JSON these bytes are never inside a text: a quote there has a backslash before it.
LARGE_KEY = b'"$large":'
LARGE_VALUE = (
    rb'\{"\$large":\{"bytes":([0-9]{1,16}),"head":(null|"(?:[^"\\]|\\.)*"),'
    rb'"sha256":"([0-9a-f]{64})"\}\}'
)


class LargeNames:
    """Digests and sizes of the large values that rows name, and of those that are there."""

    def __init__(self) -> None:
        self._named = SeenIds()
        self._there = SeenIds()

    def note(self, line: bytes) -> None:
        """Note what a row names.

        Raises:
            Malformed: it does so in another form than the documented one.
        """
        found = re.findall(LARGE_VALUE, line)
        if len(found) != line.count(LARGE_KEY):
            raise Malformed("it tells of a large value in another form than the documented one")
        if any(len(json.loads(head.decode()) or "") > LIMITS["head"] for _, head, _ in found):
            raise Malformed(f"the head of a large value is longer than {LIMITS['head']} characters")
        named = [(sha256, int(size)) for size, _, sha256 in found]
        self._named.add([hash(each) for each in named if each[1] <= LIMITS["whole"]])

    def add(self, name: str, size: int) -> None:
        """Note a member."""
        sha256 = name[len(LARGE_FOLDER) : -len(".json")].encode()
        self._there.add([hash((sha256, size))])

    def differences(self, report: Report) -> None:
        """Report for check 9 what is named and not there, and what is there and not named."""
        missing, unnamed = self._named.apart(self._there)
        if missing:
            report.fail(9, f"{missing} large values that rows name are not there, or of other size")
        if unnamed:
            report.fail(9, f"{unnamed} members of {LARGE_FOLDER} are named by no row")


class LargeMembers:
    """Checks the members of large values as they stream by, for checks 7 and 8.

    Attributes:
        n: members up to here.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._stated = manifest.get("large")
        self._last = ""
        self.n = 0
        self._n_bytes = 0
        self._names = hashlib.sha256()

    def check(self, archive: TarReader, name: str, size: int, report: Report) -> None:
        """Stream one of them.

        Raises:
            Failed: reading on makes no sense.
        """
        if self._stated is None:
            raise Failed(7, f"{printable(name)} is in the archive, but not in the signed manifest")
        if name <= self._last:
            raise Failed(7, f"{printable(name)} does not stand in order, or stands there twice")
        if size > LIMITS["whole"]:
            raise Failed(8, f"{printable(name)} has more than {LIMITS['whole']} bytes")
        self._last = name
        sha256 = name[len(LARGE_FOLDER) : -len(".json")]
        digest = hashlib.sha256(archive.take(size)).hexdigest()
        if digest != sha256:
            report.fail(8, f"{printable(name)}: its SHA-256 is {digest}")
        self.n += 1
        self._n_bytes += size
        self._names.update(f"{sha256}\n".encode())

    def finish(self) -> None:
        """Compare them with the manifest.

        Raises:
            Failed: others are there than the manifest says.
        """
        if self._stated is None:
            return
        found = {"members": self.n, "bytes": self._n_bytes}
        for key, n in found.items():
            if n != self._stated[key]:
                raise Failed(
                    7, f"large: {n} {key} are there, the manifest says {self._stated[key]}"
                )
        if self._names.hexdigest() != self._stated["names_sha256"]:
            raise Failed(7, "large: other values are there than those that the manifest says")


# ---------------------------------------------------------------------------------------------
# The manifest: strict (check 5), known (check 6), and the members it promises (check 7).

SETTLING_S = 72 * 3600  # that an audit event may take to appear in the log


def check_05_strict_manifest(data: bytes, report: Report) -> Manifest:
    """Return the manifest: strict JSON, and every known key of its exact type."""
    values = strict_manifest(data)
    report.passed(5)
    return Manifest(hashlib.sha256(data).hexdigest(), values)


def strict_manifest(data: bytes) -> JsonObject:
    """Return what a manifest says.

    Raises:
        Failed: check 5.
        CannotCheck: it is of a format that came after this script.
    """
    try:
        values = parse(data)
    except Malformed as error:
        raise Failed(5, f"manifest.json: {error}") from None
    made_as = values.get("format")
    if type(made_as) is int and made_as > FORMAT and "profile" in values:
        raise CannotCheck("the pack was made by a newer format than this script knows")
    fields: dict[str, FieldType] = dict(COMMON)
    for module in MODULES.values():
        fields.update({**module.fields(), **fields})
    fields["module"] = TEXT
    if "profile" in values:
        fields.update({**OF_PROFILE, **OF_FORMAT_3})
    check_types(5, "manifest.json", values, fields)
    return values


def check_06_known_manifest(manifest: Manifest, key: PinnedKey, report: Report) -> Module:
    """Return the module: version and module known, every required key there, the key ours."""
    values = manifest.values
    if "schema_version" not in values:
        raise Failed(6, "manifest.json lacks schema_version")
    version, name = values["schema_version"], values.get("module")
    module = MODULES.get((version, name))
    if module is None:
        raise Failed(6, f"unknown schema_version {version} with module {printable(name)}")
    required = {**COMMON, **module.fields()}
    if "profile" in values:
        required.update(OF_PROFILE)
        if "format" in values:
            if values["format"] != FORMAT:
                raise Failed(6, f"format is not {FORMAT}, nor absent")
            required.update(OF_FORMAT_3)
    check_object(6, "manifest.json", values, required)
    if values["signing_public_hex"] != key.public.hex():
        raise Failed(6, "signing_public_hex is not the pinned key in lower-case hex")
    if manifest.second("period_start") > manifest.second("period_end"):
        raise Failed(6, "the period ends before it starts")
    if "profile" in values:
        if name != "openai_admin":
            raise Failed(6, "only module openai_admin has a profile")
        _check_kind_and_period(values)
        _check_cut(values)
        _check_chain(values)
        if "large" in values:
            check_object(6, "large", values["large"], LARGE)
            if values["profile"] != "full":
                raise Failed(6, "only profile full has large values")
    report.passed(6)
    report.manifest = manifest
    return module


def _check_kind_and_period(values: JsonObject) -> None:
    if values["profile"] not in ("full", "core"):
        raise Failed(6, f"unknown profile {printable(values['profile'])}")
    if values["kind"] not in ("monthly", "on_demand", "revision"):
        raise Failed(6, f"unknown kind {printable(values['kind'])}")
    if values["kind"] == "monthly" and values["profile"] == "core":
        raise Failed(6, "a monthly pack is of profile full")
    if values["kind"] == "revision" and not is_text(values.get("replaces")):
        raise Failed(6, "a revision does not say which pack it replaces")
    start, end = seconds(values["period_start"]), seconds(values["period_end"])
    if start is None or end is None or start % 3600 or (end + 1) % 3600:
        raise Failed(6, "the period is not made of whole hours")
    month = ends_of_period(values["period_start"][:7])
    if values["kind"] == "monthly" and month != (values["period_start"], values["period_end"]):
        raise Failed(6, "the period of a monthly pack is not a calendar month")
    if (values["previous_pack_id"] is None) != (values["previous_manifest_sha256"] is None):
        raise Failed(6, "previous_pack_id and previous_manifest_sha256 do not say the same")


def _check_cut(values: JsonObject) -> None:
    end, cut = seconds(values["period_end"]) or 0, hour_number(values["cut_hour"])
    if cut is None:
        raise Failed(6, "cut_hour is not the start of an hour")
    if cut < end // 3600:
        raise Failed(6, "cut_hour lies before the period's last hour")
    through = seconds(values["settled_through"])
    if through is not None and through > (cut + 1) * 3600 - SETTLING_S:
        raise Failed(6, "settled_through is less than 72 hours before the cut")
    if "settled" in values and values["settled"] is not (through is not None and through > end):
        raise Failed(6, "settled is not what settled_through says")


def _check_chain(values: JsonObject) -> None:
    check_object(6, "coverage", values["coverage"], COVERAGE)
    last_hour = {"last_sealed_hour": INSTANT_OR_NULL}
    added = {**last_hour, "seals_root": HASH}
    fields = {**CHAIN, **last_hour} if values.get("format", 2) > 2 else CHAIN
    orgs = [check_object(6, "chain", entry, fields)["org_id"] for entry in values["chain"]]
    for entry in values["chain"]:
        check_types(6, "chain", entry, added)
    if sorted(orgs) != sorted(values["org_ids"]):
        raise Failed(6, "chain does not name each of org_ids once")
    audit_log = values["audit_log"]
    if sorted(audit_log) != sorted(orgs):
        raise Failed(6, "audit_log does not name each of org_ids")
    if not all(status in AUDIT_LOG for status in audit_log.values()):
        raise Failed(6, f"audit_log says none of {', '.join(AUDIT_LOG)}")


def check_07_members(manifest: Manifest, module: Module) -> None:
    """Take from the manifest which members it promises; the archive is held to it by check 8."""
    if manifest.profile is not None:
        manifest.members = _own_members(manifest.values, module)
        return
    for name, (count, digest) in module.files.items():
        rows = manifest[count]
        cap = rows * (MAX_ROW + 1)
        manifest.members[name] = Member(name, manifest[digest], rows, None, cap)
    if "blob_count" in module.keys:
        for entry in manifest["blob_index"]:
            sha256 = _blob_hash(entry)
            name = f"blobs/{sha256}.txt"
            manifest.members[name] = Member(name, sha256, None, None, MAX_BLOB)
        if manifest["blob_count"] != len(manifest["blob_index"]):
            raise Failed(8, "blob_count is not the length of blob_index")


def _blob_hash(entry: object) -> str:
    """Return the one SHA-256 that an entry of blob_index carries; its shape is not public."""
    texts = entry.values() if isinstance(entry, dict) else [entry]
    hashes = set()
    for text in texts:
        pattern = r"(?:sha256:|blobs/)?([0-9a-f]{64})(?:\.txt)?"
        match = re.fullmatch(pattern, text) if isinstance(text, str) else None
        if match:
            hashes.add(match[1])
    if len(hashes) != 1:
        raise Failed(7, "an entry of blob_index does not carry exactly one SHA-256")
    return str(hashes.pop())


def _own_members(values: JsonObject, module: Module) -> dict[str, Member]:
    members: dict[str, Member] = {}
    for entry in values["files"]:
        name = check_object(7, "files", entry, FILE)["name"]
        label = f"files: {printable(name)}"
        is_sealed = re.fullmatch(SEALED_NAME, name) is not None
        if not is_sealed and not re.fullmatch(r"[A-Za-z0-9_]{1,64}\.(jsonl|json|txt)", name):
            raise Failed(7, f"{label} is not a name a member can have")
        if name in members or name == "manifest.json":
            raise Failed(7, f"{label} stands there twice")
        rows = entry.get("rows")
        if not (is_count(rows) or (rows is None and not name.endswith(".jsonl"))):
            raise Failed(7, f"{label} has no row count")
        members[name] = Member(name, entry["sha256"], rows, entry["bytes"], entry["bytes"])
    _check_names(list(members), values, list(module.files))
    for name, (count, digest) in module.files.items():
        if (members[name].rows, members[name].sha256) != (values[count], values[digest]):
            raise Failed(8, f"files and {count} or {digest} do not say the same of {name}")
    return members


def _check_names(names: list[str], values: JsonObject, documented: list[str]) -> None:
    profile, is_new = values["profile"], values.get("format", 2) > 2
    required = [*documented, *(FULL_MEMBERS if profile == "full" else ())]
    required += FORMAT_3_MEMBERS if profile == "full" and is_new else ()
    missing = [name for name in required if name not in names]
    if missing:
        raise Failed(7, f"files lacks {missing[0]}")
    if profile == "core" and len(names) != len(required):
        raise Failed(7, "files of profile core holds more than the documented members")
    sealed = [name for name in names if is_new and re.fullmatch(SEALED_NAME, name)]
    known = {*required, *OPTIONAL_MEMBERS, *sealed}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Failed(7, f"files: {printable(unknown[0])} is no member of profile full")
    in_order = [name for name in MEMBER_ORDER if name in names]
    if names != in_order + sorted(sealed, key=_place):
        raise Failed(7, "files: the members do not stand in the documented order")


def _place(name: str) -> tuple[str, int, str]:
    """Return by what sealed members are sorted: those that others are derived with come first."""
    _, org, file = name.split("/")
    kind, _, month = file[: -len(".jsonl")].partition("-")
    return org, SEALED_ORDER.index(kind), month


# ---------------------------------------------------------------------------------------------
# The first reading of the whole archive: its form (2), its members (7), their digests (8).

FILE_CHANGED = "the file changed while it was read"


def check_08_digests(pack: OpenPack, manifest: Manifest, report: Report) -> bytes:
    """Read the whole archive: its form, its members, their sizes, row counts and digests.

    Returns:
        The SHA-256 of the file, which a second reading must have as well.

    Raises:
        Failed: where reading on makes no sense (a broken archive, an unsigned or oversized member).
    """
    names: list[str] = []
    large = LargeMembers(manifest)
    with pack.archive() as archive:
        for name, size in archive.members():
            if name.startswith(LARGE_FOLDER) and manifest.profile is not None:
                if not large.n:
                    _check_names_there(names, manifest)
                large.check(archive, name, size, report)
                continue
            names.append(name)
            if name in MANIFEST_FILES:
                data = archive.take(size) if size <= MANIFEST_FILES[name][0] else b""
                if name == "manifest.json" and hashlib.sha256(data).hexdigest() != manifest.sha256:
                    raise Failed(2, FILE_CHANGED)
                continue
            member = manifest.members.get(name)
            if member is None:
                raise Failed(
                    7, f"{printable(name)} is in the archive, but not in the signed manifest"
                )
            _check_member(archive, member, size, report)
    _check_names_there(names, manifest)
    large.finish()
    report.passed(2, 7, 8)
    report.took("checks_1_to_8")
    return archive.gzip.digest.digest()


def _check_names_there(names: list[str], manifest: Manifest) -> None:
    """Demand every promised member, and of our own packs the promised order."""
    promised = ["manifest.json", "manifest.sig", *manifest.members]
    missing = sorted(set(promised) - set(names))
    if missing:
        raise Failed(
            7, f"{printable(missing[0])} is in the signed manifest, but not in the archive"
        )
    if manifest.profile is not None and names != promised:
        raise Failed(7, "the members do not stand in the order of the manifest")


def _check_member(archive: TarReader, member: Member, size: int, report: Report) -> None:
    """Stream one member: its size, its row count and its digest."""
    name = member.name
    if member.n_bytes is not None and size != member.n_bytes:
        raise Failed(8, f"{name} has {size} bytes, the manifest says {member.n_bytes}")
    if size > member.cap:
        raise Failed(8, f"{name} has {size} bytes, more than its rows can have")
    digest = hashlib.sha256()
    n_rows = 0
    for piece in archive.stream(size):
        digest.update(piece)
        n_rows += piece.count(b"\n")
    if digest.hexdigest() != member.sha256:
        report.fail(8, f"{name}: its SHA-256 is {digest.hexdigest()}, not {member.sha256}")
    elif member.rows is not None and n_rows != member.rows:
        report.fail(8, f"{name} has {n_rows} rows, the manifest says {member.rows}")


# ---------------------------------------------------------------------------------------------
# Rows (check 9): what is demanded of every row, and of the rows of packs that are not ours.

EPISODE = " first_seen_at removed_at state_at"
ROW_FIELDS = {
    "users": "org_id user_id email_hash email_prefix role roles_held added_at is_service_account"
    + EPISODE,
    "projects": "org_id project_id name status created_at archived_at" + EPISODE,
    "api_keys": "org_id project_id key_id name redacted_value type owner_type owner_id owner_hash"
    " owner_project_access created_at last_used_at expires_at findings" + EPISODE,
    "events": "org_id event_id event_type occurred_at sealed_hour actor_type actor_id actor_hash"
    " project_id target_id late details",
    "repeated_events": "org_id event_id event_type occurred_at sealed_hour actor_type actor_id"
    " actor_hash project_id target_id late details first_sealed_hour",
    "coverage": "hour org_id outcome run seal sha256",
    "changes": "org_id hour section entity_id kind fields before after verdict event_id",
    "findings": "org_id finding_id kind reason severity section entity_id still_works"
    " first_seen_hour resolved_hour resolved_by change_hour event_id state_at",
    "statements": "org_id n at by finding_id first_seen_hour service_account_id state reason_code"
    " accountable due_date review_date note_hash replaces sealed_hour",
    "custody": "n at by action facts previous_sha256 sealed_hour",
    "admin_keys": "org_id key_id name redacted_value type owner_type owner_id owner_role created_at"
    " last_used_at ever_used expires_at has_expiry is_own" + EPISODE,
    "service_accounts": "org_id project_id service_account_id name role created_at person_id"
    + EPISODE,
    "invites": "org_id invite_id email_hash email_prefix role status created_at expires_at"
    " accepted_at projects" + EPISODE,
    "project_users": "org_id project_id membership_id user_id email_hash email_prefix role added_at"
    + EPISODE,
    "anchors": "at authority day document reason sha256 token",
}
FIELDS = {f"{name}.jsonl": frozenset(fields.split()) for name, fields in ROW_FIELDS.items()}


class Rows:
    """Checks the rows of one member as they stream by; keeps the first reasons why some are wrong.

    Attributes:
        n: rows up to here.
        wrong: what is wrong with rows, for check 9.
        broken: what the rows contradict, for check 10.
        large: takes the large values that rows name.
        n_long: rows that only version 2 can have sealed, where a row alone does not tell.
    """

    def __init__(self, manifest: Manifest, name: str) -> None:
        self.manifest = manifest
        self.name = name
        self.n = 0
        self.wrong: list[str] = []
        self.broken: list[str] = []
        self.large: LargeNames | None = None
        self.n_long = 0
        self._fields = FIELDS.get(name, frozenset())
        self._start: str = manifest["period_start"]
        self._end: str = manifest["period_end"]
        self._org_ids: list[str] = sorted(manifest.get("org_ids") or ())
        self._org_numbers = {org: number for number, org in enumerate(self._org_ids)}
        self._last: tuple[str, ...] = ()

    def read_member(self, pieces: Iterator[bytes]) -> None:
        """Check all rows of a member.

        Raises:
            Failed: a row has no end.
        """
        carry = b""
        for piece in pieces:
            begin, end = piece.find(b"\n") + 1, piece.rfind(b"\n") + 1
            if end:
                self.block(carry + piece[:begin])
                self.block(piece[begin:end])
                carry = piece[end:]
            else:
                carry += piece
            if len(carry) > MAX_ROW:
                raise Failed(9, f"{self.name} row {self.n + 1}: it is longer than {MAX_ROW} bytes")
        if carry:
            self.wrong.append(f"{self.name}: the last row does not end with a newline")
        self.finish()

    def block(self, rows: bytes) -> None:
        """Check whole rows, each ended by its newline."""
        for line in rows.split(b"\n")[:-1]:
            self.row(line)

    def row(self, line: bytes) -> None:
        """Check one row, without its newline."""
        self.n += 1
        try:
            if len(line) > MAX_ROW:
                raise Malformed(f"it is longer than {MAX_ROW} bytes")
            row = self.read(line)
            self.check(row)
            if len(line) > LIMITS["row"] or LARGE_KEY in line:
                self._check_large(row, line)
        except Malformed as error:
            if len(self.wrong) < MAX_REASONS:
                self.wrong.append(f"{self.name} row {self.n}: {error}")

    def _check_large(self, row: JsonObject, line: bytes) -> None:
        """Check a row's size, and note the large values that it names."""
        limited = self.is_limited(row)
        if limited is False:
            return
        if self.large:
            self.large.note(line)
        if len(line) > LIMITS["row"]:
            if limited:
                raise Malformed(f"it is longer than {LIMITS['row']} bytes")
            self.n_long += 1

    def is_limited(self, row: JsonObject) -> bool | None:
        """Tell whether version 3 sealed a row, which knows limits; None where it does not show."""
        return None

    def read(self, line: bytes) -> JsonObject:
        """Return the row's values after checking the form of its bytes."""
        return canonical_row(line)

    def check(self, row: JsonObject) -> None:
        """Check what every row of ours must hold."""
        if not self._fields <= row.keys():
            raise Malformed(f"it lacks {min(self._fields - row.keys())}")
        if "org_id" in row:
            self._check_org(row["org_id"])

    def _check_org(self, org_id: object) -> None:
        if type(org_id) is not str or org_id not in self._org_numbers:
            raise Malformed("its org_id is not one of org_ids")

    def in_order(self, key: tuple[str, ...], words: str) -> None:
        """Demand that keys rise from row to row: sorted, and each once."""
        if key <= self._last:
            raise Malformed(
                f"it stands there twice ({words})" if key == self._last else f"not sorted ({words})"
            )
        self._last = key

    def contradicts(self, why: str) -> None:
        """Note what the rows contradict; a few of these are enough."""
        if len(self.broken) <= MAX_REASONS:
            self.broken.append(why)

    def finish(self) -> None:
        """Draw the conclusions that need all rows."""

    def notes(self) -> list[str]:
        """Return the lines that an auditor should read beside the verdict."""
        return []


class ForeignRows(Rows):
    """Rows of a pack without profile: sorted keys, no white space, one object a row."""

    def read(self, line: bytes) -> JsonObject:
        """Return the row's values after checking the form of its bytes."""
        return foreign_row(line)

    def check(self, row: JsonObject) -> None:
        """Leave the fields alone: they are not documented."""

    def is_limited(self, row: JsonObject) -> bool | None:
        """Tell that nothing is known of its limits."""
        return False


def has_long_row(block: bytes) -> bool:
    """Tell whether one of these rows is longer than those of version 3 may be."""
    most, start = LIMITS["row"], 0
    while len(block) - start > most:
        # From one row's start to the last row that ends within the limit: few steps a block.
        end = block.rfind(b"\n", start, start + most + 1)
        if end < 0:
            return True
        start = end + 1
    return False


# ---------------------------------------------------------------------------------------------
# Rows (check 9) of registers: users, keys and the like, findings; of changes.

ENTITY_ID = {
    "users.jsonl": "user_id",
    "projects.jsonl": "project_id",
    "api_keys.jsonl": "key_id",
    "admin_keys.jsonl": "key_id",
    "service_accounts.jsonl": "service_account_id",
    "invites.jsonl": "invite_id",
    "project_users.jsonl": "membership_id",
}


# Whether a change has values before and after.
HAS_VALUES = {"added": (False, True), "removed": (True, False), "modified": (True, True)}


class RegisterRows(Rows):
    """Rows that come from a sealed register; counts them, for the seals tell how many it has.

    Attributes:
        n_rows: rows by organization.
        n_open: those of them that nothing ended.
    """

    def __init__(self, manifest: Manifest, name: str) -> None:
        super().__init__(manifest, name)
        self.n_rows: dict[str, int] = {}
        self.n_open: dict[str, int] = {}

    def count(self, org_id: str, is_open: bool) -> None:
        """Count one row."""
        self.n_rows[org_id] = self.n_rows.get(org_id, 0) + 1
        self.n_open[org_id] = self.n_open.get(org_id, 0) + is_open


class EntityRows(RegisterRows):
    """Users, projects, keys and the like: one row per episode, by (org_id, id, first_seen_at)."""

    def __init__(self, manifest: Manifest, name: str) -> None:
        super().__init__(manifest, name)
        self._id = ENTITY_ID[name]
        self._n_returns = 0

    def check(self, row: JsonObject) -> None:
        """Check fields, types of what orders the row, and the order."""
        super().check(row)
        key = (row["org_id"], row[self._id], row["first_seen_at"])
        if type(key[1]) is not str or hour_number(key[2]) is None:
            raise Malformed(f"{self._id} is no text or first_seen_at no hour")
        for name in ("removed_at", "state_at"):
            if row[name] is not None and hour_number(row[name]) is None:
                raise Malformed(f"{name} is not an hour")
        self._check_times(key[2], row["removed_at"], row["state_at"])
        self._check_bounds(row)
        self._n_returns += self._last[:2] == key[:2]
        self.in_order(key, f"org_id, {self._id}, first_seen_at")
        self.count(key[0], row["removed_at"] is None)

    def _check_times(self, first: str, removed: str | None, state: str | None) -> None:
        if first > self._end:
            raise Malformed("first_seen_at lies behind the period")
        if removed is not None and not max(first, self._start) < removed <= self._end:
            raise Malformed("removed_at is not behind first_seen_at, or not in the period")
        # What was last read before the period says the hour that read it.
        if state is not None and state > self._end:
            raise Malformed("state_at lies behind the period")
        if state is not None and removed is not None and state >= removed:
            raise Malformed("state_at is an hour at which it was removed")

    @staticmethod
    def _check_bounds(row: JsonObject) -> None:
        # Packs that an earlier version made have neither.
        for name in ("added_not_before", "removed_not_before"):
            if row.get(name) is not None and seconds(row[name]) is None:
                raise Malformed(f"{name} is not an instant")
        if row["removed_at"] is None and row.get("removed_not_before") is not None:
            raise Malformed("removed_not_before is told of what was not removed")

    def notes(self) -> list[str]:
        """Tell how many rows are of somebody who was there before."""
        words = f"returned  {self.name}: {self._n_returns} came back: one row a stay"
        return [words] if self._n_returns else []


class FindingRows(RegisterRows):
    """Findings by (org_id, finding_id, first_seen_hour): open in the period, or resolved in it."""

    def check(self, row: JsonObject) -> None:
        """Check fields, times and order."""
        super().check(row)
        for name in ("finding_id", "kind", "section"):
            if not is_text(row[name]):
                raise Malformed(f"{name} is no text")
        if row["severity"] not in ("low", "medium", "high"):
            raise Malformed("severity is none of low, medium and high")
        first, resolved = row["first_seen_hour"], row["resolved_hour"]
        if hour_number(first) is None or first > self._end:
            raise Malformed("first_seen_hour is not an hour up to the period's end")
        if resolved is None:
            if row["resolved_by"] is not None:
                raise Malformed("it is open, but resolved_by says by what it was resolved")
        elif hour_number(resolved) is None or not first < resolved <= self._end:
            raise Malformed("resolved_hour is not an hour behind first_seen_hour")
        elif resolved < self._start:
            raise Malformed("it was resolved before the period")
        key = (row["org_id"], row["finding_id"], first)
        self.in_order(key, "org_id, finding_id, first_seen_hour")
        self.count(key[0], resolved is None)


class ChangeRows(Rows):
    """Changes by (org_id, hour, section, entity_id, kind), inside the period.

    Each hour's seal must have as many: `sealed` are the counts of the seals, where there are any.
    `limited_from` is the first hour of each organization that version 3 sealed.
    """

    def __init__(
        self, manifest: Manifest, name: str, sealed: HourCounts, limited_from: dict[str, str]
    ) -> None:
        super().__init__(manifest, name)
        self._limited_from = limited_from
        self._cut: str = manifest["cut_hour"]
        self._sealed = sealed
        self._hour: tuple[str, str] = ("", "")
        self._n_in_hour = 0
        sealed.rewind()

    def check(self, row: JsonObject) -> None:
        """Check fields, values against the kind, verdict and order; count by hour."""
        super().check(row)
        hour = row["hour"]
        if hour_number(hour) is None or not self._start <= hour <= self._end:
            raise Malformed("hour is not an hour of the period")
        for name in ("section", "entity_id"):
            if type(row[name]) is not str:
                raise Malformed(f"{name} is no text")
        self._check_values(row)
        self._check_verdict(row)
        key = (row["org_id"], hour, row["section"], row["entity_id"], row["kind"])
        self.in_order(key, "org_id, hour, section, entity_id, kind")
        if key[:2] != self._hour:
            self._close_hour()
            self._hour = (key[0], key[1])
        self._n_in_hour += 1

    def is_limited(self, row: JsonObject) -> bool | None:
        """Tell whether version 3 sealed its hour."""
        first = self._limited_from.get(row["org_id"])
        return first is not None and row["hour"] >= first

    def _check_values(self, row: JsonObject) -> None:
        names = row["fields"]
        if not is_texts(names):
            raise Malformed("fields is not a list of different texts")
        if type(row["kind"]) is not str or row["kind"] not in HAS_VALUES:
            raise Malformed("kind is none of added, removed and modified")
        for name, has_values in zip(("before", "after"), HAS_VALUES[row["kind"]]):
            values = row[name]
            holds_them = type(values) is dict and values.keys() == set(names)
            if not (holds_them if has_values else values is None):
                raise Malformed(f"{name} does not hold what kind and fields say")

    def _check_verdict(self, row: JsonObject) -> None:
        verdict, event_id = row["verdict"], row["event_id"]
        if verdict not in ("explained", "unexplained", "cannot_tell", None):
            raise Malformed("verdict is none of explained, unexplained, cannot_tell and null")
        if not (event_id is None or is_text(event_id)):
            raise Malformed("event_id is neither a text nor null")
        if verdict == "explained" and event_id is None:
            raise Malformed("it is explained, but by no event")
        if self.manifest.format < 3:
            return
        reason, decided = row.get("reason"), row.get("decided_hour")
        if verdict is None:
            if (reason, event_id, decided) != (None, None, None):
                raise Malformed("it has no verdict, but something of one")
        elif hour_number(decided) is None or not row["hour"] <= str(decided) <= self._cut:
            raise Malformed("decided_hour is not an hour from its own up to the cut")

    def _close_hour(self) -> None:
        """Hold the changes of the last hour to its seal, and tell of sealed hours before it."""
        if not self._n_in_hour:
            return
        org, hour = self._org_numbers[self._hour[0]], hour_number(self._hour[1]) or 0
        for other_org, other_hour, n_sealed in self._sealed.before(org, hour):
            self._compare(other_org, other_hour, 0, n_sealed)
        n_sealed = sum(n for n, _ in self._sealed.of(org, hour).values())
        self._compare(org, hour, self._n_in_hour, n_sealed)
        self._n_in_hour = 0

    def _compare(self, org: int, hour: int, n: int, n_sealed: int) -> None:
        if n != n_sealed and len(self.broken) <= 2 * MAX_REASONS:
            name = f"{printable(self._org_ids[org])} {hour_name(hour)}"
            self.broken.append(f"{name}: {n} changes are here, the seal has {n_sealed}")

    def finish(self) -> None:
        """Close the last hour, and tell of sealed hours behind it."""
        self._close_hour()
        for org, hour, n_sealed in self._sealed.rest():
            self._compare(org, hour, 0, n_sealed)


# ---------------------------------------------------------------------------------------------
# Rows of events (check 9): inside the period, or late; each id once; counted as sealed.

EVENT_FIELDS = (*EVENT_KEY, "late", *sorted(FIELDS["events.jsonl"] - {*EVENT_KEY, "late"}))
EVENT_TYPES = [{str}, {str}, {str}, {str}, {bool}]
# Without groups, which take two thirds of the time; of its calendar, each day is asked apart.
TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
INSTANTS = f"(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{TIME}Z)*"
EventKey = tuple[str, str, str, str]


class EventRows(Rows):
    """Events by (org_id, sealed_hour, occurred_at, event_id), each id once, inside the period.

    Where `occurred_at` is null, `sealed_hour` is taken for it.

    Nearly all rows of a large pack are events, so many of them are checked at once where orjson is
    installed. That accepts only what `row` accepts; the rest is read row by row.

    Attributes:
        ids: hashes of all ids.
        sealed: events by sealing hour and month, with the digest of the rows as sealed.
    """

    AT_ONCE = 60_000  # bytes of rows, which fit into the processor's cache with all that they say
    SMALL = 1 << 14  # fewer are read row by row, in less time than importing orjson takes

    def __init__(self, manifest: Manifest, name: str, copies: Copies | None = None) -> None:
        super().__init__(manifest, name)
        self._copies = copies
        self._firsts = SeenIds()
        self._cut = manifest["cut_hour"]
        self._hours: set[str] = set()
        self._days: set[str] = set()
        self._open_hour: tuple[str, str] = ("", "")
        self._months: dict[str, tuple[int, Any]] = {}
        self._line = b""
        self._n_late = 0
        self._n_elsewhere = 0
        self.ids = SeenIds()
        self.sealed = HourCounts()

    def block(self, rows: bytes) -> None:
        """Check whole rows, each ended by its newline."""
        reader = fast_json() if len(rows) >= self.SMALL else None
        if reader is None:
            super().block(rows)
            return
        start = 0
        while start < len(rows):
            end = rows.find(b"\n", start + self.AT_ONCE) + 1 or len(rows)
            self._check_many(rows[start:end], reader)
            start = end

    def _check_many(self, block: bytes, reader: FastJson) -> None:
        """Check rows at once, or else those in halves that are not plain."""
        if self._accept(block, reader):
            return
        middle = block.find(b"\n", len(block) // 2) + 1
        if len(block) < self.SMALL or middle in (0, len(block)):
            super().block(block)
        else:
            self._check_many(block[:middle], reader)
            self._check_many(block[middle:], reader)

    def _accept(self, block: bytes, reader: FastJson) -> bool:
        """Check rows at once; False, with nothing counted, if one of them must be read alone."""
        # One letter is looked for much faster than the key.
        if (b"$" in block and LARGE_KEY in block) or has_long_row(block):
            return False
        fast = reader.read(block, EVENT_FIELDS, len(EVENT_TYPES))
        if fast is None or fast.types != EVENT_TYPES:
            return False
        orgs, hours, instants, ids, lates = fast.columns
        keys: list[EventKey] = list(zip(orgs, hours, instants, ids))
        if keys[0] <= self._last or not all(map(operator.lt, keys, keys[1:])):
            return False
        if set(map(len, instants)) != {20} or not re.fullmatch(INSTANTS, "".join(instants)):
            return False
        late = [at for at, is_late in zip(instants, lates) if is_late] if True in lates else []
        in_time = [at for at, is_late in zip(instants, lates) if not is_late] if late else instants
        if in_time and not self._start <= min(in_time) <= max(in_time) <= self._end:
            return False
        if late and max(late) >= self._start:
            return False
        days = list(_days(keys))
        try:
            for org, hour, day, _, end in days:
                if instants[end - 1][:13] > hour:
                    return False
                self._check_org(org)
                self._check_hour(hour)
                self._check_day(day)
        except Malformed:
            return False
        if self._copies:
            self._count_copies(keys[0])
            if self._copies.next_key < keys[-1]:
                return False
            self._firsts.add(list(map(hash, zip(orgs, ids, hours))))
        self.n += len(keys)
        self._last = keys[-1]
        self._n_late += len(late)
        self.ids.add(list(map(hash, zip(orgs, ids))))
        sealed = reader.write([{**row, "late": False} for row in fast.rows]) if late else block
        if len(days) == 1:
            org, hour, day, _, n = days[0]
            self._count(org, hour, day[:7], n, sealed)
            return True
        lines = sealed.split(b"\n")
        for org, hour, day, start, end in days:
            self._count(org, hour, day[:7], end - start, b"\n".join([*lines[start:end], b""]))
        return True

    def read(self, line: bytes) -> JsonObject:
        """Return the row's values after checking the form of its bytes."""
        self._line = line
        return canonical_row(line)

    def check(self, row: JsonObject) -> None:
        """Check fields, times, order, and remember the id."""
        super().check(row)
        org, hour, at = row["org_id"], row["sealed_hour"], row["occurred_at"]
        event_id, late = row["event_id"], row["late"]
        if type(event_id) is not str or type(late) is not bool:
            raise Malformed("event_id is no text or late neither true nor false")
        if type(hour) is not str:
            raise Malformed("sealed_hour is not an instant")
        self._check_hour(hour)
        if at is None:
            # Nobody knows when it occurred; the hour that sealed it stands in for that.
            at = hour
        if type(at) is not str:
            raise Malformed("occurred_at is not an instant")
        # The calendar is asked once a day; the pattern, every time.
        if INSTANT.fullmatch(at) is None or len(at) != 20:
            raise Malformed("occurred_at is not an instant")
        self._check_day(at[:10])
        if not late and not self._start <= at <= self._end:
            raise Malformed("it occurred outside the period and is not marked late")
        if late and at >= self._start:
            raise Malformed("it is marked late and did not occur before the period")
        if at[:13] > hour:
            raise Malformed("it was sealed before it occurred")
        self.in_order((org, hour, at, event_id), "org_id, sealed_hour, occurred_at, event_id")
        self.ids.add([hash((org, event_id))])
        if self._copies:
            self._count_copies(self._last)
            self._firsts.add([hash((org, event_id, hour))])
        # A late event was sealed as what it is in the pack of its own month.
        sealed = canonical({**row, "late": False}) if late else self._line
        self._count(org, hour, at[:7], 1, sealed + b"\n")
        self._n_late += late

    def is_limited(self, row: JsonObject) -> bool | None:
        """Tell whether version 3 sealed it: only that one kept a digest of OpenAI's own entry."""
        return isinstance(row["details"], dict) and "origin_digest" in row["details"]

    def _check_hour(self, hour: str) -> None:
        if hour in self._hours:
            return
        if hour_number(hour) is None:
            raise Malformed("sealed_hour is not an hour")
        if hour > self._cut:
            raise Malformed("it was sealed after the cut")
        if len(self._hours) < MAX_REMEMBERED:
            self._hours.add(hour)

    def _check_day(self, day: str) -> None:
        if day in self._days:
            return
        if seconds(f"{day}T00:00:00Z") is None:
            raise Malformed("occurred_at is not an instant")
        if len(self._days) < MAX_REMEMBERED:
            self._days.add(day)

    def _count_copies(self, end: tuple[str, ...]) -> None:
        """Count the copies that stood before a row when they were sealed."""
        for (org, hour, at, _), sealed in self._copies.before(end) if self._copies else ():
            self._count(org, hour, at[:7], 1, sealed)

    def _count(self, org: str, hour: str, month: str, n: int, sealed: bytes) -> None:
        """Count events of one hour and month, and digest them as they were sealed."""
        if (org, hour) != self._open_hour:
            self._close_hour()
            self._open_hour = (org, hour)
        before, digest = self._months.get(month) or (0, hashlib.sha256())
        # An hour behind the period, or a late event's before it, has no row to compare.
        if self._start <= hour <= self._end:
            digest.update(sealed)
        else:
            self._n_elsewhere += n
        self._months[month] = (before + n, digest)

    def _close_hour(self) -> None:
        org, hour = self._open_hour
        if self._start <= hour <= self._end:
            number = hour_number(hour) or 0
            for month, (n, digest) in sorted(self._months.items()):
                self.sealed.add(self._org_numbers[org], number, month, n, digest.hexdigest())
        self._months = {}

    def finish(self) -> None:
        """Count the last hour; demand that each copy is one of an event here."""
        self._count_copies(Copies.BEHIND_ALL)
        self._close_hour()
        self._open_hour = ("", "")
        if self._copies and not self._copies.firsts.are_in(self._firsts):
            self.wrong.append("repeated_events.jsonl: not each is a copy of a row of events.jsonl")

    def notes(self) -> list[str]:
        """Tell of late events, and of those that no seal in the pack counts."""
        notes = []
        if self._n_late:
            words = f"{self._n_late}, not in an earlier pack of that period"
            notes.append(f"late      events of an earlier period: {words}")
        if self._n_elsewhere:
            words = f"{self._n_elsewhere}, so no seal here was compared with them"
            notes.append(f"events    sealed by hours outside the period: {words}")
        return notes


def _days(keys: list[EventKey]) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield organization, sealing hour and day of sorted events, and where these begin and end."""
    start = 0
    while start < len(keys):
        org, hour, at, _ = keys[start]
        end = bisect.bisect_left(keys, (org, hour, at[:10] + "U", ""), start)
        yield org, hour, at[:10], start, end
        start = end


class RepeatedRows(EventRows):
    """Copies of events, as version 2 of the seal could seal them: each of an earlier one.

    Attributes:
        copies: put aside for events.jsonl, whose rows they stood among when they were sealed.
    """

    def __init__(self, manifest: Manifest, name: str) -> None:
        super().__init__(manifest, name)
        self.copies = Copies()
        self._fields -= {"first_sealed_hour"}  # it is taken off before the row is checked

    def block(self, rows: bytes) -> None:
        """Check whole rows, one by one: there are few."""
        Rows.block(self, rows)

    def check(self, row: JsonObject) -> None:
        """Check what an event must hold, and that the hour of the first lies before its own."""
        first = row.pop("first_sealed_hour", None)
        self._line = canonical(row)
        super().check(row)
        if hour_number(first) is None or not str(first) < row["sealed_hour"]:
            raise Malformed("first_sealed_hour is not an hour before sealed_hour")
        self.copies.firsts.add([hash((row["org_id"], row["event_id"], first))])

    def _count(self, org: str, hour: str, month: str, n: int, sealed: bytes) -> None:
        self.copies.put(sealed)

    def notes(self) -> list[str]:
        """Tell of the copies."""
        return [f"repeated  copies of events that were sealed before: {self.n}"] if self.n else []


# ---------------------------------------------------------------------------------------------
# The rule by which sealed rows become rows of the pack: docs, "Sealed members".

ENTITIES = {member[: -len(".jsonl")]: id_field for member, id_field in ENTITY_ID.items()}
# Of a row that a seal names; what the pack adds to it is not among them.
ADDED = ("org_id", "state_at", "findings")
SINCE_3 = ("enabled", "banned", "is_scim_managed", "api_key_last_used_at", "unreadable")
NEW_FIELDS = {entity: SINCE_3 if entity == "users" else SINCE_3[-1:] for entity in ENTITIES}
BOUNDS = ("added_not_before", "removed_not_before")
SEALED_FIELDS = {
    bound: tuple(field for field in ROW_FIELDS[bound].split() if field not in ADDED)
    for bound in (*ENTITIES, "findings")
}
CHANGE = ("hour", "section", "entity_id", "kind", "fields", "before", "after")
VERDICT = ("verdict", "reason", "event_id", "decided_hour")
KEY_FINDING = ("finding_id", "kind", "reason", "severity")


class Shown:
    """The hours of the period whose pictures show a section of one organization.

    Attributes:
        listed_at: the last one, as the last seal says it, be it before the period.
        hours: those that version 2 sealed, which did not say it.
    """

    def __init__(self) -> None:
        self.listed_at: str | None = None
        self.hours: list[str] = []

    def last(self) -> str | None:
        """Return the last hour that shows the section."""
        return self.listed_at or (self.hours[-1] if self.hours else None)

    def last_before(self, hour: str) -> str | None:
        """Return the last hour that shows what is gone in an hour."""
        at = bisect_left(self.hours, hour)
        return self.hours[at - 1] if at else None


def entity_row(
    section: str,
    org_id: str,
    sealed: JsonObject,
    start: str,
    shown: Shown,
    findings: Iterable[JsonObject],
) -> JsonObject | None:
    """Return the row of one stay; None where it ended before the period.

    Args:
        section: of the register.
        org_id: the organization.
        sealed: the register's row.
        start: the period's first hour.
        shown: the hours that show the section.
        findings: of a key, the sealed findings about it.
    """
    removed = sealed["removed_at"]
    if removed is not None and removed <= start:
        return None
    fields = [*SEALED_FIELDS[section], *BOUNDS]
    fields += [name for name in NEW_FIELDS[section] if name in sealed]
    row = {name: sealed.get(name) for name in fields}
    row["org_id"] = org_id
    if "shown_until" in sealed:
        row["state_at"] = sealed["shown_until"]
    else:
        row["state_at"] = shown.last() if removed is None else shown.last_before(removed)
    if section == "api_keys":
        row["findings"] = _open_findings(findings, removed, shown.last())
    return row


def _open_findings(
    findings: Iterable[JsonObject], removed: str | None, last: str | None
) -> list[JsonObject]:
    """Return a key's findings that were open in the last hour, or when it ended."""

    def is_open(finding: JsonObject) -> bool:
        first, resolved = finding["first_seen_hour"], finding["resolved_hour"]
        if removed is not None:
            return bool(first < removed and (resolved is None or resolved >= removed))
        return last is not None and bool(first <= last and (resolved is None or resolved > last))

    rows = [{name: one.get(name) for name in KEY_FINDING} for one in findings if is_open(one)]
    return sorted(rows, key=lambda row: (row["kind"], row["finding_id"]))


def change_row(org_id: str, sealed: JsonObject, verdict: JsonObject) -> JsonObject:
    """Return the row of a change with the last verdict on it."""
    row = {name: sealed.get(name) for name in CHANGE}
    return {**row, **{name: verdict.get(name) for name in VERDICT}, "org_id": org_id}


def statement_row(org_id: str, hour: str, sealed: JsonObject) -> JsonObject:
    """Return the row of a statement that an hour sealed."""
    return {**sealed, "org_id": org_id, "sealed_hour": hour}


def finding_row(
    org_id: str,
    sealed: JsonObject,
    start: str,
    shown: Shown,
    verdict_on: Callable[[JsonObject, JsonObject], JsonObject],
) -> JsonObject | None:
    """Return the row of a finding; None where it was resolved before the period.

    `verdict_on` gives, for a finding and the change that resolved it, the last verdict on that.
    """
    if sealed["resolved_hour"] is not None and sealed["resolved_hour"] < start:
        return None
    row = {name: sealed.get(name) for name in SEALED_FIELDS["findings"]}
    cause = sealed["resolved_by"]
    if cause is not None and cause.get("event_id") is None and "fields" in cause:
        verdict = verdict_on(sealed, cause)
        explained = verdict.get("verdict") == "explained"
        row["resolved_by"] = {**cause, "event_id": verdict["event_id"] if explained else None}
    return {**row, "org_id": org_id, "state_at": shown.last()}


# ---------------------------------------------------------------------------------------------
# Rows that follow from sealed ones, put aside in a nameless database until all are there.

Key = tuple[str, str, str, str]


class DerivedRows:
    """Rows by member, sorted; verdicts by change; findings by what they are about.

    SQLite keeps what is much in a file of its own, which nobody else sees and which ends with it.
    """

    CACHE_KIB = 2048

    def __init__(self) -> None:
        import sqlite3

        self._database: Any = sqlite3.connect("", isolation_level=None)
        run = self._database.execute
        run(f"PRAGMA cache_size=-{self.CACHE_KIB}")
        run("PRAGMA journal_mode=OFF")
        run("PRAGMA temp_store=FILE")
        place = "org INTEGER, a BLOB, b BLOB, c BLOB, d BLOB"
        run(f"CREATE TABLE derived (member TEXT, {place}, line BLOB)")
        key = "PRIMARY KEY (org, a, b, c, d)"
        run(f"CREATE TABLE verdict ({place}, line BLOB, {key}) WITHOUT ROWID")
        run("CREATE TABLE finding (org INTEGER, entity BLOB, resolved BLOB, line BLOB)")
        run("CREATE INDEX about ON finding (org, entity, resolved)")
        run("BEGIN")

    def add(self, member: str, org: int, key: Key, row: JsonObject) -> None:
        """Put a row of the pack aside."""
        values = (member, org, *map(_bytes, key), canonical(row))
        self._database.execute("INSERT INTO derived VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def lines(self, member: str) -> Iterator[bytes]:
        """Yield the rows of a member as they must stand there."""
        chosen = "SELECT line FROM derived WHERE member = ? ORDER BY org, a, b, c, d"
        for (line,) in self._database.execute(chosen, (member,)):
            yield line

    def put_verdict(self, org: int, change: Key, verdict: JsonObject) -> None:
        """Put a verdict in the place of an earlier one on the same change."""
        values = (org, *map(_bytes, change), canonical(verdict))
        self._database.execute("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?)", values)

    def verdict(self, org: int, change: Key) -> JsonObject:
        """Return the last verdict on a change, empty where there is none."""
        chosen = "SELECT line FROM verdict WHERE org = ? AND a = ? AND b = ? AND c = ? AND d = ?"
        found = self._database.execute(chosen, (org, *map(_bytes, change))).fetchone()
        return parse(found[0], OURS) if found else {}

    def put_finding(self, org: int, entity: str, finding: JsonObject) -> None:
        """Put a finding about an API key aside."""
        resolved = finding["resolved_hour"]
        # What is open ends behind every hour.
        end = b"~" if resolved is None else _bytes(resolved)
        values = (org, _bytes(entity), end, canonical(finding))
        self._database.execute("INSERT INTO finding VALUES (?, ?, ?, ?)", values)

    def findings(self, org: int, entity: str, hour: str) -> Iterator[JsonObject]:
        """Yield the findings about an API key that were not resolved before an hour.

        Whoever is watched can give a key a finding every other hour: the rest is not read.
        """
        chosen = "SELECT line FROM finding WHERE org = ? AND entity = ? AND resolved >= ?"
        for (line,) in self._database.execute(chosen, (org, _bytes(entity), _bytes(hour))):
            yield parse(line, OURS)


def _bytes(text: str) -> bytes:
    """Return a text so that bytes sort as its code points do."""
    return text.encode("utf-8", "surrogatepass")


# ---------------------------------------------------------------------------------------------
# The tenant's custody log (checks 9 and 10): entry after entry, up to those of the seals.

CUSTODY = {"by": TEXT, "action": TEXT, "facts": OBJECT, "previous_sha256": HASH_OR_NULL}


class CustodyHeads:
    """The entries that seals name: each organization's go on, and all are of one log.

    Attributes:
        named: by number, the digest, and the first hour whose seal names it.
    """

    def __init__(self) -> None:
        self.named: dict[int, tuple[str, str]] = {}
        self._last: dict[str, int] = {}

    def add(self, org_id: str, hour: str, seal: JsonObject) -> str | None:
        """Take what a seal names; return why that cannot be right."""
        head, before = seal.get("custody"), self._last.get(org_id, 0)
        if head is None:
            return f"the seal names no custody entry, the one before {before}" if before else None
        n, sha256 = (head.get("n"), head.get("sha256")) if type(head) is dict else (None, None)
        if type(n) is not int or n < 1 or not is_hash(sha256):
            return "custody of the seal is neither an entry's number and digest nor null"
        if n < before:
            return f"the seal names custody entry {n}, the one before names {before}"
        self._last[org_id] = n
        known, first_hour = self.named.get(n, (sha256, hour))
        if known != sha256:
            return f"the seal names custody entry {n} by another digest than that of {first_hour}"
        if len(self.named) >= MAX_HEADS and n not in self.named:
            return f"the seals name more than {MAX_HEADS} custody entries"
        self.named[n] = str(sha256), min(hour, first_hour)
        return None

    def not_here(self) -> Iterator[str]:
        """Yield the hours whose seal names an entry that no row was."""
        for n, (_, hour) in sorted(self.named.items()):
            yield f"{hour}: the seal names custody entry {n}, which is not in custody.jsonl"


class NumberedRows(Rows):
    """Rows that are numbered, and were sealed in the hour in which they were written, or later."""

    def is_limited(self, row: JsonObject) -> bool:
        """Tell that version 3 sealed it: no earlier one did."""
        return True

    @staticmethod
    def check_number(row: JsonObject) -> None:
        """Check its number."""
        if not is_count(row["n"]) or row["n"] == 0:
            raise Malformed("n is not a number from 1 up")

    @staticmethod
    def check_at(row: JsonObject) -> None:
        """Check when it was written, and when sealed."""
        hour, at = hour_number(row["sealed_hour"]), seconds(row["at"])
        if hour is None or at is None or at >= (hour + 1) * 3600:
            raise Malformed("at is not an instant before the end of sealed_hour")


class CustodyRows(NumberedRows):
    """Entries by number: each names the digest of the row before it, a seal that of the last.

    The first is number 1, or was sealed before the period: none of the period's is missing in
    front. What the seals name is taken from `heads`; what is left there is not here.

    Attributes:
        most: number of the last entry that a seal names.
        before: by number, the digests of entries that were sealed before the period; few.
    """

    def __init__(self, manifest: Manifest, name: str, heads: CustodyHeads | None) -> None:
        super().__init__(manifest, name)
        self._heads = heads.named if heads else {}
        self.most = max(self._heads, default=0)
        self.before: dict[int, str] = {}
        self._n, self._sealed_hour = 0, ""
        self._digest: str | None = None
        self._digest_before: str | None = None

    def read(self, line: bytes) -> JsonObject:
        """Return the row's values, and keep its digest for the one behind it."""
        self._digest_before, self._digest = self._digest, hashlib.sha256(line).hexdigest()
        return super().read(line)

    def check(self, row: JsonObject) -> None:
        """Check fields and times, that it follows the one before, and who names it."""
        super().check(row)
        self.check_number(row)
        check_row(row, CUSTODY)
        self.check_at(row)
        n = row["n"]
        self._check_place(n, row["sealed_hour"], row["previous_sha256"])
        self._n, self._sealed_hour = n, row["sealed_hour"]
        if row["sealed_hour"] < self._start and len(self.before) < MAX_HEADS:
            self.before[n] = str(self._digest)
        sha256, first_hour = self._heads.pop(n, (self._digest, row["sealed_hour"]))
        if sha256 != self._digest:
            self.contradicts(f"{first_hour}: custody entry {n} is another than the seal names")
        elif first_hour < row["sealed_hour"]:
            self.contradicts(f"{first_hour}: the seal names custody entry {n}, sealed later")
        if n > self.most:
            self.contradicts(f"{row['sealed_hour']}: no seal names custody entry {n}")

    def _check_place(self, n: int, sealed_hour: str, previous: str | None) -> None:
        if (previous is None) != (n == 1):
            raise Malformed("previous_sha256 is not null for entry 1, and for no other")
        if self._digest_before is None:
            if n > 1 and sealed_hour >= self._start:
                self.contradicts(f"{sealed_hour}: custody entries before number {n} are missing")
        elif (n, previous) != (self._n + 1, self._digest_before):
            self.contradicts(f"{sealed_hour}: custody entry {n} does not follow the row before it")
        elif sealed_hour < self._sealed_hour:
            raise Malformed("it was sealed before the one that it follows")


# ---------------------------------------------------------------------------------------------
# What the tenant said (check 9): one statement after the other, about one thing each.

STATES = ("open", "acknowledged", "accepted")
STATEMENT = {
    "reason_code": or_null(matching("[a-z_]{1,64}", "a word")),
    "accountable": TEXT_OR_NULL,
    "note_hash": HASH_OR_NULL,
}
# Beside finding_id, first_seen_hour and state, null in what is said of a service account.
OF_FINDING = ("reason_code", "due_date", "review_date", "note_hash")


class StatementRows(NumberedRows):
    """Statements by (org_id, n): one follows the other, up to the number that the seals say.

    `said` is, by organization, the number of the last one that the period's seals hold, `first`
    that of the first one here.
    """

    def __init__(self, manifest: Manifest, name: str, said: dict[str, int]) -> None:
        super().__init__(manifest, name)
        self._said = said
        self.first: dict[str, int] = {}
        self._numbers: dict[str, int] = {}

    def check(self, row: JsonObject) -> None:
        """Check fields, what it is about, times and number."""
        super().check(row)
        self._check_times(row)
        self._check_words(row)
        n, org, replaces = row["n"], row["org_id"], row["replaces"]
        self.check_number(row)
        if replaces is not None and not (is_count(replaces) and 0 < replaces < n):
            raise Malformed("replaces is neither the number of an earlier one nor null")
        self.in_order((org, f"{n:020d}"), "org_id, n")
        self.first.setdefault(org, n)
        before = self._numbers.get(org, n - 1)
        self._numbers[org] = n
        if n != before + 1:
            raise Malformed(f"statement {before + 1} is missing before it")

    def _check_times(self, row: JsonObject) -> None:
        hour = row["sealed_hour"]
        if hour_number(hour) is None or not self._start <= hour <= self._end:
            raise Malformed("sealed_hour is not an hour of the period")
        self.check_at(row)
        for name in ("due_date", "review_date"):
            day = row[name]
            if day is not None and (not _is_day(day) or day < row["at"][:10]):
                raise Malformed(f"{name} is not a day from the one on when it was said, nor null")

    @staticmethod
    def _check_words(row: JsonObject) -> None:
        finding, hour, account = (
            row[name] for name in ("finding_id", "first_seen_hour", "service_account_id")
        )
        is_of_account = is_text(account) and finding is None and hour is None
        is_of_account &= all(row[name] is None for name in OF_FINDING)
        is_of_finding = is_text(finding) and hour_number(hour) is not None and account is None
        if not is_of_account and not is_of_finding:
            raise Malformed("it is neither of one finding nor of one service account")
        if row["state"] not in (STATES if is_of_finding else (None,)):
            raise Malformed("state is none of open, acknowledged and accepted, of an account null")
        if not is_text(row["by"]):
            raise Malformed("by is no text")
        check_row(row, STATEMENT)

    def finish(self) -> None:
        """Hold the last number of each organization to its seals."""
        for org, n in self._numbers.items():
            # Where the seals tell none, check 10 says why.
            if n != self._said.get(org, n):
                words = f"the last statement is {n}, the seals say {self._said[org]}"
                self.contradicts(f"{printable(org)}: {words}")


def _is_day(day: object) -> bool:
    return type(day) is str and seconds(f"{day}T00:00:00Z") is not None


# ---------------------------------------------------------------------------------------------
# What a seal says: its reasons, its registers, its segments. Seals may be of any shape.

SEAL_VERSIONS = (2, 3, 4)
PROVABLE = 4  # the first version of which a row can be shown alone
SECTION_LEAF = ("complete_at", "index", "of", "root", "rows", "section", "state_at", "status")
MEANING = {
    "partial": "not every list was read to its end",
    "failed": "nothing could be read",
    "missed": "nobody took the picture in time",
    "paused": "the tenant had paused, or just ended, the collection",
    "gap": "no seal, nobody can say what was there",
    "disconnected": "the tenant had ended the collection",
    "not connected yet": "the collection had not begun",
    "not in the pack": "it holds no hour of this organization and says nothing of it",
}


class HourRun:
    """Consecutive hours of one organization that deserve to be named, with their outcome."""

    def __init__(self, org_id: str, first: int, last: int, outcome: str, reason: str = "") -> None:
        self.org_id = org_id
        self.first = first
        self.last = last
        self.outcome = outcome
        self.reason = reason

    def continues(self, other: HourRun) -> bool:
        """Tell whether it begins where another ends, for the same reason."""
        end = (other.org_id, other.last + 1, other.outcome, other.reason)
        return end == (self.org_id, self.first, self.outcome, self.reason)

    def facts(self) -> JsonObject:
        """Return it for the JSON output."""
        return {
            "org_id": self.org_id,
            "first_hour": hour_name(self.first),
            "last_hour": hour_name(self.last),
            "outcome": self.outcome,
            "reason": self.reason or None,
        }

    def words(self) -> str:
        """Say it on one line."""
        n = self.last - self.first + 1
        hours = hour_name(self.first) + (f" .. {hour_name(self.last)}" if n > 1 else "")
        why = f" ({printable(self.reason, 60)})" if self.reason else ""
        count = f"{n} hour{'s' * (n > 1)}: {MEANING[self.outcome]}"
        return f"{printable(self.org_id)}  {hours}  {self.outcome}{why}, {count}"


class SealDigests:
    """The seals' digests by organization and hour, each at its position in a file."""

    SIZE = 32

    def __init__(self, org_numbers: dict[str, int], first_hour: int, last_hour: int) -> None:
        self._org_numbers = org_numbers
        self._first, self._last = first_hour, last_hour
        self._before: dict[str, str | None] = {}
        self._file = SpillFile()

    def _position(self, org: str, hour: int) -> int | None:
        if org not in self._org_numbers or not self._first <= hour <= self._last:
            return None
        hours = self._last - self._first + 1
        return (self._org_numbers[org] * hours + hour - self._first) * self.SIZE

    def covers(self, org: str, hour: int | None) -> bool:
        """Tell whether the pack answers for this hour, or names the seal of the one before."""
        if hour is None:
            return False
        return self._position(org, hour) is not None or (
            hour == self._first - 1 and org in self._before
        )

    def put_before(self, org: str, digest: str | None) -> None:
        """Keep what an organization's first seal follows."""
        self._before[org] = digest

    def put(self, org: str, hour: int, digest: str) -> None:
        """Keep the digest of an hour's seal, unless the hour is outside the period."""
        position = self._position(org, hour)
        if position is not None:
            self._file.write(bytes.fromhex(digest), position)

    def root(self, org: str) -> str:
        """Return the root over the digests of an organization's seals, oldest first."""
        every = (self.get(org, hour) for hour in range(self._first, self._last + 1))
        return tree_hash(bytes.fromhex(digest) for digest in every if digest)

    def get(self, org: str, hour: int) -> str | None:
        """Return an hour's digest, None where it has no seal."""
        if hour == self._first - 1:
            return self._before.get(org)
        digest = self._file.read(self.SIZE, self._position(org, hour) or 0)
        return digest.hex() if digest.strip(b"\0") else None


def sections_of(seal: object) -> dict[str, JsonObject]:
    """Return what a seal says of each section."""
    facts = object_of(seal, "sections")
    return {name: of_one for name, of_one in facts.items() if isinstance(of_one, dict)}


def lifecycle_kinds(seal: object) -> list[str]:
    """Return what a seal tells of connecting, pausing and the like, in order."""
    kinds = [entry.get("kind") for entry in objects_of(seal, "lifecycle")]
    return [kind for kind in kinds if isinstance(kind, str)]


def hour_of_disconnection(seal: object) -> int | None:
    """Return the hour of the first disconnection that a seal tells of."""
    for entry in objects_of(seal, "lifecycle"):
        if entry.get("kind") == "disconnected":
            at = seconds(entry.get("at"))
            return None if at is None else at // 3600
    return None


def seal_digest(seal: JsonObject) -> str:
    """Return a seal's digest: of version 2 it is over the content, since then over a header.

    Raises:
        CannotCheck: the seal is of a version that came after this script.
    """
    version, sha256 = seal.get("v"), hashlib.sha256(canonical(seal)).hexdigest()
    if type(version) is int and version > SEAL_VERSIONS[-1]:
        raise CannotCheck("a seal was made by a newer version than this script knows")
    if version == 2:
        return sha256
    header = {key: seal.get(key) for key in ("v", "org_id", "hour", "previous_sha256")}
    header["content_sha256"] = sha256
    if type(version) is int and version >= PROVABLE:
        header["sections_root"] = sections_root(seal)
    return hashlib.sha256(canonical(header)).hexdigest()


def sections_root(seal: JsonObject) -> str:
    """Return the root over what a seal says of the sections of which a row can be shown alone."""
    sections = [(n, facts) for n, facts in sections_of(seal).items() if facts.get("salt")]
    leaves = []
    for index, (name, facts) in enumerate(sorted(sections)):
        place = {"section": name, "index": index, "of": len(sections)}
        leaf = {**facts, **place, "rows": object_of(facts, "register").get("rows")}
        leaves.append(canonical({key: leaf.get(key) for key in SECTION_LEAF}))
    return tree_hash(leaves)


def may_hold_long_rows(seal: JsonObject) -> bool:
    """Tell whether version 2, which knew no limits, wrote a seal or a register that it names."""
    return seal.get("v") == SEAL_VERSIONS[0] or any(
        facts.get("register") is not None and facts.get("root") is None
        for facts in sections_of(seal).values()
    )


def audit_log_status(seal: JsonObject) -> str | None:
    """Return what an hour's reading of the audit log showed; None where it was not read."""
    status = sections_of(seal).get("audit_events", {}).get("status")
    if status == "forbidden":
        return "forbidden"
    marks = object_of(seal, "watermarks" if "watermarks" in seal else "frontiers")
    proven = marks.get("proven")
    if status not in ("complete", "partial", "unproven") or type(proven) is not bool:
        return None
    return "proven" if proven else "unproven"


def register_counts(seal: JsonObject) -> dict[str, tuple[int, int]]:
    """Return by section how many a seal says are there, and the rows of its register."""
    counts: dict[str, tuple[int, int]] = {}
    for name, facts in sections_of(seal).items():
        count, rows = facts.get("count"), object_of(facts, "register").get("rows")
        if is_count(count) and is_count(rows):
            counts[name] = (count, rows)  # type: ignore[assignment]
    return counts


def segment_counts(seal: JsonObject, kind: str) -> dict[str, tuple[int, str | None]] | None:
    """Return month to rows and digest of a seal's segments of a kind; None if not readable."""
    entries = object_of(seal, "segments").get(kind)
    is_hash_or_null, _ = HASH_OR_NULL
    counts: dict[str, tuple[int, str | None]] = {}
    for entry in entries if isinstance(entries, list) else ():
        month = entry.get("month") if isinstance(entry, dict) else None
        if not isinstance(month, str) or not MONTH.fullmatch(month) or month in counts:
            return None
        if not is_count(entry.get("rows")) or not is_hash_or_null(entry.get("sha256")):
            return None
        counts[month] = (entry["rows"], entry.get("sha256"))
    return counts


# ---------------------------------------------------------------------------------------------
# What the seals of a period name that the archive must hold: registers and segments.

BOUND_SECTIONS = ("findings", *ENTITIES)
MOST_SOURCES = 1000
SOURCE_FACTS = ("api_base", "clock", "region")
OPENAI, SYSTEM_CLOCK = "https://api.openai.com/v1", "system"


class Sources:
    """Whom the hours of one organization were asked of, and with what.

    Attributes:
        facts: addresses of the API, what the clock was, and where it ran.
        keys: first and last hour of each admin key, by its last four characters.
    """

    def __init__(self) -> None:
        self.facts: dict[str, set[str]] = {name: set() for name in SOURCE_FACTS}
        self.keys: dict[str, tuple[str, str]] = {}

    def add(self, source: JsonObject, hour: str) -> None:
        """Take what one hour says."""
        for name, values in self.facts.items():
            value = source.get(name)
            if is_text(value) and len(values) < MOST_SOURCES:
                values.add(str(value))
        last4 = source.get("key_last4")
        if is_text(last4) and (last4 in self.keys or len(self.keys) < MOST_SOURCES):
            first, _ = self.keys.get(str(last4), (hour, hour))
            self.keys[str(last4)] = first, hour


class NamedRegister:
    """A register as the last seal that names one has it.

    Attributes:
        root: over its rows; None where version 2, which knew none, last wrote it.
        salt: what its rows are blinded by in that tree; None where they stand plain.
    """

    def __init__(self, rows: int, sha256: str, root: str | None, salt: str | None) -> None:
        self.rows, self.sha256, self.root, self.salt = rows, sha256, root, salt


NO_REGISTER = NamedRegister(0, "", None, None)


class NamedBySeals:
    """What the seals name, as they pass.

    Attributes:
        registers: of the last seal that names one.
        shown: by organization and section, the hours that show it.
        sources: by organization, whom it was asked of.
        events: rows and digest of each hour's events, by month.
        changes: rows and digest of each hour's changes.
        verdicts: the same of verdicts.
        statements: the same of statements.
        said: by organization, the number of the last statement that its seals hold.
        custody: entries of the tenant's custody log.
        cut_sealed: of the month that the period begins within, an hour's events, where not all of
            them are in the period.
        cut_shown: the same, as far as they are.
    """

    def __init__(self) -> None:
        self.registers: dict[tuple[str, str], NamedRegister] = {}
        self.shown: dict[tuple[str, str], Shown] = {}
        self.sources: dict[str, Sources] = {}
        self.events, self.changes, self.verdicts = HourCounts(), HourCounts(), HourCounts()
        self.statements = HourCounts()
        self.said: dict[str, int] = {}
        self.custody = CustodyHeads()
        self.cut_sealed, self.cut_shown = HourCounts(), HourCounts()

    def add_sections(self, org_id: str, hour: int, seal: JsonObject) -> None:
        """Take what a seal says of its sections."""
        for section, facts in sections_of(seal).items():
            if section not in BOUND_SECTIONS:
                continue
            register = object_of(facts, "register")
            rows, sha256 = register.get("rows"), register.get("sha256")
            if is_count(rows) and is_hash(sha256):
                root, salt = _hash_of(facts, "root"), _hash_of(facts, "salt")
                named = NamedRegister(rows, sha256, root, salt)  # type: ignore[arg-type]
                self.registers[org_id, section] = named
            shown = self.shown.setdefault((org_id, section), Shown())
            shown.listed_at = _listed_at(seal, facts, hour)
            if seal.get("v") == 2 and _is_shown(seal, facts, hour):
                shown.hours.append(hour_name(hour))

    def by_kind(self) -> dict[str, HourCounts]:
        """Return what the hours sealed of each kind of segment, but for events."""
        return {
            "verdicts": self.verdicts,
            "changes": self.changes,
            "statements": self.statements,
        }

    def add_statements(
        self, org_id: str, seal: JsonObject, sealed: dict[str, tuple[int, str | None]]
    ) -> str | None:
        """Take how many statements an hour sealed; return why their numbers cannot be right."""
        if not seal:
            return None
        last, n = seal.get("statements_n"), sum(rows for rows, _ in sealed.values())
        if seal.get("v") == 2:
            last = 0
        if not is_count(last):
            return "statements_n of the seal is not a count"
        before = 0 if seal.get("previous_sha256") is None else self.said.get(org_id)
        self.said[org_id] = last  # type: ignore[assignment]
        if last - n != before if before is not None else last < n:  # type: ignore[operator]
            return f"{n} statements are sealed, up to number {last}, the seal before says {before}"
        return None

    def add_source(self, org_id: str, hour: str, seal: JsonObject, run: object) -> None:
        """Take whom an hour was asked of; version 2 told it beside what it sealed."""
        source = seal.get("source") or run
        if isinstance(source, dict):
            self.sources.setdefault(org_id, Sources()).add(source, hour)

    def contradictions(self, report: JsonObject) -> Iterator[str]:
        """Yield what collection.json says of its sources otherwise than the seals."""
        for told, name in (
            (object_of(report, "api").get("bases"), "api_base"),
            (object_of(report, "clock").get("sources"), "clock"),
            (report.get("regions"), "region"),
        ):
            sealed = self._asked(name)
            if told != (sealed or None):
                words = f"{printable(told)}, the seals say {printable(sealed)}"
                yield f"collection.json: {words}"
        organizations = report.get("organizations")
        unnamed = {org_id for org_id, source in self.sources.items() if source.keys}
        for entry in organizations if isinstance(organizations, list) else ():
            facts = entry if isinstance(entry, dict) else {}
            org_id, keys = facts.get("org_id"), facts.get("admin_keys")
            named = [_key_use(key) for key in keys] if isinstance(keys, list) else []
            source = self.sources.get(str(org_id), Sources())
            unnamed.discard(str(org_id))
            if named != sorted((last4, *hours) for last4, hours in source.keys.items()):
                yield f"collection.json: other admin keys of {printable(org_id)} than in the seals"
        for org_id in sorted(unnamed):
            yield f"collection.json: it does not tell the admin keys of {printable(org_id)}"

    def notes(self) -> list[str]:
        """Say whom was asked, as far as it is not the one whom everybody takes it for."""
        asked = [
            f"source    {printable(base)}{'' if base == OPENAI else ', NOT OpenAI'}"
            for base in self._asked("api_base")
        ]
        shifted = [
            f"clock     {printable(clock)}, NOT the system's: clock shifted"
            for clock in self._asked("clock")
            if clock != SYSTEM_CLOCK
        ]
        return [*(asked or ["source    nobody was asked"]), *shifted]

    def _asked(self, name: str) -> list[str]:
        """Return what the hours of all organizations say of whom was asked."""
        return sorted({fact for one in self.sources.values() for fact in one.facts[name]})

    def rewind(self) -> None:
        """Go to the first of each: nothing is added any more."""
        for counts in (*self.by_kind().values(), self.cut_sealed, self.cut_shown):
            counts.rewind()


def _hash_of(facts: JsonObject, name: str) -> str | None:
    value = facts.get(name)
    return value if is_hash(value) else None


def _key_use(key: object) -> tuple[object, ...]:
    """Return an admin key's last characters, and the first and last hour it was used in."""
    names = ("last4", "first_hour", "last_hour")
    return tuple(key.get(name) for name in names) if isinstance(key, dict) else ()


def _listed_at(seal: JsonObject, facts: JsonObject, hour: int) -> str | None:
    """Return the last hour that shows a section; version 2 said which hour had asked for it."""
    state_at = facts.get("state_at")
    if seal.get("v") == 2:
        asked = hour_number(facts.get("asked_at"))
        is_read = facts.get("status") in ("complete", "partial")
        state_at = hour_name(hour if asked is None else asked - 1) if is_read else None
    return str(state_at) if hour_number(state_at) is not None else None


def _is_shown(seal: JsonObject, facts: JsonObject, hour: int) -> bool:
    """Tell whether an hour's own picture shows a section."""
    if facts.get("status") == "derived":
        return seal.get("pictured_from") is not None
    is_asked = facts.get("asked_at") in (None, hour_name(hour + 1))
    return is_asked and facts.get("status") in ("complete", "partial")


# ---------------------------------------------------------------------------------------------
# The fields of a seal since version 3: each is always there, and of its type.

OBJECT_OR_NULL, COUNT_OR_NULL = or_null(OBJECT), or_null(COUNT)
# Beside what is asked of a seal of any version; of custody, more is asked elsewhere.
SEAL_FIELDS: dict[str, FieldType] = {
    "org_proof": matching("proven|none", "proven or none"),
    "reason": TEXT_OR_NULL,
    "lifecycle": LIST,
    "lifecycle_seq": COUNT,
    "source": OBJECT,
    "sections": OBJECT,
    "segments": OBJECT,
    "index": LIST,
    "watermarks": OBJECT,
    "custody": OBJECT_OR_NULL,
    "kpi": OBJECT_OR_NULL,
    "pictured_from": INSTANT_OR_NULL,
    "pictured_to": INSTANT_OR_NULL,
}
LIFECYCLE_FIELDS = {"seq": COUNT, "at": INSTANT_TEXT, "kind": TEXT}
SOURCE_FIELDS = {
    **dict.fromkeys(("api_base", "clock", "key_last4", "region"), TEXT_OR_NULL),
    "code_sha256": HASH_OR_NULL,
}
SECTION_FIELDS: dict[str, FieldType] = {
    "status": TEXT,
    "reason": TEXT_OR_NULL,
    "count": COUNT_OR_NULL,
    "unknown": COUNT,
    "lag_hours": COUNT_OR_NULL,
    "picture_sha256": HASH_OR_NULL,
    "not_shown": OBJECT_OR_NULL,
    "odd": LIST,
    "conflicts": LIST,
    "register": OBJECT_OR_NULL,
    "root": HASH_OR_NULL,
    **dict.fromkeys(("baseline", "complete_at", "asked_at", "state_at"), INSTANT_OR_NULL),
}
SECTION_FIELDS_4 = {**SECTION_FIELDS, "salt": HASH_OR_NULL}
STORED_FIELDS = {"key": TEXT, "rows": COUNT, "bytes": COUNT, "sha256": HASH, "crc32": COUNT}
SEGMENT_FIELDS = {**STORED_FIELDS, "month": TEXT, "root": HASH_OR_NULL}
KINDS = dict.fromkeys(("events", "changes", "verdicts", "statements"), LIST)
WATERMARKS = {
    "proven": BOOLEAN,
    "archived_keys_at": INSTANT_OR_NULL,
    "optional": OBJECT,
    "streams": OBJECT,
}


def malformed_field(seal: JsonObject) -> str | None:
    """Return what a seal since version 3 lacks or has of another type; None where all is right."""
    fields = SECTION_FIELDS if seal["v"] < PROVABLE else SECTION_FIELDS_4
    try:
        check_object(10, "the seal", seal, SEAL_FIELDS)
        for entry in seal["lifecycle"]:
            check_object(10, "lifecycle", entry, LIFECYCLE_FIELDS)
        check_object(10, "source", seal["source"], SOURCE_FIELDS)
        check_object(10, "watermarks", seal["watermarks"], WATERMARKS)
        check_object(10, "sections", seal["sections"], {"audit_events": OBJECT})
        for section, facts in seal["sections"].items():
            check_object(10, section, facts, fields)
            if facts.get("salt") is not None and not (facts["register"] and facts["root"]):
                raise Failed(10, f"{section} has a salt, and no register or no root")
            for part in ("register", "not_shown"):
                if facts[part] is not None:
                    check_object(10, f"{section}.{part}", facts[part], STORED_FIELDS)
        for kind in check_object(10, "segments", seal["segments"], KINDS):
            for entry in seal["segments"][kind] if kind in KINDS else ():
                check_object(10, f"segments.{kind}", entry, SEGMENT_FIELDS)
    except Failed as error:
        return printable(error.why)
    return None


# ---------------------------------------------------------------------------------------------
# Coverage and the chain of seals (check 10).


class CoverageRows(Rows):
    """Recomputes each seal, follows the links, and counts hours against the manifest.

    Attributes:
        orgs: organizations that have hours.
        runs: hours that are not complete.
        n_more_runs: how many such runs there are beyond those.
        counts: hours by outcome.
        digests: of the seals.
        named: what the seals name.
        registers: what the last seals say of registers, by organization and section.
        limited_from: the first hour that version 3 sealed, by organization.
        without_limits: whether version 2 wrote a seal or a register of these hours.
    """

    NOT_GAPS = ("complete", "partial", "paused")

    def __init__(self, manifest: Manifest, name: str, events: HourCounts) -> None:
        super().__init__(manifest, name)
        self.orgs: set[str] = set()
        self.runs: list[HourRun] = []
        self.n_more_runs = 0
        self.counts = dict.fromkeys((*OUTCOMES, "gap"), 0)
        self._longest_gap = 0
        self._events = events
        events.rewind()
        self._first_hour = manifest.second("period_start") // 3600
        self._last_hour = manifest.second("period_end") // 3600
        self._chain = {entry["org_id"]: entry for entry in manifest["chain"]}
        self.digests = SealDigests(self._org_numbers, self._first_hour, self._last_hour)
        self.named = NamedBySeals()
        self.registers: dict[tuple[str, str], tuple[int, int]] = {}
        self.limited_from: dict[str, str] = {}
        self.without_limits = False
        self._org = ""
        self._begin_org("")

    def _begin_org(self, org_id: str) -> None:
        self._org = org_id
        self._hour = 0
        self._gap = 0
        self._n_seals = 0
        self._is_disconnected = False
        self._version = SEAL_VERSIONS[0]
        self._has_late = False
        self._link: str | None = None
        self._registers: dict[str, tuple[int, int]] = {}
        self._last_facts: JsonObject = {}

    def check(self, row: JsonObject) -> None:
        """Check one row of coverage.jsonl: its form for check 9, what it says for check 10."""
        super().check(row)
        hour = hour_number(row["hour"])
        if hour is None:
            raise Malformed("hour is not an hour")
        if type(row["outcome"]) is not str:
            raise Malformed("outcome is not a text")
        org = row["org_id"]
        self.in_order((org, row["hour"]), "org_id, hour")
        if org != self._org:
            self._close_org()
            self._begin_org(org)
            self._link = self._chain[org]["first_previous_sha256"]
            self.orgs.add(org)
            self.digests.put_before(org, self._link)
        self._check_hour(row, hour)

    def is_limited(self, row: JsonObject) -> bool | None:
        """Tell whether its large values are ours; a seal has a limit of its own."""
        return None if row["org_id"] in self.limited_from else False

    def _break(self, hour: int, why: str, org_id: str | None = None) -> None:
        org = printable(self._org if org_id is None else org_id)
        self.contradicts(f"{org} {hour_name(hour)}: {why}")

    def _check_hour(self, row: JsonObject, hour: int) -> None:
        outcome, seal = row["outcome"], row["seal"]
        if not self._first_hour <= hour <= self._last_hour:
            self._break(hour, "the hour is outside the period")
        if outcome not in self.counts:
            self._break(hour, f"unknown outcome {printable(outcome)}")
            outcome = "gap"
        kinds = lifecycle_kinds(seal)
        left = self._hour if self._is_disconnected else hour_of_disconnection(seal)
        self._check_consecutive(hour, left if "reconnected" in kinds else None, kinds)
        self._count(hour, outcome, seal)
        if seal is None and outcome == "gap":
            if row["sha256"] is not None:
                self._break(hour, "a gap has a digest")
        elif type(seal) is not dict:
            self._break(hour, "the seal is missing")
        else:
            self._check_seal(row, seal, hour)
        self._check_segments(seal if type(seal) is dict else {}, hour)
        self._hour = hour
        ends = [kind for kind in kinds if kind in ("connected", "reconnected", "disconnected")]
        self._is_disconnected = bool(ends) and ends[-1] == "disconnected"

    def _check_consecutive(self, hour: int, left: int | None, kinds: list[str]) -> None:
        """Demand that no hour is missing before this one, but while nothing was connected.

        `left` is the hour of the disconnection, if this hour's seal tells of a reconnection.
        """
        if not self._hour:
            if hour > self._first_hour:
                is_told = "reconnected" in kinds and (left is None or left <= self._first_hour)
                if self._link is not None and not is_told:
                    self._break(self._first_hour, f"missing, as all hours to {hour_name(hour)}")
                words = "disconnected" if self._link is not None else "not connected yet"
                self._note(HourRun(self._org, self._first_hour, hour - 1, words))
            return
        if hour == self._hour + 1:
            return
        self._gap = 0
        if left is None or left > self._hour + 1:
            n = hour - self._hour - 1
            also = f", and {n - 1} more up to {hour_name(hour)}" if n > 1 else ""
            self._break(self._hour + 1, f"the hour is missing{also}")
        else:
            self._note(HourRun(self._org, self._hour + 1, hour - 1, "disconnected"))

    def _count(self, hour: int, outcome: str, seal: object) -> None:
        self.counts[outcome] += 1
        self._gap = 0 if outcome in self.NOT_GAPS else self._gap + 1
        self._longest_gap = max(self._longest_gap, self._gap)
        if outcome != "complete":
            reason = seal.get("reason") if isinstance(seal, dict) else None
            text = reason if isinstance(reason, str) else ""
            self._note(HourRun(self._org, hour, hour, outcome, text))

    def _note(self, run: HourRun) -> None:
        if self.runs and run.continues(self.runs[-1]):
            self.runs[-1].last = run.last
        elif len(self.runs) < MAX_RUNS:
            self.runs.append(run)
        else:
            self.n_more_runs += 1

    def _check_seal(self, row: JsonObject, seal: JsonObject, hour: int) -> None:
        digest = seal_digest(seal)
        if digest != row["sha256"]:
            self._break(hour, "the seal's content does not have the digest it is listed under")
        for key in ("hour", "org_id", "outcome"):
            if seal.get(key) != row[key]:
                self._break(hour, f"the seal's {key} is not the row's")
        if seal.get("v") not in SEAL_VERSIONS or type(seal["v"]) is not int:
            self._break(hour, "the seal is not of version 2, 3 or 4, those known here")
        else:
            self._check_version(seal, hour)
        self.without_limits |= may_hold_long_rows(seal)
        self.named.add_sections(self._org, hour, seal)
        self.named.add_source(self._org, row["hour"], seal, row["run"])
        misnamed = self.named.custody.add(self._org, row["hour"], seal)
        if misnamed:
            self._break(hour, misnamed)
        if seal.get("tenant_id") != self.manifest["tenant_id"]:
            self._break(hour, "the seal belongs to another tenant")
        if "previous_sha256" not in seal or seal["previous_sha256"] != self._link:
            self._break(hour, "the seal does not follow the seal before it")
        self._link = digest
        self._n_seals += 1
        self.digests.put(self._org, hour, digest)
        self._last_facts["org_proof"] = seal.get("org_proof")
        self._last_facts["last_sealed_hour"] = row["hour"]
        audit_log = audit_log_status(seal)
        if audit_log:
            self._last_facts["audit_log"] = audit_log
        # In an hour without a picture the seal tells no numbers: those of the last one stand.
        self._registers = register_counts(seal) or self._registers

    def _check_version(self, seal: JsonObject, hour: int) -> None:
        version = seal["v"]
        if version > SEAL_VERSIONS[0]:
            malformed = malformed_field(seal)
            if malformed:
                self._break(hour, malformed)
            self.limited_from.setdefault(self._org, hour_name(hour))
        if version < self._version:
            older = f"the seal is of version {version}"
            self._break(hour, f"{older}, one before it of version {self._version}")
        self._version = max(version, self._version)

    def _check_segments(self, seal: JsonObject, hour: int) -> None:
        """Compare the seal's event segments with the events of this pack that it first sealed.

        Of a calendar month that begins in the period every event is here; of an earlier one, all
        or none: none up to an hour, which an earlier pack tells of, and all behind it. Of the one
        that the period begins within, the sealed members have the segment where not all of it is
        here.
        """
        org = self._org_numbers[self._org]
        for other_org, other_hour, _ in self._events.before(org, hour):
            self._break_unsealed(other_org, other_hour)
        events = self._events.of(org, hour)
        segments = segment_counts(seal, "events")
        kinds = self.named.by_kind()
        others = {kind: segment_counts(seal, kind) for kind in kinds}
        if segments is None or None in others.values():
            self._break(hour, f"the seal's segments of events, {', '.join(kinds)} are malformed")
            return
        miscounted = self.named.add_statements(self._org, seal, others["statements"] or {})
        if miscounted:
            self._break(hour, miscounted)
        for kind, counts in kinds.items():
            for month, (n, digest) in sorted((others[kind] or {}).items()):
                counts.add(org, hour, month, n, digest)
        # Format 2 was not held to that.
        first = self._start[:7] if self.manifest.format > 2 else ""
        self._has_late |= any(month < first for month in events)
        for month in sorted({*events, *segments}):
            n, digest = events.get(month, (0, ""))
            n_sealed, sealed = segments.get(month, (0, None))
            self.named.events.add(org, hour, month, n_sealed, sealed)
            is_due = self._begins_here(month) or (self._has_late and month < first)
            if n > n_sealed or (n < n_sealed and is_due):
                self._break(hour, f"{n} events of {month} are here, the seal has {n_sealed}")
            elif n < n_sealed and month == self._start[:7]:
                self.named.cut_sealed.add(org, hour, month, n_sealed, sealed)
                self.named.cut_shown.add(org, hour, month, n, digest)
            elif n == n_sealed and n and sealed not in (None, digest):
                self._break(hour, f"the events of {month} are others than those that were sealed")

    def _break_unsealed(self, org: int, hour: int) -> None:
        self._break(hour, "events name this hour, which has no row", self._org_ids[org])

    def _begins_here(self, month: str) -> bool:
        hours = hours_of_month(month)
        return hours is not None and self._first_hour <= hours[0] <= self._last_hour

    def _close_org(self) -> None:
        if not self._org:
            return
        stated = self._chain[self._org]
        if self._n_seals and self._link != stated["last_seal_sha256"]:
            self._break(self._hour, "the last seal is not the chain's last_seal_sha256")
        if self._n_seals != stated["seals"]:
            self._break(self._hour, f"{self._n_seals} seals, the chain says {stated['seals']}")
        if stated.get("seals_root") not in (None, self.digests.root(self._org)):
            self._break(self._hour, "the seals do not have the chain's seals_root")
        stated = {**stated, "audit_log": self.manifest["audit_log"][self._org]}
        for key, fact in self._last_facts.items():
            if key in stated and stated[key] != fact:
                values = f"{printable(stated[key])} in the manifest, {printable(fact)} in the seals"
                self._break(self._hour, f"{key}: {values}")
        if self._hour < self._last_hour:
            # The hour in which a tenant disconnects is sealed, so that the chain says why it ends.
            if not self._is_disconnected:
                self._break(self._hour + 1, "missing, as all hours to the end of the period")
            self._note(HourRun(self._org, self._hour + 1, self._last_hour, "disconnected"))
        for section, counts in self._registers.items():
            self.registers[self._org, section] = counts

    def finish(self) -> None:
        """Close the last organization and compare the totals with the manifest."""
        self._close_org()
        for org, hour, _ in self._events.rest():
            self._break_unsealed(org, hour)
        for org_id, stated_chain in self._chain.items():
            if org_id in self.orgs:
                continue
            self._note(HourRun(org_id, self._first_hour, self._last_hour, "not in the pack"))
            if stated_chain["seals"]:
                self.broken.append(f"{printable(org_id)}: the chain has seals, coverage.jsonl none")
        totals = {**self.counts, "expected_hours": self.n, "longest_gap_hours": self._longest_gap}
        for key in COVERAGE:
            stated = self.manifest["coverage"][key]
            if totals[key] != stated:
                self.broken.append(f"coverage.{key}: {totals[key]} found, {stated} stated")

    def notes(self) -> list[str]:
        """Name the hours that are not complete."""
        n_more = self.n_more_runs
        more = [f"hours     and {n_more} more such runs of hours"] if n_more else []
        return [f"hours     {run.words()}" for run in self.runs] + more


# ---------------------------------------------------------------------------------------------
# Anchors (check 10): what the chains ended with, day by day.

ANCHOR = {
    "at": INSTANT_TEXT,
    "authority": TEXT_OR_NULL,
    "day": TEXT,
    "document": OBJECT,
    "reason": TEXT_OR_NULL,
    "sha256": HASH,
    "token": TEXT_OR_NULL,
}
ANCHOR_DOCUMENT = {
    "at": INSTANT_TEXT,
    "heads": LIST,
    "previous_anchor_sha256": HASH_OR_NULL,
    "tenant_id": TEXT,
    "v": INTEGER,
}
ANCHOR_HEAD = {"hour": INSTANT_TEXT, "org_id": TEXT, "seal_sha256": HASH}


NONE_CHOSEN = "none_chosen"


class OtherDigest(Exception):
    """An anchor's document is not the one that its own digest is of; the text is its day."""


class Anchor:
    """One day's anchor, its form and its own digest checked.

    Raises:
        Malformed: the row is none.
        OtherDigest: its document is not the one that it digests.
    """

    def __init__(self, row: object) -> None:
        try:
            values = check_object(9, "it", row, ANCHOR)
            document = check_object(9, "document", values["document"], ANCHOR_DOCUMENT)
            heads = [check_object(9, "a head", head, ANCHOR_HEAD) for head in document["heads"]]
        except Failed as error:
            raise Malformed(error.why) from None
        self.at: str = values["at"]
        self.day: str = values["day"]
        self.sha256: str = values["sha256"]
        self.token: str | None = values["token"]
        self.tenant: str = document["tenant_id"]
        self.previous: str | None = document["previous_anchor_sha256"]
        self.heads = [
            (head["org_id"], hour_number(head["hour"]), head["seal_sha256"]) for head in heads
        ]
        if len(self.at) != 20 or self.day != self.at[:10] or document["at"] != self.at:
            raise Malformed("at and day do not say the same")
        if document["v"] != 1 or any(set(head) != set(ANCHOR_HEAD) for head in heads):
            raise Malformed("its document is of another version")
        orgs = [head["org_id"] for head in heads]
        if orgs != sorted(set(orgs)) or any(hour is None for _, hour, _ in self.heads):
            raise Malformed("its heads are not sorted by org_id, or name something else than hours")
        if self.token is not None and len(self.token) > MAX_TOKEN:
            raise Malformed(f"its token is longer than {MAX_TOKEN} characters")
        if hashlib.sha256(canonical(document)).hexdigest() != self.sha256:
            raise OtherDigest(self.day)

    def contradictions(self, digests: SealDigests, made_at: int) -> Iterator[str]:
        """Yield where the pack's seals are not the ones that were anchored.

        Args:
            digests: of the pack's seals.
            made_at: second at which the pack was cut; a later anchor may know of later seals.
        """
        at = seconds(self.at) or 0
        for org, hour, seal_sha256 in self.heads:
            if hour is None or not digests.covers(org, hour):
                continue
            digest = digests.get(org, hour)
            head = f"{printable(org)} {hour_name(hour)}: the anchor of {self.day} names"
            if digest is None and at < made_at:
                yield f"{head} a seal, the pack has none"
            elif digest is not None and digest != seal_sha256:
                yield f"{head} another seal than the pack"


class AnchorRows(Rows):
    """Recomputes each anchor's digest, follows the links, and holds the heads to the seals.

    Attributes:
        days: the digest of each day's anchor.
        n_tokens: how many have a token of a time authority.
        n_unasked: of how many days the provider had chosen to ask no authority.
    """

    def __init__(self, manifest: Manifest, name: str, digests: SealDigests | None) -> None:
        super().__init__(manifest, name)
        self.days: dict[str, str] = {}
        self.n_tokens = self.n_unasked = 0
        self._digests = digests
        self._made_at = manifest.made_at()
        self._link: str | None = None
        self._is_behind = False
        self._tokens = SpillFile()

    def check(self, row: JsonObject) -> None:
        """Check one row: its form for check 9, what it anchors for check 10."""
        super().check(row)
        try:
            anchor = Anchor(row)
        except OtherDigest as error:
            self.contradicts(f"the anchor of {printable(error)} does not have its own digest")
            return
        self.in_order((anchor.day,), "day")
        if len(self.days) >= MAX_ANCHORS:
            raise Malformed(f"there are more than {MAX_ANCHORS} anchors")
        self._check_time(anchor.at)
        if anchor.tenant != self.manifest["tenant_id"]:
            self.contradicts(f"the anchor of {anchor.day} belongs to another tenant")
        if self.days and anchor.previous != self._link:
            self.contradicts(f"the anchor of {anchor.day} does not follow the one before it")
        self._link = self.days[anchor.day] = anchor.sha256
        if self._digests:
            for why in anchor.contradictions(self._digests, self._made_at):
                self.contradicts(why)
        self.n_unasked += row["reason"] == NONE_CHOSEN
        if anchor.token is not None:
            self.n_tokens += 1
            self._tokens.write(f"{anchor.at} {anchor.sha256} {anchor.token}\n".encode())

    def _check_time(self, at: str) -> None:
        """Demand that it is of the period, or the first one behind it; format 2 was not asked."""
        if self.manifest.format < 3:
            return
        is_by_cut = at[:13] <= self.manifest["cut_hour"][:13]
        if at < self._start or not is_by_cut or self._is_behind:
            raise Malformed("it is neither of the period nor the first one behind it, by the cut")
        self._is_behind = at > self._end

    def tokens(self) -> Iterator[tuple[str, str, str]]:
        """Yield time, digest and token of each anchor that has one."""
        for line in self._tokens.lines():
            at, sha256, token = line.decode().split(" ", 2)
            yield at, sha256, token.rstrip("\n")

    def notes(self) -> list[str]:
        """Tell of which days there are anchors."""
        if not self.days:
            return ["anchors   NONE: nothing outside this pack holds the signer to its chain"]
        n = len(self.days)
        days = f"{n} day{'s' * (n > 1)}, {min(self.days)} .. {max(self.days)}"
        tokens = f"{self.n_tokens} with a token of a time authority"
        unasked = f"; for {self.n_unasked} the provider has chosen none" if self.n_unasked else ""
        return [f"anchors   {days}, {tokens}{unasked}"]


# ---------------------------------------------------------------------------------------------
# Sealed members (check 10): every row of the pack follows from bytes whose digest a seal names.

DERIVED = (*ENTITIES, "findings", "changes", "statements")
OF_SEGMENTS = ("changes", "statements")
NOT_SEALED = "it is not what was sealed"


class SealedMembers:
    """Derives the pack's rows from the sealed ones, as these stream by.

    Attributes:
        broken: what the seals or the rows contradict.
        n_later: verdicts that hours behind the period sealed.
    """

    def __init__(
        self,
        manifest: Manifest,
        named: NamedBySeals,
        limited_from: dict[str, str],
        large: LargeNames,
    ) -> None:
        self.broken: list[str] = []
        self.n_later = 0
        self._manifest, self._named, self._large = manifest, named, large
        self._limited_from = limited_from
        self._start, self._end = manifest["period_start"], manifest["period_end"]
        self._orgs = {org: number for number, org in enumerate(sorted(manifest["org_ids"]))}
        self._derived = DerivedRows()
        self._read: set[tuple[str, str]] = set()
        named.rewind()

    def _break(self, why: str) -> None:
        if len(self.broken) <= 2 * MAX_REASONS:
            self.broken.append(why)

    def read_member(self, name: str, pieces: Iterator[bytes]) -> None:
        """Read one of them, hold it to the seals, and derive what follows from it."""
        match = re.fullmatch(SEALED_NAME, name)
        org_id, section, kind, month = match.groups() if match else ("", "", "", "")
        lines = lines_of(pieces)
        if org_id not in self._orgs:
            self._break(f"{printable(name)} is of no organization of the pack")
        elif section:
            self._read_register(org_id, section, lines)
        elif kind == "events":
            self._read_events(org_id, month, lines)
        else:
            self._read_segments(org_id, kind, month, lines)
        for _ in lines:
            self._break(f"{printable(name)}: it has more rows than the seals name")
        for _ in pieces:
            self._break(f"{printable(name)}: a row is longer than {MAX_ROW} bytes")

    def _read_register(self, org_id: str, section: str, lines: Iterator[bytes]) -> None:
        named = self._named.registers.get((org_id, section), NO_REGISTER)
        rows, tree = RowDigest(), RegisterTree(named.salt)
        shown = self._named.shown.get((org_id, section), Shown())
        for line in lines:
            rows.add(line)
            if named.root:
                tree.add(line)
            self._derive(org_id, section, shown, line, is_limited=named.root is not None)
        self._read.add((org_id, section))
        if (rows.n, rows.hex()) != (named.rows, named.sha256):
            self._break(f"{org_id}: the register of {section} is not the one that the seals name")
        elif named.root and named.root != tree.root():
            self._break(f"{org_id}: the register of {section} does not have the root of its seal")

    def _read_segments(self, org_id: str, kind: str, month: str, lines: Iterator[bytes]) -> None:
        counts = self._named.by_kind()[kind]
        shown = Shown()
        for hour, n, sealed in counts.take(self._orgs[org_id], month):
            rows, name = RowDigest(), hour_name(hour)
            # What an hour sealed is shown by that hour.
            shown.listed_at = name
            for line in islice(lines, n):
                rows.add(line)
                self._derive(org_id, kind, shown, line, self._is_limited(org_id, name))
            if rows.hex() != sealed:
                self._break(f"{org_id} {name}: {kind} are others than those that were sealed")
        if kind == "verdicts":
            for line in lines:
                self._derive_later(org_id, line)

    def _read_events(self, org_id: str, month: str, lines: Iterator[bytes]) -> None:
        """Read the events of hours of which the period holds a part."""
        org = self._orgs[org_id]
        pairs = zip(self._named.cut_sealed.take(org, month), self._named.cut_shown.take(org, month))
        for (hour, n, sealed), (_, n_shown, shown) in pairs:
            whole, part, name = RowDigest(), RowDigest(), hour_name(hour)
            for line in islice(lines, n):
                whole.add(line)
                row = self._parse(line, self._is_limited(org_id, name)) or {}
                at = row.get("occurred_at") or name
                if type(at) is str and self._start <= at <= self._end:
                    part.add(line)
            if whole.hex() != sealed:
                self._break(f"{org_id} {name}: events are others than those that were sealed")
            elif part.n != n_shown or (n_shown and part.hex() != shown):
                self._break(f"{org_id} {name}: not the events of the period that were sealed")

    def _is_limited(self, org_id: str, hour: str) -> bool:
        return hour >= self._limited_from.get(org_id, "~")

    def _parse(self, line: bytes, is_limited: bool) -> JsonObject | None:
        try:
            if is_limited and len(line) > LIMITS["row"]:
                raise Malformed(f"it is longer than {LIMITS['row']} bytes")
            row = canonical_row(line)
            if is_limited and LARGE_KEY in line:
                self._large.note(line)
            return row
        except Malformed as error:
            self._break(f"a sealed row: {error}")
            return None

    def _derive(self, org_id: str, name: str, shown: Shown, line: bytes, is_limited: bool) -> None:
        sealed = self._parse(line, is_limited)
        try:
            if sealed is not None:
                self._derive_row(org_id, name, shown, sealed)
        except (KeyError, TypeError, AttributeError, ValueError):
            self._break(f"{org_id}: a sealed row of {name} lacks something, or holds another kind")

    def _derive_row(self, org_id: str, name: str, shown: Shown, sealed: JsonObject) -> None:
        derived, org = self._derived, self._orgs[org_id]
        row: JsonObject | None
        if name == "verdicts":
            if self._start <= sealed["hour"] <= self._end:
                derived.put_verdict(org, _change_of(sealed), sealed)
            return
        if name == "statements":
            row = statement_row(org_id, str(shown.last()), sealed)
            key: tuple[str, str, str, str] = (f"{sealed['n']:020d}", "", "", "")
        elif name == "changes":
            row = change_row(org_id, sealed, derived.verdict(org, _change_of(sealed)))
            key = _change_of(row)
        elif name == "findings":
            if sealed["section"] == "api_keys":
                derived.put_finding(org, sealed["entity_id"], sealed)

            def verdict_on(finding: JsonObject, cause: JsonObject) -> JsonObject:
                return derived.verdict(
                    org, (cause["hour"], finding["section"], finding["entity_id"], cause["kind"])
                )

            row = finding_row(org_id, sealed, self._start, shown, verdict_on)
            key = (sealed["finding_id"], sealed["first_seen_hour"], "", "")
        else:
            entity = sealed[ENTITIES[name]]
            end = sealed["removed_at"] or shown.last() or self._start
            findings = derived.findings(org, entity, end) if name == "api_keys" else ()
            row = entity_row(name, org_id, sealed, self._start, shown, findings)
            key = (entity, sealed["first_seen_at"], "", "")
        if row is not None:
            derived.add(name, org, key, row)

    def _derive_later(self, org_id: str, line: bytes) -> None:
        """Take a verdict that an hour behind the period sealed: the next pack's seals name it."""
        row = self._parse(line, is_limited=True) or {}
        decided = row.get("decided_hour")
        is_hour, name = hour_number(decided) is not None, str(decided)
        if not is_hour or not self._end < name <= self._manifest["cut_hour"]:
            self._break(f"{org_id} {printable(decided)}: this hour did not seal all these verdicts")
            return
        self.n_later += 1
        self._derive(org_id, "verdicts", Shown(), line, is_limited=False)

    def finish(self, pack: OpenPack) -> None:
        """Demand what the seals name, and of each member the rows that follow from it."""
        named = self._named
        for org_id, section in named.registers.keys() - self._read:
            self._break(f"{org_id}: the register of {section} that the seals name is not here")
        for kind, counts in (*named.by_kind().items(), ("events", named.cut_sealed)):
            for org, hour, n in counts.rest():
                org_id = sorted(self._orgs)[org]
                self._break(f"{org_id} {hour_name(hour)}: {n} sealed {kind} are not here")
        for section in DERIVED:
            self._compare(pack, f"{section}.jsonl", section)

    def _compare(self, pack: OpenPack, name: str, section: str) -> None:
        member = self._manifest.members.get(name)
        is_read = section in OF_SEGMENTS or any(of == section for _, of in self._named.registers)
        if member is None or not is_read:
            if member is not None and member.rows:
                self._break(f"{name}: there are rows, and no seal names a register of them")
            elif member is None and is_read:
                self._break(f"{name} is not here, though the seals name a register of it")
            return
        rows = RowDigest()
        for line in self._derived.lines(section):
            rows.add(line)
        if rows.hex() != member.sha256:
            self._break(self._difference(pack, name, section))

    def _difference(self, pack: OpenPack, name: str, section: str) -> str:
        """Return the first row that is another than the sealed one."""
        with pack.archive(is_known=True) as archive:
            for other, size in archive.members():
                if other != name:
                    archive.skip(size)
                    continue
                pairs = zip_longest(lines_of(archive.stream(size)), self._derived.lines(section))
                for number, (here, sealed) in enumerate(pairs, start=1):
                    if here != sealed:
                        row = sealed if here is None else here
                        why = "a sealed row is missing" if here is None else NOT_SEALED
                        return f"{_where(row or b'')}: {name} row {number}: {why}"
        return f"{name}: {NOT_SEALED}"

    def notes(self) -> list[str]:
        """Say what binds the rows, and what does not yet."""
        words = "every row follows from registers and segments that the seals name"
        if self.broken:
            words = "BROKEN, as check 10 says"
        later = f"{self.n_later}: the seals of the next pack name them"
        notes = [f"verdicts  sealed behind the period: {later}"] if self.n_later else []
        return [f"binding   {words}", *notes]


def _change_of(row: JsonObject) -> tuple[str, str, str, str]:
    """Return what names a change."""
    return row["hour"], row["section"], row["entity_id"], row["kind"]


def _where(line: bytes) -> str:
    """Return organization and hour of a row of the pack."""
    try:
        row = canonical_row(line)
    except Malformed:
        return "?"
    names = ("state_at", "hour", "sealed_hour", "first_seen_at")
    hour: Any = next((row[name] for name in names if row.get(name)), None)
    return f"{printable(row.get('org_id'))} {printable(hour)}"


def lines_of(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield rows without their newlines; check 8 has counted these."""
    carry = b""
    for piece in pieces:
        *whole, carry = (carry + piece).split(b"\n")
        yield from whole
        if len(carry) > MAX_ROW:
            return
    if carry:
        yield carry


# ---------------------------------------------------------------------------------------------
# The second reading: the rows (check 9), and what they say of coverage and chain (check 10).
#
# Every byte is the signer's by now. Rows are checked as they stream by; here that is collected.


class RepeatedIds(Rows):
    """Finds which of the ids with a suspected hash stand in events.jsonl twice.

    Attributes:
        repeated: the first few of these ids.
    """

    def __init__(self, manifest: Manifest, suspects: set[int]) -> None:
        super().__init__(manifest, "events.jsonl")
        self.repeated: list[str] = []
        self._suspects = suspects
        self._ids: set[tuple[str, str]] = set()

    def row(self, line: bytes) -> None:
        """Read one row; what cannot be read was told of before."""
        try:
            row = parse(line, OURS)
            key = (row["org_id"], row["event_id"])
            hashed = hash(key)
        except (Malformed, KeyError, TypeError):
            return
        if hashed in self._suspects:
            if key in self._ids and len(self.repeated) <= MAX_REASONS:
                self.repeated.append(key[1])
            self._ids.add(key)


class PackRows:
    """The checkers of a pack's rows, by member, in the order in which they were read.

    Attributes:
        by_name: the checkers.
        large: the large values that rows name.
        documents: the `.json` members.
        events: what events.jsonl said; None where there is none of ours. So the others:
        coverage: what coverage.jsonl said.
        anchors: what anchors.jsonl said.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.by_name: dict[str, Rows] = {}
        self.large = LargeNames()
        self.documents: dict[str, JsonObject] = {}
        self.events: EventRows | None = None
        self.coverage: CoverageRows | None = None
        self.anchors: AnchorRows | None = None
        self._repeated: RepeatedRows | None = None
        self._manifest = manifest
        self._sealed: SealedMembers | None = None

    @property
    def sealed(self) -> SealedMembers | None:
        """What sealed members hold the rows to; None where the pack is of a format without them."""
        coverage = self.coverage
        if self._sealed is None and coverage is not None and self._manifest.format > 2:
            limited_from = coverage.limited_from
            self._sealed = SealedMembers(self._manifest, coverage.named, limited_from, self.large)
        return self._sealed

    def begin(self, name: str) -> Rows:
        """Return the checker of a member's rows; later members are held to earlier ones."""
        self.by_name[name] = rows = self._rows(name)
        rows.large = self.large
        return rows

    def _rows(self, name: str) -> Rows:
        manifest, coverage = self._manifest, self.coverage
        if manifest.profile is None:
            return ForeignRows(manifest, name)
        if name == "repeated_events.jsonl":
            self._repeated = RepeatedRows(manifest, name)
            return self._repeated
        if name == "events.jsonl":
            copies = self._repeated.copies if self._repeated else None
            self.events = EventRows(manifest, name, copies)
            return self.events
        if name == "coverage.jsonl":
            counts = self.events.sealed if self.events else HourCounts()
            self.coverage = CoverageRows(manifest, name, counts)
            return self.coverage
        if name == "changes.jsonl":
            if coverage is None:
                return ChangeRows(manifest, name, HourCounts(), {})
            return ChangeRows(manifest, name, coverage.named.changes, coverage.limited_from)
        if name == "statements.jsonl":
            return StatementRows(manifest, name, coverage.named.said if coverage else {})
        if name == "custody.jsonl":
            return CustodyRows(manifest, name, coverage.named.custody if coverage else None)
        if name == "anchors.jsonl":
            self.anchors = AnchorRows(manifest, name, coverage.digests if coverage else None)
            return self.anchors
        if name == "findings.jsonl":
            return FindingRows(manifest, name)
        return (EntityRows if name in ENTITY_ID else Rows)(manifest, name)


def check_09_rows(pack: OpenPack, manifest: Manifest, sha256: bytes, report: Report) -> PackRows:
    """Read the archive again and check its rows.

    Args:
        pack: it is the same file as at its first reading, or check 2 fails.
        manifest: with the members it promises.
        sha256: of the file at its first reading.
        report: takes what is wrong with rows, and what an auditor should know of them.

    Raises:
        Failed: the file is not the one that was read first, or a row has no end.
    """
    rows = PackRows(manifest)
    # Rows of a file whose digest is wrong are nobody's: they are not even read.
    if 8 in report.failed:
        return rows
    with pack.archive(is_known=True) as archive:
        for name, size in archive.members():
            if name.startswith(LARGE_FOLDER):
                rows.large.add(name, size)
                archive.skip(size)
            elif name.startswith(SEALED_FOLDER) and rows.sealed:
                rows.sealed.read_member(name, archive.stream(size))
            elif name in manifest.members and name.endswith(".jsonl"):
                rows.begin(name).read_member(archive.stream(size))
            elif name in manifest.members and name.endswith(".json"):
                rows.documents[name] = _check_json_member(archive, name, size, report)
            else:
                archive.skip(size)
    archive.gzip.read_to_end()
    if archive.gzip.digest.digest() != sha256:
        raise Failed(2, FILE_CHANGED)
    for checker in rows.by_name.values():
        for why in checker.wrong:
            report.fail(9, why)
        report.notes += checker.notes()
    if rows.sealed:
        rows.sealed.finish(pack)
    _check_sizes(manifest, rows, report)
    suspects = rows.events.ids.repeated() if rows.events else set()
    for event_id in _repeated_ids(pack, manifest, suspects) if suspects else ():
        report.fail(9, f"events.jsonl: the event {printable(event_id)} stands there twice")
    report.passed(9)
    return rows


def _check_sizes(manifest: Manifest, rows: PackRows, report: Report) -> None:
    """Demand the large values that rows name, no others, and of rows of version 3 their size."""
    if manifest.profile == "full":
        rows.large.differences(report)
    coverage = rows.coverage
    if coverage is None or coverage.without_limits:
        return
    for name, checker in rows.by_name.items():
        if checker.n_long and checker is not coverage:
            report.fail(9, f"{name}: {checker.n_long} rows are longer than {LIMITS['row']} bytes")


def _check_json_member(archive: TarReader, name: str, size: int, report: Report) -> JsonObject:
    try:
        if size > MAX_JSON_MEMBER:
            archive.skip(size)
            raise Malformed(f"it is longer than {MAX_JSON_MEMBER} bytes")
        return parse(archive.take(size))
    except Malformed as error:
        report.fail(9, f"{name}: {error}")
        return {}


def _repeated_ids(pack: OpenPack, manifest: Manifest, suspects: set[int]) -> list[str]:
    """Read events.jsonl again: equal hashes are a suspicion, equal ids are the fact."""
    rows = RepeatedIds(manifest, suspects)
    with pack.archive(is_known=True) as archive:
        for name, size in archive.members():
            if name == "events.jsonl":
                rows.read_member(archive.stream(size))
                break
            archive.skip(size)
    return rows.repeated


NUMBERED = ("statements.jsonl", "custody.jsonl")
NOT_BOUND = "binding   NONE (format 2): events apart, the rows are the signer's word"


def check_10_chain(manifest: Manifest, rows: PackRows, report: Report) -> None:
    """Collect what contradicts coverage and chain; skip with the reason where there is none."""
    if 8 in report.failed:
        return
    coverage = rows.coverage
    if coverage is not None:
        for contradictions in (
            coverage.broken,
            _other_numbers(coverage, rows.by_name),
            _other_changes(coverage, rows.by_name.get("changes.jsonl")),
            *(rows.by_name[name].broken for name in NUMBERED if name in rows.by_name),
            coverage.named.custody.not_here(),
            rows.anchors.broken if rows.anchors else (),
            rows.sealed.broken if rows.sealed else _not_bound(coverage),
            coverage.named.contradictions(rows.documents.get("collection.json", {}))
            if rows.sealed
            else (),
        ):
            for why in contradictions:
                report.fail(10, why)
                if len(report.failed[10]) > 2 * MAX_REASONS:
                    break
        report.facts["runs"] = [run.facts() for run in coverage.runs]
        report.facts["more_runs"] = coverage.n_more_runs
        report.facts["gap_hours"] = coverage.counts["gap"]
        report.notes += coverage.named.notes()
        report.notes += rows.sealed.notes() if rows.sealed else [NOT_BOUND]
        report.notes += [] if rows.anchors else AnchorRows(manifest, "", None).notes()
    elif manifest.profile is None:
        report.skipped[10] = "the pack has no profile: it states no coverage"
    else:
        report.skipped[10] = f"profile {manifest.profile} holds no coverage.jsonl"
        report.notes.append("binding   NONE (core): the rows are the signer's word")
    report.passed(10)
    report.took("all")


def _other_numbers(coverage: CoverageRows, by_name: dict[str, Rows]) -> Iterator[str]:
    """Yield where a file's rows are not as many as the seals say that its register has."""
    registers = {name: rows for name, rows in by_name.items() if isinstance(rows, RegisterRows)}
    for name, rows in registers.items():
        for org in rows.n_rows.keys() - coverage.orgs:
            yield f"{printable(org)}: there are rows in {name}, and no hour of it"
    for (org_id, section), (n_open, n_rows) in coverage.registers.items():
        name, org = f"{section}.jsonl", printable(org_id)
        if name in registers:
            n = registers[name].n_open.get(org_id, 0)
            if n != n_open:
                yield f"{org}: {n} rows of {name} are open at the end, the seals say {n_open}"
            if registers[name].n_rows.get(org_id, 0) > n_rows:
                yield f"{org}: {name} has more rows than the {n_rows} of the sealed register"
        elif n_open and name in OPTIONAL_MEMBERS:
            yield f"{org}: the seals name {n_open} of {section}, and there is no {name}"


def _not_bound(coverage: CoverageRows) -> Iterator[str]:
    """Yield that what binds the rows is not here, where version 3 sealed an hour."""
    if coverage.limited_from:
        yield "version 3 sealed hours of it, and it is of an older format, without sealed members"


def _other_changes(coverage: CoverageRows, changes: Rows | None) -> list[str]:
    """Return the hours whose seal has another number of changes than changes.jsonl."""
    if changes is None:
        changes = ChangeRows(coverage.manifest, "changes.jsonl", coverage.named.changes, {})
        changes.finish()
    return changes.broken


# ---------------------------------------------------------------------------------------------
# The pack before (check 11): this one follows it, and this one's seals name its later rows.

MOST_HOURS = 100_000  # that a pack may have rows of behind its period, by organization and month


Counted = dict[tuple[str, str, str], RowDigest]  # by organization, hour and month


def check_previous(manifest: Manifest, path: str, rows: PackRows, report: Report) -> None:
    """Compare with the pack before: this signature covers the digest of that manifest.

    What hours behind that pack's period sealed of its events and verdicts is named by the seals
    here; so is what a monthly pack must bring of earlier months.
    """
    if manifest.profile is None:
        raise Failed(11, "the pack has no profile: it names no previous pack")
    try:
        with OpenPack(path) as pack:
            previous = _previous_of(manifest, pack.manifest_file)
            if "profile" in previous:
                _check_heads(manifest, previous)
                _tell_left_out(manifest, previous, report)
            if rows.coverage is not None and previous.get("profile") == "full":
                _check_late(manifest, previous, rows)
                later = LaterRows(previous)
                later.read(pack)
                n = later.compare(manifest, rows)
                later.compare_numbers(manifest, rows)
                words = f"{n} hours of it hold what that pack has of later hours"
                report.notes.append(f"previous  {words}")
    except CannotCheck as error:
        raise CannotCheck(f"--previous: {error}") from None
    except Failed as error:
        raise Failed(11, error.why if error.number == 11 else f"--previous: {error.why}") from None


def _previous_of(manifest: Manifest, data: bytes) -> JsonObject:
    """Return what that manifest says; from here on it is covered by the signature of this one."""
    if manifest["previous_manifest_sha256"] is None:
        raise Failed(11, "the pack says that no pack came before it")
    if hashlib.sha256(data).hexdigest() != manifest["previous_manifest_sha256"]:
        raise Failed(11, "previous_manifest_sha256 is not the SHA-256 of that pack's manifest")
    previous = strict_manifest(data)
    if previous.get("pack_id") != manifest["previous_pack_id"]:
        raise Failed(11, "previous_pack_id is not the number of that pack")
    if "profile" in previous:
        check_object(11, "that pack's manifest.json", previous, {**COMMON, **OF_PROFILE})
    return previous


def _tell_left_out(manifest: Manifest, previous: JsonObject, report: Report) -> None:
    """Name the organizations that are in that pack alone: whoever asks for a pack may choose."""
    gone = sorted(set(previous["org_ids"]) - set(manifest["org_ids"]))
    report.facts["org_ids_left_out"] = gone
    if gone:
        more = f" and {len(gone) - MAX_REASONS} more" if len(gone) > MAX_REASONS else ""
        names = ", ".join(map(printable, gone[:MAX_REASONS]))
        report.notes.append(f"previous  in that pack, and not in this one: {names}{more}")


def _check_heads(manifest: Manifest, previous: JsonObject) -> None:
    """Demand that chains go on where the periods adjoin."""
    ended, starts = seconds(previous["period_end"]), seconds(manifest["period_start"])
    if ended is None or ended + 1 != starts:
        return
    chains = objects_of(previous, "chain")
    heads = {entry.get("org_id"): entry.get("last_seal_sha256") for entry in chains}
    early = _ending_early(previous, chains, ended)
    for entry in manifest["chain"]:
        org = entry["org_id"]
        head = None if org in early else heads.get(org)
        if head is not None and entry["seals"] and entry["first_previous_sha256"] != head:
            raise Failed(11, f"{printable(org)}: the first seal does not follow that pack's last")


def _ending_early(previous: JsonObject, chains: list[JsonObject], ended: int) -> set[object]:
    """Return the organizations of which a pack has no seal of its last hours, only gaps.

    It was made before these hours were closed; the seals in between are in neither pack.
    """
    coverage = object_of(previous, "coverage")
    hours = [coverage.get(key) for key in COVERAGE]
    if not all(map(is_count, hours)) or hours[:1] <= [sum(hours[1:-1])]:  # type: ignore[arg-type]
        return set()
    orgs = set()
    for entry in chains:
        last = seconds(entry.get("last_sealed_hour"))
        if last is not None and last // 3600 < ended // 3600:
            orgs.add(entry.get("org_id"))
    return orgs


def _check_late(manifest: Manifest, previous: JsonObject, rows: PackRows) -> None:
    """Demand of a monthly pack all that hours behind the last one's cut sealed of months before."""
    coverage, events = rows.coverage, rows.events
    if manifest["kind"] != "monthly" or previous.get("kind") != "monthly" or events is None:
        return
    if coverage is None:
        return
    orgs, month, cut = (
        sorted(manifest["org_ids"]),
        manifest["period_start"][:7],
        previous["cut_hour"],
    )
    here: dict[tuple[int, int, str], int] = {}
    for org, hour, of_month, n, _ in events.sealed.each():
        if of_month < month:
            here[org, hour, of_month] = n
    for org, hour, of_month, n, _ in coverage.named.events.each():
        name = hour_name(hour)
        is_due = of_month < month and name > cut and orgs[org] in previous["org_ids"]
        if is_due and here.get((org, hour, of_month), 0) != n:
            raise Failed(
                11,
                f"{printable(orgs[org])} {name}: {n} late events of {of_month} were sealed, "
                f"{here.get((org, hour, of_month), 0)} are here",
            )


class LaterRows:
    """What a pack holds that hours behind its period sealed, up to its cut.

    They are few: its cut is some days behind its period.
    """

    def __init__(self, manifest: JsonObject) -> None:
        self._manifest = manifest
        self._end, self._cut = manifest["period_end"], manifest["cut_hour"]
        self._events: Counted = {}
        self._verdicts: Counted = {}
        self._said: dict[str, int] = {}
        self._custody: tuple[int, str] | None = None

    def read(self, pack: OpenPack) -> None:
        """Read its events, sealed verdicts and what is numbered, each member held to its digest.

        Raises:
            Failed: one is another than was signed, or a row cannot be read.
        """
        files = self._manifest.get("files")
        digests = (
            {file["name"]: file["sha256"] for file in files if type(file) is dict} if files else {}
        )
        with pack.archive() as archive:
            for name, size in archive.members():
                match = re.fullmatch(SEALED_NAME, name)
                is_read = name in ("events.jsonl", *NUMBERED)
                if not is_read and not (match and match[3] == "verdicts"):
                    archive.skip(size)
                    continue
                rows = RowDigest()
                for line in lines_of(archive.stream(size)):
                    rows.add(line)
                    try:
                        self._add(name, match[1] if match else "", line)
                    except (Malformed, KeyError, TypeError):
                        words = "holds a row that cannot be read"
                        raise Failed(11, f"{name} of that pack {words}") from None
                if rows.hex() != digests.get(name):
                    raise Failed(11, f"{name} of that pack is another than was signed")

    def _add(self, name: str, org_id: str, line: bytes) -> None:
        if name in NUMBERED:
            self._add_numbered(name, line)
            return
        # Most rows were sealed within the period: they are not even parsed.
        field = b'"sealed_hour":"' if name == "events.jsonl" else b'"decided_hour":"'
        at = line.rfind(field) + len(field)
        if line[at : at + 20].decode("latin-1") <= self._end:
            return
        row = canonical_row(line)
        if name == "events.jsonl":
            hour = row["sealed_hour"]
            month = (row["occurred_at"] or hour)[:7]
            sealed = canonical({**row, "late": False})
            self._events.setdefault((row["org_id"], hour, month), RowDigest()).add(sealed)
        else:
            key = (org_id, row["decided_hour"], row["decided_hour"][:7])
            self._verdicts.setdefault(key, RowDigest()).add(line)
        if len(self._events) + len(self._verdicts) > MOST_HOURS:
            raise Failed(11, f"that pack holds rows of more than {MOST_HOURS} later hours")

    def _add_numbered(self, name: str, line: bytes) -> None:
        row = canonical_row(line)
        if not is_count(row["n"]):
            raise Malformed("n is not a number")
        if name == "custody.jsonl":
            self._custody = row["n"], hashlib.sha256(line).hexdigest()
        elif row["org_id"] in self._manifest["org_ids"]:
            self._said[row["org_id"]] = row["n"]

    def compare_numbers(self, manifest: Manifest, rows: PackRows) -> None:
        """Hold what is numbered in a later period to the last numbers here.

        Raises:
            Failed: a number is told anew, or one is another than here.
        """
        if manifest["period_start"] <= self._end:
            return
        statements, custody = (rows.by_name.get(name) for name in NUMBERED)
        first = statements.first if isinstance(statements, StatementRows) else {}
        for org, n in self._said.items():
            if first.get(org, n + 1) <= n:
                raise Failed(
                    11,
                    f"{printable(org)}: statement {first[org]} is told again, that pack has up to "
                    f"number {n}",
                )
        if self._custody and isinstance(custody, CustodyRows):
            n, sha256 = self._custody
            if custody.most < n or custody.before.get(n, sha256) != sha256:
                raise Failed(11, f"the custody log is another than that pack's, up to number {n}")

    def compare(self, manifest: Manifest, rows: PackRows) -> int:
        """Hold them to the seals of the pack behind it; return how many of its hours were held.

        Raises:
            Failed: other rows are there than were sealed.
        """
        named = rows.coverage.named if rows.coverage else None
        if named is None:
            return 0
        n = self._compare(manifest, named.events, self._events, "events")
        if self._manifest.get("format", 2) > 2:
            n += self._compare(manifest, named.verdicts, self._verdicts, "verdicts")
        return n

    def _compare(self, manifest: Manifest, sealed: HourCounts, there: Counted, kind: str) -> int:
        orgs, hours = sorted(manifest["org_ids"]), set()
        for org, hour, month, n, digest in sealed.each():
            org_id, name = orgs[org], hour_name(hour)
            is_due = self._end < name <= self._cut and org_id in self._manifest["org_ids"]
            if not is_due or (kind == "events" and not self._holds(month)):
                continue
            found = there.pop((org_id, name, month), RowDigest())
            digest_here = found.hex() if n else digest
            if (found.n, digest_here) != (n, digest):
                raise Failed(
                    11,
                    f"{printable(org_id)} {name}: that pack holds {found.n} {kind} of {month}, "
                    f"and {n} were sealed, or others",
                )
            hours.add((org, hour))
        for org_id, name, month in there:
            is_here = manifest["period_start"] <= name <= manifest["period_end"]
            if is_here and org_id in orgs and (kind != "events" or self._holds(month)):
                raise Failed(11, f"{printable(org_id)} {name}: that pack holds {kind} never sealed")
        return len(hours)

    def _holds(self, month: str) -> bool:
        """Tell whether that pack holds every event of a month: all of it is in its period."""
        hours, start = hours_of_month(month), self._manifest["period_start"]
        return (
            hours is not None and start <= hour_name(hours[0]) <= hour_name(hours[1]) <= self._end
        )


# ---------------------------------------------------------------------------------------------
# What the auditor knows from elsewhere (check 11).

# A fact from elsewhere, if there is one, and what holds the pack to it.
Comparison: TypeAlias = "tuple[str | None, Callable[[str], None]]"
MAX_TOKEN_DELAY_S = 3600  # between an anchor's own time and its token's
PUBLISHED_KEY = {
    "key_id": TEXT,
    "public_hex": HEX_TEXT,
    "not_before": INSTANT_TEXT,
    "not_after": INSTANT_OR_NULL,
    "revoked_at": INSTANT_OR_NULL,
}


def check_11_outside_facts(
    pack: OpenPack, manifest: Manifest, rows: PackRows, options: Options, report: Report
) -> None:
    """Compare the pack with what was pinned from elsewhere, as far as it was."""
    comparisons: tuple[Comparison, ...] = (
        *_of_manifest(manifest, pack.signature_file, options, report),
        (options.previous, lambda path: check_previous(manifest, path, rows, report)),
        (options.anchors, lambda path: _check_anchors(manifest, path, rows)),
        (options.tsa_cert, lambda path: _check_tokens(path, options, rows, report)),
    )
    _compare(comparisons, report)


def check_11_of_a_proof(
    manifest: Manifest, signature_file: bytes, options: Options, report: Report
) -> None:
    """Compare the manifest of a proof with what was pinned from elsewhere, as far as it was."""
    _compare(_of_manifest(manifest, signature_file, options, report), report)


def _of_manifest(
    manifest: Manifest, signature_file: bytes, options: Options, report: Report
) -> tuple[Comparison, ...]:
    stamped = _check_timestamp(options, signature_file, report)
    return (
        (options.tenant, lambda tenant: _check_tenant(manifest, tenant)),
        (options.period, lambda period: _check_period(manifest, period)),
        (options.manifest_sha256, lambda sha256: _check_manifest_sha256(manifest, sha256)),
        (options.keys, lambda path: _check_keys(manifest, path, options, stamped)),
    )


def _compare(comparisons: tuple[Comparison, ...], report: Report) -> None:
    is_asked, not_compared = False, []
    for value, compare in comparisons:
        if value is not None:
            is_asked = True
            try:
                compare(value)
            except NotCompared as error:
                not_compared.append(str(error))
    if not is_asked:
        report.skipped[11] = "no fact from elsewhere was given; see --help"
    elif not_compared:
        report.skipped[11] = "; ".join(not_compared) + "; what else was given holds"
    report.passed(11)


def check_forms(options: Options) -> None:
    """Demand that facts given as arguments have a form that can be compared.

    Raises:
        CannotCheck: one has not.
    """
    digest = options.manifest_sha256
    if digest is not None and not HEX_TEXT[0](digest):
        raise CannotCheck("--manifest-sha256 is not 64 hex digits")
    if options.period is not None and ends_of_period(options.period) is None:
        raise CannotCheck("--period is neither a month (2026-04) nor START..END")


def _check_tenant(manifest: Manifest, tenant: str) -> None:
    if manifest["tenant_id"] != tenant:
        name = printable(manifest["tenant_id"])
        raise Failed(11, f"the pack is of tenant {name}, not the one asked")


def _check_period(manifest: Manifest, period: str) -> None:
    start, end = ends_of_period(period) or ("", "")
    if (manifest["period_start"], manifest["period_end"]) != (start, end):
        have = f"{printable(manifest['period_start'])} .. {printable(manifest['period_end'])}"
        raise Failed(11, f"the pack is of {have}, not of {start} .. {end}")


def _check_manifest_sha256(manifest: Manifest, sha256: str) -> None:
    if manifest.sha256 != sha256.lower():
        raise Failed(11, f"the manifest's SHA-256 is {manifest.sha256}, not the one asked")


def _check_keys(manifest: Manifest, path: str, options: Options, stamped: int | None) -> None:
    """Find the pinned key in the published list: valid when the pack was made, not revoked."""
    public = manifest["signing_public_hex"]
    key = next((k for k in _read_keys(path) if k["public_hex"].lower() == public), None)
    if key is None:
        raise Failed(11, "the pinned key is not in the list of --keys")
    if "signing_key_id" in manifest.values and manifest["signing_key_id"] != key["key_id"]:
        raise Failed(11, "signing_key_id is not the id that the list gives the pinned key")
    created = seconds(manifest.get("created_at"))
    if created is not None:
        not_before, not_after = seconds(key["not_before"]), seconds(key["not_after"])
        if not_before is None or created < not_before:
            raise Failed(11, "the pack was made before its key began to count")
        if not_after is not None and created > not_after:
            raise Failed(11, "the pack was made after its key ceased to count")
    revoked = seconds(key["revoked_at"])
    if revoked is not None and options.manifest_sha256 is None:
        # The thief of a key writes any created_at; only a fact from elsewhere holds against that.
        at = printable(key["revoked_at"])
        if stamped is None:
            vouch = "only --manifest-sha256 or an older --timestamp can vouch"
            raise Failed(11, f"the pinned key was revoked at {at}: {vouch}")
        if stamped >= revoked:
            raise Failed(11, f"the pinned key was revoked at {at}, and the time stamp is no older")


def _items(path: str, cap: int) -> list[Any]:
    """Return the items of a saved reply of one of the provider's lists."""
    with open_file(path) as file:
        data = file.read(cap + 1)
    items = parse(data).get("items")
    if len(data) > cap or type(items) is not list:
        raise Malformed("it holds no list of items")
    return items


def _read_keys(path: str) -> list[JsonObject]:
    try:
        items = _items(path, MAX_MANIFEST)
        return [check_object(11, "--keys: a key", item, PUBLISHED_KEY) for item in items]
    except (Malformed, Failed, CannotCheck) as error:
        raise CannotCheck(f"--keys: {error}") from None


def _check_anchors(manifest: Manifest, path: str, rows: PackRows) -> None:
    """Hold the pack to anchors that were kept outside: a saved reply of GET /anchors."""
    anchors = _read_anchors(path)
    if rows.coverage is None:
        raise NotCompared("--anchors: there is no coverage.jsonl to compare with")
    digests = rows.coverage.digests
    days = rows.anchors.days if rows.anchors else {}
    start, end, cut = manifest["period_start"], manifest["period_end"], manifest.second("cut_hour")
    n_compared = 0
    for anchor in anchors:
        n_compared += sum(digests.covers(org, hour) for org, hour, _ in anchor.heads)
        if anchor.tenant != manifest["tenant_id"]:
            raise Failed(11, f"--anchors: the anchor of {anchor.day} is of another tenant")
        for why in anchor.contradictions(digests, manifest.made_at()):
            raise Failed(11, f"--anchors: {why}")
        if days.get(anchor.day, anchor.sha256) != anchor.sha256:
            raise Failed(11, f"--anchors: the pack holds another anchor of {anchor.day}")
        is_inside = start <= anchor.at <= end and (seconds(anchor.at) or 0) < cut + 3600
        if is_inside and anchor.day not in days:
            raise Failed(11, f"--anchors: the pack lacks the anchor of {anchor.day}")
    if not n_compared:
        raise NotCompared("--anchors: none of them names an hour of this pack")


def _read_anchors(path: str) -> list[Anchor]:
    anchors = []
    try:
        for number, item in enumerate(_items(path, MAX_ANCHOR_FILE), 1):
            try:
                anchors.append(Anchor(item))
            except Malformed as error:
                raise Malformed(f"item {number}: {error}") from None
    except (Malformed, CannotCheck) as error:
        raise CannotCheck(f"--anchors: {error}") from None
    except OtherDigest as error:
        raise CannotCheck(f"--anchors: that of {error} does not have its own digest") from None
    return anchors


def _check_tokens(certificate: str, options: Options, rows: PackRows, report: Report) -> None:
    """Hold the anchors' tokens to the pinned certificate, and their times to the anchors'."""
    anchors = rows.anchors
    if anchors is None or not anchors.n_tokens:
        if options.timestamp is None:
            raise NotCompared("--tsa-cert: no anchor of the pack has a token")
        return
    authority = TimeAuthority(certificate)
    newest = 0
    for at, sha256, token in anchors.tokens():
        name = f"the token of the anchor of {at[:10]}"
        try:
            stamped = authority.time_of(_base64(token), sha256)
        except Malformed as error:
            raise Failed(11, f"{name}: {error}") from None
        # Who makes a chain and its anchors anew gets tokens, but none of an earlier time.
        if abs(stamped - (seconds(at) or 0)) > MAX_TOKEN_DELAY_S:
            raise Failed(11, f"{name} was given at {instant_name(stamped)}, the anchor says {at}")
        newest = max(newest, stamped)
    words = f"{anchors.n_tokens} of {len(anchors.days)} have a token that holds under --tsa-cert"
    report.notes.append(f"anchors   {words}, the newest of {instant_name(newest)}")


def _check_timestamp(options: Options, signature_file: bytes, report: Report) -> int | None:
    """Return the second at which manifest.sig was there, says a token kept beside the pack.

    The token is over the signature, not over the manifest: a manifest can be written, and stamped,
    long before somebody gets hold of the key.
    """
    if options.timestamp is None:
        return None
    if options.tsa_cert is None:
        raise CannotCheck("--timestamp needs --tsa-cert: the authority's certificate, pinned")
    try:
        with open_file(options.timestamp) as file:
            reply = file.read(MAX_TOKEN + 1)
    except CannotCheck as error:
        raise CannotCheck(f"--timestamp: {error}") from None
    try:
        authority = TimeAuthority(options.tsa_cert)
        stamped = authority.time_of(reply, hashlib.sha256(signature_file).hexdigest())
    except NotCompared as error:
        raise CannotCheck(str(error)) from None
    except Malformed as error:
        raise Failed(11, f"--timestamp: for manifest.sig {error}") from None
    report.notes.append(f"stamped   the signature was there at {instant_name(stamped)}")
    return stamped


def _base64(token: str) -> bytes:
    try:
        reply = binascii.a2b_base64(token.encode("ascii"))
    except ValueError:
        reply = b""
    if not reply or binascii.b2a_base64(reply, newline=False).decode() != token:
        raise Malformed("it is not base64")
    return reply


# ---------------------------------------------------------------------------------------------
# The proof of one row (`--proof`): what a manifest's signature covers of it, path by path.

PROOF_CHECKS = {
    1: "pinned key",
    2: "proof file",
    3: "signature file",
    4: "signature",
    5: "strict manifest",
    6: "known manifest",
    7: "seal in the pack",
    8: "section in the seal",
    9: "row in the section",
    11: "outside facts",
}
PROOF_FORMAT = 1
MAX_PROOF = 64 << 10
PATH: FieldType = (lambda v: type(v) is list and all(map(is_hash, v)), "a list of digests")
PROOF_FIELDS: dict[str, FieldType] = {
    "format": INTEGER,
    "pack": or_null(OBJECT),
    "row": OBJECT,
    "seal": OBJECT,
    "section": OBJECT,
}
PROOF_PACK = {"index": COUNT, "manifest": TEXT, "path": PATH, "signature": TEXT}
PROOF_ROW = {"blinding": HASH, "index": COUNT, "path": PATH, "text": TEXT}
PROOF_SEAL = {
    "content_sha256": HASH,
    "hour": INSTANT_TEXT,
    "org_id": TEXT,
    "previous_sha256": HASH_OR_NULL,
    "sections_root": HASH,
    "v": INTEGER,
}
PROOF_SECTION = {"facts": OBJECT, "path": PATH}
PROOF_FACTS = {
    **dict.fromkeys(("complete_at", "state_at"), INSTANT_OR_NULL),
    **dict.fromkeys(("index", "of", "rows"), COUNT),
    **dict.fromkeys(("section", "status"), TEXT),
    "root": HASH,
}


def verify_proof(options: Options, report: Report) -> None:
    """Run the checks of a proof in order; the report holds what each one said.

    Raises:
        CannotCheck: nothing can be said about the evidence, as of an hour that no pack holds yet.
        Failed: a check failed.
    """
    key = check_01_pinned_key(options, report)
    proof = check_02_proof_file(options.pack, report)
    signed = proof["pack"]
    signature_file, document = encoded(signed["signature"], 3), encoded(signed["manifest"], 5)
    signature = check_03_signature_file(signature_file, report)
    check_04_signature(key, signature, document, report)
    manifest = check_05_strict_manifest(document, report)
    check_06_known_manifest(manifest, key, report)
    check_07_seal_in_the_pack(proof["seal"], signed, manifest, report)
    check_08_section_in_the_seal(proof["section"], proof["seal"], report)
    check_09_row_in_the_section(proof["row"], proof["section"]["facts"], report)
    check_11_of_a_proof(manifest, signature_file, options, report)
    tell_what_is_proven(proof, manifest, report)


def check_02_proof_file(path: str, report: Report) -> JsonObject:
    """Return a proof: strict JSON, of the fields that it must have and no others."""
    with open_file(path) as file:
        data = file.read(MAX_PROOF + 1)
    if len(data) > MAX_PROOF:
        raise Failed(2, f"the proof has more than {MAX_PROOF} bytes")
    try:
        proof = parse(data)
    except Malformed as error:
        raise Failed(2, f"the proof: {error}") from None
    made_as = proof.get("format")
    if type(made_as) is int and made_as > PROOF_FORMAT:
        raise CannotCheck("the proof is of a newer format than this script knows")
    exactly("the proof", proof, PROOF_FIELDS)
    if made_as != PROOF_FORMAT:
        raise Failed(2, f"format is not {PROOF_FORMAT}")
    exactly("row", proof["row"], PROOF_ROW)
    version = proof["seal"].get("v")
    if type(version) is int and version > SEAL_VERSIONS[-1]:
        raise CannotCheck("the seal was made by a newer version than this script knows")
    exactly("seal", proof["seal"], PROOF_SEAL)
    if version < PROVABLE:
        raise Failed(2, f"a seal of version {version} shows no row alone")
    exactly("section", proof["section"], PROOF_SECTION)
    exactly("facts", proof["section"]["facts"], PROOF_FACTS)
    if proof["pack"] is None:
        raise CannotCheck("not yet signed: no pack holds the hour; ask for the proof again later")
    exactly("pack", proof["pack"], PROOF_PACK)
    report.passed(2)
    return proof


def exactly(name: str, values: Any, fields: dict[str, FieldType]) -> None:
    """Demand these fields, each of its type, and no others."""
    check_object(2, name, values, fields)
    if len(values) != len(fields):
        raise Failed(2, f"{name} has a field that no proof has")


def encoded(text: str, number: int) -> bytes:
    """Return a text's bytes."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Failed(number, "the proof holds a text that is no UTF-8") from None


def holds(number: int, root: str, leaf: bytes, place: tuple[int, int], path: list[str]) -> None:
    """Demand that a leaf stands at a place, of so many, under a root."""
    try:
        is_under = root_by_path(leaf, *place, path) == root
    except Malformed as error:
        raise Failed(number, str(error)) from None
    if not is_under:
        raise Failed(number, "the path does not lead to the root")


def check_07_seal_in_the_pack(
    seal: JsonObject, signed: JsonObject, manifest: Manifest, report: Report
) -> None:
    """Demand that the seal's header is one of those that the manifest's chain names."""
    chain = manifest["chain"] if manifest.profile else ()
    mine = [entry for entry in chain if entry["org_id"] == seal["org_id"]]
    hour = hour_number(seal["hour"])
    if not mine or hour is None:
        raise Failed(7, "the pack has no chain of the seal's organization, or the hour is none")
    if not manifest.second("period_start") <= hour * 3600 <= manifest.second("period_end"):
        raise Failed(7, "the hour is outside the pack's period")
    if "seals_root" not in mine[0]:
        raise Failed(7, "the pack's chain does not name the root of its seals")
    digest = hashlib.sha256(canonical(seal)).digest()
    place = signed["index"], mine[0]["seals"]
    holds(7, mine[0]["seals_root"], digest, place, signed["path"])
    report.passed(7)


def check_08_section_in_the_seal(section: JsonObject, seal: JsonObject, report: Report) -> None:
    """Demand that the header names the root over what is said of the section."""
    facts = section["facts"]
    leaf = canonical({key: facts[key] for key in SECTION_LEAF})
    holds(8, seal["sections_root"], leaf, (facts["index"], facts["of"]), section["path"])
    report.passed(8)


def check_09_row_in_the_section(row: JsonObject, facts: JsonObject, report: Report) -> None:
    """Demand that the row, blinded, stands under the section's root."""
    line = encoded(row["text"], 9)
    leaf = bytes.fromhex(row["blinding"]) + line
    holds(9, facts["root"], leaf, (row["index"], facts["rows"]), row["path"])
    try:
        canonical_row(line)
    except Malformed as error:
        raise Failed(9, f"the row: {error}") from None
    report.passed(9)


def tell_what_is_proven(proof: JsonObject, manifest: Manifest, report: Report) -> None:
    """Note the row and where it stands, once everything holds."""
    seal, facts, text = proof["seal"], proof["section"]["facts"], proof["row"]["text"]
    section, org, hour = (printable(x) for x in (facts["section"], seal["org_id"], seal["hour"]))
    sha256 = hashlib.sha256(canonical(seal)).hexdigest()
    shown = facts["state_at"] or "no hour that is known"
    of = f"row {proof['row']['index'] + 1} of {facts['rows']}"
    status = printable(facts["status"])
    report.notes += [
        f"seal      {org} {hour}: sha256 {sha256}",
        f"section   {section}: {status} in that hour, as shown by {shown}; {of} that were sealed",
        f"row       {printable(text, len(text))}",
    ]
    report.facts["proof"] = {
        **{key: seal[key] for key in ("org_id", "hour")},
        "seal_sha256": sha256,
        **{key: facts[key] for key in ("section", "status", "state_at", "complete_at")},
        "row": text,
    }
    pack = f"pack {printable(manifest['pack_id'])} of tenant {printable(manifest['tenant_id'])}"
    report.proven = (
        f"one row of {section} of {org} in the hour {hour}, by {pack}"
        f"  manifest sha256 {manifest.sha256}"
    )


# ---------------------------------------------------------------------------------------------
# Where the evidence of rows lies: their seals, the changes that are of the same, and the events.
#
# What is read of the pack for that, once more, must have the digests that were verified.

MAX_CHANGES_SHOWN = 20  # of each row
# Fields that name an hour whose seal is evidence of the row.
NAMES_HOUR = (
    *("hour", "sealed_hour", "first_sealed_hour", "first_seen_at", "first_seen_hour"),
    *("state_at", "removed_at", "resolved_hour", "decided_hour"),
)
CHANGE_SHOWN = ("hour", "section", "entity_id", "kind", "verdict", "event_id")
EVENT_MEMBERS = ("events.jsonl", "repeated_events.jsonl")


def read_again(path: str, manifest: Manifest, *readers: Rows) -> None:
    """Read members once more.

    Raises:
        Failed: they are not those that were verified.
    """
    due = {reader.name: reader for reader in readers if reader.name in manifest.members}
    with check_02_archive(path) as pack, pack.archive(is_known=True) as archive:
        members = archive.members()
        while due:
            name, size = next(members, ("", 0))
            reader = due.pop(name, None)
            if not name:
                raise Failed(2, FILE_CHANGED)
            if reader is None:
                archive.skip(size)
                continue
            digest = hashlib.sha256()
            try:
                reader.read_member(_digested(archive.stream(size), digest))
            except (Failed, Malformed, KeyError, TypeError):  # what was verified raises none
                raise Failed(2, FILE_CHANGED) from None
            if digest.hexdigest() != manifest.members[name].sha256:
                raise Failed(2, FILE_CHANGED)


def _digested(pieces: Iterator[bytes], digest: Any) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _look_up_key(*texts: object) -> bytes:
    """Return what stands for these texts: of one size, however long they are."""
    # 15 bytes: one more, and Python takes a quarter more memory for each.
    return hashlib.sha256(json.dumps(texts).encode()).digest()[:15]


class LookUp(Rows):
    """Finds a fact of rows that are named by their organization and another field."""

    def __init__(self, manifest: Manifest, name: str, field: str, fact: str) -> None:
        super().__init__(manifest, name)
        self._field = field
        self._fact = fact
        self.wanted: dict[bytes, str | None] = {}
        self._facts: dict[str | None, str | None] = {}  # one text for all that are equal

    def want(self, org_id: str, value: object) -> None:
        """Note that a row is looked for."""
        self.wanted[_look_up_key(org_id, value)] = None

    def row(self, line: bytes) -> None:
        """Take the fact, if the row is looked for."""
        row = parse(line, OURS)
        key = _look_up_key(row["org_id"], row[self._field])
        if key in self.wanted:
            fact = row[self._fact]
            self.wanted[key] = self._facts.setdefault(fact, fact)

    def fact(self, org_id: str, value: object) -> str | None:
        """Return the fact; None where there is no such row, or it says nothing."""
        return self.wanted[_look_up_key(org_id, value)]


class ChangeLookUp(Rows):
    """Finds the changes of an entity, by section and id, and those that an event explains."""

    def __init__(self, manifest: Manifest, events: LookUp) -> None:
        super().__init__(manifest, "changes.jsonl")
        self._events = events
        # How many there are, then place and size of the first ones.
        self.wanted: dict[bytes, array[int]] = {}
        self._file = SpillFile()

    def want(self, org_id: str, names: tuple[object, ...]) -> None:
        """Note that the changes of an entity, or those of an event, are looked for."""
        self.wanted[_look_up_key(org_id, *names)] = array("Q", [0])

    def row(self, line: bytes) -> None:
        """Take the change, if it is looked for, and look for the event that it names."""
        row = parse(line, OURS)
        org_id, event_id = row["org_id"], row["event_id"]
        shown = json.dumps({name: row[name] for name in CHANGE_SHOWN}).encode()
        for names in ((row["section"], row["entity_id"]), (event_id,)):
            found = self.wanted.get(_look_up_key(org_id, *names))
            if found is None:
                continue
            found[0] += 1
            if found[0] > MAX_CHANGES_SHOWN:
                continue
            found.extend((self._file.tell(), len(shown)))
            self._file.write(shown)
            if event_id is not None:
                self._events.want(org_id, event_id)

    def changes(self, org_id: str, names: tuple[object, ...]) -> tuple[list[JsonObject], int]:
        """Return the first changes, and how many more there are."""
        n, *places = self.wanted[_look_up_key(org_id, *names)]
        pairs = zip(places[::2], places[1::2])
        shown = [json.loads(self._file.read(size, at)) for at, size in pairs]
        return shown, n - len(shown)


class Evidence:
    """Looks up where the evidence of rows lies: seals, changes, and the events that these name."""

    def __init__(self, manifest: Manifest, name: str) -> None:
        self._name = name
        self._is_of_events = name in EVENT_MEMBERS
        self._seals = LookUp(manifest, "coverage.jsonl", "hour", "sha256")
        self._events = LookUp(manifest, "events.jsonl", "event_id", "sealed_hour")
        self._changes = ChangeLookUp(manifest, self._events)

    def look_up(self, path: str, manifest: Manifest, lines: Iterator[bytes]) -> None:
        """Read the archive again for seals and changes, and once more for the events."""
        for line in lines:
            self._want(parse(line, OURS))
        readers = (self._seals, self._changes)
        read_again(path, manifest, *(reader for reader in readers if reader.wanted))
        if self._events.wanted and not self._is_of_events:
            read_again(path, manifest, self._events)

    def _want(self, row: JsonObject) -> None:
        org_id = row.get("org_id")
        if type(org_id) is not str:
            return
        for _, hour in _hours(row):
            self._seals.want(org_id, hour)
        for event_id in self._own_events(row):
            self._events.want(org_id, event_id)
        names = self._named_by(row)
        if names:
            self._changes.want(org_id, names)

    def _named_by(self, row: JsonObject) -> tuple[object, ...]:
        """Return by what changes name what the row is of: section and id, or an event's id."""
        if self._name in ENTITY_ID:
            return self._name[: -len(".jsonl")], row[ENTITY_ID[self._name]]
        if self._is_of_events:
            return (row["event_id"],)
        return (row["section"], row["entity_id"]) if "entity_id" in row else ()

    @staticmethod
    def _own_events(row: JsonObject) -> list[str]:
        """Return the ids of the events that a row, which is of none itself, names."""
        resolved_by = row.get("resolved_by")
        resolving = resolved_by.get("event_id") if type(resolved_by) is dict else None
        return [each for each in (row.get("event_id"), resolving) if type(each) is str]

    def of(self, line: bytes) -> JsonObject:
        """Return the evidence of a row that was looked up."""
        row = parse(line, OURS)
        org_id = row.get("org_id")
        if type(org_id) is not str:
            return {}
        names = self._named_by(row)
        changes, n_more = self._changes.changes(org_id, names) if names else ([], 0)
        explaining = [each["event_id"] for each in changes if each["event_id"] is not None]
        event_ids = [] if self._is_of_events else self._own_events(row) + explaining
        return {
            "seals": [
                {"field": field, "hour": hour, "sha256": self._seals.fact(org_id, hour)}
                for field, hour in _hours(row)
            ],
            "changes": changes,
            "more_changes": n_more,
            "events": [
                {"event_id": event_id, "sealed_hour": self._events.fact(org_id, event_id)}
                for event_id in dict.fromkeys(event_ids)
            ],
        }


def _hours(row: JsonObject) -> list[tuple[str, str]]:
    return [(name, row[name]) for name in NAMES_HOUR if type(row.get(name)) is str]


# ---------------------------------------------------------------------------------------------
# An auditor's own sample: rows of a member drawn by a seed.
#
# Which rows these are follows from the seed and the rows, so that anybody draws the same.

NO_EVIDENCE: JsonObject = {"seals": [], "changes": [], "more_changes": 0, "events": []}


class Draw(Rows):
    """Keeps those rows of a member, as they stream by, that have the smallest digests."""

    def __init__(self, manifest: Manifest, name: str, n_asked: int, seed: str) -> None:
        super().__init__(manifest, name)
        self._n_asked = n_asked
        self._seeded = hashlib.sha256(f"{seed}\n".encode())
        # A heap with the largest digest first: less the digest, place and size of the row.
        self._drawn: list[tuple[int, int, int]] = []
        self._file = SpillFile()

    def row(self, line: bytes) -> None:
        """Draw the row, or pass it."""
        self.n += 1
        digest = self._seeded.copy()
        digest.update(line)
        less = -int.from_bytes(digest.digest(), "big")
        is_full = len(self._drawn) == self._n_asked
        if is_full and less <= self._drawn[0][0]:
            return
        import heapq  # here, because it takes time and few ask for a sample

        entry = (less, self._file.tell(), len(line))
        self._file.write(line)
        if is_full:
            heapq.heapreplace(self._drawn, entry)
        else:
            heapq.heappush(self._drawn, entry)

    def drawn(self) -> Iterator[tuple[str, bytes]]:
        """Yield digest and line of each row drawn, the smallest digest first."""
        for less, at, size in sorted(self._drawn, reverse=True):
            yield f"{-less:064x}", self._file.read(size, at)


def draw_sample(options: Options, report: Report) -> None:
    """Draw the sample that was asked for, of a pack that passed; the report takes it.

    Raises:
        CannotCheck: the pack has no such rows.
        Failed: the file is no longer the one that passed.
    """
    manifest = report.manifest
    if options.sample is None or manifest is None or report.exit_code() != VALID:
        return
    name = _row_member(manifest, options.of or "")
    draw = Draw(manifest, name, options.sample, options.seed or "")
    read_again(options.pack, manifest, draw)
    evidence = None if manifest.profile is None else Evidence(manifest, name)
    if evidence:
        evidence.look_up(options.pack, manifest, (line for _, line in draw.drawn()))
    digests = hashlib.sha256()
    for digest, _ in draw.drawn():
        digests.update(f"{digest}\n".encode())
    report.sample = {
        "member": name,
        "population": draw.n,
        "asked": options.sample,
        "seed": options.seed,
        "sha256": digests.hexdigest(),
    }
    report.sampled = _sampled(draw, evidence)


def _row_member(manifest: Manifest, asked: str) -> str:
    name = asked if asked.endswith(".jsonl") else f"{asked}.jsonl"
    names = [each for each in manifest.members if each.endswith(".jsonl")]
    names = [each for each in names if not each.startswith(SEALED_FOLDER)]
    if name not in names:
        have = ", ".join(names)
        raise CannotCheck(f"every check passed, but no rows {name[:80]} are there, only: {have}")
    return name


def _sampled(draw: Draw, evidence: Evidence | None) -> Iterator[JsonObject]:
    """Yield what is told of each row."""
    for digest, line in draw.drawn():
        found = evidence.of(line) if evidence else {}
        yield {"digest": digest, "row": line.decode(), **NO_EVIDENCE, **found}


# ---------------------------------------------------------------------------------------------
# The main path: `verify` is the eleven checks, one a line.

MAX_WORDS = 400  # characters of a sentence that says why there is no verdict


def verify(options: Options, report: Report) -> None:
    """Run the eleven checks in order; the report holds what each one said.

    Raises:
        CannotCheck: nothing can be said about the evidence.
        Failed: a check failed after which the following ones make no sense.
    """
    key = check_01_pinned_key(options, report)
    with check_02_archive(options.pack) as pack:
        signature = check_03_signature_file(pack.signature_file, report)
        check_04_signature(key, signature, pack.manifest_file, report)
        manifest = check_05_strict_manifest(pack.manifest_file, report)
        module = check_06_known_manifest(manifest, key, report)
        check_07_members(manifest, module)
        sha256 = check_08_digests(pack, manifest, report)
        rows = check_09_rows(pack, manifest, sha256, report)
        check_10_chain(manifest, rows, report)
        check_11_outside_facts(pack, manifest, rows, options, report)


def run(options: Options) -> Report:
    """Check one pack, or the proof of one row; draw a sample if one is asked for.

    No exception leaves this function but interrupts.
    """
    report = Report(PROOF_CHECKS) if options.proof else Report()
    if options.expected_pubkey is None:
        report.cannot = (
            "no key was pinned: give --expected-pubkey HEX, and take the key from somewhere else "
            "than the pack"
        )
        return report
    try:
        check_forms(options)
        if options.proof:
            verify_proof(options, report)
        else:
            verify(options, report)
            draw_sample(options, report)
    except Failed as failed:
        report.fail(failed.number, failed.why)
    except CannotCheck as error:
        report.cannot = printable(error, MAX_WORDS)
    except (OSError, MemoryError) as error:
        report.cannot = f"the machine refused ({type(error).__name__})"
    except Exception as error:  # noqa: BLE001 - an auditor gets a verdict, never a traceback
        report.cannot = f"this script failed ({type(error).__name__}); please report it"
    return report


def main(argv: list[str]) -> int:
    """Check the pack named on the command line; return the exit code."""
    try:
        options = parse_options(argv)
        report = run(options)
        (print_json if options.json else print_text)(report)
        sys.stdout.flush()
    except CannotCheck as error:
        print(f"COULD NOT CHECK  {error}", file=sys.stderr)
        return COULD_NOT_CHECK
    except KeyboardInterrupt:
        print("\nCOULD NOT CHECK  interrupted", file=sys.stderr)
        return COULD_NOT_CHECK
    except OSError:
        # Nobody reads the output any more: the verdict did not arrive.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return COULD_NOT_CHECK
    return report.exit_code()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
