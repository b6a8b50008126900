"""The schemas of the feed: an entry's data is of the record that its kind names.

Pure.
"""

from typing import Final

from functions.api.records import FeedEntry, FeedHour
from functions.api.schemas.parts import TEXT, record, ref
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
    "FeedEntry": {"oneOf": [ref(_name(kind)) for kind in _DATA]},
    **{_name(kind): _entry(kind, data) for kind, data in _DATA.items()},
    "FeedChange": schema_of(Change),
    "FeedVerdict": schema_of(FeedVerdict),
    "FeedFinding": schema_of(FindingRow),
    "FeedHour": schema_of(FeedHour),
}
