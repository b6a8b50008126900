"""The schemas of share links, the custody log and the hashing key.

Pure.
"""

from typing import Final

from functions.api.schemas.parts import (
    INSTANT,
    MAYBE_INSTANT,
    MAYBE_TEXT,
    TEXT,
    Schema,
    listed,
    one_of,
    record,
    ref,
)
from functions.api.share_link_rows import DEFAULT_DAYS, MAX_DAYS

_NUMBER: Final[Schema] = {"type": "integer", "minimum": 1}
_LINK: Final[dict[str, Schema]] = {
    "number": _NUMBER,
    "link_id": TEXT,
    "label": MAYBE_TEXT,
    "created_at": INSTANT,
    "expires_at": INSTANT,
    "revoked_at": MAYBE_INSTANT,
    "state": one_of("active", "expired", "revoked"),
}
_ADDRESS: Final[Schema] = {
    "type": "string",
    "format": "uri-reference",
    "description": "Below the address this API is reached at; shown this once",
}

CUSTODY_SCHEMAS: Final[dict[str, Schema]] = {
    "ShareLinkRequest": record(
        {
            "days": {"type": "integer", "minimum": 1, "maximum": MAX_DAYS, "default": DEFAULT_DAYS},
            "label": MAYBE_TEXT | {"minLength": 1, "maxLength": 100},
        },
        ("days", "label"),
    ),
    "ShareLink": record(_LINK),
    "NewShareLink": record(_LINK | {"url": _ADDRESS}),
    "ShareLinkList": listed(ref("ShareLink")),
    "CustodyEntry": record(
        {
            "at": INSTANT,
            "by": TEXT | {"description": "Opaque user id, `schedule`, or `link`"},
            "action": TEXT,
            "facts": {"type": "object", "description": "Ids and digests of what it was done to"},
        }
    ),
    "CustodyList": listed(ref("CustodyEntry")),
    "HashingKey": record(
        {
            "key_id": TEXT,
            "algorithm": one_of("hmac-sha256"),
            "normalization": TEXT,
            "key_hex": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        }
    ),
}
