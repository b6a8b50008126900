"""What a pack has of its own: the coverage rows, the manifest, collection.json and controls.json.

Pure. Keys of the manifest and its parts stand in the order in which they are written; those of the
other documents are sorted. docs/evidence-pack-format.md tells what each means.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from functions.shared.records.fields import (
    Count,
    Digest,
    Flag,
    Instant,
    MaybeDigest,
    MaybeInstant,
    MaybeText,
    OrgId,
    Text,
)
from functions.shared.records.seals import Outcome, Run, SealContent

HourOutcome = Outcome | Literal["gap"]
"""``gap`` where an expected hour has no seal."""


class CoverageHour(TypedDict):
    """An expected hour of an organization, and how it went."""

    hour: Instant
    org_id: OrgId
    outcome: HourOutcome


class HourSeal(TypedDict):
    """The seal of an expected hour, whole; null where there is none."""

    run: Run | None
    seal: SealContent | None
    sha256: MaybeDigest


class CoverageRow(CoverageHour, HourSeal):
    """An expected hour's row in packs."""


# --- manifest.json --------------------------------------------------------------------------------


class ManifestFile(TypedDict):
    """A file of the pack."""

    name: Text
    rows: Count
    bytes: Count
    sha256: Digest


class ManifestCoverage(TypedDict):
    """The expected hours, by outcome; what the outcomes leave of them are gaps."""

    expected_hours: Count
    complete: Count
    partial: Count
    failed: Count
    missed: Count
    paused: Count
    longest_gap_hours: Count


class ManifestChain(TypedDict):
    """Where the period begins and ends in an organization's chain of seals.

    ``seals_root`` is over the digests of its seals, so that one can be shown to be among them.
    """

    org_id: OrgId
    org_proof: Text
    first_previous_sha256: MaybeDigest
    last_seal_sha256: MaybeDigest
    last_sealed_hour: MaybeInstant
    seals: Count
    seals_root: Digest


class HashScheme(TypedDict):
    """How addresses of persons were hashed."""

    algorithm: Text
    key_id: Text
    normalization: Text


class Generator(TypedDict):
    """What wrote the pack."""

    name: Text
    version: Text


class DocumentedManifest(TypedDict):
    """The keys that every profile has, in the documented order."""

    schema_version: int
    module: Text
    pack_id: Text
    tenant_id: Text
    period_start: Instant
    period_end: Instant
    org_ids: list[OrgId]
    user_count: Count
    project_count: Count
    api_key_count: Count
    event_count: Count
    users_sha256: Digest
    projects_sha256: Digest
    api_keys_sha256: Digest
    events_sha256: Digest
    signing_public_hex: Digest


class Replacement(TypedDict, total=False):
    """Which pack a revision replaces; no other pack has the key."""

    replaces: Text


class ManifestLarge(TypedDict):
    """The members ``large/<sha256>.json``; ``names_sha256`` is over their digests, a line each."""

    members: Count
    bytes: Count
    names_sha256: Digest


class LargeNamed(TypedDict, total=False):
    """What rows name that is too large for them; a pack without any such value lacks the key."""

    large: ManifestLarge


class FurtherManifest(Replacement, LargeNamed):
    """The keys that follow the documented ones."""

    format: Count
    created_at: Instant
    kind: Text
    profile: Text
    cut_hour: Instant
    settled_through: MaybeInstant
    settled: Flag
    files: list[ManifestFile]
    coverage: ManifestCoverage
    chain: list[ManifestChain]
    audit_log: dict[str, str]
    previous_pack_id: MaybeText
    previous_manifest_sha256: MaybeDigest
    hash_scheme: HashScheme
    signing_key_id: Text
    generator: Generator


class Manifest(DocumentedManifest, FurtherManifest):
    """The one document that is signed."""


# --- collection.json ------------------------------------------------------------------------------


class CollectedApi(TypedDict):
    """What was read, and at which addresses."""

    name: Text
    bases: list[Text] | None


class CollectedClock(TypedDict):
    """How far the clocks were apart; what was not told is null."""

    compared_with: Text
    largest_skew_s: int | None
    sources: list[Text] | None


class CollectedEndpoint(TypedDict):
    """A question that was asked, and when."""

    method: Text
    path: Text
    parameters: Mapping[str, str]
    section: Text
    when: Text


class CollectedAdminKey(TypedDict):
    """An admin key that hours were read with; its id where no other key ends alike."""

    key_id: MaybeText
    last4: Text
    first_hour: Instant
    last_hour: Instant


class CollectedOrganization(TypedDict):
    """How the hours of one organization were read."""

    org_id: OrgId
    org_proof: Text
    admin_keys: list[CollectedAdminKey]
    largest_skew_s: int | None
    sections: dict[str, dict[str, int]]
    requests: Count
    pages: Count
    retries: Count


class CollectionReport(TypedDict):
    """The document: how the hours of the period were read, and with what."""

    api: CollectedApi
    clock: CollectedClock
    endpoints: Sequence[CollectedEndpoint]
    cursors: Sequence[str]
    generator: Generator
    organizations: list[CollectedOrganization]
    regions: list[Text] | None


# --- controls.json --------------------------------------------------------------------------------


class Framework(TypedDict):
    """A published framework of controls, or an act that details one, and whom it is for."""

    title: Text
    edition: Text
    publisher: Text
    applies_to: Text
    source: Text


class SupportedClause(TypedDict):
    """A clause of a framework that some evidence supports.

    ``only`` tells the rows that do by their fields; None is all of them.
    """

    clause: Text
    title: Text
    framework: Text
    edition: Text
    source: Text
    only: Mapping[str, Sequence[Text]] | None


class FileControls(TypedDict):
    """What a file shows, and the clauses that this supports, or why there are none."""

    file: Text
    shows: Text
    supports: list[SupportedClause]
    why_none: MaybeText


class FindingControls(TypedDict):
    """The clauses that looking for a kind of finding supports, or why there are none."""

    kind: Text
    supports: list[SupportedClause]
    why_none: MaybeText


class Controls(TypedDict):
    """The document: what of a pack supports which clause."""

    note: Text
    frameworks: Mapping[str, Framework]
    files: list[FileControls]
    findings: list[FindingControls]
