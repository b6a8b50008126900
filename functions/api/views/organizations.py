"""The tenant's organizations: list, one, the hours of one, and the summary over all."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Final, cast

from functions.api.context import Context
from functions.api.cursor import UNUSABLE, Cursors
from functions.api.filters import time_range
from functions.api.records import Figures, OrganizationFigures, Summary
from functions.shared.errors import BadRequest
from functions.shared.hours import parse_instant
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.records.fields import fields_of
from functions.shared.records.tables import HourRow, ListedHour, Organization
from functions.shared.tables.connections import Connection

# Where the newest hour could not be read, the figure of one up to a day before stands, marked.
_LOOK_BACK_HOURS: Final = 25


def list_organizations(request: Request, context: Context) -> Reply:
    """Answer one page of the tenant's organizations, disconnected ones included."""
    query = request.query("cursor", "limit")
    limit = query.limit
    tenant = request.principal.tenant_id
    cursors = Cursors(tenant, "orgs", 1)
    after = cursors.read(query.find("cursor"))
    if after:
        context.connections.need(tenant, after[0])
    every = context.connections.of(tenant)
    behind = [each for each in every if not after or each.org_id > after[0]]
    page = behind[:limit]
    more = cursors.write(page[-1].org_id) if len(behind) > limit else None
    return reply(200, {"items": [_public(each, context) for each in page], "next_cursor": more})


def show_organization(request: Request, context: Context) -> Reply:
    """Answer one organization.

    Raises:
        NotFound: this tenant has none of this id.
    """
    request.query()
    tenant = request.principal.tenant_id
    return reply(200, _public(context.connections.need(tenant, request.path("org_id")), context))


def _public(connection: Connection, context: Context) -> Organization:
    newest = context.hours(connection.tenant_id, connection.org_id).newest()
    return connection.public(newest, context.clock())


def list_hours(request: Request, context: Context) -> Reply:
    """Answer one page of an organization's closed hours, newest first.

    Raises:
        NotFound: this tenant has no such organization.
        BadRequest: the query cannot be used.
    """
    query = request.query("from", "to", "cursor", "limit")
    limit = query.limit
    tenant = request.principal.tenant_id
    org = context.connections.need(tenant, request.path("org_id")).org_id
    cursors = Cursors(tenant, f"hours/{org}", 1)
    after = cursors.read(query.find("cursor"))
    first, last = time_range(query)
    start, until = parse_instant(first) if first else None, after[0] if after else last
    try:
        end = parse_instant(until) if until else None
    except ValueError as error:
        raise BadRequest(UNUSABLE) from error
    rows: list[HourRow] = []
    # A cursor may stand before what is asked for now.
    if not (start and end and end < start):
        hours = context.hours(tenant, org).between(start, end, newest_first=True, at_once=limit + 4)
        rows = list(islice(hours, limit + 1))
    page = rows[:limit]
    more = cursors.write(page[-1]["hour"]) if len(rows) > limit else None
    items: list[ListedHour] = [{**row, "org_id": org} for row in page]
    return reply(200, {"items": items, "next_cursor": more})


def summary(request: Request, context: Context) -> Reply:
    """Answer the figures over all organizations that are not disconnected.

    A figure is null where no organization's is known. ``carried`` names the figures of which some
    part is from an earlier hour, ``unknown`` those of which some part is missing.
    """
    request.query()
    every = context.connections.of(request.principal.tenant_id)
    active = [each for each in every if each.status != "disconnected"]
    recent = {each.org_id: _recent(each, context) for each in active}
    closed = [rows[0]["hour"] for rows in recent.values() if rows]
    figures, carried, unknown = _summed(list(recent.values()))
    body: Summary = {
        **figures,
        "orgs": len(active),
        "carried": carried,
        "unknown": unknown,
        "last_closed_hour": min(closed, default=None),
        "organizations": [_latest(each, recent[each.org_id]) for each in active],
    }
    return reply(200, body)


def _summed(recent: list[list[HourRow]]) -> tuple[Figures, list[str], list[str]]:
    """Return the sums over all organizations, and which are carried, and which unknown."""
    sums: dict[str, int | None] = {}
    carried: list[str] = []
    unknown: list[str] = []
    for name in fields_of(Figures):
        parts = [_newest_known(rows, name) for rows in recent]
        values = [value for value, _ in parts if value is not None]
        sums[name] = sum(values) if values or not recent else None
        if len(values) < len(parts):
            unknown.append(name)
        if any(age for value, age in parts if value is not None):
            carried.append(name)
    return cast("Figures", sums), carried, unknown


def _recent(connection: Connection, context: Context) -> list[HourRow]:
    """Return the newest hour's row, and those before it where its figures are not all known."""
    hours = context.hours(connection.tenant_id, connection.org_id)
    newest = hours.newest()
    if newest is None:
        return []
    if None not in figures_of(newest).values():
        return [newest]
    before = hours.between(None, None, newest_first=True, at_once=_LOOK_BACK_HOURS + 3)
    return list(islice(before, _LOOK_BACK_HOURS))


def figures_of(row: HourRow) -> Figures:
    """Return the figures of an hour; null for what could not be read whole."""
    kpi = row["kpi"]
    return {
        "users": kpi["users"] if kpi else None,
        "active_projects": kpi["active_projects"] if kpi else None,
        "api_keys": kpi["api_keys"] if kpi else None,
        "stale_keys": kpi["stale_keys"] if kpi else None,
        "open_findings": row["open_findings"],
    }


def _newest_known(rows: Iterable[HourRow], name: str) -> tuple[int | None, int]:
    """Return the newest known figure, and of how many hours before the newest it is."""
    for age, row in enumerate(rows):
        figures: Mapping[str, object] = figures_of(row)
        value = figures[name]
        if isinstance(value, int):
            return value, age
    return None, 0


def _latest(connection: Connection, rows: list[HourRow]) -> OrganizationFigures:
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
        "lag_hours": newest["lag_hours"] if newest else None,
    }
