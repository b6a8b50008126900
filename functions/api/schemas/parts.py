"""What the API's schemas are made of (JSON Schema, draft 2020-12): kinds of fields, rows, lists.

Pure. An absent fact is null, never left out.
"""

from collections.abc import Mapping
from typing import Any, Final

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
MAYBE_COUNT: Final[Schema] = {"type": ["integer", "null"], "minimum": 0}
FLAG: Final[Schema] = {"type": "boolean"}
MAYBE_FLAG: Final[Schema] = {"type": ["boolean", "null"]}
INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
MAYBE_INSTANT: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
MAYBE_DATE: Final[Schema] = {"type": ["string", "null"], "format": "date"}
DIGEST: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
MAYBE_DIGEST: Final[Schema] = {"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
ORG_ID: Final[Schema] = {"type": "string", "pattern": "^org-[A-Za-z0-9_-]{3,64}$"}
STATUS_BY_SECTION: Final[Schema] = {"type": "object", "additionalProperties": TEXT}
ANYTHING: Final[Schema] = {}


def one_of(*words: str) -> Schema:
    """Return the schema of a text that is one of a few words."""
    return {"type": "string", "enum": list(words)}


def record(fields: Mapping[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    """Return the schema of an object whose fields all stand, but for the optional ones."""
    required = [name for name in fields if name not in optional]
    return {"type": "object", "required": required, "properties": dict(fields)}


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


def rows(text: str = "", **fields: Schema) -> Schema:
    """Return the schema of a row: texts that may be absent, by name, and other fields."""
    named = dict.fromkeys(text.split(), MAYBE_TEXT)
    return record({"org_id": ORG_ID, **named, **fields})
