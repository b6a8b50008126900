"""The schemas of the OpenAPI document (JSON Schema, draft 2020-12): one per thing the API names.

Pure. Rows have the fields of the evidence pack's rows; absent facts are null, never left out.
"""

from collections.abc import Mapping
from typing import Final

from functions.api.finding_state_rows import MAX_REASON
from functions.api.finding_state_rows import STATES as FINDING_STATES
from functions.api.schemas.anchors import ANCHOR_SCHEMAS
from functions.api.schemas.custody import CUSTODY_SCHEMAS
from functions.api.schemas.packs import PACK_SCHEMAS
from functions.api.schemas.parts import (
    ANYTHING,
    COUNT,
    DIGEST,
    FLAG,
    INSTANT,
    MAYBE_COUNT,
    MAYBE_DATE,
    MAYBE_FLAG,
    MAYBE_INSTANT,
    MAYBE_TEXT,
    ORG_ID,
    STATUS_BY_SECTION,
    TEXT,
    TEXTS,
    Schema,
    listed,
    one_of,
    record,
    ref,
    rows,
    sections,
)
from functions.shared.evidence.seals import OUTCOMES
from functions.shared.tables.connections import STATUSES

_EPISODE: Final[Mapping[str, Schema]] = {
    "first_seen_at": INSTANT,
    "removed_at": MAYBE_INSTANT,
    "state_at": INSTANT,
}
_NEW_KEY: Final[Schema] = {"type": "string", "pattern": "^sk-admin-", "writeOnly": True}
_NAME: Final[Schema] = {"type": ["string", "null"], "minLength": 1, "maxLength": 100}

SCHEMAS: Final[dict[str, Schema]] = {
    "Problem": record({"type": TEXT, "title": TEXT, "status": COUNT, "detail": TEXT}),
    "OpenApi": {"type": "object"},
    "ConnectRequest": record(
        {"org_id": ORG_ID, "display_name": _NAME, "admin_key": _NEW_KEY}, ("display_name",)
    ),
    "RenameRequest": record({"display_name": _NAME}),
    "ReplaceKeyRequest": record({"admin_key": _NEW_KEY}),
    "Organization": record(
        {
            "org_id": ORG_ID,
            "display_name": TEXT,
            "status": one_of(*STATUSES),
            "health": TEXT,
            "connected_at": INSTANT,
            "admin_key_last4": TEXT,
            "admin_key_expires_at": MAYBE_INSTANT,
            "admin_key_warn_at": INSTANT,
            "org_proof": one_of("proven", "none"),
            "readable": STATUS_BY_SECTION,
            "last_hour": MAYBE_INSTANT,
            "outcome": MAYBE_TEXT,
            "hints": TEXTS,
        }
    ),
    "OrganizationList": listed(ref("Organization")),
    "SectionStatus": record(
        {"org_id": ORG_ID, "status": MAYBE_TEXT, "reason": MAYBE_TEXT, "hour": MAYBE_INSTANT}
    ),
    "Hour": record(
        {
            "org_id": ORG_ID,
            "hour": INSTANT,
            "outcome": one_of(*OUTCOMES),
            "reason": MAYBE_TEXT,
            "sha256": DIGEST,
            "sections": STATUS_BY_SECTION,
            "kpi": {"type": ["object", "null"], "additionalProperties": MAYBE_COUNT},
            "events": COUNT,
            "changes": COUNT,
            "open_findings": MAYBE_COUNT,
        }
    ),
    "HourList": listed(ref("Hour")),
    "Summary": record(
        {
            "orgs": COUNT,
            "users": MAYBE_COUNT,
            "active_projects": MAYBE_COUNT,
            "api_keys": MAYBE_COUNT,
            "stale_keys": MAYBE_COUNT,
            "open_findings": MAYBE_COUNT,
            "carried": TEXTS,
            "unknown": TEXTS,
            "last_closed_hour": MAYBE_INSTANT,
            "organizations": {
                "type": "array",
                "items": rows(
                    "last_hour outcome reason",
                    display_name=TEXT,
                    status=one_of(*STATUSES),
                    health=TEXT,
                    sections=STATUS_BY_SECTION,
                ),
            },
        }
    ),
    "User": rows(
        "email_hash email_prefix role",
        user_id=TEXT,
        roles_held={"type": "array", "items": {"type": "object"}},
        added_at=MAYBE_INSTANT,
        is_service_account=MAYBE_FLAG,
        **_EPISODE,
    ),
    "UserList": listed(ref("User"), sections=sections()),
    "Project": rows(
        "name status",
        project_id=TEXT,
        created_at=MAYBE_INSTANT,
        archived_at=MAYBE_INSTANT,
        **_EPISODE,
    ),
    "ProjectList": listed(ref("Project"), sections=sections()),
    "ApiKey": rows(
        "project_id name redacted_value type owner_type owner_id owner_hash owner_project_access",
        key_id=TEXT,
        created_at=MAYBE_INSTANT,
        last_used_at=MAYBE_INSTANT,
        expires_at=MAYBE_INSTANT,
        findings={
            "type": "array",
            "items": record({"kind": TEXT, "reason": TEXT, "severity": TEXT}),
        },
        **_EPISODE,
    ),
    "ApiKeyList": listed(ref("ApiKey"), sections=sections()),
    "Event": rows(
        "actor_type actor_id actor_hash project_id target_id",
        event_id=TEXT,
        event_type=TEXT,
        occurred_at=INSTANT,
        sealed_hour=INSTANT,
        details=ANYTHING,
    ),
    "EventList": listed(ref("Event"), sections=sections()),
    "Change": rows(
        "verdict event_id",
        hour=INSTANT,
        section=TEXT,
        entity_id=TEXT,
        kind=TEXT,
        fields=ANYTHING,
        before=ANYTHING,
        after=ANYTHING,
        reason=MAYBE_TEXT,
    ),
    "ChangeList": listed(ref("Change"), sections=sections()),
    "Finding": rows(
        "",
        finding_id=TEXT,
        kind=TEXT,
        reason=TEXT,
        severity=TEXT,
        section=TEXT,
        entity_id=TEXT,
        still_works=MAYBE_FLAG,
        first_seen_hour=INSTANT,
        resolved_hour=MAYBE_INSTANT,
        resolved_by={
            "type": ["object", "null"],
            "description": (
                "The `hour` and `kind` (of the change, or `event`, or `picture`) of what resolved "
                "it, and the event's id where one is known"
            ),
            "required": ["hour", "kind"],
            "properties": {"hour": INSTANT, "kind": TEXT, "event_id": MAYBE_TEXT},
        },
        change_hour=MAYBE_INSTANT
        | {"description": "Of an unexplained change: the hour whose changes hold it"},
        event_id=MAYBE_TEXT
        | {"description": "Of an event without a change: the audit event that tells of it"},
        stated=ref("Stated"),
        state_at=INSTANT,
    ),
    "Stated": record(
        {
            "state": one_of(*FINDING_STATES),
            "reason": MAYBE_TEXT,
            "accountable": MAYBE_TEXT,
            "due_date": MAYBE_DATE,
            "by": MAYBE_TEXT,
            "at": MAYBE_INSTANT,
        }
    ),
    "FindingStateRequest": record(
        {
            "state": one_of(*FINDING_STATES),
            "reason": MAYBE_TEXT | {"minLength": 1, "maxLength": MAX_REASON},
            "accountable": MAYBE_TEXT
            | {"description": "Id of a user present in the organization, or one's own"},
            "due_date": MAYBE_DATE,
        },
        ("reason", "accountable", "due_date"),
    ),
    "PersonRequest": record(
        {
            "person": MAYBE_TEXT
            | {"description": "User id or e-mail address of who answers for it; null for nobody"}
        }
    ),
    "ServiceAccountPerson": record(
        {
            "org_id": ORG_ID,
            "service_account_id": TEXT,
            "person": MAYBE_TEXT | {"description": "User id, or keyed hash of the address"},
        }
    ),
    "FindingList": listed(ref("Finding"), sections=sections()),
    "Bill": record(
        {
            "month": TEXT,
            "currency": one_of("EUR"),
            "amount_cents": COUNT,
            "final": FLAG,
            "hours": COUNT,
            "per_org": {
                "type": "array",
                "items": record(
                    {
                        "org_id": ORG_ID,
                        "user_hours": COUNT,
                        "project_hours": COUNT,
                        "average_users": TEXT,
                        "average_projects": TEXT,
                    }
                ),
            },
            "working": TEXTS,
            "runs": {
                "type": "array",
                "items": rows(
                    "reason",
                    section=TEXT,
                    hours=COUNT,
                    counted=one_of("read", "carried", "zero"),
                    **{"from": INSTANT, "to": INSTANT},
                ),
            },
        }
    ),
    **PACK_SCHEMAS,
    **ANCHOR_SCHEMAS,
    **CUSTODY_SCHEMAS,
}
