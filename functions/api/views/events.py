"""The list of audit events, over one organization or all, and the look-up of one by its id.

Both read what is sealed: the list in the order of sealing, newest first; an id is looked up in the
sealed index, which knows the hour that sealed it. A filter that few events pass gives short pages,
or empty ones, and a cursor.
"""

from typing import Final

from functions.api.context import Context
from functions.api.cursor import Cursors
from functions.api.event_order import Position, Wanted
from functions.api.filters import TimedList, time_range
from functions.api.newest_seal import chosen, newest_hour, newest_status
from functions.api.records import ListPage
from functions.api.sealed_events import Between, Budget, EventPage, SealedEvents
from functions.shared.evidence.sealed_index import SealedIndex, held_since
from functions.shared.hours import HOUR, floor_hour, parse_instant
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.records.events import ListedEvent
from functions.shared.tables.connections import Connection

EVENTS: Final = TimedList("events", ListedEvent)
# Organizations whose indexes one request asks; each may have some thirty runs.
_MOST_INDEXES: Final = 20
# The version that seals have an index from.
_FIRST_INDEXED: Final = 3


def list_events(request: Request, context: Context) -> Reply:
    """Answer one page of the list.

    Raises:
        NotFound: the organization, or the cursor's, is not this tenant's.
        BadRequest: the query cannot be used.
        EvidenceMissing: a sealed object that holds some of the events is gone.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    query = request.query(*EVENTS.parameters)
    limit = query.limit
    tenant = request.principal.tenant_id
    fields = EVENTS.fields(query)
    wanted = Wanted(*time_range(query), fields)
    connections = chosen(context, tenant, query)
    event_id = query.find("event_id")
    cursors = Cursors(tenant, "event-by-id" if event_id is not None else EVENTS.name, 3)
    parts = cursors.read(query.find("cursor"))
    if parts:
        context.connections.need(tenant, parts[1])
    if event_id is not None:
        page = _by_id(context, connections, wanted, event_id, parts, limit)
    else:
        start = floor_hour(parse_instant(wanted.start)) if wanted.start else None
        between = {each.org_id: (start, None) for each in connections}
        events = SealedEvents(context, tenant, between, wanted)
        page = events.page(Position.of(parts) if parts else None, limit, Budget())
    body: ListPage = {
        "items": page.items,
        "next_cursor": cursors.write(*page.rest.parts) if page.rest else None,
        "sections": [
            newest_status(context, tenant, each.org_id, "audit_events") for each in connections
        ],
    }
    return reply(200, body)


def _by_id(
    context: Context,
    connections: list[Connection],
    wanted: Wanted,
    event_id: str,
    parts: list[str] | None,
    limit: int,
) -> EventPage:
    """Return the events of an id, organization by organization, as far as one request may look."""
    hour, first, _ = parts or ("", "", "")
    after, budget = Position.of(parts) if parts and hour else None, Budget()
    items: list[ListedEvent] = []
    behind = [connection for connection in connections if connection.org_id >= first]
    for number, connection in enumerate(behind):
        tenant, org = connection.tenant_id, connection.org_id
        if number == _MOST_INDEXES or budget.is_spent or len(items) == limit:
            return EventPage(items, Position("", org, 0))
        hours = _hours_of(context, tenant, org, event_id)
        if hours is None:
            continue
        events = SealedEvents(context, tenant, {org: hours}, wanted)
        page = events.page(after if org == first else None, limit - len(items), budget)
        items += page.items
        if page.rest:
            return EventPage(items, page.rest)
    return EventPage(items, None)


def _hours_of(context: Context, tenant: str, org: str, event_id: str) -> Between | None:
    """Return the hours that may have sealed an event, None where none has.

    That is one hour, where the index knows the id. Where it does not, and does not reach back to
    the beginning of a chain that began without it, every hour before the first it knows is left.
    """
    seal = newest_hour(context, tenant, org).seal
    if seal is None:
        return None
    if seal.content["v"] < _FIRST_INDEXED:
        return None, None
    runs = seal.content["index"]
    hour = SealedIndex(context.evidence, runs).find([event_id]).get(event_id)
    if hour:
        return hour, hour + HOUR
    since = held_since(runs)
    return (None, since) if since else None
