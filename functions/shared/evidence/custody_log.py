"""The sealed custody log: what was done with a tenant's connections and packs, entry after entry.

An hour with entries is one write-once object of the tenant: canonical JSON, an entry a line. Each
names the digest of the line before it, across objects too, so that the newest one vouches for all.
An object is called by the number that it begins with: nobody can write two that follow the same.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import custody_key, custody_prefix
from functions.shared.canonical import canonical, sha256_hex, strict_loads
from functions.shared.errors import (
    EvidenceConflict,
    EvidenceInvalid,
    EvidenceMissing,
    MalformedJson,
)
from functions.shared.records.fields import part_of
from functions.shared.records.seals import CustodyHead
from functions.shared.records.statements import (
    KeptCustodyEntry,
    SealedCustodyEntry,
    SealedCustodyFacts,
)

_NUMBER_IN_KEY = re.compile(r"/custody/(\d{10})\.jsonl$", re.ASCII)


@dataclass(frozen=True, slots=True)
class CustodyObject:
    """What an hour sealed of a custody log.

    Attributes:
        body: the lines.
        first: number of its first entry.
        hour: name of the hour.
        previous_sha256: digest of the entry before its first, None where that is number 1.
        head: its last entry.
    """

    body: bytes
    first: int
    hour: str
    previous_sha256: str | None
    head: CustodyHead

    @classmethod
    def of(
        cls, entries: Sequence[KeptCustodyEntry], hour: str, before: CustodyHead | None
    ) -> "CustodyObject":
        """Seal entries, which follow a head one by one; there is at least one of them."""
        sha256, lines = before["sha256"] if before else None, []
        for entry in entries:
            row: SealedCustodyEntry = {
                "n": entry["n"],
                "at": entry["at"],
                "by": entry["by"],
                "action": entry["action"],
                "facts": part_of(SealedCustodyFacts, entry["facts"]),
                "previous_sha256": sha256,
                "sealed_hour": hour,
            }
            lines.append(canonical(row))
            sha256 = sha256_hex(lines[-1])
        return cls.decode(b"\n".join((*lines, b"")), "of this hour")

    @classmethod
    def decode(cls, body: bytes, key: str) -> "CustodyObject":
        """Read an object, and check that its entries follow one another.

        Raises:
            EvidenceInvalid: they do not, or it is something else.
        """
        lines = body.split(b"\n")
        try:
            entries: list[SealedCustodyEntry] = [strict_loads(line) for line in lines[:-1]]
            first, hour = entries[0], entries[0]["sealed_hour"]
            digests = [first["previous_sha256"], *map(sha256_hex, lines[:-1])]
            follow = all(
                (entry["n"], entry["previous_sha256"], entry["sealed_hour"])
                == (first["n"] + place, digests[place], hour)
                for place, entry in enumerate(entries)
            )
        except (IndexError, KeyError, MalformedJson, TypeError) as error:
            raise EvidenceInvalid(f"{key} is not a part of a custody log") from error
        if not follow or lines[-1]:
            raise EvidenceInvalid(f"{key} holds entries that do not follow one another")
        head: CustodyHead = {"n": entries[-1]["n"], "sha256": sha256_hex(lines[-2])}
        return cls(body, first["n"], hour, first["previous_sha256"], head)

    def follows(self, before: CustodyHead | None) -> bool:
        """Tell whether its first entry is the one behind a head."""
        end = (before["n"], before["sha256"]) if before else (0, None)
        return (self.first - 1, self.previous_sha256) == end


@dataclass(frozen=True, slots=True)
class CustodyLog:
    """What is sealed of the custody log of one tenant.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket; s3:PutObject for ``write``.
    """

    bucket: Bucket
    tenant: str

    def find(self, first: int) -> CustodyObject | None:
        """Return the object that begins with a number, None where there is none.

        Raises:
            EvidenceInvalid: it is not what it should be.
        """
        key = custody_key(self.tenant, first)
        body = self.bucket.get(key)
        found = CustodyObject.decode(body, key) if body is not None else None
        if found and found.first != first:
            raise EvidenceInvalid(f"{key} begins with another number")
        return found

    def need(self, first: int) -> CustodyObject:
        """Return the object that begins with a number.

        Raises:
            EvidenceMissing: there is none.
            EvidenceInvalid: it is not what it should be.
        """
        found = self.find(first)
        if found is None:
            raise EvidenceMissing(f"{custody_key(self.tenant, first)} is missing")
        return found

    def numbers(self) -> list[int]:
        """Return the numbers that the objects begin with, in order."""
        matches = map(_NUMBER_IN_KEY.search, self.bucket.keys(custody_prefix(self.tenant)))
        return [int(match[1]) for match in matches if match]

    def newest(self, hour: str) -> CustodyObject | None:
        """Return the last object of an hour or one before it, None where there is none."""
        numbers = self.numbers()
        n_until = bisect_right(numbers, hour, key=lambda first: self.need(first).hour)
        return self.need(numbers[n_until - 1]) if n_until else None

    def write(self, sealed: CustodyObject) -> CustodyObject:
        """Write an object once; return the one that is there then, which another run may have made.

        Raises:
            EvidenceConflict: something is there that cannot be read.
        """
        try:
            self.bucket.put_once(
                custody_key(self.tenant, sealed.first), sealed.body, "application/x-ndjson"
            )
        except EvidenceConflict:
            written = self.find(sealed.first)
            if written is None:
                raise
            return written
        return sealed
