"""What the list of findings may be asked beside the fields of its rows. Pure."""

from collections.abc import Callable
from datetime import date
from typing import Final

from functions.api.filters import MAX_TEXT, time_range
from functions.shared.errors import BadRequest
from functions.shared.http.query import Query
from functions.shared.records.findings import ListedFinding

_KEYS: Final = frozenset({"api_keys", "admin_keys"})
_RESOLVED: Final = ("resolved_from", "resolved_to")


def finding_filter(query: Query) -> Callable[[ListedFinding], bool]:
    """Return what tells which findings a query takes.

    Raises:
        BadRequest: a value that no finding can have.
    """
    key_id, accountable = _text(query, "key_id"), _text(query, "accountable")
    day = _day(query, "due_before")
    start, end = time_range(query, *_RESOLVED)
    if (start or end) and query.find("state") not in ("resolved", "all"):
        # Of open ones there would be none, which says nothing of those that were resolved.
        raise BadRequest("resolved_from and resolved_to need state=resolved, or state=all")

    def takes(row: ListedFinding) -> bool:
        resolved, due = row["resolved_hour"], row["due_by"]
        return (
            (key_id is None or (row["section"] in _KEYS and row["entity_id"] == key_id))
            and (accountable is None or row["stated"]["accountable"] == accountable)
            and (day is None or (due is not None and due < day))
            and (start is None or (resolved is not None and resolved >= start))
            and (end is None or (resolved is not None and resolved < end))
        )

    return takes


def _text(query: Query, name: str) -> str | None:
    text = query.find(name)
    if text is not None and len(text) > MAX_TEXT:
        raise BadRequest(f"{name} is at most {MAX_TEXT} characters")
    return text


def _day(query: Query, name: str) -> str | None:
    text = query.find(name)
    try:
        is_day = text is None or date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_day = False
    if not is_day:
        raise BadRequest(f"{name} must be a day that exists, like 2026-04-30")
    return text
