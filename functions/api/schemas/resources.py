"""The schemas of the OpenAPI document (JSON Schema, draft 2020-12): one per thing the API names.

Pure. Answers are described by their records; an absent fact is null, never left out.
"""

from typing import Final

from functions.api.finding_state_rows import MAX_REASON
from functions.api.records import (
    MOST_STATES,
    BillDocument,
    FindingSummary,
    ListedDay,
    SectionStatus,
    Summary,
)
from functions.api.schemas.anchors import ANCHOR_SCHEMAS
from functions.api.schemas.clients import CLIENT_SCHEMAS
from functions.api.schemas.custody import CUSTODY_SCHEMAS
from functions.api.schemas.feed import FEED_SCHEMAS
from functions.api.schemas.packs import PACK_SCHEMAS
from functions.api.schemas.parts import (
    FINDING_ID,
    MAYBE_DATE,
    MAYBE_TEXT,
    ORG_ID,
    TEXT,
    listed,
    one_of,
    record,
    ref,
    row,
    sections,
)
from functions.api.schemas.proofs import RowProof
from functions.api.schemas.registers import LISTED
from functions.api.schemas.told import TOLD_SCHEMAS
from functions.shared.records.events import ListedChange, ListedEvent
from functions.shared.records.fields import Schema, schema_of
from functions.shared.records.findings import Deadlines, FindingState, ListedFinding, Subject
from functions.shared.records.rights.grants import AccessPage, Grant
from functions.shared.records.statements import REASON_CODES
from functions.shared.records.statements import STATES as FINDING_STATES
from functions.shared.records.tables import ListedHour, NamedAccountOwner, Organization

_NEW_KEY: Final[Schema] = {
    "type": "string",
    "pattern": "^sk-admin-[A-Za-z0-9_-]{12,400}$",
    "writeOnly": True,
    "description": "An Organization Admin Key; never shown again",
}
_NAME: Final[Schema] = {"type": ["string", "null"], "minLength": 1, "maxLength": 100}

_STATE: Final[dict[str, Schema]] = {
    "state": one_of(*FINDING_STATES),
    "reason_code": MAYBE_TEXT | {"enum": [*REASON_CODES, None]},
    "reason": MAYBE_TEXT | {"minLength": 1, "maxLength": MAX_REASON},
    "accountable": MAYBE_TEXT
    | {
        "description": "Id of a person present in the organization, one's own, or the code of a "
        "team, like team:platform-2"
    },
    "due_date": MAYBE_DATE,
    "review_date": MAYBE_DATE,
}
_MAY_LACK: Final = tuple(name for name in _STATE if name != "state")
_ACCESS: Final[Schema] = schema_of(AccessPage)["properties"] | {
    "items": {"type": "array", "items": ref("Grant")}
}

SCHEMAS: Final[dict[str, Schema]] = {
    "Problem": record(
        {
            "type": TEXT | {"format": "uri-reference", "examples": ["/problems/not-found"]},
            "title": TEXT | {"examples": ["Not found"]},
            "status": {"type": "integer", "minimum": 400, "maximum": 599, "examples": [404]},
            "detail": TEXT | {"examples": ["There is no such thing here."]},
            "error": TEXT | {"description": "Of `POST /token` alone: the word of RFC 6749"},
        },
        "error",
    ),
    "OpenApi": {"type": "object"},
    "ConnectRequest": record(
        {"org_id": ORG_ID, "display_name": _NAME, "admin_key": _NEW_KEY}, "display_name"
    ),
    "RenameRequest": record({"display_name": _NAME}),
    "ReplaceKeyRequest": record({"admin_key": _NEW_KEY}),
    "Organization": schema_of(Organization),
    "OrganizationList": listed(ref("Organization")),
    "SectionStatus": schema_of(SectionStatus),
    "Hour": schema_of(ListedHour),
    "HourList": listed(ref("Hour")),
    "Day": schema_of(ListedDay),
    "DayList": listed(ref("Day")),
    "Grant": row(Grant),
    "AccessList": schema_of(AccessPage) | {"properties": _ACCESS},
    "Summary": schema_of(Summary),
    **{each.of: row(each.row) for each in LISTED},
    **{f"{each.of}List": listed(ref(each.of), sections=sections()) for each in LISTED},
    "Event": row(ListedEvent),
    "EventList": listed(ref("Event"), sections=sections()),
    "Change": row(ListedChange),
    "ChangeList": listed(ref("Change"), sections=sections()),
    "Finding": row(ListedFinding, stated=ref("Stated"), subject=ref("Subject")),
    "Subject": schema_of(Subject),
    "Stated": schema_of(FindingState),
    "FindingStateRequest": record(_STATE, *_MAY_LACK),
    "FindingStatesRequest": record(
        {
            "states": {
                "type": "array",
                "items": record({"org_id": ORG_ID, "finding_id": FINDING_ID, **_STATE}, *_MAY_LACK),
                "minItems": 1,
                "maxItems": MOST_STATES,
            }
        }
    ),
    "StatedFindings": record({"items": {"type": "array", "items": ref("Finding")}}),
    "Deadlines": schema_of(Deadlines),
    "DeadlinesRequest": {**schema_of(Deadlines), "required": []},
    "PersonRequest": record(
        {
            "person": MAYBE_TEXT
            | {
                "description": "User id or e-mail address of who answers for it, or the code of a "
                "team; null for nobody"
            }
        }
    ),
    "ServiceAccountPerson": schema_of(NamedAccountOwner),
    "FindingSummary": row(FindingSummary, sections=sections()),
    "Bill": schema_of(BillDocument),
    "RowProof": schema_of(RowProof),
    **PACK_SCHEMAS,
    **ANCHOR_SCHEMAS,
    **CUSTODY_SCHEMAS,
    **CLIENT_SCHEMAS,
    **FEED_SCHEMAS,
    **TOLD_SCHEMAS,
}
