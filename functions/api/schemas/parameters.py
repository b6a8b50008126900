"""The schemas of the API's path and query parameters, by name.

Pure.
"""

from typing import Final

from functions.api.records import MOST_OF_FEED
from functions.api.schemas.anchors import MAX_DAYS
from functions.api.schemas.parts import INSTANT, ORG_ID, TEXT, one_of
from functions.shared.aws.download_links import MAX_LINK_S
from functions.shared.http.edge import DEFAULT_LIMIT, MAX_LIMIT
from functions.shared.records.entities import ApiKeyRow, ProjectRow, UserRow
from functions.shared.records.events import ListedChange, ListedEvent
from functions.shared.records.fields import FILTER, Schema, fields_of
from functions.shared.records.findings import ListedFinding
from functions.shared.tables.account_owners import IDENTITY

_DAY: Final[Schema] = {"type": "string", "format": "date"}
_FILTER: Final[Schema] = {"type": "string", "maxLength": 200}
_LISTED: Final = (UserRow, ProjectRow, ApiKeyRow, ListedEvent, ListedChange, ListedFinding)
_FILTERS: Final = [name for row in _LISTED for name in fields_of(row, FILTER)]
PARAMETERS: Final[dict[str, Schema]] = {
    "org_id": ORG_ID,
    "number": {"type": "integer", "minimum": 1},
    "finding_id": {"type": "string", "pattern": "^[0-9a-f]{24}$"},
    "service_account_id": {"type": "string", "pattern": f"^{IDENTITY}$"},
    "link_id": {"type": "string", "pattern": "^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}$"},
    "client_id": {"type": "string", "pattern": "^client-[0-9a-f]{20}$"},
    "token": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"},
    "cursor": TEXT,
    "since": TEXT
    | {"description": "The next_cursor of the answer before, or an instant to begin at its hour"},
    "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    # One operation's own.
    "readFeed.limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_OF_FEED,
        "default": DEFAULT_LIMIT,
    },
    "listDays.from": _DAY,
    "listDays.to": _DAY | {"description": "Not included"},
    "listAnchors.limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_DAYS,
        "default": DEFAULT_LIMIT,
    },
    "from": INSTANT,
    "to": INSTANT | {"description": "Not included"},
    "month": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
    "lifetime_s": {"type": "integer", "minimum": 1, "maximum": MAX_LINK_S},
    "state": one_of("present", "removed", "open", "resolved", "all"),
    "finding": _FILTER,
    **dict.fromkeys(_FILTERS, _FILTER),
}
