"""Dispatch: the monthly schedule's event becomes one pack per tenant, of the month before.

The month and the cut follow from the event's own time. A lost firing may be fired again, a doubled
one does no harm: a tenant's pack of a month exists once. An operator who fires again with
``"again": true`` in the event has the packs that failed made anew, under new numbers.
"""

from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.shared.aws import clients
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.clock import clock_from
from functions.shared.errors import AuditError
from functions.shared.hours import HOUR, floor_hour, parse_instant, previous_month, rfc3339
from functions.shared.observability import logger
from functions.shared.period import Period
from functions.shared.settings import from_process
from functions.shared.tables.connections import Connection, Connections
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.packs import Pack, Packs

log = logger("pack-dispatch")


class DispatchIncomplete(AuditError):
    """Some tenants' packs were not requested. Fire again: those that were are not made twice."""


def handle(event: dict[str, Any], _lambda_context: object) -> dict[str, int]:
    """Request the packs of the month before the event (EventBridge's scheduled event).

    Permissions:
        dynamodb:Query, GetItem, PutItem and UpdateItem; sqs:SendMessage on the pack queue.
    """
    settings = from_process()
    table = Table(clients.dynamodb(), settings["TABLE_NAME"])
    queue = Queue(clients.sqs(), settings["PACK_QUEUE_URL"])
    now = clock_from(settings.environment)()
    fired_at = min(parse_instant(event["time"]), now)
    packs = dispatch(table, queue, fired_at, now, again=event.get("again") is True)
    log.info("dispatched", packs=len(packs), time=event["time"])
    return {"packs": len(packs)}


def dispatch(
    table: Table, queue: Queue, fired_at: datetime, now: datetime, *, again: bool = False
) -> list[Pack]:
    """Request the previous month's pack for every tenant with a sealed hour in it.

    Args:
        table: the table.
        queue: the pack function's.
        fired_at: instant of the schedule's event.
        now: the present.
        again: make those anew that failed.

    Raises:
        DispatchIncomplete: one or more tenants had to be left out; the others were not.
    """
    requested: list[Pack] = []
    failed = 0
    for tenant in Connections(table).tenants():
        try:
            pack = pack_of(table, tenant, fired_at, now)
            if pack:
                requested.append(Packs(table).request(pack, queue, again=again))
        except (AuditError, ClientError, BotoCoreError):
            # One tenant's trouble must not cost the others their pack.
            log.exception("not requested", tenant_id=tenant)
            failed += 1
    if failed:
        raise DispatchIncomplete(f"{failed} tenants' packs were not requested")
    return requested


def pack_of(table: Table, tenant: str, fired_at: datetime, now: datetime) -> Pack | None:
    """Return the request for a tenant's monthly pack, None where it has no hour in the month."""
    month = previous_month(fired_at)
    period = Period.of_month(month)
    orgs = _with_an_hour(table, tenant, period)
    if not orgs:
        return None
    return Pack(
        tenant_id=tenant,
        number=0,
        state="queued",
        kind="monthly",
        profile="full",
        period_start=rfc3339(period.start),
        period_end=period.last_second,
        org_ids=orgs,
        cut_hour=rfc3339(floor_hour(fired_at) - HOUR),
        created_at=rfc3339(now),
        requested_by="schedule",
        month=month,
    )


def _with_an_hour(table: Table, tenant: str, period: Period) -> list[str]:
    """Return the tenant's organizations with a sealed hour in the period, sorted.

    One that should have one by now is not left out for lack of rows: its pack says what is missing.
    """
    return sorted(
        connection.org_id
        for connection in Connections(table).of(tenant)
        if _expects_an_hour(connection, period)
        or _has_an_hour(HourRows(table, tenant, connection.org_id), period)
    )


def _expects_an_hour(connection: Connection, period: Period) -> bool:
    if connection.status == "disconnected":
        return False
    return parse_instant(connection.first_hour) <= period.last_hour


def _has_an_hour(hours: HourRows, period: Period) -> bool:
    return next(hours.between(period.start, period.end), None) is not None
