"""The hours that a list is read as of: the newest, one that is asked for, or those of a walk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from functions.api.context import Context
from functions.api.cursor import UNUSABLE
from functions.api.newest_seal import Newest, hour_at, newest_hour
from functions.api.registers.pins import BEGINNING, Pins
from functions.shared.errors import BadRequest
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.tables.connections import Connection
from functions.shared.tables.hour_rows import HourRows

# A few more than one: the hours after it may be open.
_AT_ONCE: Final = 4


def hours_of(
    context: Context,
    tenant: str,
    connections: Sequence[Connection],
    as_of: str | None,
    pins: Pins | None,
) -> list[Newest]:
    """Return the hour of each organization that a list is read as of, its seal read and checked.

    Args:
        context: the function's.
        tenant: whose.
        connections: the organizations.
        as_of: an instant, RFC 3339: in the hour that is asked for; None for the newest.
        pins: the hours of the walk, None at its beginning.

    Raises:
        BadRequest: no organization has sealed that hour, or the walk is of another.
        EvidenceMissing: the table names a seal that is not there.
        EvidenceInvalid: the seal is not the one that the table names.
    """
    orgs = [connection.org_id for connection in connections]
    hour = floor_hour(parse_instant(as_of)) if as_of else None
    if hour and hour > context.clock() - HOUR:
        raise BadRequest(f"as_of is in the hour {rfc3339(hour)}, which has not ended")
    if pins:
        if hour and hour != pins.usual:
            raise BadRequest(UNUSABLE)
        return [pinned_hour(context, tenant, org, pins) for org in orgs]
    if hour is None:
        return [newest_hour(context, tenant, org) for org in orgs]
    hours = [hour_at(context, tenant, org, hour) for org in orgs]
    if orgs and all(each.seal is None for each in hours):
        chains = [context.hours(tenant, org) for org in orgs]
        raise BadRequest(f"the hour {rfc3339(hour)} was not sealed; {_nearest(chains, hour)}")
    return hours


def pinned_hour(context: Context, tenant: str, org: str, pins: Pins) -> Newest:
    """Return the hour of an organization that a walk is pinned to.

    Raises:
        EvidenceMissing: the table names a seal that is not there.
        EvidenceInvalid: the seal is not the one that the table names.
    """
    hour = pins.hour(org)
    return Newest(org, None) if hour == BEGINNING else hour_at(context, tenant, org, hour)


def pins_of(hours: Sequence[Newest], as_of: str | None) -> Pins:
    """Return what a walk that begins with these hours is pinned to."""
    usual = floor_hour(parse_instant(as_of)) if as_of else None
    return Pins.of({each.org_id: each.seal.hour if each.seal else None for each in hours}, usual)


def _nearest(chains: Sequence[HourRows], hour: datetime) -> str:
    """Say which sealed hours are next to one."""
    newer = (next(rows.between(hour, None, at_once=_AT_ONCE), None) for rows in chains)
    older = (
        next(rows.between(None, hour, newest_first=True, at_once=_AT_ONCE), None) for rows in chains
    )
    after = min((row["hour"] for row in newer if row), default=None)
    before = max((row["hour"] for row in older if row), default=None)
    if before and after:
        return f"the nearest ones that were are {before} and {after}"
    if before or after:
        return f"the nearest one that was is {before or after}"
    return "none was yet"
