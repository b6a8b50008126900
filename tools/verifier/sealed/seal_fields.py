"""The fields of a seal since version 3: each is always there, and of its type."""

from __future__ import annotations

from tools.verifier.base import Failed, printable
from tools.verifier.sealed.seals import PROVABLE
from tools.verifier.values.field_types import (
    BOOLEAN,
    COUNT,
    HASH,
    HASH_OR_NULL,
    INSTANT_OR_NULL,
    INSTANT_TEXT,
    LIST,
    OBJECT,
    TEXT,
    TEXT_OR_NULL,
    FieldType,
    check_object,
    matching,
    or_null,
)
from tools.verifier.values.strict_json import JsonObject

OBJECT_OR_NULL, COUNT_OR_NULL = or_null(OBJECT), or_null(COUNT)
# Beside what is asked of a seal of any version; of custody, more is asked elsewhere.
SEAL_FIELDS: dict[str, FieldType] = {
    "org_proof": matching("proven|none", "proven or none"),
    "reason": TEXT_OR_NULL,
    "lifecycle": LIST,
    "lifecycle_seq": COUNT,
    "source": OBJECT,
    "sections": OBJECT,
    "segments": OBJECT,
    "index": LIST,
    "watermarks": OBJECT,
    "custody": OBJECT_OR_NULL,
    "kpi": OBJECT_OR_NULL,
    "pictured_from": INSTANT_OR_NULL,
    "pictured_to": INSTANT_OR_NULL,
}
LIFECYCLE_FIELDS = {"seq": COUNT, "at": INSTANT_TEXT, "kind": TEXT}
SOURCE_FIELDS = {
    **dict.fromkeys(("api_base", "clock", "key_last4", "region"), TEXT_OR_NULL),
    "code_sha256": HASH_OR_NULL,
}
SECTION_FIELDS: dict[str, FieldType] = {
    "status": TEXT,
    "reason": TEXT_OR_NULL,
    "count": COUNT_OR_NULL,
    "unknown": COUNT,
    "lag_hours": COUNT_OR_NULL,
    "picture_sha256": HASH_OR_NULL,
    "not_shown": OBJECT_OR_NULL,
    "odd": LIST,
    "conflicts": LIST,
    "register": OBJECT_OR_NULL,
    "root": HASH_OR_NULL,
    **dict.fromkeys(("baseline", "complete_at", "asked_at", "state_at"), INSTANT_OR_NULL),
}
SECTION_FIELDS_4 = {**SECTION_FIELDS, "salt": HASH_OR_NULL}
STORED_FIELDS = {"key": TEXT, "rows": COUNT, "bytes": COUNT, "sha256": HASH, "crc32": COUNT}
SEGMENT_FIELDS = {**STORED_FIELDS, "month": TEXT, "root": HASH_OR_NULL}
KINDS = dict.fromkeys(("events", "changes", "verdicts", "statements"), LIST)
WATERMARKS = {
    "proven": BOOLEAN,
    "archived_keys_at": INSTANT_OR_NULL,
    "optional": OBJECT,
    "streams": OBJECT,
}


def malformed_field(seal: JsonObject) -> str | None:
    """Return what a seal since version 3 lacks or has of another type; None where all is right."""
    fields = SECTION_FIELDS if seal["v"] < PROVABLE else SECTION_FIELDS_4
    try:
        check_object(10, "the seal", seal, SEAL_FIELDS)
        for entry in seal["lifecycle"]:
            check_object(10, "lifecycle", entry, LIFECYCLE_FIELDS)
        check_object(10, "source", seal["source"], SOURCE_FIELDS)
        check_object(10, "watermarks", seal["watermarks"], WATERMARKS)
        check_object(10, "sections", seal["sections"], {"audit_events": OBJECT})
        for section, facts in seal["sections"].items():
            check_object(10, section, facts, fields)
            if facts.get("salt") is not None and not (facts["register"] and facts["root"]):
                raise Failed(10, f"{section} has a salt, and no register or no root")
            for part in ("register", "not_shown"):
                if facts[part] is not None:
                    check_object(10, f"{section}.{part}", facts[part], STORED_FIELDS)
        for kind in check_object(10, "segments", seal["segments"], KINDS):
            for entry in seal["segments"][kind] if kind in KINDS else ():
                check_object(10, f"segments.{kind}", entry, SEGMENT_FIELDS)
    except Failed as error:
        return printable(error.why)
    return None
