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
from typing import Self

from functions.shared.canonical import Json, canonical, strict_loads

NAMED = ("hour", "section", "entity_id", "kind")
FIELDS = ("verdict", "reason", "event_id", "decided_hour")
NONE_SEALED: Json = dict.fromkeys(FIELDS)


class Verdicts(AbstractContextManager["Verdicts"]):
    """Verdicts by change.

    Nothing here need outlive the build: a crash begins it anew, so the database writes no journal.
    """

    def __init__(self, path: Path, first_hour: str, last_hour: str) -> None:
        """Begin with none.

        Args:
            path: of the database, which is not there yet.
            first_hour: changes of earlier hours are left out.
            last_hour: changes of later hours are left out.
        """
        self._between = first_hour, last_hour
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(
            "CREATE TABLE verdict (change BLOB PRIMARY KEY, said BLOB) WITHOUT ROWID"
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

    def take(self, org: str, rows: Iterable[Json]) -> None:
        """Take what one hour sealed; hours come oldest first."""
        first, last = self._between
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT OR REPLACE INTO verdict VALUES (?, ?)",
            (
                (_name(org, row), canonical([row.get(field) for field in FIELDS]))
                for row in rows
                if first <= row["hour"] <= last
            ),
        )
        self._database.execute("COMMIT")

    def on(self, org: str, change: Json) -> Json:
        """Return ``FIELDS`` of a change, all null where none was sealed."""
        said = self._database.execute(
            "SELECT said FROM verdict WHERE change = ?", (_name(org, change),)
        ).fetchone()
        return dict(zip(FIELDS, strict_loads(said[0]), strict=True)) if said else NONE_SEALED


def _name(org: str, change: Json) -> bytes:
    return canonical([org, *(change[field] for field in NAMED)])
