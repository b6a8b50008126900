"""Rows that follow from sealed ones, put aside in a nameless database until all are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.verifier.values.strict_json import OURS, JsonObject, canonical, parse

Key = tuple[str, str, str, str]


class DerivedRows:
    """Rows by member, sorted; verdicts by change; findings by what they are about.

    SQLite keeps what is much in a file of its own, which nobody else sees and which ends with it.
    """

    CACHE_KIB = 2048

    def __init__(self) -> None:
        import sqlite3

        self._database: Any = sqlite3.connect("", isolation_level=None)
        run = self._database.execute
        run(f"PRAGMA cache_size=-{self.CACHE_KIB}")
        run("PRAGMA journal_mode=OFF")
        run("PRAGMA temp_store=FILE")
        place = "org INTEGER, a BLOB, b BLOB, c BLOB, d BLOB"
        run(f"CREATE TABLE derived (member TEXT, {place}, line BLOB)")
        key = "PRIMARY KEY (org, a, b, c, d)"
        run(f"CREATE TABLE verdict ({place}, line BLOB, {key}) WITHOUT ROWID")
        run("CREATE TABLE finding (org INTEGER, entity BLOB, resolved BLOB, line BLOB)")
        run("CREATE INDEX about ON finding (org, entity, resolved)")
        run("BEGIN")

    def add(self, member: str, org: int, key: Key, row: JsonObject) -> None:
        """Put a row of the pack aside."""
        values = (member, org, *map(_bytes, key), canonical(row))
        self._database.execute("INSERT INTO derived VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def lines(self, member: str) -> Iterator[bytes]:
        """Yield the rows of a member as they must stand there."""
        chosen = "SELECT line FROM derived WHERE member = ? ORDER BY org, a, b, c, d"
        for (line,) in self._database.execute(chosen, (member,)):
            yield line

    def put_verdict(self, org: int, change: Key, verdict: JsonObject) -> None:
        """Put a verdict in the place of an earlier one on the same change."""
        values = (org, *map(_bytes, change), canonical(verdict))
        self._database.execute("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?)", values)

    def verdict(self, org: int, change: Key) -> JsonObject:
        """Return the last verdict on a change, empty where there is none."""
        chosen = "SELECT line FROM verdict WHERE org = ? AND a = ? AND b = ? AND c = ? AND d = ?"
        found = self._database.execute(chosen, (org, *map(_bytes, change))).fetchone()
        return parse(found[0], OURS) if found else {}

    def put_finding(self, org: int, entity: str, finding: JsonObject) -> None:
        """Put a finding about an API key aside."""
        resolved = finding["resolved_hour"]
        # What is open ends behind every hour.
        end = b"~" if resolved is None else _bytes(resolved)
        values = (org, _bytes(entity), end, canonical(finding))
        self._database.execute("INSERT INTO finding VALUES (?, ?, ?, ?)", values)

    def findings(self, org: int, entity: str, hour: str) -> Iterator[JsonObject]:
        """Yield the findings about an API key that were not resolved before an hour.

        Whoever is watched can give a key a finding every other hour: the rest is not read.
        """
        chosen = "SELECT line FROM finding WHERE org = ? AND entity = ? AND resolved >= ?"
        for (line,) in self._database.execute(chosen, (org, _bytes(entity), _bytes(hour))):
            yield parse(line, OURS)


def _bytes(text: str) -> bytes:
    """Return a text so that bytes sort as its code points do."""
    return text.encode("utf-8", "surrogatepass")
