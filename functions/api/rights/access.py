"""Who can do what in an organization, and by which path, as of a sealed hour.

Ordered by entity, then as the graph tells of it. A page looks at so many grants at most, whatever
it is narrowed by: an answer may hold fewer than its limit, or none, and still lead on. The cursor
names the hour, so that a walk is of one seal while hours close.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple, cast

from functions.api.context import Context
from functions.api.cursor import UNUSABLE, Cursors
from functions.api.filters import instant_of, wanted_of
from functions.api.newest_seal import hour_at
from functions.api.registers.as_of import hours_of
from functions.shared.access_graph.graph import AccessGraph
from functions.shared.access_graph.index import Index
from functions.shared.access_graph.rules import SECTIONS
from functions.shared.errors import BadRequest
from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.http.query import Query
from functions.shared.http.request_errors import TooMuchAtOnce
from functions.shared.records.fields import filters_of
from functions.shared.records.registers import EPISODES, Registers
from functions.shared.records.rights.grants import AccessPage, Grant, ReadSection
from functions.shared.tables.connections import Connection

# What one answer looks at: who is in how many groups is chosen by whoever is watched.
MOST_LOOKED_AT: Final = 20_000


# Of all lists together, as they are sealed: as values they take five times as much memory, and the
# function has 1,024 MB. Whoever is watched makes them as long as they like.
MOST_BYTES: Final = 64 << 20


class _Place(NamedTuple):
    """Where a page begins: at a grant of a block of an entity."""

    identity: str = ""
    block: int = 0
    n: int = 0


def list_access(request: Request, context: Context) -> Reply:
    """Answer one page of who can do what.

    Raises:
        NotFound: this tenant has no such organization, or the cursor is another's.
        BadRequest: the query cannot be used, or no seal closes the hour that it names.
        TooMuchAtOnce: the hour's lists are longer than one answer can be derived from.
    """
    query = request.query("as_of", "cursor", "limit", *filters_of(Grant))
    limit, wanted = query.limit, wanted_of(query, filters_of(Grant))
    tenant = request.principal.tenant_id
    connection = context.connections.need(tenant, request.path("org_id"))
    cursors = Cursors(tenant, f"access/{connection.org_id}", 4)
    after = cursors.read(query.find("cursor"))
    place = _place(after) if after else _Place()
    seal = _seal(context, connection, after, query)
    items: list[Grant] = []
    more = None
    if seal is not None:
        graph = AccessGraph(Index(_registers(context, seal)), rfc3339(seal.hour + HOUR))
        for n_seen, (here, grant) in enumerate(_grants(graph, place, wanted)):
            if len(items) == limit or n_seen == MOST_LOOKED_AT:
                parts = (here.identity, str(here.block), str(here.n))
                more = cursors.write(rfc3339(seal.hour), *parts)
                break
            if grant is not None and _matches(grant, wanted):
                items.append(grant)
    sections = [_read(seal, name) for name in SECTIONS]
    body: AccessPage = {
        "items": items,
        "next_cursor": more,
        "seal": {"hour": rfc3339(seal.hour), "sha256": seal.sha256} if seal else None,
        "is_whole": all(section["status"] == "complete" for section in sections),
        "sections": sections,
    }
    return reply(200, body)


def _hour(text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise BadRequest(UNUSABLE) from error


def _place(parts: list[str]) -> _Place:
    _, identity, block, n = parts
    try:
        return _Place(identity, int(block), int(n))
    except ValueError as error:
        raise BadRequest(UNUSABLE) from error


def _seal(
    context: Context, connection: Connection, after: list[str] | None, query: Query
) -> Seal | None:
    """Return the seal that the walk is of, else that asked for; None before the first one."""
    tenant, org = connection.tenant_id, connection.org_id
    if after is None:
        [asked] = hours_of(context, tenant, [connection], instant_of(query, "as_of"), None)
        return asked.seal
    hour = _hour(after[0])
    seal = hour_at(context, tenant, org, hour).seal if hour < context.clock() else None
    if seal is None:
        raise BadRequest(UNUSABLE)
    return seal


def _registers(context: Context, seal: Seal) -> Registers:
    rows: dict[str, object] = {"users": [], "projects": [], "api_keys": []}
    entries = {name: entry for name in SECTIONS if (entry := seal.register(name))}
    if sum(entry["bytes"] for entry in entries.values()) > MOST_BYTES:
        raise TooMuchAtOnce(
            "this hour's lists are more than rights can be derived from at once; the lists "
            "themselves (/group-members, /group-roles, /user-roles …) can be read page by page"
        )
    for name, entry in entries.items():
        rows[name] = list(context.registers.sealed(entry).each(EPISODES[name]))
    return cast("Registers", rows)


def _grants(
    graph: AccessGraph, start: _Place, wanted: Mapping[str, str]
) -> Iterator[tuple[_Place, Grant | None]]:
    """Yield what there is from a place on; of an entity without anything, that it was looked at."""
    for identity, kind in graph.entities:
        if identity < start.identity:
            continue
        if "entity_id" in wanted and wanted["entity_id"] != identity:
            continue
        first = start if identity == start.identity else _Place(identity)
        yield first, None
        blocks = graph.blocks(identity, kind)
        for block in range(max(first.block, 0), len(blocks)):
            skipped = first.n if block == first.block else 0
            for n, grant in enumerate(blocks[block]()):
                if n >= skipped:
                    yield _Place(identity, block, n), grant


def _matches(grant: Grant, wanted: Mapping[str, str]) -> bool:
    fields: Mapping[str, object] = grant
    return all(fields[name] == value for name, value in wanted.items())


def _read(seal: Seal | None, name: str) -> ReadSection:
    sections = seal.content["sections"] if seal else {}
    if name not in sections:
        return {"section": name, "status": None, "reason": None, "hour": None}
    facts = sections[name]
    return {
        "section": name,
        "status": facts["status"],
        "reason": facts["reason"],
        "hour": facts["state_at"],
    }
