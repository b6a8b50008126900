"""Lists of what happened: audit events and changes, newest first, over all organizations.

Each organization's rows lie in sort-key order in a partition of its own; the partitions are read
a little at a time and merged.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from functions.api.context import Doors
from functions.api.cursor import Cursors
from functions.api.newest_seal import chosen, section_row
from functions.shared.aws.keys import event_lookup, organization_pk
from functions.shared.aws.table import Item
from functions.shared.canonical import Json
from functions.shared.errors import BadRequest
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.http.edge import Reply, Request, limit_of, reply
from functions.shared.tables.connections import Connection

_AT_ONCE: Final = 100
# Rows looked at for one page: a filter that few rows pass gives a short page and a cursor.
_MAX_LOOKED_AT: Final = 2000
_MAX_FILTER: Final = 200


@dataclass(frozen=True, slots=True)
class Timeline:
    """One list.

    Attributes:
        name: of the list, for its cursors.
        section: whose status stands beside it, None for every section's.
        prefix: of the sort keys: ``EV#`` or ``CH#``, followed by the instant.
        fields: shown; those of the pack's rows.
        filters: names of fields that the query may ask to equal.
    """

    name: str
    section: str | None
    prefix: str
    fields: tuple[str, ...]
    filters: tuple[str, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names the query may hold."""
        return ("org_id", "cursor", "limit", "from", "to", *self.filters)


EVENTS: Final = Timeline(
    name="events",
    section="audit_events",
    prefix="EV#",
    fields=(
        *("org_id", "event_id", "event_type", "occurred_at", "sealed_hour", "actor_type"),
        *("actor_id", "actor_hash", "project_id", "target_id", "details"),
    ),
    filters=("event_id", "event_type", "actor_id", "project_id", "target_id"),
)
CHANGES: Final = Timeline(
    name="changes",
    section=None,
    prefix="CH#",
    fields=(
        *("org_id", "hour", "section", "entity_id", "kind", "fields", "before", "after"),
        *("verdict", "reason", "event_id"),
    ),
    filters=("section", "entity_id", "kind", "verdict"),
)


@dataclass(frozen=True, slots=True)
class _Span:
    """Sort keys from ``low`` to ``high``, both included, and the position to go on behind."""

    low: str
    high: str
    after: tuple[str, str] | None


def list_timeline(kind: Timeline, request: Request, doors: Doors) -> Reply:
    """Answer one page of a list.

    Raises:
        NotFound: the organization, or the cursor's, is not this tenant's.
        BadRequest: the query cannot be used.
    """
    query = request.query(*kind.parameters)
    limit = limit_of(query)
    tenant = request.caller.tenant_id
    wanted = {name: query[name] for name in kind.filters if name in query}
    if any(len(value) > _MAX_FILTER for value in wanted.values()):
        raise BadRequest(f"a filter is at most {_MAX_FILTER} characters")
    places = chosen(doors, tenant, query)
    cursors = Cursors(tenant, kind.name, 2)
    position = cursors.read(query.get("cursor"))
    if position:
        doors.connections.need(tenant, position[1])
    span = _span(kind, query, position)
    if "event_id" in wanted and kind is EVENTS:
        rows: Iterator[Item] = _by_id(doors, tenant, places, wanted["event_id"], span)
    else:
        rows = _merged(doors, tenant, places, span)
    items, last, ended = _page(rows, wanted, limit)
    body = {
        "items": [{name: row.get(name) for name in kind.fields} for row in items],
        "next_cursor": None if ended or last is None else cursors.write(*_key(last)),
        "sections": [_section(doors, tenant, place.org_id, kind.section) for place in places],
    }
    return reply(200, body)


def _page(
    rows: Iterator[Item], wanted: dict[str, str], limit: int
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


def _key(row: Item) -> tuple[str, str]:
    return row["sk"], row["org_id"]


def _span(kind: Timeline, query: dict[str, str], position: list[str] | None) -> _Span:
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


def _instant(query: dict[str, str], name: str) -> str | None:
    if name not in query:
        return None
    try:
        return rfc3339(parse_instant(query[name]))
    except ValueError as error:
        raise BadRequest(f"{name} must look like 2026-04-01T05:00:00Z, in UTC") from error


def _merged(doors: Doors, tenant: str, places: list[Connection], span: _Span) -> Iterator[Item]:
    if span.low > span.high:
        return iter(())
    streams = [_stream(doors, organization_pk(tenant, one.org_id), span) for one in places]
    return heapq.merge(*streams, key=_key, reverse=True)


def _stream(doors: Doors, pk: str, span: _Span) -> Iterator[Item]:
    after: str | None = None
    while True:
        page = doors.table.page(
            pk, between=(span.low, span.high), after=after, limit=_AT_ONCE, newest_first=True
        )
        for row in page.items:
            if span.after is None or _key(row) < span.after:
                yield row
        if page.last_sk is None:
            return
        after = page.last_sk


def _by_id(
    doors: Doors, tenant: str, places: list[Connection], event_id: str, span: _Span
) -> Iterator[Item]:
    found: list[Item] = []
    for place in places:
        value = event_lookup(tenant, place.org_id, event_id)
        for key in doors.table.index("lookup", "lookup", value):
            row = doors.table.get(key["pk"], key["sk"])
            if row and span.low <= row["sk"] <= span.high:
                found.append(row)
    behind = [row for row in found if span.after is None or _key(row) < span.after]
    return iter(sorted(behind, key=_key, reverse=True))


def _section(doors: Doors, tenant: str, org: str, section: str | None) -> Json:
    row = doors.hours(tenant, org).newest()
    if row is None:
        return section_row(org, None, None, "no_hour_closed_yet")
    status = row["sections"].get(section) if section else row["outcome"]
    whole = status == "complete"
    return section_row(org, row["hour"], status, None if whole else row["reason"])
