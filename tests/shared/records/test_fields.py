"""What is derived from a record: its fields, its rows, its JSON Schema."""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from functions.shared.canonical import Json
from functions.shared.records.fields import (
    FILTER,
    SEALED_ONLY,
    VOLATILE,
    Count,
    Digest,
    Flag,
    Instant,
    MaybeCount,
    MaybeDate,
    MaybeDigest,
    MaybeFlag,
    MaybeInstant,
    MaybeText,
    OrgId,
    Text,
    described,
    fields_of,
    schema_of,
    shown,
    shown_fields,
)


class Part(TypedDict, total=False):
    """A part of a row, each field of which may be absent."""

    kind: Literal["a", "b"]


class Row(TypedDict):
    """A row of every kind of field."""

    name: Annotated[Text, FILTER]
    seen: Annotated[MaybeInstant, VOLATILE]
    extra: Annotated[Json, SEALED_ONLY]
    parts: list[Part]
    by_name: dict[str, Count]
    note: NotRequired[Annotated[Text, VOLATILE, described("Why")]]


def test_fields_are_told_by_their_marks_in_the_records_order() -> None:
    """A mark counts wherever it stands in the type."""
    assert fields_of(Row) == ("name", "seen", "extra", "parts", "by_name", "note")
    assert fields_of(Row, VOLATILE) == ("seen", "note")
    assert fields_of(Row, FILTER) == ("name",)
    assert shown_fields(Row) == ("name", "seen", "parts", "by_name", "note")


def test_a_row_has_the_shown_fields_and_no_others() -> None:
    """A later part goes before an earlier one; what no part has is null."""
    row: Any = shown(Row, {"name": "x", "extra": {}, "other": 1}, {"name": "y", "parts": []})
    assert row == {"name": "y", "seen": None, "parts": [], "by_name": None, "note": None}


def test_a_schema_says_what_each_field_may_be() -> None:
    """Only what is shown; what may be absent is not required."""
    assert schema_of(Row) == {
        "type": "object",
        "required": ["name", "seen", "parts", "by_name"],
        "properties": {
            "name": {"type": "string"},
            "seen": {"type": ["string", "null"], "format": "date-time"},
            "parts": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": [],
                    "properties": {"kind": {"type": "string", "enum": ["a", "b"]}},
                },
            },
            "by_name": {
                "type": "object",
                "additionalProperties": {"type": "integer", "minimum": 0},
            },
            "note": {"type": "string", "description": "Why"},
        },
    }


def test_each_kind_of_field_has_its_schema() -> None:
    """Those of the format page and of JSON Schema 2020-12."""

    class Kinds(TypedDict):
        text: Text
        maybe_text: MaybeText
        flag: Flag
        maybe_flag: MaybeFlag
        count: Count
        maybe_count: MaybeCount
        instant: Instant
        date: MaybeDate
        org: OrgId
        digest: Digest
        maybe_digest: MaybeDigest
        number: float
        anything: object
        anything_or_null: object | None
        word: Literal["x"] | None

    digest = "^[0-9a-f]{64}$"
    # All of its fields always stand, so it has no others.
    assert schema_of(Kinds)["additionalProperties"] is False
    assert schema_of(Kinds)["properties"] == {
        "text": {"type": "string"},
        "maybe_text": {"type": ["string", "null"]},
        "flag": {"type": "boolean"},
        "maybe_flag": {"type": ["boolean", "null"]},
        "count": {"type": "integer", "minimum": 0},
        "maybe_count": {"type": ["integer", "null"], "minimum": 0},
        "instant": {"type": "string", "format": "date-time"},
        "date": {"type": ["string", "null"], "format": "date"},
        "org": {"type": "string", "pattern": "^org-[A-Za-z0-9_-]{3,64}$"},
        "digest": {"type": "string", "pattern": digest},
        "maybe_digest": {"type": ["string", "null"], "pattern": digest},
        "number": {"type": "number"},
        "anything": {},
        "anything_or_null": {},
        "word": {"type": ["string", "null"], "enum": ["x", None]},
    }
