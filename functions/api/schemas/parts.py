"""What the API's schemas are made of (JSON Schema, draft 2020-12): what fields, rows and lists are.

Pure. An absent fact is null, never left out.
"""

from collections.abc import Mapping
from typing import Final

from functions.shared.records.fields import Schema, schema_of

TEXT: Final[Schema] = {"type": "string"}
MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_DAY: Final = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME: Final = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
INSTANT: Final[Schema] = {
    "type": "string",
    "format": "date-time",
    "pattern": f"^{_DAY}T{_TIME}Z$",
    "examples": ["2026-04-01T05:00:00Z"],
}
MAYBE_DATE: Final[Schema] = {"type": ["string", "null"], "format": "date"}
ORG_ID: Final[Schema] = {
    "type": "string",
    "pattern": "^org-[A-Za-z0-9_-]{3,64}$",
    "examples": ["org-AbC123"],
}

FINDING_ID: Final[Schema] = {
    "type": "string",
    "pattern": "^[0-9a-f]{24}$",
    "examples": ["0123456789abcdef01234567"],
}


def one_of(*words: str) -> Schema:
    """Return the schema of a text that is one of a few words."""
    return {"type": "string", "enum": list(words)}


def record(fields: Mapping[str, Schema], *optional: str) -> Schema:
    """Return the schema of an object with these fields, of which the optional ones may lack."""
    required = [name for name in fields if name not in optional]
    return {
        "type": "object",
        "required": required,
        "properties": dict(fields),
        "additionalProperties": False,
    }


def listed(of: Schema, **more: Schema) -> Schema:
    """Return the schema of one page of a list."""
    items: Schema = {"type": "array", "items": of}
    return record({"items": items, "next_cursor": MAYBE_TEXT, **more})


def ref(name: str) -> Schema:
    """Return a reference to a schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def sections() -> Schema:
    """Return the schema of how each organization's newest hour was read."""
    return {"type": "array", "items": ref("SectionStatus")}


def row(of: type, **more: Schema) -> Schema:
    """Return the schema of a list's row, by its record: every field stands, null if need be."""
    schema = schema_of(of)
    properties = schema["properties"] | more
    names = list(schema["properties"])
    return {**schema, "properties": properties, "required": names, "additionalProperties": False}
