"""Large values: which the rows of a pack name, and the part of the archive that holds them whole.

Part of step 1 of 6 (collect), and of 2 (write). Names lie in a database beside the pack's files, so
that a period with many of them takes no more memory than one without.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from functions.pack.archive.spool import Member, Spool
from functions.pack.archive.tar import entry_of
from functions.pack.collect.seal_chain import MissingEvidence
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import large_key
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.large import read_large
from functions.shared.limits import named_in
from functions.shared.prefetch import prefetch
from functions.shared.records.packs import ManifestLarge

# The version of the seal from which on rows are within limits, and ``$large`` is ours.
LIMITED = 3


class _Named(NamedTuple):
    """A large value, and where the first row that names it was sealed."""

    sha256: str
    org: str
    month: str
    hour: str


@dataclass(frozen=True, slots=True)
class LargeMembers:
    """The archive's members ``large/<sha256>.json``.

    Attributes:
        entries: them with their headers, one behind the other, as a finished file.
        facts: what the manifest says of them.
    """

    entries: Member
    facts: ManifestLarge


class LargeValues(AbstractContextManager["LargeValues"]):
    """The large values that rows of a pack name.

    Nothing here need outlive the build: a crash begins it anew, so the database writes no journal.
    """

    def __init__(self, path: Path) -> None:
        """Begin with none; the path is of the database, which is not there yet."""
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(
            "CREATE TABLE large (sha256 TEXT PRIMARY KEY, org TEXT, month TEXT, hour TEXT)"
            " WITHOUT ROWID"
        )
        # One transaction, never ended: each statement by itself would be its own.
        self._database.execute("BEGIN")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return self._database.execute("SELECT 1 FROM large LIMIT 1").fetchone() is not None

    def note(self, org: str, month: str, hour: str, rows: bytes | bytearray) -> None:
        """Note what rows of the pack name.

        Args:
            org: the organization.
            month: under which it lies: of the hour that sealed the rows, or of the register.
            hour: that sealed them, for the report on what is missing.
            rows: their bytes, sealed by version 3 or later; before, nothing was large.
        """
        named = [(sha256, org, month, hour) for sha256 in named_in(rows)]
        if named:
            self._database.executemany("INSERT OR IGNORE INTO large VALUES (?, ?, ?, ?)", named)

    def write(
        self, evidence: Bucket, tenant: str, missing: MissingEvidence, folder: Path
    ) -> LargeMembers | None:
        """Return the members, sorted by digest; None where no row names any.

        Permissions:
            s3:GetObject on the evidence bucket.
        """
        digests, n_members, n_bytes = hashlib.sha256(), 0, 0
        with Spool(folder / "large") as spool:
            for named, read in prefetch(_reader(evidence, tenant), self._named()):
                try:
                    body = read.result()
                except EvidenceMissing as error:
                    missing.add(named.org, named.hour, f"missing: {error}")
                    continue
                except EvidenceInvalid as error:
                    missing.add(named.org, named.hour, f"invalid: {error}")
                    continue
                spool.add_bytes(entry_of(f"large/{named.sha256}.json", body), 0)
                digests.update(f"{named.sha256}\n".encode())
                n_members, n_bytes = n_members + 1, n_bytes + len(body)
            entries = spool.finish()
        if not n_members:
            return None
        facts: ManifestLarge = {
            "members": n_members,
            "bytes": n_bytes,
            "names_sha256": digests.hexdigest(),
        }
        return LargeMembers(entries, facts)

    def _named(self) -> Iterator[_Named]:
        rows = self._database.execute("SELECT sha256, org, month, hour FROM large ORDER BY sha256")
        yield from map(_Named._make, rows)


def _reader(evidence: Bucket, tenant: str) -> Callable[[_Named], bytes]:
    def read(named: _Named) -> bytes:
        return read_large(evidence, large_key(tenant, named.org, named.month, named.sha256))

    return read
