"""What the api function reaches: rows and sealed objects to read, and what only requests need."""

from dataclasses import dataclass, field
from typing import Final

from functions.api.coverage.outcomes import RecentOutcomes
from functions.api.finding_state_rows import FindingStates
from functions.api.registers.kept import Kept, Registers, name_of
from functions.api.share_link_rows import ShareLinks
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.download_links import DownloadLinks
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.clock import Clock
from functions.shared.evidence.seals import read_body
from functions.shared.records.seals import ObjectEntry
from functions.shared.tables.connections import Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.packs import Packs
from functions.shared.tables.signing_keys import SigningKeys

_KEPT_BYTES: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class Segment:
    """The bytes of a segment."""

    body: bytes

    @property
    def n_bytes(self) -> int:
        """Return how many they are."""
        return len(self.body)


@dataclass(frozen=True, slots=True)
class Segments:
    """Sealed segments, inflated, the last ones read kept."""

    bucket: Bucket
    _kept: Kept[Segment] = field(default_factory=lambda: Kept(_KEPT_BYTES))

    def body(self, entry: ObjectEntry) -> bytes:
        """Return the bytes of a segment that a seal names.

        Raises:
            EvidenceMissing: there is no such object.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        read = lambda: Segment(read_body(self.bucket, entry))  # noqa: E731
        return self._kept.get(name_of(entry), read).body


@dataclass(frozen=True, slots=True)
class Context:
    """What lists are read from, by requests and by what builds exports.

    Permissions:
        dynamodb:GetItem and Query, PutItem and UpdateItem for what is set; s3:GetObject on seals,
        registers, events, their index and anchors, and s3:ListBucket, on the evidence bucket.
    """

    table: Table
    evidence: Bucket
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


@dataclass(frozen=True, slots=True)
class RequestContext(Context):
    """What the function that answers requests reaches besides.

    Attributes:
        pack_links: signs links to packs.
        export_links: signs links to exports.
        pack_queue: of the function that builds packs.
        export_queue: of the function that builds exports.

    Permissions:
        sts:AssumeRole on the role that reads packs and exports, for downloads and proofs;
        sqs:SendMessage on the two queues.
    """

    pack_links: DownloadLinks
    export_links: DownloadLinks
    pack_queue: Queue
    export_queue: Queue
