"""What a record's fields are: kinds of values, and what is said of a field beside its type.

Pure. A record is a ``TypedDict``: plain JSON when it runs, checked by mypy when it is written. The
lists of fields, a pack's rows, the API's answers and schemas and the dashboard's columns are
derived from the declarations by the functions here, so that a field is declared in one place.
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NotRequired,
    Required,
    TypedDict,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Schema = dict[str, Any]
"""A JSON Schema (draft 2020-12)."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword that a field's JSON Schema has beside its type."""

    name: str
    value: str | int


@dataclass(frozen=True, slots=True)
class Words:
    """The words that a filter of a field may be, where the field's type does not say them."""

    words: tuple[str, ...]


def described(text: str) -> Keyword:
    """Return what says of a field, in its schema, what its name does not."""
    return Keyword("description", text)


Text = str
MaybeText = str | None
Flag = bool
MaybeFlag = bool | None
Count = Annotated[int, Keyword("minimum", 0)]
MaybeCount = Count | None
Instant = Annotated[str, Keyword("format", "date-time")]
"""RFC 3339, UTC, whole seconds: ``2026-04-01T05:00:00Z``."""
MaybeInstant = Instant | None
MaybeDate = Annotated[str, Keyword("format", "date")] | None
"""A day: ``2026-04-30``."""
OrgId = Annotated[str, Keyword("pattern", "^org-[A-Za-z0-9_-]{3,64}$")]
Digest = Annotated[str, Keyword("pattern", "^[0-9a-f]{64}$")]
"""SHA-256, 64 lower-case hex digits."""
MaybeDigest = Digest | None


class LargeFacts(TypedDict):
    """What a row says of a value that is too large for it; ``head`` is null but for a text."""

    bytes: Count
    head: MaybeText
    sha256: Digest


LargeValue = TypedDict("LargeValue", {"$large": LargeFacts})
"""What stands in a row in the place of a value beyond the limits."""

# Names the entity: the same from hour to hour.
IDENTITY: Final = "identity"
# A fact of the register that changes by itself: never a change.
VOLATILE: Final = "volatile"
# Of the stay, not of the entity: set by the register, never a change.
OF_EPISODE: Final = "of the episode"
# Sealed since version 3: a pack leaves it out of a row of version 2, so that the pack of those
# hours stays what it was.
SINCE_3: Final = "since version 3"
# Names of the row's fields that OpenAI told in no form that can be read, or left out though it
# always tells them; of each the row holds what was read last, null where nothing ever was.
Unreadable = Annotated[list[str] | None, VOLATILE, SINCE_3]
# Sealed, and not shown: packs and API leave it out.
SEALED_ONLY: Final = "sealed only"
# The API's list of these rows takes a value that it must equal, as a query parameter of its name;
# so it does of what names the entity.
FILTER: Final = "filter"
# The API's list of these rows looks for a text in it; so it does in what names the entity.
SEARCHED: Final = "searched"

MaybeName = Annotated[MaybeText | LargeValue, SEARCHED]


class Episode(TypedDict):
    """One stay of an entity: the hours that first showed it and that first missed it.

    It came, and went, not before two instants: that of the audit event that tells of it, else the
    end of the last hour that showed otherwise. ``shown_until`` is the last hour that showed it,
    where its section's newest picture does not. What is not known is not there.
    """

    first_seen_at: Annotated[Instant, OF_EPISODE]
    removed_at: Annotated[MaybeInstant, OF_EPISODE]
    added_not_before: NotRequired[Annotated[MaybeInstant, OF_EPISODE]]
    removed_not_before: NotRequired[Annotated[MaybeInstant, OF_EPISODE]]
    shown_until: NotRequired[Annotated[Instant, OF_EPISODE, SEALED_ONLY]]


Record = TypeVar("Record")

_JSON_TYPES: Final[Mapping[object, str]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}


@cache
def hints_of(record: type) -> Mapping[str, Any]:
    """Return a record's fields, in their order, with their annotated types."""
    return get_type_hints(record, include_extras=True)


@cache
def fields_of(record: type, marked: str | None = None) -> tuple[str, ...]:
    """Return the names of a record's fields, or of those that carry a mark."""
    hints = hints_of(record)
    return tuple(name for name in hints if marked is None or marked in _marks(hints[name]))


@cache
def filters_of(record: type) -> Mapping[str, tuple[str, ...] | None]:
    """Return the filters of a record's list, each with the words it may be; None: any text."""
    marked = {*fields_of(record, FILTER), *fields_of(record, IDENTITY)}
    return {name: words_of(record, name) for name in fields_of(record) if name in marked}


@cache
def searched_fields(record: type) -> tuple[str, ...]:
    """Return the names of the fields that a list's ``q`` looks into."""
    return fields_of(record, SEARCHED) + fields_of(record, IDENTITY)


@cache
def sorted_fields(record: type) -> tuple[str, ...]:
    """Return the names of the fields that a list can be sorted by: those that show one value."""
    return tuple(name for name in shown_fields(record) if _is_one_value(hints_of(record)[name]))


def _is_one_value(hint: Any) -> bool:
    kinds = _schema(hint).get("type", "object")
    # A text that is too large is an object, of which the first words count.
    told = {kinds} if isinstance(kinds, str) else {*kinds} - {"null", "object"}
    return bool(told) and told <= {"string", "boolean"}


@cache
def words_of(record: type, name: str) -> tuple[str, ...] | None:
    """Return the words that a field may be, None for any text."""
    return _words(hints_of(record)[name])


def _words(hint: Any) -> tuple[str, ...] | None:
    for mark in _marks(hint):
        if isinstance(mark, Words):
            return mark.words
    words = _schema(hint).get("enum")
    return tuple(word for word in words if word is not None) if words else None


@cache
def shown_fields(record: type) -> tuple[str, ...]:
    """Return the names of the fields that packs and API show."""
    hidden = fields_of(record, SEALED_ONLY)
    return tuple(name for name in hints_of(record) if name not in hidden)


def shown(record: type[Record], *parts: Mapping[str, object]) -> Record:
    """Return a row with the shown fields of a record, taken from parts of it.

    A later part goes before an earlier one. What no part has is null: a row that was sealed before
    a field existed says nothing of it.
    """
    row = dict.fromkeys(shown_fields(cast("type", record)))
    for part in parts:
        row.update((name, part[name]) for name in row if name in part)
    return cast("Record", row)


def part_of(record: type[Record], row: Mapping[str, object]) -> Record:
    """Return those fields of a record that a row has, as they are."""
    names = fields_of(cast("type", record))
    return cast("Record", {name: row[name] for name in names if name in row})


def without_nulls(row: Record) -> Record:
    """Return a row without the fields that are null."""
    fields = cast("Mapping[str, object]", row)
    return cast("Record", {name: fields[name] for name in fields if fields[name] is not None})


@cache
def schema_of(record: type) -> Schema:
    """Return the JSON Schema of a record's shown fields; a ``NotRequired`` one may be absent.

    A record all of whose fields always stand is closed: it has no others.
    """
    properties = {name: _schema(hints_of(record)[name]) for name in shown_fields(record)}
    needed: frozenset[str] = vars(record)["__required_keys__"]
    required = [name for name in properties if name in needed]
    schema = {"type": "object", "required": required, "properties": properties}
    return schema | ({"additionalProperties": False} if required == [*properties] else {})


def _marks(hint: Any) -> tuple[Any, ...]:
    if get_origin(hint) is Annotated:
        first, *marks = get_args(hint)
        return (*marks, *_marks(first))
    if get_origin(hint) in (NotRequired, Required):
        return _marks(get_args(hint)[0])
    return ()


def _schema(hint: Any) -> Schema:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        schema = _schema(arguments[0])
        for mark in arguments[1:]:
            if isinstance(mark, Keyword):
                schema = schema | {mark.name: mark.value}
        return schema
    if origin in (NotRequired, Required):
        return _schema(arguments[0])
    if origin in (Union, types.UnionType):
        return _nullable([_schema(argument) for argument in arguments])
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if is_typeddict(hint):
        return schema_of(hint)
    return {"type": _JSON_TYPES[hint]} if hint in _JSON_TYPES else {}


def _nullable(schemas: list[Schema]) -> Schema:
    """Return the schema of a value that is one of several kinds; in use are kinds or null."""
    if {} in schemas:
        return {}
    merged: Schema = {}
    kinds: list[str] = []
    for schema in schemas:
        kinds.append(schema["type"])
        merged |= schema
    if "enum" in merged:
        merged["enum"] = [*merged["enum"], None]
    return merged | {"type": kinds}
