"""The schemas of the API's path, query and header parameters, by name.

Pure. Where an operation's own differs from that of its name, it stands under both.
"""

from collections.abc import Mapping
from typing import Final

from functions.api.filters import MAX_TEXT
from functions.api.records import MOST_OF_FEED
from functions.api.schemas.anchors import MAX_DAYS
from functions.api.schemas.operation import FORMATS
from functions.api.schemas.parts import FINDING_ID, INSTANT, ORG_ID, one_of
from functions.api.schemas.registers import LISTED, LONGEST_CURSOR, Filters
from functions.shared.aws.download_links import MAX_LINK_S
from functions.shared.http.idempotency import KEY_PATTERN
from functions.shared.http.query import DEFAULT_LIMIT, MAX_LIMIT
from functions.shared.records.events import ListedChange, ListedEvent
from functions.shared.records.fields import Schema, filters_of
from functions.shared.records.registers import EPISODES
from functions.shared.records.rights.grants import Grant
from functions.shared.tables.account_owners import IDENTITY

_DAY: Final[Schema] = {"type": "string", "format": "date", "examples": ["2026-04-01"]}
_FILTERS: Final[Mapping[str, Filters]] = {
    "listEvents": filters_of(ListedEvent),
    "listChanges": filters_of(ListedChange),
    "listAccess": filters_of(Grant),
    **{each.operation: each.filters for each in LISTED},
}


def _limit(most: int) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": most, "default": DEFAULT_LIMIT}


def _filter(words: tuple[str, ...] | None) -> Schema:
    return one_of(*words) if words else {"type": "string", "maxLength": MAX_TEXT}


def _cursor(most: int) -> Schema:
    return {
        "type": "string",
        "pattern": f"^[A-Za-z0-9_=-]{{0,{most}}}$",
        "description": "`next_cursor` of the page before",
    }


def _state(in_force: str, ended: str) -> Schema:
    return one_of(in_force, ended, "all") | {"default": in_force}


# What some list may be narrowed by.
FILTER_NAMES: Final = sorted(
    {"org_id", "as_of", "state", "q", "sort", "from", "to"}.union(*_FILTERS.values())
)
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
    "cursor": _cursor(2048),
    **{f"{each.operation}.cursor": _cursor(LONGEST_CURSOR) for each in LISTED},
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
    "from": INSTANT,
    "to": INSTANT | {"description": "Not included"},
    "month": {
        "type": "string",
        "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$",
        "examples": ["2026-04"],
    },
    "lifetime_s": {"type": "integer", "minimum": 1, "maximum": MAX_LINK_S},
    "as_of": INSTANT | {"description": "In the hour as whose seal has it the list is wanted"},
    "q": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
    | {"description": "Rows that hold it in an id, a name or another text that is searched"},
    **{f"{each.operation}.state": _state(*each.states) for each in LISTED},
    **{f"{each.operation}.sort": one_of(*each.sorts) for each in LISTED},
    **{
        f"{operation}.{name}": _filter(words)
        for operation, filters in _FILTERS.items()
        for name, words in filters.items()
    },
    "listFindings.accountable": _filter(None)
    | {"description": "Who answers for it, as stated: a person's id, or the code of a team"},
    "listFindings.due_before": _DAY | {"description": "Due on an earlier day than this one"},
    "listFindings.resolved_from": INSTANT | {"description": "With `state` = `resolved` or `all`"},
    "listFindings.resolved_to": INSTANT | {"description": "Not included; as `resolved_from`"},
}
IDEMPOTENCY_KEY: Final[Schema] = {
    "type": "string",
    "pattern": f"^{KEY_PATTERN}$",
    "examples": ["8e03978e-40d5-43dd-bc93-6894a57f9324"],
}
IF_NONE_MATCH: Final[Schema] = {"type": "string", "examples": ['"0123456789abcdef"']}
