"""Verdicts: the last thing that was sealed about each change of the period.

Part of step 2 of 6 (write). A verdict may come days after its change, and more than one; up to the
pack's cut the last one counts. They lie in a database beside the pack's files, so that a period
with millions of changes takes no more memory than one without.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self, cast

from functions.shared.canonical import canonical, strict_loads
from functions.shared.hours import rfc3339
from functions.shared.period import Period
from functions.shared.records.events import LastVerdict, Verdict
from functions.shared.records.fields import shown


class Verdicts(AbstractContextManager["Verdicts"]):
    """Verdicts by change.

    Nothing here need outlive the build: a crash begins it anew, so the database writes no journal.
    """

    def __init__(self, path: Path, period: Period) -> None:
        """Begin with none.

        Args:
            path: of the database, which is not there yet.
            period: changes of other hours are left out.
        """
        self._first_hour = rfc3339(period.start)
        self._last_hour = rfc3339(period.last_hour)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(
            "CREATE TABLE verdict (change BLOB PRIMARY KEY, last BLOB) WITHOUT ROWID"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def add(self, org: str, verdicts: Iterable[Verdict]) -> None:
        """Add what one hour sealed; hours come oldest first."""
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT OR REPLACE INTO verdict VALUES (?, ?)",
            (
                (
                    _change(
                        org,
                        hour=verdict["hour"],
                        section=verdict["section"],
                        entity_id=verdict["entity_id"],
                        kind=verdict["kind"],
                    ),
                    canonical(shown(LastVerdict, verdict)),
                )
                for verdict in verdicts
                if self._first_hour <= verdict["hour"] <= self._last_hour
            ),
        )
        self._database.execute("COMMIT")

    def last(self, org: str, *, hour: str, section: str, entity_id: str, kind: str) -> LastVerdict:
        """Return the last verdict on a change, all null where none was sealed."""
        change = _change(org, hour=hour, section=section, entity_id=entity_id, kind=kind)
        last = self._database.execute(
            "SELECT last FROM verdict WHERE change = ?", (change,)
        ).fetchone()
        if last is None:
            return {"verdict": None, "reason": None, "event_id": None, "decided_hour": None}
        return cast("LastVerdict", strict_loads(last[0]))


def _change(org: str, *, hour: str, section: str, entity_id: str, kind: str) -> bytes:
    """Return what names a change in the database."""
    return canonical([org, hour, section, entity_id, kind])
