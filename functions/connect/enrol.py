"""Step 3 of 3, enrol: the connection's row, its lifecycle entry, its first hour.

Pure. The lifecycle entries are sealed with the next hour; what is expected and billed follows from
them.
"""

from dataclasses import asdict, replace
from datetime import datetime

from functions.connect.wrap import StoredKey
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.records.seals import LifecycleFacts
from functions.shared.tables.connections import Connection


def enrolled(
    tenant: str, org: str, display_name: str | None, key: StoredKey, by: str, now: datetime
) -> Connection:
    """Return a new connection; the hour that ended last is its first."""
    connection = Connection(
        tenant_id=tenant,
        org_id=org,
        display_name=display_name or org,
        status="connected",
        health="ok",
        connected_at=rfc3339(now),
        first_hour=rfc3339(floor_hour(now) - HOUR),
        lifecycle=[],
        **asdict(key),
    )
    return connection.with_entry("connected", now, **_facts(connection, by))


def enrolled_again(
    before: Connection, display_name: str | None, key: StoredKey, by: str, now: datetime
) -> Connection:
    """Return a disconnected connection connected again; its chain goes on from its last seal.

    The hour of the disconnect is the last of the earlier interval, and is closed at once: the first
    hour of this one is a later one, even where it has not ended yet.
    """
    first, left = floor_hour(now) - HOUR, before.disconnected_at
    if left is not None:
        first = max(first, floor_hour(parse_instant(left)) + HOUR)
    connection = replace(
        before,
        display_name=display_name or before.display_name,
        status="connected",
        health="ok",
        connected_at=rfc3339(now),
        first_hour=rfc3339(first),
        **asdict(key),
    )
    return connection.with_entry("reconnected", now, **_facts(connection, by))


def rekeyed(before: Connection, key: StoredKey, by: str, now: datetime) -> Connection:
    """Return a connection with another key of the same organization."""
    connection = replace(before, health="ok", **asdict(key))
    facts: LifecycleFacts = {
        "by": by,
        "key_last4": key.admin_key_last4,
        "org_proof": key.org_proof,
    }
    return connection.with_entry("key_replaced", now, **facts)


def disconnected(before: Connection, by: str, now: datetime) -> Connection:
    """Return a connection without its key; everything sealed stays."""
    connection = replace(before, status="disconnected", admin_key=b"")
    return connection.with_entry("disconnected", now, by=by)


def hour_to_close(connection: Connection, now: datetime) -> datetime | None:
    """Return the hour to close at once: the one that ended last, None where the first has not yet.

    For a disconnected connection it is the running one: its seal says why the chain ends.
    """
    if connection.status == "disconnected":
        return floor_hour(now)
    last = floor_hour(now) - HOUR
    return last if last >= parse_instant(connection.first_hour) else None


def _facts(connection: Connection, by: str) -> LifecycleFacts:
    return {
        "by": by,
        "first_hour": connection.first_hour,
        "key_last4": connection.admin_key_last4,
        "org_proof": connection.org_proof,
    }
