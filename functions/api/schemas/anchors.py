"""The schemas of what the API says of anchors, and how many days it gives at once.

Pure.
"""

from typing import Final

from functions.api.schemas.parts import (
    COUNT,
    DIGEST,
    INSTANT,
    MAYBE_DIGEST,
    MAYBE_TEXT,
    ORG_ID,
    TEXT,
    Schema,
    listed,
    record,
    ref,
)

# More than the longest period of a pack: one saved answer holds all of its days.
MAX_DAYS: Final = 400
ANCHOR_SCHEMAS: Final[dict[str, Schema]] = {
    "Anchor": record(
        {
            "at": INSTANT,
            "day": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
            "document": record(
                {
                    "v": COUNT,
                    "tenant_id": TEXT,
                    "at": INSTANT,
                    "heads": {
                        "type": "array",
                        "items": record({"org_id": ORG_ID, "hour": INSTANT, "seal_sha256": DIGEST}),
                    },
                    "previous_anchor_sha256": MAYBE_DIGEST,
                }
            ),
            "sha256": DIGEST | {"description": "Of the canonical JSON of `document`"},
            "token": MAYBE_TEXT | {"description": "RFC 3161 reply over `sha256`, base64"},
            "authority": MAYBE_TEXT,
            "reason": MAYBE_TEXT,
        }
    ),
    "AnchorList": listed(ref("Anchor")),
}
