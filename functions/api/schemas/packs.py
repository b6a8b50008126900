"""The schemas of what the API says of evidence packs and of the keys they are signed with.

Pure.
"""

from typing import Final

from functions.api.schemas.parts import (
    COUNT,
    DIGEST,
    INSTANT,
    MAYBE_COUNT,
    MAYBE_DIGEST,
    MAYBE_INSTANT,
    MAYBE_TEXT,
    ORG_ID,
    TEXT,
    Schema,
    listed,
    one_of,
    record,
    ref,
)
from functions.shared.tables.packs import PROFILES, STATES

PACK_SCHEMAS: Final[dict[str, Schema]] = {
    "PackRequest": record(
        {
            "period_start": INSTANT,
            "period_end": INSTANT,
            "org_ids": {"type": "array", "items": ORG_ID, "minItems": 1, "uniqueItems": True},
            "profile": one_of(*PROFILES),
            "replaces": {"type": ["integer", "null"], "minimum": 1}
            | {"description": "Number of a ready or failed pack that this one is a revision of"},
        },
        ("org_ids", "profile", "replaces"),
    ),
    "Pack": record(
        {
            "number": COUNT,
            "state": one_of(*STATES),
            "kind": one_of("monthly", "on_demand", "revision"),
            "profile": one_of(*PROFILES),
            "period_start": INSTANT,
            "period_end": INSTANT,
            "org_ids": {"type": "array", "items": ORG_ID},
            "month": MAYBE_TEXT,
            "replaces": MAYBE_COUNT,
            "cut_hour": INSTANT,
            "created_at": INSTANT,
            "reason": MAYBE_TEXT,
            "size_bytes": MAYBE_COUNT,
            "manifest_sha256": MAYBE_DIGEST,
            "archive_sha256": MAYBE_DIGEST,
            "signing_public_hex": MAYBE_DIGEST,
            "signing_key_id": MAYBE_TEXT,
            "verify_with": MAYBE_TEXT,
        }
    ),
    "PackList": listed(ref("Pack")),
    "Link": record({"url": {"type": "string", "format": "uri"}, "expires_at": INSTANT}),
    "SigningKeyList": record(
        {
            "items": {
                "type": "array",
                "items": record(
                    {
                        "key_id": TEXT,
                        "public_hex": DIGEST,
                        "public_pem": TEXT,
                        "algorithm": one_of("Ed25519"),
                        "not_before": INSTANT,
                        "not_after": MAYBE_INSTANT,
                        "revoked_at": MAYBE_INSTANT,
                        "revoked_reason": MAYBE_TEXT,
                    }
                ),
            }
        }
    ),
}
