"""The schemas of the OpenAPI document (JSON Schema, draft 2020-12): one per thing the API names.

Pure. Rows have the fields of the evidence pack's rows; absent facts are null, never left out.
"""

from collections.abc import Mapping
from typing import Any, Final

from functions.shared.connections import STATUSES
from functions.shared.packs import PROFILES, STATES
from functions.shared.seals import OUTCOMES

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
MAYBE_COUNT: Final[Schema] = {"type": ["integer", "null"], "minimum": 0}
FLAG: Final[Schema] = {"type": "boolean"}
MAYBE_FLAG: Final[Schema] = {"type": ["boolean", "null"]}
INSTANT: Final[Schema] = {"type": "string", "format": "date-time"}
MAYBE_INSTANT: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
DIGEST: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
MAYBE_DIGEST: Final[Schema] = {"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
ORG_ID: Final[Schema] = {"type": "string", "pattern": "^org-[A-Za-z0-9_-]{3,64}$"}
STATUS_BY_SECTION: Final[Schema] = {"type": "object", "additionalProperties": TEXT}
ANYTHING: Final[Schema] = {}


def one_of(*words: str) -> Schema:
    """Return the schema of a text that is one of a few words."""
    return {"type": "string", "enum": list(words)}


def _object(fields: Mapping[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in fields if name not in optional]
    return {"type": "object", "required": required, "properties": dict(fields)}


def _list(of: Schema, **more: Schema) -> Schema:
    items: Schema = {"type": "array", "items": of}
    return _object({"items": items, "next_cursor": MAYBE_TEXT, **more})


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _sections() -> Schema:
    return {"type": "array", "items": _ref("SectionStatus")}


def _rows(text: str = "", **fields: Schema) -> Schema:
    named = dict.fromkeys(text.split(), MAYBE_TEXT)
    return _object({"org_id": ORG_ID, **named, **fields})


_EPISODE: Final[Mapping[str, Schema]] = {
    "first_seen_at": INSTANT,
    "removed_at": MAYBE_INSTANT,
    "state_at": INSTANT,
}
_NEW_KEY: Final[Schema] = {"type": "string", "pattern": "^sk-admin-", "writeOnly": True}
_NAME: Final[Schema] = {"type": ["string", "null"], "minLength": 1, "maxLength": 100}

SCHEMAS: Final[dict[str, Schema]] = {
    "Problem": _object({"type": TEXT, "title": TEXT, "status": COUNT, "detail": TEXT}),
    "OpenApi": {"type": "object"},
    "ConnectRequest": _object(
        {"org_id": ORG_ID, "display_name": _NAME, "admin_key": _NEW_KEY}, ("display_name",)
    ),
    "RenameRequest": _object({"display_name": _NAME}),
    "ReplaceKeyRequest": _object({"admin_key": _NEW_KEY}),
    "Organization": _object(
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
    "OrganizationList": _list(_ref("Organization")),
    "SectionStatus": _object(
        {"org_id": ORG_ID, "status": MAYBE_TEXT, "reason": MAYBE_TEXT, "hour": MAYBE_INSTANT}
    ),
    "Hour": _object(
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
    "HourList": _list(_ref("Hour")),
    "Summary": _object(
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
                "items": _rows(
                    "last_hour outcome reason",
                    display_name=TEXT,
                    status=one_of(*STATUSES),
                    health=TEXT,
                    sections=STATUS_BY_SECTION,
                ),
            },
        }
    ),
    "User": _rows(
        "email_hash email_prefix role",
        user_id=TEXT,
        roles_held={"type": "array", "items": {"type": "object"}},
        added_at=MAYBE_INSTANT,
        is_service_account=MAYBE_FLAG,
        **_EPISODE,
    ),
    "UserList": _list(_ref("User"), sections=_sections()),
    "Project": _rows(
        "name status",
        project_id=TEXT,
        created_at=MAYBE_INSTANT,
        archived_at=MAYBE_INSTANT,
        **_EPISODE,
    ),
    "ProjectList": _list(_ref("Project"), sections=_sections()),
    "ApiKey": _rows(
        "project_id name redacted_value type owner_type owner_id owner_hash owner_project_access",
        key_id=TEXT,
        created_at=MAYBE_INSTANT,
        last_used_at=MAYBE_INSTANT,
        expires_at=MAYBE_INSTANT,
        findings={
            "type": "array",
            "items": _object({"kind": TEXT, "reason": TEXT, "severity": TEXT}),
        },
        **_EPISODE,
    ),
    "ApiKeyList": _list(_ref("ApiKey"), sections=_sections()),
    "Event": _rows(
        "actor_type actor_id actor_hash project_id target_id",
        event_id=TEXT,
        event_type=TEXT,
        occurred_at=INSTANT,
        sealed_hour=INSTANT,
        details=ANYTHING,
    ),
    "EventList": _list(_ref("Event"), sections=_sections()),
    "Change": _rows(
        "verdict event_id",
        hour=INSTANT,
        section=TEXT,
        entity_id=TEXT,
        kind=TEXT,
        fields=ANYTHING,
        before=ANYTHING,
        after=ANYTHING,
    ),
    "ChangeList": _list(_ref("Change"), sections=_sections()),
    "Finding": _rows(
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
        resolved_by={"type": ["object", "null"]},
        state_at=INSTANT,
    ),
    "FindingList": _list(_ref("Finding"), sections=_sections()),
    "Bill": _object(
        {
            "month": TEXT,
            "currency": one_of("EUR"),
            "amount_cents": COUNT,
            "final": FLAG,
            "hours": COUNT,
            "per_org": {
                "type": "array",
                "items": _object(
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
                "items": _rows(
                    "reason",
                    section=TEXT,
                    hours=COUNT,
                    counted=one_of("read", "carried", "zero"),
                    **{"from": INSTANT, "to": INSTANT},
                ),
            },
        }
    ),
    "PackRequest": _object(
        {
            "period_start": INSTANT,
            "period_end": INSTANT,
            "org_ids": {"type": "array", "items": ORG_ID, "minItems": 1, "uniqueItems": True},
            "profile": one_of(*PROFILES),
        },
        ("org_ids", "profile"),
    ),
    "Pack": _object(
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
    "PackList": _list(_ref("Pack")),
    "Link": _object({"url": {"type": "string", "format": "uri"}, "expires_at": INSTANT}),
    "SigningKeyList": _object(
        {
            "items": {
                "type": "array",
                "items": _object(
                    {
                        "key_id": TEXT,
                        "public_hex": DIGEST,
                        "public_pem": TEXT,
                        "algorithm": one_of("Ed25519"),
                        "not_before": INSTANT,
                        "not_after": MAYBE_INSTANT,
                        "revoked_at": MAYBE_INSTANT,
                    }
                ),
            }
        }
    ),
}
