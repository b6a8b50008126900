"""The schemas of what the API says of evidence packs, the keys they are signed with, and exports.

Pure.
"""

from typing import Final

from functions.api.filters import MAX_TEXT
from functions.api.records import PackDownload, PackNumber
from functions.api.schemas.operation import FILE_FORMATS
from functions.api.schemas.parameters import FILTER_NAMES, PARAMETERS
from functions.api.schemas.parts import INSTANT, ORG_ID, listed, one_of, record, ref
from functions.api.schemas.registers import LISTED
from functions.shared.records.fields import Schema, schema_of
from functions.shared.records.tables import ListedExport, ListedPack, PublicSigningKey
from functions.shared.tables.packs import PROFILES

EXPORTED: Final = (
    *("orgs", "hours", "days", "access", "events", "changes", "evidence-packs", "custody"),
    "anchors",
    *(each.name for each in LISTED),
)
_EXPORT: Final[dict[str, Schema]] = {
    "list": one_of(*EXPORTED) | {"description": "Or `everything`"},
    "everything": {"type": "boolean", "const": True, "description": "Alone"},
    "format": one_of(*FILE_FORMATS) | {"default": "csv"},
    **{
        name: {"type": "string", "maxLength": MAX_TEXT, "description": "As the list's own"}
        for name in FILTER_NAMES
    },
    **{name: PARAMETERS[name] for name in ("org_id", "as_of", "q")},
}

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
    "ExportRequest": record(_EXPORT, *_EXPORT),
    "Export": schema_of(ListedExport),
    "ExportList": listed(ref("Export")),
    "SigningKeyList": record({"items": {"type": "array", "items": schema_of(PublicSigningKey)}}),
}
