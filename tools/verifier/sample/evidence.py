"""Where the evidence of rows lies: their seals, the changes that are of the same, and the events.

What is read of the pack for that, once more, must have the digests that were verified.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterator
from typing import Any

from tools.verifier.base import Failed, Malformed
from tools.verifier.checks.check_02_archive import check_02_archive
from tools.verifier.checks.check_08_digests import FILE_CHANGED
from tools.verifier.checks.check_09_registers import ENTITY_ID
from tools.verifier.checks.check_09_rows import Rows
from tools.verifier.manifest_format import Manifest
from tools.verifier.spill_to_disk import SpillFile
from tools.verifier.values.strict_json import OURS, JsonObject, parse

MAX_CHANGES_SHOWN = 20  # of each row
# Fields that name an hour whose seal is evidence of the row.
NAMES_HOUR = (
    *("hour", "sealed_hour", "first_sealed_hour", "first_seen_at", "first_seen_hour"),
    *("state_at", "removed_at", "resolved_hour", "decided_hour"),
)
CHANGE_SHOWN = ("hour", "section", "entity_id", "kind", "verdict", "event_id")
EVENT_MEMBERS = ("events.jsonl", "repeated_events.jsonl")


def read_again(path: str, manifest: Manifest, *readers: Rows) -> None:
    """Read members once more.

    Raises:
        Failed: they are not those that were verified.
    """
    due = {reader.name: reader for reader in readers if reader.name in manifest.members}
    with check_02_archive(path) as pack, pack.archive(is_known=True) as archive:
        members = archive.members()
        while due:
            name, size = next(members, ("", 0))
            reader = due.pop(name, None)
            if not name:
                raise Failed(2, FILE_CHANGED)
            if reader is None:
                archive.skip(size)
                continue
            digest = hashlib.sha256()
            try:
                reader.read_member(_digested(archive.stream(size), digest))
            except (Failed, Malformed, KeyError, TypeError):  # what was verified raises none
                raise Failed(2, FILE_CHANGED) from None
            if digest.hexdigest() != manifest.members[name].sha256:
                raise Failed(2, FILE_CHANGED)


def _digested(pieces: Iterator[bytes], digest: Any) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _look_up_key(*texts: object) -> bytes:
    """Return what stands for these texts: of one size, however long they are."""
    # 15 bytes: one more, and Python takes a quarter more memory for each.
    return hashlib.sha256(json.dumps(texts).encode()).digest()[:15]


class LookUp(Rows):
    """Finds a fact of rows that are named by their organization and another field."""

    def __init__(self, manifest: Manifest, name: str, field: str, fact: str) -> None:
        super().__init__(manifest, name)
        self._field = field
        self._fact = fact
        self.wanted: dict[bytes, str | None] = {}
        self._facts: dict[str | None, str | None] = {}  # one text for all that are equal

    def want(self, org_id: str, value: object) -> None:
        """Note that a row is looked for."""
        self.wanted[_look_up_key(org_id, value)] = None

    def row(self, line: bytes) -> None:
        """Take the fact, if the row is looked for."""
        row = parse(line, OURS)
        key = _look_up_key(row["org_id"], row[self._field])
        if key in self.wanted:
            fact = row[self._fact]
            self.wanted[key] = self._facts.setdefault(fact, fact)

    def fact(self, org_id: str, value: object) -> str | None:
        """Return the fact; None where there is no such row, or it says nothing."""
        return self.wanted[_look_up_key(org_id, value)]


class ChangeLookUp(Rows):
    """Finds the changes of an entity, by section and id, and those that an event explains."""

    def __init__(self, manifest: Manifest, events: LookUp) -> None:
        super().__init__(manifest, "changes.jsonl")
        self._events = events
        # How many there are, then place and size of the first ones.
        self.wanted: dict[bytes, array[int]] = {}
        self._file = SpillFile()

    def want(self, org_id: str, names: tuple[object, ...]) -> None:
        """Note that the changes of an entity, or those of an event, are looked for."""
        self.wanted[_look_up_key(org_id, *names)] = array("Q", [0])

    def row(self, line: bytes) -> None:
        """Take the change, if it is looked for, and look for the event that it names."""
        row = parse(line, OURS)
        org_id, event_id = row["org_id"], row["event_id"]
        shown = json.dumps({name: row[name] for name in CHANGE_SHOWN}).encode()
        for names in ((row["section"], row["entity_id"]), (event_id,)):
            found = self.wanted.get(_look_up_key(org_id, *names))
            if found is None:
                continue
            found[0] += 1
            if found[0] > MAX_CHANGES_SHOWN:
                continue
            found.extend((self._file.tell(), len(shown)))
            self._file.write(shown)
            if event_id is not None:
                self._events.want(org_id, event_id)

    def changes(self, org_id: str, names: tuple[object, ...]) -> tuple[list[JsonObject], int]:
        """Return the first changes, and how many more there are."""
        n, *places = self.wanted[_look_up_key(org_id, *names)]
        pairs = zip(places[::2], places[1::2])
        shown = [json.loads(self._file.read(size, at)) for at, size in pairs]
        return shown, n - len(shown)


class Evidence:
    """Looks up where the evidence of rows lies: seals, changes, and the events that these name."""

    def __init__(self, manifest: Manifest, name: str) -> None:
        self._name = name
        self._is_of_events = name in EVENT_MEMBERS
        self._seals = LookUp(manifest, "coverage.jsonl", "hour", "sha256")
        self._events = LookUp(manifest, "events.jsonl", "event_id", "sealed_hour")
        self._changes = ChangeLookUp(manifest, self._events)

    def look_up(self, path: str, manifest: Manifest, lines: Iterator[bytes]) -> None:
        """Read the archive again for seals and changes, and once more for the events."""
        for line in lines:
            self._want(parse(line, OURS))
        readers = (self._seals, self._changes)
        read_again(path, manifest, *(reader for reader in readers if reader.wanted))
        if self._events.wanted and not self._is_of_events:
            read_again(path, manifest, self._events)

    def _want(self, row: JsonObject) -> None:
        org_id = row.get("org_id")
        if type(org_id) is not str:
            return
        for _, hour in _hours(row):
            self._seals.want(org_id, hour)
        for event_id in self._own_events(row):
            self._events.want(org_id, event_id)
        names = self._named_by(row)
        if names:
            self._changes.want(org_id, names)

    def _named_by(self, row: JsonObject) -> tuple[object, ...]:
        """Return by what changes name what the row is of: section and id, or an event's id."""
        if self._name in ENTITY_ID:
            return self._name[: -len(".jsonl")], row[ENTITY_ID[self._name]]
        if self._is_of_events:
            return (row["event_id"],)
        return (row["section"], row["entity_id"]) if "entity_id" in row else ()

    @staticmethod
    def _own_events(row: JsonObject) -> list[str]:
        """Return the ids of the events that a row, which is of none itself, names."""
        resolved_by = row.get("resolved_by")
        resolving = resolved_by.get("event_id") if type(resolved_by) is dict else None
        return [each for each in (row.get("event_id"), resolving) if type(each) is str]

    def of(self, line: bytes) -> JsonObject:
        """Return the evidence of a row that was looked up."""
        row = parse(line, OURS)
        org_id = row.get("org_id")
        if type(org_id) is not str:
            return {}
        names = self._named_by(row)
        changes, n_more = self._changes.changes(org_id, names) if names else ([], 0)
        explaining = [each["event_id"] for each in changes if each["event_id"] is not None]
        event_ids = [] if self._is_of_events else self._own_events(row) + explaining
        return {
            "seals": [
                {"field": field, "hour": hour, "sha256": self._seals.fact(org_id, hour)}
                for field, hour in _hours(row)
            ],
            "changes": changes,
            "more_changes": n_more,
            "events": [
                {"event_id": event_id, "sealed_hour": self._events.fact(org_id, event_id)}
                for event_id in dict.fromkeys(event_ids)
            ],
        }


def _hours(row: JsonObject) -> list[tuple[str, str]]:
    return [(name, row[name]) for name in NAMES_HOUR if type(row.get(name)) is str]
