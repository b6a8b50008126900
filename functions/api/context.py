"""What the api function reaches: rows and sealed objects to read, pack requests to write."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from functions.api.coverage.outcomes import RecentOutcomes
from functions.api.finding_state_rows import FindingStates
from functions.api.share_link_rows import ShareLinks
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.download_links import DownloadLinks
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.clock import Clock
from functions.shared.evidence.seals import read_body, read_rows
from functions.shared.records.seals import ObjectEntry
from functions.shared.tables.connections import Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.packs import Packs
from functions.shared.tables.signing_keys import SigningKeys

_KEPT_BYTES: Final = 16 * 1024 * 1024

Row = TypeVar("Row")
Value = TypeVar("Value")


@dataclass(slots=True)
class Kept(Generic[Value]):
    """What was read last of sealed objects, kept for the next request.

    What is kept is immutable and kept under its whole key, tenant and digest included: a request
    finds here only what it would have read from the bucket under the same key.
    """

    _kept: OrderedDict[str, tuple[int, Value]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, entry: ObjectEntry, read: Callable[[], Value]) -> Value:
        """Return what is kept of an object, or read it; several threads may ask at once."""
        key = f"{entry['key']}#{entry['sha256']}"
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][1]
        value = read()
        with self._lock:
            self._kept[key] = (entry["bytes"], value)
            while (
                sum(size for size, _ in self._kept.values()) > _KEPT_BYTES and len(self._kept) > 1
            ):
                self._kept.popitem(last=False)
        return value

    @property
    def _is_full(self) -> bool:
        # One is kept however long it is.
        return len(self._kept) > 1 and sum(size for size, _ in self._kept.values()) > _KEPT_BYTES


@dataclass(frozen=True, slots=True)
class Registers:
    """Sealed registers, the last ones read kept. Callers must not change the rows."""

    bucket: Bucket
    _kept: Kept[list[Any]] = field(default_factory=Kept)

    def rows(self, entry: ObjectEntry, record: type[Row]) -> list[Row]:
        """Return the rows of a register that a seal names.

        Raises:
            EvidenceMissing: there is no such object.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        return self._kept.get(entry, lambda: read_rows(self.bucket, entry, record))


@dataclass(frozen=True, slots=True)
class Segments:
    """Sealed segments, inflated, the last ones read kept."""

    bucket: Bucket
    _kept: Kept[bytes] = field(default_factory=Kept)

    def body(self, entry: ObjectEntry) -> bytes:
        """Return the bytes of a segment that a seal names.

        Raises:
            EvidenceMissing: there is no such object.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        return self._kept.get(entry, lambda: read_body(self.bucket, entry))


@dataclass(frozen=True, slots=True)
class Context:
    """What the function reaches.

    Permissions:
        dynamodb:GetItem, Query, PutItem and UpdateItem; s3:GetObject on seals, registers, events,
        their index and anchors, and s3:ListBucket, on the evidence bucket; sts:AssumeRole on the
        role that reads packs, for downloads; sqs:SendMessage on the pack queue.
    """

    table: Table
    evidence: Bucket
    pack_links: DownloadLinks
    pack_queue: Queue
    clock: Clock
    registers: Registers
    segments: Segments
    outcomes: RecentOutcomes

    @property
    def connections(self) -> Connections:
        """Return the tenants' connections."""
        return Connections(self.table)

    @property
    def packs(self) -> Packs:
        """Return the tenants' pack rows."""
        return Packs(self.table)

    @property
    def custody(self) -> Custody:
        """Return the custody log."""
        return Custody(self.table)

    @property
    def share_links(self) -> ShareLinks:
        """Return the tenants' share links."""
        return ShareLinks(self.table)

    @property
    def signing_keys(self) -> SigningKeys:
        """Return the registry of signing keys."""
        return SigningKeys(self.table)

    def finding_states(self, tenant: str, org: str) -> FindingStates:
        """Return what a tenant says of the findings of one of its organizations."""
        return FindingStates(self.table, tenant, org)

    def hours(self, tenant: str, org: str) -> HourRows:
        """Return the hour rows of one organization of a tenant."""
        return HourRows(self.table, tenant, org)
