"""The schemas of the feed: an entry's data is of the record that its kind names.

Pure.
"""

from typing import Final

from functions.api.records import FeedEntry, FeedHour
from functions.api.schemas.parts import TEXT, record, ref
from functions.shared.records.events import Change, FeedVerdict
from functions.shared.records.fields import Schema, schema_of
from functions.shared.records.findings import FindingRow

# What the data of each kind is.
_DATA: Final = {
    "event": ref("Event"),
    "change": schema_of(Change),
    "verdict": schema_of(FeedVerdict),
    "finding_opened": schema_of(FindingRow),
    "finding_resolved": schema_of(FindingRow),
    "hour": schema_of(FeedHour),
    "pack": ref("Pack"),
}


def _entry(kind: str, data: Schema) -> Schema:
    properties = {**schema_of(FeedEntry)["properties"], "kind": {"const": kind}, "data": data}
    return record(properties)


FEED_SCHEMAS: Final[dict[str, Schema]] = {
    "FeedPage": record(
        {
            "items": {"type": "array", "items": ref("FeedEntry")},
            "next_cursor": TEXT | {"description": "Send it back as `since`; there always"},
            "has_more": {"type": "boolean"},
        }
    ),
    "FeedEntry": {"oneOf": [_entry(kind, data) for kind, data in _DATA.items()]},
}
