"""Parts of a sealed world for tests: of a seal, of the table's rows beside it.

As independent of the snapshot function as ``builders.World``.
"""

from datetime import datetime, timedelta

from functions.shared.canonical import Json, Lines
from functions.shared.evidence.row_trees import salted_root
from functions.shared.evidence.seals import Seal
from functions.shared.hours import rfc3339
from functions.shared.records.seals import SectionSeal, StreamMarks, Watermarks
from functions.shared.records.tables import HourFacts
from functions.shared.tables.connections import Connection


def salted(lines: Lines) -> Json:
    """Return what a seal says of a register's rows, with a salt of no tenant's."""
    salt = lines.sha256[::-1]
    return {"root": salted_root(salt, lines.body), "salt": salt}


def section_seal(status: str) -> SectionSeal:
    """Return what a seal says of a section without a register."""
    return {
        "status": status,
        "reason": None,
        "count": None,
        "unknown": 0,
        "lag_hours": None,
        "picture_sha256": None,
        "not_shown": None,
        "odd": [],
        "conflicts": [],
        "register": None,
        "root": None,
        "salt": None,
        "baseline": None,
        "complete_at": None,
        "asked_at": None,
        "state_at": None,
    }


def hour_facts(seal: Seal, oldest_event_at: str | None = None) -> HourFacts:
    """Return what the table says of a closed hour."""
    return {
        "outcome": seal.content["outcome"],
        "reason": seal.content["reason"],
        "sha256": seal.sha256,
        "sections": {},
        "kpi": None,
        "events": sum(entry["rows"] for entry in seal.content["segments"]["events"]),
        "oldest_event_at": oldest_event_at,
        "changes": 0,
        "open_findings": None,
        "lag_hours": None,
    }


def stream_marks(closed_through: int | None) -> StreamMarks:
    """Return how far a stream of the audit log was read, to its beginning, and again in time."""
    again = {hours: closed_through and closed_through - hours * 3600 for hours in (25, 73)}
    return {
        "closed_through": closed_through,
        "reread_25": again[25],
        "reread_73": again[73],
        "patrol": None,
        "backfill_to": None,
        "backfill_done": True,
        "overflow": [],
    }


def watermarks(closed_through: int | None, *, proven: bool) -> Watermarks:
    """Return how far both streams were read; optional sections never were."""
    stream = stream_marks(closed_through)
    return {
        "proven": proven,
        "streams": {"organization": stream, "tenant": stream},
        "archived_keys_at": None,
        "optional": {},
    }


def connection(tenant: str, org: str, hour: datetime) -> Connection:
    """Return an organization that was connected in the middle of an hour."""
    return Connection(
        tenant_id=tenant,
        org_id=org,
        display_name=org,
        status="connected",
        health="ok",
        connected_at=rfc3339(hour + timedelta(minutes=30)),
        first_hour=rfc3339(hour),
        org_proof="proven",
        readable={},
        admin_key=b"wrapped",
        admin_key_last4="abcd",
        admin_key_expires_at=None,
        admin_key_warn_at=rfc3339(hour + timedelta(days=76)),
        known_projects=[],
        lifecycle=[],
    )
