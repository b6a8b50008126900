"""The figures over all organizations, and whether anybody is looking."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, cast

from functions.api.context import Context
from functions.api.records import Figures, Freshness, OrganizationFigures, Summary
from functions.shared.evidence.expected_hours import expected_hour, late_hours, to_close_of
from functions.shared.hours import floor_hour, rfc3339
from functions.shared.http.edge import Reply, Request, reply
from functions.shared.records.fields import fields_of
from functions.shared.records.tables import HourRow
from functions.shared.tables.connections import Connection

# Where the newest hour could not be read, the figure of one up to a day before stands, marked.
_LOOK_BACK_HOURS: Final = 25
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)


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
    now = context.clock()
    organizations = [_latest(each, recent[each.org_id], context, now) for each in active]
    lags = [each["lag_hours"] for each in organizations if each["lag_hours"] is not None]
    body: Summary = {
        **figures,
        "orgs": len(active),
        "carried": carried,
        "unknown": unknown,
        "last_closed_hour": min(closed, default=None),
        "expected_hour": rfc3339(expected_hour(now)),
        "late_hours": max((each["late_hours"] for each in organizations), default=0),
        "late_since": min((t for each in organizations if (t := each["late_since"])), default=None),
        "missed_24h": sum(each["missed_24h"] for each in organizations),
        "missed_30d": sum(each["missed_30d"] for each in organizations),
        "lag_hours": max(lags, default=None),
        "organizations": organizations,
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
        "billable_users": kpi["billable_users"] if kpi else None,
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


def _latest(
    connection: Connection, rows: list[HourRow], context: Context, now: datetime
) -> OrganizationFigures:
    newest = rows[0] if rows else None
    return {
        **_freshness(connection, newest, context, now),
        "org_id": connection.org_id,
        "display_name": connection.display_name,
        "status": connection.status,
        "health": connection.health,
        "last_hour": newest["hour"] if newest else None,
        "outcome": newest["outcome"] if newest else None,
        "reason": newest["reason"] if newest else None,
        "sections": newest["sections"] if newest else {},
    }


def _freshness(
    connection: Connection, newest: HourRow | None, context: Context, now: datetime
) -> Freshness:
    """Return whether anybody is looking, and which hours of the last month nobody pictured."""
    to_close = to_close_of(connection, newest)
    late = late_hours(to_close, now)
    hours = context.hours(connection.tenant_id, connection.org_id)
    month = context.outcomes.since(floor_hour(now) - _MONTH, hours)
    missed = [hour for hour, outcome in month.items() if outcome == "missed"]
    day_ago = rfc3339(floor_hour(now) - _DAY)
    return {
        "late_hours": late,
        "late_since": rfc3339(to_close) if late else None,
        "missed_24h": sum(hour >= day_ago for hour in missed),
        "missed_30d": len(missed),
        "lag_hours": newest["lag_hours"] if newest else None,
    }
