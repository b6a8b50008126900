"""What an organization held, as versions in time. No clock, no I/O.

A `Timeline` holds one list of the API (users, projects, the keys of one project…): each entity is
a row of versions, and the list at an instant is the version of each entity at that instant.
"""

import json
from bisect import bisect_right, insort
from collections.abc import Callable
from typing import Any

Record = dict[str, Any]
SortKey = tuple[float, int]


def encode(value: object) -> bytes:
    """Return JSON as the simulator sends it (lone surrogates escaped, non-ASCII in clear)."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return written.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


class Version:
    """An entity as the list shows it from `at` on; `record` None means that it is gone."""

    __slots__ = ("_encoded", "at", "id", "record", "sort_key")

    def __init__(self, at: float, id_: str, sort_key: SortKey, record: Record | None) -> None:
        self.at = at
        self.id = id_
        self.sort_key = sort_key
        self.record = record
        self._encoded: bytes | None = None

    @property
    def fields(self) -> Record:
        """The record's fields; none when the entity is gone."""
        return self.record if self.record is not None else {}

    def encoded(self) -> bytes:
        """Return the record as JSON, kept from the first time on."""
        if self._encoded is None:
            self._encoded = encode(self.record)
        return self._encoded


def _oldest(version: Version) -> tuple[float, int]:
    return version.sort_key


def _newest(version: Version) -> tuple[float, int]:
    return (-version.sort_key[0], -version.sort_key[1])


def _by_id(version: Version) -> tuple[str, int]:
    return (version.id, 0)


ORDERS: dict[str, Callable[[Version], Any]] = {
    "oldest_first": _oldest,
    "newest_first": _newest,
    "by_id": _by_id,
}


class Timeline:
    """One list of the API through time."""

    def __init__(self) -> None:
        self._entities: dict[str, list[Version]] = {}
        self._changes: list[float] = []
        self._sorted: dict[str, tuple[int, list[Version]]] = {}

    def put(self, at: float, id_: str, record: Record | None) -> None:
        """Show `record` under this id from `at` on; None takes it away."""
        versions = self._entities.setdefault(id_, [])
        sort_key = versions[0].sort_key if versions else (at, len(self._entities))
        insort(versions, Version(at, id_, sort_key, record), key=lambda version: version.at)
        insort(self._changes, at)
        self._sorted.clear()

    def patch(self, at: float, id_: str, **fields: object) -> Record:
        """Change some fields from `at` on and return the record; a field set to `...` goes."""
        version = self.get(id_, at)
        if version is None:
            raise KeyError(f"{id_} is not there at {at:.0f}")
        merged = {**version.fields, **fields}
        record = {name: value for name, value in merged.items() if value is not ...}
        self.put(at, id_, record)
        return record

    def get(self, id_: str, now: float) -> Version | None:
        """Return the version shown at `now`, or None when there is none."""
        versions = self._entities.get(id_, [])
        index = bisect_right(versions, now, key=lambda version: version.at) - 1
        if index < 0 or versions[index].record is None:
            return None
        return versions[index]

    def alive(self, now: float, order: str = "oldest_first") -> list[Version]:
        """Return everything shown at `now`, in one of `ORDERS`; do not change the list."""
        n_changes_past = bisect_right(self._changes, now)
        cached = self._sorted.get(order)
        if cached is not None and cached[0] == n_changes_past:
            return cached[1]
        candidates = (self.get(id_, now) for id_ in self._entities)
        versions = sorted((v for v in candidates if v is not None), key=ORDERS[order])
        self._sorted[order] = (n_changes_past, versions)
        return versions

    def index_after(self, listed: list[Version], order: str, cursor: str) -> int | None:
        """Return where a page after `cursor` starts; None when the id was never known.

        An entity that has gone meanwhile keeps its position, so that its page can still be found.
        """
        versions = self._entities.get(cursor)
        if not versions:
            return None
        key = ORDERS[order]
        return bisect_right(listed, key(versions[0]), key=key)

    def history(self) -> list[Record]:
        """Return every record that was or will be shown, at any time."""
        versions = (version for versions in self._entities.values() for version in versions)
        return [version.record for version in versions if version.record is not None]
