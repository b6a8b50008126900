"""The schemas of the API's path, query and header parameters, by name.

Pure. Where an operation's own differs from that of its name, it stands under both.
"""

from collections.abc import Mapping
from typing import Final

from functions.api.records import MOST_OF_FEED
from functions.api.schemas.anchors import MAX_DAYS
from functions.api.schemas.operation import FORMATS
from functions.api.schemas.parts import FINDING_ID, INSTANT, ORG_ID, one_of
from functions.shared.aws.download_links import MAX_LINK_S
from functions.shared.http.idempotency import KEY_PATTERN
from functions.shared.http.query import DEFAULT_LIMIT, MAX_LIMIT
from functions.shared.records.entities import ApiKeyRow, ProjectRow, UserRow
from functions.shared.records.events import ListedChange, ListedEvent
from functions.shared.records.fields import Schema, filters_of
from functions.shared.records.findings import FINDING_KINDS, ListedFinding
from functions.shared.records.registers import EPISODES
from functions.shared.records.rights.grants import Grant
from functions.shared.tables.account_owners import IDENTITY

_DAY: Final[Schema] = {"type": "string", "format": "date", "examples": ["2026-04-01"]}
_ROWS: Final[Mapping[str, type]] = {
    "listUsers": UserRow,
    "listProjects": ProjectRow,
    "listApiKeys": ApiKeyRow,
    "listEvents": ListedEvent,
    "listChanges": ListedChange,
    "listFindings": ListedFinding,
    "listAccess": Grant,
}


def _limit(most: int) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": most, "default": DEFAULT_LIMIT}


def _filter(words: tuple[str, ...] | None) -> Schema:
    return one_of(*words) if words else {"type": "string", "maxLength": 200}


def _state(in_force: str, ended: str) -> Schema:
    return one_of(in_force, ended, "all") | {"default": in_force}


PARAMETERS: Final[Mapping[str, Schema]] = {
    "org_id": ORG_ID,
    "number": {"type": "integer", "minimum": 1, "examples": [1]},
    "finding_id": FINDING_ID,
    "service_account_id": {
        "type": "string",
        "pattern": f"^{IDENTITY}$",
        "examples": ["svc_acct_AbC"],
    },
    "link_id": {
        "type": "string",
        "pattern": "^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}$",
        "examples": ["20260401T050100Z-0123456789ab"],
    },
    "token": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"},
    "cursor": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_=-]{0,2048}$",
        "description": "`next_cursor` of the page before",
    },
    "client_id": {
        "type": "string",
        "pattern": "^client-[0-9a-f]{20}$",
        "examples": ["client-0123456789abcdef0123"],
    },
    "webhook_id": {
        "type": "string",
        "pattern": "^hook-[0-9a-f]{20}$",
        "examples": ["hook-0123456789abcdef0123"],
    },
    "mail_id": {
        "type": "string",
        "pattern": "^mail-[0-9a-f]{20}$",
        "examples": ["mail-0123456789abcdef0123"],
    },
    "listDeliveries.cursor": {"type": "string", "pattern": "^[0-9]{0,10}$"},
    "since": {
        "type": "string",
        "pattern": "^[A-Za-z0-9_=:-]{1,7600}$",
        "description": "The next_cursor of the answer before, or an instant to begin at its hour",
    },
    "format": one_of(*FORMATS)
    | {"default": "json", "description": "`csv`, `ndjson`: the whole list, without its pages"},
    "limit": _limit(MAX_LIMIT),
    "listAnchors.limit": _limit(MAX_DAYS),
    "readFeed.limit": _limit(MOST_OF_FEED),
    "readOcsfFeed.limit": _limit(MOST_OF_FEED),
    "listDays.from": _DAY,
    "listDays.to": _DAY | {"description": "Not included"},
    "entity": {
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
        "description": "The id of a user, a project, a key or whatever else a section lists",
        "examples": ["user-AbC123"],
    },
    "section": one_of(*EPISODES, "findings"),
    "as_of": INSTANT | {"description": "In a sealed hour; without it, the newest one"},
    "from": INSTANT,
    "to": INSTANT | {"description": "Not included"},
    "month": {
        "type": "string",
        "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$",
        "examples": ["2026-04"],
    },
    "lifetime_s": {"type": "integer", "minimum": 1, "maximum": MAX_LINK_S},
    "state": _state("present", "removed"),
    "listFindings.state": _state("open", "resolved"),
    "finding": one_of(*FINDING_KINDS),
    "key_id": _filter(None),
    "accountable": _filter(None)
    | {"description": "Who answers for it, as stated: a person's id, or the code of a team"},
    "due_before": _DAY | {"description": "Due on an earlier day than this one"},
    "resolved_from": INSTANT | {"description": "With `state` = `resolved` or `all`"},
    "resolved_to": INSTANT | {"description": "Not included; as `resolved_from`"},
    **{
        f"{operation}.{name}": _filter(words)
        for operation, row in _ROWS.items()
        for name, words in filters_of(row).items()
    },
}
IDEMPOTENCY_KEY: Final[Schema] = {
    "type": "string",
    "pattern": f"^{KEY_PATTERN}$",
    "examples": ["8e03978e-40d5-43dd-bc93-6894a57f9324"],
}
IF_NONE_MATCH: Final[Schema] = {"type": "string", "examples": ['"0123456789abcdef"']}
