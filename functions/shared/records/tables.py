"""What the table holds and the API shows of connections, hours, packs and signing keys.

Pure. Sealed things have records of their own; these are what is looked up, and what a tenant chose.
"""

from typing import Annotated, Literal, NotRequired, TypedDict

from functions.shared.records.fields import (
    Count,
    Digest,
    Flag,
    Instant,
    Keyword,
    MaybeCount,
    MaybeDigest,
    MaybeInstant,
    MaybeText,
    OrgId,
    Text,
    described,
)
from functions.shared.records.seals import Kpi, LifecycleEntry, Outcome
from functions.shared.records.statements import KeptCustodyEntry

Number = Annotated[int, Keyword("minimum", 1)]
"""Of a pack: 1, 2, 3 … per tenant."""
ConnectionStatus = Literal["connected", "paused", "disconnected"]
OrgProof = Literal["proven", "none"]
Readable = dict[str, Text]
"""By section: ``ok``, ``forbidden``, ``unavailable``, ``unproven`` or ``partial``."""
PackState = Literal["queued", "building", "ready", "failed"]
PackKind = Literal["monthly", "on_demand", "revision"]
Profile = Literal["full", "core"]
ExportFormat = Literal["csv", "ndjson"]


class Key(TypedDict):
    """What names a row of the table: its partition, and its place there."""

    pk: str
    sk: str


class Organization(TypedDict):
    """A connection as the tenant's users see it: never its key, known or wrapped."""

    org_id: OrgId
    display_name: Text
    status: ConnectionStatus
    health: Text
    connected_at: Instant
    admin_key_last4: Text
    admin_key_expires_at: MaybeInstant
    admin_key_warn_at: Instant
    org_proof: OrgProof
    readable: Readable
    last_hour: MaybeInstant
    outcome: MaybeText
    hints: list[Text]


class LifecycleRow(Key):
    """Entries of what a tenant did with an organization, in the table; mostly one."""

    entries: list[LifecycleEntry]


class ConnectionKey(TypedDict):
    """Which organization of which tenant: a row of the index of those that are due."""

    tenant_id: Text
    org_id: OrgId


class SnapshotMessage(ConnectionKey):
    """A message of the snapshot queue: an organization whose hours are to be closed."""

    hour: Instant
    attempt: Count


class PackMessage(TypedDict):
    """A message of the pack queue: a pack to be built, and how often that was put off."""

    number: Number
    tenant_id: Text
    # Of a message that an older version sent it is not known.
    attempt: NotRequired[Count]


class ExportMessage(TypedDict):
    """A message of the export queue: an export to be built."""

    export: Number
    tenant_id: Text


class HourFacts(TypedDict):
    """What the table says of a closed hour, from its seal."""

    outcome: Outcome
    reason: MaybeText
    sha256: Digest
    sections: Readable
    kpi: Kpi | None
    events: Count
    oldest_event_at: Annotated[
        MaybeInstant, described("Of the events that the hour sealed: when the first happened")
    ]
    changes: Count
    open_findings: MaybeCount
    lag_hours: MaybeCount


class HourRow(HourFacts):
    """A closed hour in the table."""

    hour: Instant


class ClosedHour(HourRow, Key):
    """The row of a closed hour; of an open one the table knows its state and its lease alone."""

    state: Literal["open", "sealed"]


class LeasedHour(TypedDict):
    """What the row of an open hour counts: the runs that have had it."""

    runs: int


class ListedHour(HourRow):
    """A closed hour in the API."""

    org_id: OrgId


class HashKeyRow(Key):
    """A tenant's hashing key, wrapped."""

    wrapped: bytes


class Stated(Key):
    """A row that a tenant's last statement set; one that an older version wrote has no number."""

    n: NotRequired[int]


class AccountOwner(TypedDict):
    """Who answers for a service account: a user id, a keyed hash or a team; null for nobody."""

    person: str | None


class AccountOwnerRow(AccountOwner, Stated):
    """The same in the table."""


class NamedAccountOwner(TypedDict):
    """Who answers for a service account, as the API says it."""

    org_id: OrgId
    service_account_id: Text
    person: Annotated[MaybeText, described("User id, keyed hash of the address, or code of a team")]


class HashingKey(TypedDict):
    """A tenant's hashing key, unwrapped, for its admin; and what a hash is made of."""

    key_id: Text
    algorithm: Literal["hmac-sha256"]
    normalization: Text
    key_hex: Digest


class PackMarker(Key):
    """Which pack stands for a month, or for a way of asking."""

    number: int


class FirstKeyMarker(Key):
    """Which signing key the deployment began with."""

    key_id: str


class PackChainHead(TypedDict, total=False):
    """The pack that became ready last, and how many have; fields are there from the first on."""

    last_number: int
    last_manifest_sha256: str
    ready_packs: int


class PackLastSeal(TypedDict):
    """The last seal of an organization in a pack."""

    hour: Instant
    sha256: Digest


class ListedPack(TypedDict):
    """A pack as the tenant's users see it."""

    number: Count
    state: PackState
    kind: PackKind
    profile: Profile
    period_start: Instant
    period_end: Instant
    org_ids: list[OrgId]
    month: MaybeText
    replaces: MaybeCount
    cut_hour: Instant
    created_at: Instant
    reason: MaybeText
    size_bytes: MaybeCount
    manifest_sha256: MaybeDigest
    archive_sha256: MaybeDigest
    signing_public_hex: MaybeDigest
    signing_key_id: MaybeText
    verify_with: MaybeText


class ListedExport(TypedDict):
    """An export as the tenant's users see it."""

    number: Number
    state: PackState
    list: Annotated[MaybeText, described("Null of an export of everything")]
    format: ExportFormat
    filters: dict[str, Text]
    hour: Annotated[Instant, described("The sealed hour that its rows are as of")]
    created_at: Instant
    expires_at: Annotated[MaybeInstant, described("Until then it can be downloaded")]
    rows: MaybeCount
    size_bytes: MaybeCount
    sha256: Annotated[MaybeDigest, described("Of the file that is downloaded")]
    is_whole: Annotated[
        Flag | None, described("False where an hour did not read what the list is of")
    ]
    reason: Annotated[MaybeText, described("Why it failed")]


class PublicSigningKey(TypedDict):
    """What everyone may see of a signing key."""

    key_id: Text
    public_hex: Digest
    public_pem: Text
    algorithm: Literal["Ed25519"]
    not_before: Instant
    not_after: MaybeInstant
    revoked_at: MaybeInstant
    revoked_reason: MaybeText


class CustodyRow(KeptCustodyEntry, Key):
    """An entry of the custody log in the table."""


class CountedCustodyRow(CustodyRow):
    """An entry of the custody log that counts what was done within one hour."""

    uses: int
    last_at: Instant


class AnsweredRequest(Key):
    """A request with an ``Idempotency-Key``: what it asked, and what was answered once it was done.

    ``run`` names whoever does it; ``status`` is null while it is under way. ``body`` is null where
    the answer held a secret that is shown once.
    """

    asked_sha256: Digest
    run: str
    status: int | None
    location: str
    body: str | None
    expires_epoch: int
