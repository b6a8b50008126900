"""The schemas of the feed: an entry's data is of the record that its kind names.

Pure.
"""

from typing import Final

from functions.api.records import FeedEntry, FeedHour
from functions.api.schemas.parts import COUNT, TEXT, record, ref
from functions.shared.records.events import Change, FeedVerdict
from functions.shared.records.fields import Schema, schema_of
from functions.shared.records.findings import FindingRow

# What the data of each kind is, each a schema by name: generators of clients name types by them.
_DATA: Final = {
    "event": "Event",
    "change": "FeedChange",
    "verdict": "FeedVerdict",
    "finding_opened": "FeedFinding",
    "finding_resolved": "FeedFinding",
    "hour": "FeedHour",
    "pack": "Pack",
}


def _name(kind: str) -> str:
    return "FeedEntryOf" + "".join(word.capitalize() for word in kind.split("_"))


def _entry(kind: str, data: str) -> Schema:
    properties = schema_of(FeedEntry)["properties"]
    return record({**properties, "kind": {"const": kind}, "data": ref(data)})


FEED_SCHEMAS: Final[dict[str, Schema]] = {
    "FeedPage": record(
        {
            "items": {"type": "array", "items": ref("FeedEntry")},
            "next_cursor": TEXT | {"description": "Send it back as `since`; there always"},
            "has_more": {"type": "boolean"},
        }
    ),
    "OcsfPage": record(
        {
            "items": {"type": "array", "items": ref("OcsfEvent")},
            "next_cursor": TEXT | {"description": "Send it back as `since`; there always"},
            "has_more": {"type": "boolean"},
        }
    ),
    "OcsfEvent": {
        "type": "object",
        "description": "An event of a class of OCSF 1.8.0: schema.ocsf.io tells its fields",
        "required": ["class_uid", "type_uid", "activity_id", "time", "metadata", "unmapped"],
        "properties": {
            "class_uid": COUNT,
            "type_uid": COUNT,
            "activity_id": COUNT,
            "time": COUNT | {"description": "Milliseconds since 1970-01-01T00:00Z"},
            "metadata": {"type": "object"},
            "unmapped": {"type": "object", "description": "What no class has a field for"},
        },
    },
    "FeedEntry": {"oneOf": [ref(_name(kind)) for kind in _DATA]},
    **{_name(kind): _entry(kind, data) for kind, data in _DATA.items()},
    "FeedChange": schema_of(Change),
    "FeedVerdict": schema_of(FeedVerdict),
    "FeedFinding": schema_of(FindingRow),
    "FeedHour": schema_of(FeedHour),
}
