"""A seal and its parts: what closes an hour, and what stands beside it.

Pure. Names of fields are those of seal version 4, the newest: all code but the reader of seals sees
this shape alone. Every field is always there; what an hour has nothing to say of is null or empty.
"""

from typing import Literal, TypedDict

from functions.shared.records.entities import EntityState
from functions.shared.records.events import EventState
from functions.shared.records.fields import (
    Count,
    Digest,
    Flag,
    Instant,
    LargeValue,
    MaybeCount,
    MaybeDigest,
    MaybeInstant,
    MaybeText,
    OrgId,
    Text,
)

Outcome = Literal["complete", "partial", "failed", "missed", "paused"]


class ObjectEntry(TypedDict):
    """What a seal says of an evidence object; digest, size and CRC are of its inflated bytes."""

    key: Text
    rows: Count
    bytes: Count
    sha256: Digest
    crc32: Count


class SegmentEntry(ObjectEntry):
    """What a seal says of a segment: also the calendar month of its rows, and their Merkle root.

    ``root`` is null where version 2 sealed the segment.
    """

    month: Text
    root: MaybeDigest


class Segments(TypedDict):
    """What an hour sealed first, one entry a calendar month."""

    events: list[SegmentEntry]
    changes: list[SegmentEntry]
    verdicts: list[SegmentEntry]
    statements: list[SegmentEntry]


class CustodyHead(TypedDict):
    """The last entry of the tenant's custody log that is sealed with the hour or before it.

    ``n`` is its number, ``sha256`` the digest of its canonical line.
    """

    sha256: Digest
    n: Count


class IndexRun(TypedDict):
    """What a seal says of one run of the sealed index.

    ``sha256`` is that of its fences, which hold the digest of every block. ``late`` counts the rows
    that tell which hours sealed what happened well before them. ``since`` is the first hour whose
    ids it holds, null where it holds them from the chain's beginning on.
    """

    key: Text
    late: Count
    level: Count
    rows: Count
    sha256: Digest
    since: MaybeInstant


class NotShown(TypedDict):
    """A row of what ``not_shown`` names: an entity that is present, by its id."""

    id: Text


class Conflict(TypedDict):
    """Two records with one id and different content, normalized."""

    id: Text
    sha256: list[Digest]
    rows: list[EntityState | EventState | LargeValue]


class RegisterRoot(TypedDict):
    """The root over the rows of a section's register.

    Null where there is none, or where version 2 last wrote it. ``salt`` is what blinds its leaves:
    null where they are the plain rows, as in version 3.
    """

    root: MaybeDigest
    salt: MaybeDigest


class SectionHistory(RegisterRoot):
    """What a seal repeats of a section in an hour that could not read it.

    ``state_at`` is the last hour whose picture shows the section, whole or in part.
    """

    register: ObjectEntry | None
    baseline: MaybeInstant
    complete_at: MaybeInstant
    asked_at: MaybeInstant
    state_at: MaybeInstant


class SectionPicture(TypedDict):
    """What a seal says of how its own hour read a section.

    ``picture_sha256`` is over all that was read, and null where that was not the whole: an hour
    whose picture has the digest of the hour before makes the same register, but for what the audit
    log says of rows that no list shows any more. ``not_shown`` names the
    rows that are present and that the picture does not show. ``lag_hours`` is of the audit log: how
    far behind the hour's end its reading is. ``odd`` and ``conflicts`` are the first records that
    are no rows of the register: without an id, or there twice.
    """

    status: Text
    reason: MaybeText
    count: MaybeCount
    unknown: Count
    lag_hours: MaybeCount
    picture_sha256: MaybeDigest
    not_shown: ObjectEntry | None
    odd: list[EntityState | EventState | LargeValue]
    conflicts: list[Conflict]


class SectionSeal(SectionPicture, SectionHistory):
    """What a seal says of a section."""


class StreamMarks(TypedDict):
    """How far one stream of the audit log was read; epoch seconds.

    Nothing is missing before ``closed_through``; up to ``reread_25`` and ``reread_73`` it was read
    a second and a third time, 25 and 73 hours later; ``patrol`` is how far the slow reading of the
    whole past has come. History is known from ``backfill_to`` on; ``overflow`` are seconds of which
    not every event could be read.
    """

    closed_through: int | None
    reread_25: int | None
    reread_73: int | None
    patrol: int | None
    backfill_to: int | None
    backfill_done: Flag
    overflow: list[int]


class OptionalMarks(TypedDict):
    """When an optional section was asked for and read, and when it is due again."""

    asked_at: Instant
    due: Instant
    read_at: MaybeInstant
    reason: MaybeText
    status: Text


class Watermarks(TypedDict):
    """How far everything was read: the audit log's watermarks, and when optional lists were."""

    proven: Flag
    streams: dict[str, StreamMarks]
    archived_keys_at: MaybeInstant
    optional: dict[str, OptionalMarks]


class Kpi(TypedDict):
    """The figures of an hour; null for a section that could not be read whole."""

    users: MaybeCount
    billable_users: MaybeCount
    active_projects: MaybeCount
    api_keys: MaybeCount
    stale_keys: MaybeCount


class LifecycleFacts(TypedDict, total=False):
    """What a lifecycle entry says beside its kind: by whom, and of the key that was given."""

    by: Text
    first_hour: Instant
    key_last4: Text
    org_proof: Text


class LifecycleEntry(LifecycleFacts):
    """What a tenant did with an organization."""

    seq: Count
    at: Instant
    kind: Text


class Source(TypedDict):
    """Whom the hour's picture was asked of, with what, by which code and clock.

    ``api_base`` and ``key_last4`` are null where nothing was asked, ``code_sha256`` where the
    deployment did not say what it deployed.
    """

    api_base: MaybeText
    clock: MaybeText
    code_sha256: MaybeDigest
    key_last4: MaybeText
    region: MaybeText


class ClosedHour(TypedDict):
    """What the seal of every hour says: whose it is, how it ended, and the seal before it.

    ``lifecycle_seq`` and ``statements_n`` are the numbers up to which the chain holds what the
    tenant did and said.
    """

    v: Count
    tenant_id: Text
    org_id: OrgId
    org_proof: Text
    hour: Instant
    outcome: Outcome
    reason: MaybeText
    lifecycle: list[LifecycleEntry]
    lifecycle_seq: Count
    statements_n: Count
    previous_sha256: MaybeDigest


class SealContent(ClosedHour):
    """What is sealed of an hour.

    ``source`` is null where version 2 sealed the hour: it told such things beside the seal.
    """

    source: Source | None
    sections: dict[str, SectionSeal]
    segments: Segments
    index: list[IndexRun]
    watermarks: Watermarks
    custody: CustodyHead | None
    kpi: Kpi | None
    pictured_from: MaybeInstant
    pictured_to: MaybeInstant


class SectionsRoot(TypedDict, total=False):
    """What a header has since version 4: the root over what the seal says of its sections."""

    sections_root: Digest


class SealHeader(SectionsRoot):
    """What a seal's digest is over: one link of the chain, without what the hour holds."""

    v: Count
    org_id: OrgId
    hour: Instant
    previous_sha256: MaybeDigest
    content_sha256: Digest


class Run(TypedDict, total=False):
    """How the runs of an hour went; beside the seal, outside its digest.

    The fields of its source stand here until they are sealed; in version 2 they stayed here.
    """

    api_base: Text
    attempt: Count
    clock: Text
    code_sha256: MaybeDigest
    concurrency: Count
    first_request_id: MaybeText
    key_last4: MaybeText
    last_request_id: MaybeText
    pages: Count
    region: MaybeText
    requests: Count
    resume_after_s: Count
    retries: Count
    runs: Count
    skew_s: int
