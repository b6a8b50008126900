"""The list of changes, newest first, over one organization or all.

Each organization's rows lie in sort-key order in a partition of its own; the partitions are read
a little at a time and merged. Fields and filters are those of the record.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, cast

from functions.api.context import Context
from functions.api.cursor import UNUSABLE, Cursors
from functions.api.filters import TimedList, time_range
from functions.api.newest_seal import chosen, newest_status
from functions.api.records import ListPage
from functions.shared.aws.keys import CHANGE_PREFIX, organization_pk
from functions.shared.aws.table import Item
from functions.shared.errors import BadRequest
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.http.query import Query
from functions.shared.records.events import ListedChange
from functions.shared.records.fields import shown
from functions.shared.records.tables import Key
from functions.shared.tables.connections import Connection

CHANGES: Final = TimedList("changes", ListedChange)
_AT_ONCE: Final = 100
# Rows looked at for one page: a filter that few rows pass gives a short page and a cursor.
_MAX_LOOKED_AT: Final = 2000


class _Position(Key):
    """What of a row says where it stands among all."""

    org_id: str


@dataclass(frozen=True, slots=True)
class _Span:
    """Sort keys from ``low`` to ``high``, both included, and the position to go on behind."""

    low: str
    high: str
    after: tuple[str, str] | None


def list_changes(request: Request, context: Context) -> Reply:
    """Answer one page of the list.

    Raises:
        NotFound: the organization, or the cursor's, is not this tenant's.
        BadRequest: the query cannot be used.
    """
    query = request.query(*CHANGES.parameters)
    limit = query.limit
    tenant = request.principal.tenant_id
    wanted = CHANGES.fields(query)
    connections = chosen(context, tenant, query)
    cursors = Cursors(tenant, CHANGES.name, 2)
    position = cursors.read(query.find("cursor"))
    if position:
        context.connections.need(tenant, position[1])
    rows = _merged(context, tenant, connections, _span(query, position))
    items, last, ended = _page(rows, wanted, limit)
    body: ListPage = {
        "items": [shown(ListedChange, item) for item in items],
        "next_cursor": None if ended or last is None else cursors.write(*_position(last)),
        "sections": [newest_status(context, tenant, each.org_id, None) for each in connections],
    }
    return reply(200, body)


def _page(
    rows: Iterator[Item], wanted: Mapping[str, str], limit: int
) -> tuple[list[Item], Item | None, bool]:
    """Return the rows that fit, the last one looked at, and whether there is nothing behind it."""
    items: list[Item] = []
    last: Item | None = None
    for row in islice(rows, _MAX_LOOKED_AT):
        last = row
        if all(row.get(name) == value for name, value in wanted.items()):
            items.append(row)
        if len(items) == limit:
            break
    return items, last, next(rows, None) is None


def _position(item: Item) -> tuple[str, str]:
    position = cast("_Position", item)
    return position["sk"], position["org_id"]


def _span(query: Query, position: list[str] | None) -> _Span:
    start, end = time_range(query)
    low = CHANGE_PREFIX + (start or "")
    # No row's key is an instant alone: this high end is the first key past the last instant.
    high = CHANGE_PREFIX + (end or "~")
    after = (position[0], position[1]) if position else None
    if after and not after[0].startswith(CHANGE_PREFIX):
        raise BadRequest(UNUSABLE)
    return _Span(low, min(high, after[0]) if after else high, after)


def _merged(
    context: Context, tenant: str, connections: list[Connection], span: _Span
) -> Iterator[Item]:
    if span.low > span.high:
        return iter(())
    partitions = [organization_pk(tenant, connection.org_id) for connection in connections]
    streams = [_stream(context, pk, span) for pk in partitions]
    return heapq.merge(*streams, key=_position, reverse=True)


def _stream(context: Context, pk: str, span: _Span) -> Iterator[Item]:
    after: str | None = None
    while True:
        page = context.table.page(
            pk, between=(span.low, span.high), after=after, limit=_AT_ONCE, newest_first=True
        )
        for row in page.items:
            if span.after is None or _position(row) < span.after:
                yield row
        if page.last_sk is None:
            return
        after = page.last_sk
