"""Dispatch: the hourly schedule's event becomes one message per organization.

The event at T closes the hour before T. Messages are spread by a hash of the organization, so that
a thousand organizations do not start in the same second; a lost or doubled firing does no harm,
because the hours to close follow from the calendar and the seals.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from functions.shared import settings
from functions.shared.aws import clients
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.observability import logger
from functions.shared.records.tables import SnapshotMessage
from functions.shared.tables.connections import Connections

log = logger("snapshot-dispatch")


def handle(event: dict[str, Any], _context: object) -> dict[str, int]:
    """Send one message per due organization (EventBridge's scheduled event).

    Permissions:
        dynamodb:Query on the ``due`` index; sqs:SendMessage on the snapshot queue.
    """
    process = settings.from_process()
    due = Connections(Table(clients.dynamodb(), process["TABLE_NAME"])).due()
    spread_s = int(process.environment.get("SPREAD_SECONDS", "0"))
    messages = orders(due, parse_instant(event["time"]), spread_s)
    Queue(clients.sqs(), process["SNAPSHOT_QUEUE_URL"]).send_all(messages)
    log.info("dispatched", organizations=len(messages), time=event["time"])
    return {"organizations": len(messages)}


def orders(
    due: Iterable[tuple[str, str]], fired_at: datetime, spread_s: int
) -> list[tuple[SnapshotMessage, int]]:
    """Return a message and its delay in seconds for every due organization."""
    hour = rfc3339(floor_hour(fired_at) - HOUR)
    return [
        (
            {"tenant_id": tenant, "org_id": org, "hour": hour, "attempt": 0},
            delay_of(tenant, org, timedelta(seconds=spread_s)),
        )
        for tenant, org in due
    ]


def delay_of(tenant: str, org: str, spread: timedelta) -> int:
    """Return when, within the spread, an organization has its turn; the same every hour."""
    digest = hashlib.sha256(f"{tenant}/{org}".encode()).digest()
    return int.from_bytes(digest[:4], "big") * int(spread.total_seconds()) >> 32
