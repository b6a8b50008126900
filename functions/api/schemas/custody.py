"""The schemas of share links, the custody log and the hashing key.

Pure.
"""

from typing import Final

from functions.api.records import ListedShareLink, NewShareLink
from functions.api.schemas.parts import MAYBE_TEXT, listed, record, ref
from functions.api.share_link_rows import DEFAULT_DAYS, MAX_DAYS
from functions.shared.records.fields import Schema, schema_of
from functions.shared.records.statements import CustodyEntry
from functions.shared.records.tables import HashingKey

CUSTODY_SCHEMAS: Final[dict[str, Schema]] = {
    "ShareLinkRequest": record(
        {
            "days": {"type": "integer", "minimum": 1, "maximum": MAX_DAYS, "default": DEFAULT_DAYS},
            "label": MAYBE_TEXT | {"minLength": 1, "maxLength": 100},
        },
        "days",
        "label",
    ),
    "ShareLink": schema_of(ListedShareLink),
    "NewShareLink": schema_of(NewShareLink),
    "ShareLinkList": listed(ref("ShareLink")),
    "CustodyEntry": schema_of(CustodyEntry),
    "CustodyList": listed(ref("CustodyEntry")),
    "HashingKey": schema_of(HashingKey),
}
