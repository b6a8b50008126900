"""Repeated events: copies that an older chain sealed again; the first one counts.

Part of step 2 of 6 (write). Version 2 of the seal did not hold every event against all that were
sealed before. Of an event that stands in two segments of a pack the later copy is left out of
events.jsonl and stands in a file of its own, with the hour of the first: so every row that a seal
counts is in the pack, and none can be left out by calling it a copy.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from functions.pack.archive.spool import Member, Spool
from functions.pack.members.event_rows import Rows
from functions.shared.canonical import strict_loads
from functions.shared.errors import AuditError
from functions.shared.evidence.index_run import id_digest
from functions.shared.records.events import Event, RepeatedEvent


class RepeatedEvents(AbstractContextManager["RepeatedEvents"]):
    """Events by id, and the file of those that come again.

    Nothing here need outlive the build: a crash begins it anew, so the database writes no journal.
    """

    def __init__(self, folder: Path) -> None:
        """Begin with none; the files go into the folder."""
        self._spool = Spool(folder / "repeated_events.jsonl")
        self._database = sqlite3.connect(folder / "event_ids.db", isolation_level=None)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(
            "CREATE TABLE event (org TEXT, id BLOB, hour TEXT, PRIMARY KEY (org, id)) WITHOUT ROWID"
        )
        # One transaction, never ended: each statement by itself would be its own.
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spool.__exit__(kind, error, trace)
        self._database.close()

    def take(self, org: str, hour: str, rows: Rows) -> Rows:
        """Take the copies out of some rows of the pack, and return the rest.

        Args:
            org: the organization.
            hour: that sealed them; hours come oldest first.
            rows: as they would stand in events.jsonl.

        Raises:
            ValueError: a row is no event.
        """
        kept = list[bytes]()
        for line in rows[0].split(b"\n")[:-1]:
            event, first = self._first(org, hour, line)
            if first == hour:
                kept.append(bytes(line) + b"\n")
            else:
                copy: RepeatedEvent = {**event, "first_sealed_hour": first}
                self._spool.add_row(copy)
        return b"".join(kept), len(kept)

    def _first(self, org: str, hour: str, line: bytes | bytearray) -> tuple[Event, str]:
        """Return a row and the hour that first sealed its event."""
        try:
            event: Event = strict_loads(line)
            digest = id_digest(event["event_id"])
        except (AuditError, KeyError, TypeError, AttributeError) as error:
            raise ValueError("a row that is no event") from error
        self._database.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?)", (org, digest, hour))
        (first,) = self._database.execute(
            "SELECT hour FROM event WHERE org = ? AND id = ?", (org, digest)
        ).fetchone()
        return event, first

    def finish(self) -> Iterator[Member]:
        """Close the file, and yield it where it has rows."""
        member = self._spool.finish()
        if member.rows:
            yield member
