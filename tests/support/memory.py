"""Clients of nothing: bucket, table, KMS key and queue in memory, for runs of thousands of hours.

They keep what is put and check nothing; whether the real clients do what AWS wants is tested with
moto. Table conditions always hold, so one run at a time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Change, Item, Page, Row, Table
from functions.shared.errors import EvidenceConflict, EvidenceMissing

_SET = re.compile(r"(#?\w+) = (:\w+)")
_ADD = re.compile(r"ADD (\w+) (:\w+)")


class MemoryBucket(Bucket):
    """A bucket of bytes."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(None, "memory")  # type: ignore[arg-type]
        object.__setattr__(self, "objects", {})

    @property
    def held(self) -> dict[str, bytes]:
        """Return the objects."""
        held: dict[str, bytes] = self.__dict__["objects"]
        return held

    def get(self, key: str) -> bytes | None:
        """Return an object."""
        return self.held.get(key)

    def need(self, key: str) -> bytes:
        """Return an object that must be there."""
        if key not in self.held:
            raise EvidenceMissing(key)
        return self.held[key]

    def need_range(self, key: str, start: int, size: int) -> bytes:
        """Return some bytes of an object that must be there."""
        return self.need(key)[start : start + size]

    def put_once(
        self, key: str, body: bytes | Path, content_type: str = "application/json"
    ) -> bool:
        """Keep an object; the same bytes again are no conflict."""
        body = body.read_bytes() if isinstance(body, Path) else body
        if self.held.get(key, body) != body:
            raise EvidenceConflict(key)
        is_new = key not in self.held
        self.held[key] = body
        return is_new

    def put(self, key: str, body: bytes) -> None:
        """Keep an object, whatever was there."""
        self.held[key] = body

    def keys(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """Yield the keys with a prefix, behind one."""
        yield from sorted(key for key in self.held if key.startswith(prefix) and key > after)


class MemoryTable(Table):
    """A table of rows."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(None, "memory")  # type: ignore[arg-type]
        object.__setattr__(self, "rows", {})

    @property
    def held(self) -> dict[tuple[str, str], Item]:
        """Return the rows."""
        held: dict[tuple[str, str], Item] = self.__dict__["rows"]
        return held

    def get(self, pk: str, sk: str) -> Item | None:
        """Return a row."""
        return self.held.get((pk, sk))

    def put(self, item: Row, *, condition: str | None = None, values: Row | None = None) -> None:
        """Keep a row."""
        self.held[str(item["pk"]), str(item["sk"])] = dict(item)

    def update(
        self,
        pk: str,
        sk: str,
        expression: str,
        values: Mapping[str, Any] | None = None,
        *,
        names: Mapping[str, str] | None = None,
        condition: str | None = None,
    ) -> Item:
        """Set fields of a row, and add to them."""
        row = dict(self.held.get((pk, sk), {"pk": pk, "sk": sk}))
        for name, value in _SET.findall(expression):
            row[(names or {}).get(name, name)] = (values or {})[value]
        for name, value in _ADD.findall(expression):
            row[name] = row.get(name, 0) + (values or {})[value]
        self.held[pk, sk] = row
        return row

    def create_together(self, items: Sequence[Row], changes: Sequence[Change] = ()) -> None:
        """Keep new rows, and change others."""
        for item in items:
            self.put(item)
        for change in changes:
            self.update(change.pk, change.sk, change.expression, change.values, names=change.names)

    def page(
        self,
        pk: str,
        *,
        prefix: str = "",
        between: tuple[str, str] | None = None,
        after: str | None = None,
        limit: int = 1000,
        newest_first: bool = False,
    ) -> Page:
        """Return the rows of a partition between two sort keys, all at once."""
        low, high = between or ("", "\U0010ffff")
        rows = self.query(pk, prefix=prefix, newest_first=newest_first)
        return Page([row for row in rows if low <= row["sk"] <= high], None)

    def query(self, pk: str, *, prefix: str = "", newest_first: bool = False) -> Iterator[Item]:
        """Yield the rows of a partition, by sort key."""
        keys = sorted(key for key in self.held if key[0] == pk and key[1].startswith(prefix))
        yield from (self.held[key] for key in (reversed(keys) if newest_first else keys))

    def put_all(self, items: Sequence[Row]) -> None:
        """Keep rows."""
        for item in items:
            self.put(item)


class MemoryKmsKey(KmsKey):
    """Wraps nothing."""

    def __init__(self) -> None:
        """Need no key."""
        super().__init__(None, "memory")  # type: ignore[arg-type]

    def wrap(self, secret: bytes, context: dict[str, str]) -> bytes:
        """Return the secret."""
        return secret

    def unwrap(self, ciphertext: bytes, context: dict[str, str]) -> bytes:
        """Return the secret."""
        return ciphertext


class MemoryQueue(Queue):
    """Forgets every message."""

    def __init__(self) -> None:
        """Need no queue."""
        super().__init__(None, "memory")  # type: ignore[arg-type]

    def send(self, message: Row, *, delay_s: int = 0) -> None:
        """Forget a message."""
