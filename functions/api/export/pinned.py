"""A list as one sealed hour has it: what came later is left out, however long its reading takes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from functions.api.context import Context
from functions.api.export.rows import ListView, is_whole, read_pages, rows_in
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.http.edge import Request
from functions.shared.http.principal import Principal

# Larger pages than callers may have: what a page needs to be made is then made less often.
_MOST_ITEMS: Final = 2000
# By list, where a row says when it came. The others take ``as_of``, or are as they are now.
_CAME: Final[Mapping[str, str]] = {
    "events": "sealed_hour",
    "changes": "hour",
    "hours": "hour",
    "days": "day",
    "custody": "at",
    "evidence-packs": "created_at",
    "anchors": "at",
}


@dataclass(frozen=True, slots=True)
class PinnedList:
    """The rows of a list as of an hour, read as they are asked for.

    Attributes:
        rows: in the list's order.
        sections: how each organization's hour read it, where the list says so.
        is_whole: whether all of them did.
    """

    rows: Iterator[Mapping[str, Any]]
    sections: object
    is_whole: bool


def request_for(tenant: str, user: str, filters: Mapping[str, str]) -> Request:
    """Return the request of a reader for a list, as API Gateway would send it.

    Args:
        tenant: whose list.
        user: opaque id of who asked for the export.
        filters: the query, and ``org_id`` of the path.
    """
    event = {"rawQueryString": urlencode(filters), "headers": {}, "pathParameters": {**filters}}
    return Request(event, Principal(tenant, user, frozenset({"auditor"})), _MOST_ITEMS)


def pinned_query(view: ListView, filters: Mapping[str, str], hour: str) -> dict[str, str]:
    """Return the query that asks for a list as of an hour."""
    query = {name: text for name, text in filters.items() if name in view.operation.query}
    return {"as_of": hour, **query} if "as_of" in view.operation.query else query


def pinned_list(
    view: ListView, request: Request, filters: Mapping[str, str], hour: str, context: Context
) -> PinnedList:
    """Return a list as of an hour; its first page is read at once.

    Raises:
        BadRequest: a filter cannot be used.
        NotFound: the organization is not this tenant's.
        EvidenceMissing: a sealed object is gone.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    query = pinned_query(view, filters, hour)
    pages = read_pages(lambda each: view.view(each, context), request, query, request.most_items)
    first = next(pages)
    rows = until(view.name, rows_in(_from(first, pages)), parse_instant(hour))
    sections = first["sections"] if "sections" in first else None
    return PinnedList(rows, sections, is_whole(first))


def _from(first: Mapping[str, Any], rest: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    yield first
    yield from rest


def until(
    name: str, rows: Iterator[Mapping[str, Any]], hour: datetime
) -> Iterator[Mapping[str, Any]]:
    """Return the rows of a list that had come when an hour ended; of days those that were over."""
    if name not in _CAME:
        return rows
    field, end = _CAME[name], rfc3339(hour + HOUR)
    if field == "day":
        end = end[:10]
    return (row for row in rows if row[field] < end)
