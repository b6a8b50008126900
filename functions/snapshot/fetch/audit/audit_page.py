"""One page of the audit log: what is asked for, and what of the answer belongs to the window.

Step 1 of 6, part: audit events.
"""

from collections.abc import Iterable

from functions.shared.canonical import Json
from functions.shared.errors import BadResponse
from functions.shared.limits import word
from functions.shared.openai.client import Params
from functions.shared.openai.epoch import epoch_second
from functions.snapshot.fetch.pagination import open_page

PATH = "/organization/audit_logs"


def window_query(lo: int, hi: int, limit: int) -> Params:
    """Return the parameters that ask for a window ``lo <= t < hi``."""
    return [
        ("effective_at[gte]", str(lo)),
        ("effective_at[lt]", str(hi)),
        ("limit", str(limit)),
    ]


def page_of(page: Json) -> tuple[list[Json], bool]:
    """Return a page's records, and whether more are promised.

    Raises:
        BadResponse: it is not a page.
    """
    # A window never follows a cursor, so an absent one is no fault here.
    has_more = page.get("has_more")
    if not isinstance(has_more, bool):
        raise BadResponse("has_more is neither true nor false")
    items, _ = open_page({**page, "has_more": False})
    return [_named(item) for item in items], has_more


def _named(item: Json) -> Json:
    # As it will be sealed, so that it is known again when it is read again.
    identity = item.get("id")
    name = word(identity) if isinstance(identity, str) else identity
    return item if name == identity else item | {"id": name}


def instants(events: Iterable[Json]) -> list[int]:
    """Return the readable times of events."""
    return [when for event in events if (when := effective_at(event)) is not None]


def effective_at(event: Json) -> int | None:
    """Return an event's epoch second, None where it has no readable one."""
    return epoch_second(event.get("effective_at"))


def inside_of(items: list[Json], lo: int, hi: int) -> list[Json]:
    """Return the records that belong to a window."""
    # A record whose time cannot be read belongs to the window that showed it. One from outside the
    # window is not this window's: its own window shows it, or showed it before.
    return [item for item in items if (when := effective_at(item)) is None or lo <= when < hi]
