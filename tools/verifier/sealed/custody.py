"""The tenant's custody log (checks 9 and 10): entry after entry, up to those of the seals."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from tools.verifier.base import MAX_HEADS, Malformed
from tools.verifier.checks.check_09_rows import Rows
from tools.verifier.manifest_format import Manifest
from tools.verifier.values.field_types import (
    HASH_OR_NULL,
    OBJECT,
    TEXT,
    check_row,
    is_count,
    is_hash,
)
from tools.verifier.values.instants import hour_number, seconds
from tools.verifier.values.strict_json import JsonObject

CUSTODY = {"by": TEXT, "action": TEXT, "facts": OBJECT, "previous_sha256": HASH_OR_NULL}


class CustodyHeads:
    """The entries that seals name: each organization's go on, and all are of one log.

    Attributes:
        named: by number, the digest, and the first hour whose seal names it.
    """

    def __init__(self) -> None:
        self.named: dict[int, tuple[str, str]] = {}
        self._last: dict[str, int] = {}

    def add(self, org_id: str, hour: str, seal: JsonObject) -> str | None:
        """Take what a seal names; return why that cannot be right."""
        head, before = seal.get("custody"), self._last.get(org_id, 0)
        if head is None:
            return f"the seal names no custody entry, the one before {before}" if before else None
        n, sha256 = (head.get("n"), head.get("sha256")) if type(head) is dict else (None, None)
        if type(n) is not int or n < 1 or not is_hash(sha256):
            return "custody of the seal is neither an entry's number and digest nor null"
        if n < before:
            return f"the seal names custody entry {n}, the one before names {before}"
        self._last[org_id] = n
        known, first_hour = self.named.get(n, (sha256, hour))
        if known != sha256:
            return f"the seal names custody entry {n} by another digest than that of {first_hour}"
        if len(self.named) >= MAX_HEADS and n not in self.named:
            return f"the seals name more than {MAX_HEADS} custody entries"
        self.named[n] = str(sha256), min(hour, first_hour)
        return None

    def not_here(self) -> Iterator[str]:
        """Yield the hours whose seal names an entry that no row was."""
        for n, (_, hour) in sorted(self.named.items()):
            yield f"{hour}: the seal names custody entry {n}, which is not in custody.jsonl"


class NumberedRows(Rows):
    """Rows that are numbered, and were sealed in the hour in which they were written, or later."""

    def is_limited(self, row: JsonObject) -> bool:
        """Tell that version 3 sealed it: no earlier one did."""
        return True

    @staticmethod
    def check_number(row: JsonObject) -> None:
        """Check its number."""
        if not is_count(row["n"]) or row["n"] == 0:
            raise Malformed("n is not a number from 1 up")

    @staticmethod
    def check_at(row: JsonObject) -> None:
        """Check when it was written, and when sealed."""
        hour, at = hour_number(row["sealed_hour"]), seconds(row["at"])
        if hour is None or at is None or at >= (hour + 1) * 3600:
            raise Malformed("at is not an instant before the end of sealed_hour")


class CustodyRows(NumberedRows):
    """Entries by number: each names the digest of the row before it, a seal that of the last.

    The first is number 1, or was sealed before the period: none of the period's is missing in
    front. What the seals name is taken from `heads`; what is left there is not here.

    Attributes:
        most: number of the last entry that a seal names.
        before: by number, the digests of entries that were sealed before the period; few.
    """

    def __init__(self, manifest: Manifest, name: str, heads: CustodyHeads | None) -> None:
        super().__init__(manifest, name)
        self._heads = heads.named if heads else {}
        self.most = max(self._heads, default=0)
        self.before: dict[int, str] = {}
        self._n, self._sealed_hour = 0, ""
        self._digest: str | None = None
        self._digest_before: str | None = None

    def read(self, line: bytes) -> JsonObject:
        """Return the row's values, and keep its digest for the one behind it."""
        self._digest_before, self._digest = self._digest, hashlib.sha256(line).hexdigest()
        return super().read(line)

    def check(self, row: JsonObject) -> None:
        """Check fields and times, that it follows the one before, and who names it."""
        super().check(row)
        self.check_number(row)
        check_row(row, CUSTODY)
        self.check_at(row)
        n = row["n"]
        self._check_place(n, row["sealed_hour"], row["previous_sha256"])
        self._n, self._sealed_hour = n, row["sealed_hour"]
        if row["sealed_hour"] < self._start and len(self.before) < MAX_HEADS:
            self.before[n] = str(self._digest)
        sha256, first_hour = self._heads.pop(n, (self._digest, row["sealed_hour"]))
        if sha256 != self._digest:
            self.contradicts(f"{first_hour}: custody entry {n} is another than the seal names")
        elif first_hour < row["sealed_hour"]:
            self.contradicts(f"{first_hour}: the seal names custody entry {n}, sealed later")
        if n > self.most:
            self.contradicts(f"{row['sealed_hour']}: no seal names custody entry {n}")

    def _check_place(self, n: int, sealed_hour: str, previous: str | None) -> None:
        if (previous is None) != (n == 1):
            raise Malformed("previous_sha256 is not null for entry 1, and for no other")
        if self._digest_before is None:
            if n > 1 and sealed_hour >= self._start:
                self.contradicts(f"{sealed_hour}: custody entries before number {n} are missing")
        elif (n, previous) != (self._n + 1, self._digest_before):
            self.contradicts(f"{sealed_hour}: custody entry {n} does not follow the row before it")
        elif sealed_hour < self._sealed_hour:
            raise Malformed("it was sealed before the one that it follows")
