"""Lists of what happened: audit events and changes, newest first, over all organizations.

Each organization's rows lie in sort-key order in a partition of its own; the partitions are read
a little at a time and merged. Fields and filters are those of the records.
"""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, cast

from functions.api.context import Context
from functions.api.cursor import Cursors
from functions.api.newest_seal import chosen, section_status
from functions.api.records import ListPage, SectionStatus
from functions.api.views.registers import require_short
from functions.shared.aws.keys import event_lookup, organization_pk
from functions.shared.aws.table import Item
from functions.shared.errors import BadRequest
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.http.edge import Query, Reply, Request, reply
from functions.shared.records.events import ListedChange, ListedEvent
from functions.shared.records.fields import FILTER, fields_of, shown
from functions.shared.records.tables import Key
from functions.shared.tables.connections import Connection

_AT_ONCE: Final = 100
# Rows looked at for one page: a filter that few rows pass gives a short page and a cursor.
_MAX_LOOKED_AT: Final = 2000


class _Position(Key):
    """What of a row says where it stands among all."""

    org_id: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """One list.

    Attributes:
        name: of the list, for its cursors.
        section: whose status stands beside it, None for every section's.
        prefix: of the sort keys: ``EV#`` or ``CH#``, followed by the instant.
        row: the record of the list's rows; its filters are the query's.
        identity: the filter that finds a row by the index, None where none does.
    """

    name: str
    section: str | None
    prefix: str
    row: type[Mapping[str, object]]
    identity: str | None = None

    @property
    def filters(self) -> tuple[str, ...]:
        """Return the fields that the query may ask to hold a value."""
        return fields_of(self.row, FILTER)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names the query may hold."""
        return ("org_id", "cursor", "limit", "from", "to", *self.filters)


EVENTS: Final = Timeline("events", "audit_events", "EV#", ListedEvent, identity="event_id")
CHANGES: Final = Timeline("changes", None, "CH#", ListedChange)


@dataclass(frozen=True, slots=True)
class _Span:
    """Sort keys from ``low`` to ``high``, both included, and the position to go on behind."""

    low: str
    high: str
    after: tuple[str, str] | None


def list_timeline(kind: Timeline, request: Request, context: Context) -> Reply:
    """Answer one page of a list.

    Raises:
        NotFound: the organization, or the cursor's, is not this tenant's.
        BadRequest: the query cannot be used.
    """
    query = request.query(*kind.parameters)
    limit = query.limit
    tenant = request.principal.tenant_id
    wanted = {name: query.values[name] for name in kind.filters if name in query.values}
    require_short(wanted.values())
    connections = chosen(context, tenant, query)
    cursors = Cursors(tenant, kind.name, 2)
    position = cursors.read(query.find("cursor"))
    if position:
        context.connections.need(tenant, position[1])
    span = _span(kind, query, position)
    if kind.identity in wanted:
        rows = _by_id(context, tenant, connections, wanted[kind.identity], span)
    else:
        rows = _merged(context, tenant, connections, span)
    items, last, ended = _page(rows, wanted, limit)
    body: ListPage = {
        "items": [shown(kind.row, item) for item in items],
        "next_cursor": None if ended or last is None else cursors.write(*_position(last)),
        "sections": [_section(context, tenant, each.org_id, kind.section) for each in connections],
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


def _span(kind: Timeline, query: Query, position: list[str] | None) -> _Span:
    start, end = _instant(query, "from"), _instant(query, "to")
    if start and end and end < start:
        raise BadRequest("to must not be before from")
    low = kind.prefix + (start or "")
    # No row's key is an instant alone: this high end is the first key past the last instant.
    high = kind.prefix + (end or "~")
    after = (position[0], position[1]) if position else None
    if after and not after[0].startswith(kind.prefix):
        raise BadRequest("the cursor is not one that this list gave; start again without it")
    return _Span(low, min(high, after[0]) if after else high, after)


def _instant(query: Query, name: str) -> str | None:
    text = query.find(name)
    try:
        return None if text is None else rfc3339(parse_instant(text))
    except ValueError as error:
        raise BadRequest(f"{name} must look like 2026-04-01T05:00:00Z, in UTC") from error


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


def _by_id(
    context: Context, tenant: str, connections: list[Connection], event_id: str, span: _Span
) -> Iterator[Item]:
    events: list[Item] = []
    for connection in connections:
        value = event_lookup(tenant, connection.org_id, event_id)
        for key in (cast("Key", item) for item in context.table.index("lookup", "lookup", value)):
            row = context.table.get(key["pk"], key["sk"])
            if row and span.low <= key["sk"] <= span.high:
                events.append(row)
    behind = [row for row in events if span.after is None or _position(row) < span.after]
    return iter(sorted(behind, key=_position, reverse=True))


def _section(context: Context, tenant: str, org: str, section: str | None) -> SectionStatus:
    row = context.hours(tenant, org).newest()
    if row is None:
        return section_status(org, None, None, "no_hour_closed_yet")
    status = row["sections"].get(section) if section else row["outcome"]
    whole = status == "complete"
    return section_status(org, row["hour"], status, None if whole else row["reason"])
