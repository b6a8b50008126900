"""The size contract: how large a row may be, and what stands in the place of what is larger.

Pure. Applied to normalized rows, before anything is made of them. A value beyond the limits becomes
``{"$large": {"bytes", "head", "sha256"}}``, size and digest being those of its canonical JSON; an
id, a type, a role, an instant becomes ``large:<sha256>``. Texts are chosen by others, and so is
whether a field is called ``$large``: such an object is made large itself, so that what a sealed row
calls so is ours. docs/evidence-pack-format.md publishes the table.
"""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NotRequired,
    TypeVar,
    cast,
    get_args,
    get_origin,
    is_typeddict,
)

from functions.shared.canonical import Json, canonical, sha256_hex
from functions.shared.records.fields import OF_EPISODE, LargeFacts, LargeValue, fields_of, hints_of

ROW: Final = 64 << 10
# A change holds two states, and a pack adds its own to a row: so each has less than a row.
STATE: Final = 28 << 10
EVENT: Final = 56 << 10
# A list's records without an id, and those there twice, stand in the seal itself.
ODD: Final = 24 << 10
SEAL: Final = 1 << 20
TEXT: Final = 4 << 10
WORD: Final = 256
ENTRIES: Final = 256
FIELDS: Final = 256
ROLES: Final = 128
DEPTH: Final = 16
HEAD: Final = 128
WHOLE: Final = 1 << 20
# Begins what stands for an id that is too long; an id of OpenAI's never does.
LARGE_WORD: Final = "large:"

LIMITS: Final[Mapping[str, int]] = {
    "row": ROW,
    "state": STATE,
    "event": EVENT,
    "odd": ODD,
    "seal": SEAL,
    "text": TEXT,
    "word": WORD,
    "entries": ENTRIES,
    "fields": FIELDS,
    "roles": ROLES,
    "depth": DEPTH,
    "head": HEAD,
    "whole": WHOLE,
}
"""The published table: bytes of canonical JSON, or numbers of parts."""

Row = TypeVar("Row")

_KEY: Final = "$large"
_BEGINS: Final = b'"$large":{'
# In canonical JSON these bytes are never inside a text: a quote there has a backslash before it.
_LARGE: Final = re.compile(
    rb'"\$large":\{"bytes":([0-9]+),"head":(?:null|"(?:[^"\\]|\\.)*"),"sha256":"([0-9a-f]{64})"\}'
)
_SPACE: Final = re.compile(r"\s\S*\Z")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# A character is at most six bytes of canonical JSON: ``\u0000``.
_LONGEST: Final = 6


class _Large(dict[str, Any]):
    """A large value's place in a row, told by its type from what anybody else calls ``$large``."""


class _TooLarge:
    """Said of a value that cannot stand where it stands."""


_TOO_LARGE: Final = _TooLarge()


@dataclass(frozen=True, slots=True)
class Wholes:
    """Large values, whole, by digest: what an hour has to put beside its rows.

    Attributes:
        named: digests that what is sealed names, and that are to be put.
    """

    named: set[str] = field(default_factory=set)
    _packed: dict[str, bytes] = field(default_factory=dict)

    def add(self, value: object) -> LargeValue:
        """Keep a value, unless it is too large even for that; return what stands in its place."""
        data = canonical(value)
        sha256 = sha256_hex(data)
        if len(data) <= WHOLE:
            self._packed[sha256] = zlib.compress(data, 1)
        head = head_of(value) if isinstance(value, str) else None
        facts: LargeFacts = {"bytes": len(data), "head": head, "sha256": sha256}
        return cast("LargeValue", _Large({_KEY: facts}))

    def whole(self, sha256: str) -> bytes | None:
        """Return a value's canonical JSON, None where this hour did not see it."""
        packed = self._packed.get(sha256)
        return None if packed is None else zlib.decompress(packed)


def head_of(text: str) -> str:
    """Return the first words of a cleaned text; nothing that was one piece is cut open.

    Privacy looked at the whole text. A piece of an address or of a key, or what looks like one only
    when cut, would be another text than the one that it looked at.
    """
    surrogate = _SURROGATE.search(text, 0, HEAD + 1)
    end = surrogate.start() if surrogate else HEAD + 1
    if end >= len(text):
        return text
    last_space = _SPACE.search(text[:end])
    return text[: last_space.start()] if last_space else ""


def named_in(rows: bytes | bytearray) -> set[str]:
    """Return the digests of the large values that rows name and that are kept whole."""
    return {sha256 for sha256, size in large_in(rows) if size <= WHOLE}


def large_in(rows: bytes | bytearray) -> Iterator[tuple[str, int]]:
    """Yield digest and size of each large value that rows of canonical JSON name."""
    # One letter is looked for much faster than a name, and stands in few rows.
    if b"$" in rows and _BEGINS in rows:
        for match in _LARGE.finditer(rows):
            yield match[2].decode(), int(match[1])


def word(text: str) -> str:
    """Return an id, a type, a role, an instant as it may stand in a row."""
    return text if _fits(text, WORD) else f"{LARGE_WORD}{sha256_hex(canonical(text))}"


def limited(record: type, row: Row, wholes: Wholes, most: int) -> Row:
    """Return a row within the limits: the same row as long as it is within them.

    Args:
        record: what the row is; fields of an episode are left as they are.
        row: normalized.
        wholes: takes the values that become large.
        most: bytes; where more is left, its largest values become large until it fits.
    """
    places: list[_Place] = []
    fields = _fields(record, cast("Mapping[str, Any]", row), 1, wholes, places)
    while (excess := len(canonical(fields)) - most) > 0:
        left = [place for place in places if not isinstance(place.value, _Large)]
        if not left:
            break
        max(left, key=_size_of).narrowed(excess).make_large(wholes)
    return cast("Row", fields)


def fit_together(
    rows: Sequence[Row], originals: Sequence[Row], wholes: Wholes, most: int
) -> list[Row | LargeValue]:
    """Return rows that fit into so many bytes, the largest of them made large until they do."""
    fitted: list[Row | LargeValue] = list(rows)
    sizes = [len(canonical(row)) for row in rows]
    for number in sorted(range(len(rows)), key=lambda each: -sizes[each]):
        if sum(sizes) <= most:
            break
        fitted[number] = wholes.add(originals[number])
        sizes[number] = len(canonical(fitted[number]))
    return fitted


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands in a row that is being made, and in the row as it came."""

    holder: Json
    original: Mapping[str, Any]
    name: str
    level: int

    @property
    def value(self) -> Any:
        return self.holder[self.name]

    def make_large(self, wholes: Wholes) -> None:
        """Put in the place of the value what is said of a large one."""
        self.holder[self.name] = wholes.add(self.original[self.name])

    def narrowed(self, excess: int) -> "_Place":
        """Return the place of the innermost value without which the row fits, else this one."""
        place = self
        while type(place.value) is dict and place.level + 3 <= DEPTH:
            inner = [
                _Place(place.value, place.original[place.name], name, place.level + 1)
                for name, value in place.value.items()
                if not isinstance(value, _Large)
            ]
            largest = max(inner, key=_size_of, default=None)
            left = _LONGEST * HEAD + 200
            if largest is None or _size_of(largest)[0] - left < excess:
                break
            place = largest
        return place


def _size_of(place: _Place) -> tuple[int, str]:
    return len(canonical(place.value)), place.name


def _fields(
    record: type, row: Mapping[str, Any], level: int, wholes: Wholes, places: list[_Place]
) -> Json:
    """Return the fields of a row of ours, or of a part of it that is declared."""
    kinds = _kinds(record)
    fitted: Json = {}
    for name, value in row.items():
        kind = kinds[name] if name in kinds else "open"
        if kind == "episode" or value is None:
            fitted[name] = value
        elif kind == "word" and isinstance(value, str):
            fitted[name] = word(value)
        elif isinstance(kind, type) and isinstance(value, Mapping):
            fitted[name] = _fields(kind, value, level + 1, wholes, places)
        else:
            kept = _kept(value, level + 1, wholes)
            fitted[name] = wholes.add(value) if kept is _TOO_LARGE else kept
            places.append(_Place(fitted, row, name, level))
    return fitted


@cache
def _kinds(record: type) -> Mapping[str, type | str]:
    """Return what each field of a record is: a word, a record, of the episode, or open."""
    episode = fields_of(record, OF_EPISODE)
    hints = hints_of(record)
    return {name: "episode" if name in episode else _kind(hints[name]) for name in hints}


def _kind(hint: Any) -> type | str:
    while get_origin(hint) in (Annotated, NotRequired):
        hint = get_args(hint)[0]
    if get_origin(hint) is Literal:
        return "word"
    options = get_args(hint) if get_origin(hint) not in (None, list, dict) else (hint,)
    inner = [each for each in options if each is not type(None)]
    if len(inner) == 1:
        (only,) = inner
        return only if is_typeddict(only) else "word" if _is_text(only) else "open"
    return "open"


def _is_text(hint: Any) -> bool:
    return hint is str or (get_origin(hint) is Annotated and get_args(hint)[0] is str)


def _kept(value: Any, level: int, wholes: Wholes) -> Any:
    """Return a value with what is large in it made so; told of a level, the value's own."""
    if isinstance(value, str):
        return value if _fits(value, TEXT) else _TOO_LARGE
    if not isinstance(value, (dict, list)) or isinstance(value, _Large):
        return value
    if level > DEPTH or len(value) > (ENTRIES if isinstance(value, list) else FIELDS):
        return _TOO_LARGE
    if isinstance(value, list):
        kept = [_inside(item, level, wholes) for item in value]
        return _TOO_LARGE if _TOO_LARGE in kept else kept
    if _KEY in value or not all(_fits(name, WORD) for name in value):
        return _TOO_LARGE
    fields = {name: _inside(inner, level, wholes) for name, inner in value.items()}
    return _TOO_LARGE if _TOO_LARGE in fields.values() else fields


def _inside(value: Any, level: int, wholes: Wholes) -> Any:
    """Return a value inside one of a level; where a large one would lie too deep, say so."""
    kept = _kept(value, level + 1, wholes)
    return wholes.add(value) if kept is _TOO_LARGE and level + 2 <= DEPTH else kept


def _fits(text: str, most: int) -> bool:
    """Tell whether a text's canonical JSON, without its quotes, has at most so many bytes."""
    return len(text) * _LONGEST <= most or len(canonical(text)) - 2 <= most
