"""The tenant's organizations: list, one, the hours of one, and the summary over all."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from functions.api.context import Doors
from functions.api.cursor import Cursors
from functions.shared.aws.table import Item
from functions.shared.canonical import Json
from functions.shared.errors import BadRequest
from functions.shared.hours import parse_instant
from functions.shared.http.edge import Reply, Request, limit_of, reply
from functions.shared.tables.connections import Connection

HOUR_FIELDS: Final = (
    *("hour", "outcome", "reason", "sha256", "sections", "kpi", "events", "changes"),
    "open_findings",
)
KPI: Final = ("users", "active_projects", "api_keys", "stale_keys")
# Where the newest hour could not be read, the figure of one up to a day before stands, marked.
_LOOK_BACK_HOURS: Final = 25


def list_organizations(request: Request, doors: Doors) -> Reply:
    """Answer one page of the tenant's organizations, disconnected ones included."""
    query = request.query("cursor", "limit")
    limit = limit_of(query)
    tenant = request.caller.tenant_id
    cursors = Cursors(tenant, "orgs", 1)
    after = cursors.read(query.get("cursor"))
    if after:
        doors.connections.need(tenant, after[0])
    found = [one for one in doors.connections.of(tenant) if not after or one.org_id > after[0]]
    shown = found[:limit]
    more = cursors.write(shown[-1].org_id) if len(found) > limit else None
    return reply(200, {"items": [_public(one, doors) for one in shown], "next_cursor": more})


def show_organization(request: Request, doors: Doors) -> Reply:
    """Answer one organization.

    Raises:
        NotFound: this tenant has none of this id.
    """
    request.query()
    found = doors.connections.need(request.caller.tenant_id, request.path("org_id"))
    return reply(200, _public(found, doors))


def _public(connection: Connection, doors: Doors) -> Json:
    newest = doors.hours(connection.tenant_id, connection.org_id).newest()
    return connection.public(newest, doors.clock())


def list_hours(request: Request, doors: Doors) -> Reply:
    """Answer one page of an organization's closed hours, newest first.

    Raises:
        NotFound: this tenant has no such organization.
        BadRequest: the query cannot be used.
    """
    query = request.query("from", "to", "cursor", "limit")
    limit = limit_of(query)
    tenant = request.caller.tenant_id
    org = doors.connections.need(tenant, request.path("org_id")).org_id
    cursors = Cursors(tenant, f"hours/{org}", 1)
    after = cursors.read(query.get("cursor"))
    try:
        start = parse_instant(query["from"]) if "from" in query else None
        end = parse_instant(after[0] if after else query["to"]) if after or "to" in query else None
    except ValueError as error:
        raise BadRequest("from and to must look like 2026-04-01T05:00:00Z, in UTC") from error
    if start and end and end < start:
        raise BadRequest("to must not be before from")
    rows = doors.hours(tenant, org).between(start, end, newest_first=True, at_once=limit + 4)
    found = list(islice(rows, limit + 1))
    shown = found[:limit]
    items = [{"org_id": org} | {name: row.get(name) for name in HOUR_FIELDS} for row in shown]
    more = cursors.write(shown[-1]["hour"]) if len(found) > limit else None
    return reply(200, {"items": items, "next_cursor": more})


def summary(request: Request, doors: Doors) -> Reply:
    """Answer the figures over all organizations that are not disconnected.

    A figure is null where no organization's is known. ``carried`` names the figures of which some
    part is from an earlier hour, ``unknown`` those of which some part is missing.
    """
    request.query()
    tenant = request.caller.tenant_id
    living = [one for one in doors.connections.of(tenant) if one.status != "disconnected"]
    recent = {one.org_id: _recent(one, doors) for one in living}
    figures: dict[str, int | None] = {}
    carried: list[str] = []
    unknown: list[str] = []
    for name in (*KPI, "open_findings"):
        parts = [_figure(rows, name) for rows in recent.values()]
        known = [value for value, _ in parts if value is not None]
        figures[name] = sum(known) if known or not living else None
        if len(known) < len(parts):
            unknown.append(name)
        if any(age for value, age in parts if value is not None):
            carried.append(name)
    closed = [rows[0]["hour"] for rows in recent.values() if rows]
    body = {
        "orgs": len(living),
        **figures,
        "carried": carried,
        "unknown": unknown,
        "last_closed_hour": min(closed, default=None),
        "organizations": [_line(one, recent[one.org_id]) for one in living],
    }
    return reply(200, body)


def _recent(connection: Connection, doors: Doors) -> list[Item]:
    """Return the newest hour's row, and those before it where its figures are not all known."""
    rows = doors.hours(connection.tenant_id, connection.org_id)
    newest = rows.newest()
    if newest is None:
        return []
    if all(_of(newest, name) is not None for name in (*KPI, "open_findings")):
        return [newest]
    before = rows.between(None, None, newest_first=True, at_once=_LOOK_BACK_HOURS + 3)
    return list(islice(before, _LOOK_BACK_HOURS))


def _of(row: Item, name: str) -> int | None:
    if name == "open_findings":
        found: int | None = row.get("open_findings")
    else:
        found = (row.get("kpi") or {}).get(name)
    return found


def _figure(rows: Iterable[Item], name: str) -> tuple[int | None, int]:
    """Return the newest known figure, and of how many hours before the newest it is."""
    for age, row in enumerate(rows):
        value = _of(row, name)
        if value is not None:
            return value, age
    return None, 0


def _line(connection: Connection, rows: list[Item]) -> Json:
    newest = rows[0] if rows else None
    return {
        "org_id": connection.org_id,
        "display_name": connection.display_name,
        "status": connection.status,
        "health": connection.health,
        "last_hour": newest["hour"] if newest else None,
        "outcome": newest["outcome"] if newest else None,
        "reason": newest["reason"] if newest else None,
        "sections": newest["sections"] if newest else {},
    }
