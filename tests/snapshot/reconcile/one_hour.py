"""One hour's reconciliation, of what a test says of it."""

from datetime import UTC, datetime
from typing import Any, cast

from functions.shared.evidence.seals import Seal
from functions.shared.hours import parse_instant
from functions.shared.records.events import Change, OpenChange
from functions.shared.records.seals import Watermarks
from functions.snapshot.compare.compare import Comparison
from functions.snapshot.fetch.audit.audit_marks import initial, unread
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.reconcile.event_pool import ANYTHING, Search
from functions.snapshot.reconcile.match import EarlierHours
from functions.snapshot.reconcile.reconcile import Reconciliation, reconcile
from functions.snapshot.records import SectionRead, Snapshot
from tests.snapshot.rows import change, event, project

START = datetime(2026, 4, 1, 5, tzinfo=UTC)
TO = "2026-04-01T06:02:00Z"
LAST = "2026-04-01T05:01:00Z"
# Long after: the log is settled.
SETTLED = datetime(2026, 4, 4, 7, tzinfo=UTC)

GONE = change("users", "removed", "user-ann", before={"email_hash": "h"})
LEFT = event("user.deleted", "user-ann")
CREATED = event("project.created", "proj_new")


def marks(through: str, settled: str | None = None, **facts: Any) -> Watermarks:
    """Return watermarks of a log that is known up to an instant, and settled up to another."""
    stream: Any = unread() | {"backfill_to": 0, "backfill_done": True}
    stream["closed_through"] = int(parse_instant(through).timestamp())
    stream["reread_73"] = int(parse_instant(settled).timestamp()) if settled else None
    streams = {"organization": stream, "tenant": stream}
    usual = {"proven": True, "streams": streams}
    return cast("Watermarks", usual | {"archived_keys_at": None, "optional": {}} | facts)


class Hour:
    """One hour's reconciliation, of what a test says of it."""

    def __init__(self, start: datetime = START, **rows: Any) -> None:
        self.asked: list[datetime] = []
        self.start = start
        self.rows: Any = {"users": [], "projects": [project()], "api_keys": [], **rows}
        self.watermarks = marks("2026-04-01T06:00:00Z")
        self.earlier = EarlierHours()
        self.archived_keys_at: str | None = None
        self.status = "complete"
        self.last_shown: dict[tuple[str, str], str] = {}

    def settled(self) -> "Hour":
        """Let the log be settled for all that is older than three days."""
        self.start = SETTLED
        self.watermarks = marks("2026-04-04T08:00:00Z", "2026-04-01T07:00:00Z")
        return self

    def read(self, since: datetime, search: Search = ANYTHING) -> EarlierHours:
        """Note what is read of earlier hours."""
        self.asked.append(since)
        return self.earlier

    def closed(
        self, *changes: Change, events: Any = (), opened: list[OpenChange] | None = None
    ) -> Reconciliation:
        """Reconcile the hour."""
        facts = {"complete_at": LAST, "baseline": "2026-03-31T00:00:00Z"}
        before: Any = {"archived_keys_at": self.archived_keys_at, "streams": initial()["streams"]}
        content: Any = {
            "sections": dict.fromkeys(["users", "projects", "api_keys"], facts),
            "watermarks": before if self.archived_keys_at else {"streams": {}},
            "pictured_from": LAST,
        }
        previous = Seal(content, {}, b"", "")
        hour = HourToClose("tenant-a", "org-Alpha", self.start, "none", [], previous)
        lists: Any = dict.fromkeys(["users", "projects", "api_keys"], SectionRead(self.status))
        events_read: Any = SectionRead("complete", rows=list(events))
        snapshot = Snapshot(lists, events_read, self.watermarks, "2026-04-01T06:01:00Z", TO)
        compared = Comparison(self.rows, list(changes), self.last_shown)
        return reconcile(hour, snapshot, compared, [], opened or [], self.read)


def verdicts(result: Reconciliation) -> list[tuple[str, str, str | None, str | None]]:
    """Return (entity, verdict, reason, event) in order."""
    return [
        (row["entity_id"], row["verdict"], row["reason"], row["event_id"])
        for row in result.verdicts
    ]
