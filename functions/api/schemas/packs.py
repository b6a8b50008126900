"""The schemas of what the API says of evidence packs and of the keys they are signed with.

Pure.
"""

from typing import Final

from functions.api.records import PackDownload, PackNumber
from functions.api.schemas.parts import INSTANT, ORG_ID, listed, one_of, record, ref
from functions.shared.records.fields import Schema, schema_of
from functions.shared.records.tables import ListedPack, PublicSigningKey
from functions.shared.tables.packs import PROFILES

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
        "org_ids",
        "profile",
        "replaces",
    ),
    "Pack": schema_of(ListedPack),
    "PackList": listed(ref("Pack")),
    "Link": schema_of(PackDownload),
    "PackNumber": schema_of(PackNumber),
    "SigningKeyList": record({"items": {"type": "array", "items": schema_of(PublicSigningKey)}}),
}
