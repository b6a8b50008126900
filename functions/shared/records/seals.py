"""A seal and its parts: what closes an hour, and what stands beside it.

Pure. Names of fields are those of seal version 2.
"""

from typing import Literal, NotRequired, TypedDict

from functions.shared.records.entities import EntityState
from functions.shared.records.events import EventState
from functions.shared.records.fields import (
    Count,
    Digest,
    Flag,
    Instant,
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
    """What a seal says of a segment: also the calendar month of its rows."""

    month: Text


class Segments(TypedDict):
    """What an hour sealed first, one entry a calendar month."""

    events: list[SegmentEntry]
    changes: list[SegmentEntry]
    verdicts: NotRequired[list[SegmentEntry]]


class IndexRun(TypedDict):
    """What a seal says of one run of the sealed index.

    ``sha256`` is that of its fences, which hold the digest of every block. ``since`` is the first
    hour whose ids it holds, null where it holds them from the chain's beginning on.
    """

    key: Text
    level: Count
    rows: Count
    sha256: Digest
    since: MaybeInstant


class Conflict(TypedDict):
    """Two records with one id and different content, normalized."""

    id: Text
    sha256: list[Digest]
    rows: list[EntityState | EventState]


class SectionHistory(TypedDict, total=False):
    """What a seal repeats of a section in an hour that could not read it."""

    register: ObjectEntry | None
    baseline: MaybeInstant
    complete_at: MaybeInstant
    asked_at: MaybeInstant


class SectionRemainder(TypedDict, total=False):
    """The first records of a section that are no rows of its register: without an id, or twice."""

    odd: list[EntityState | EventState]
    conflicts: list[Conflict]


class SectionSeal(SectionHistory, SectionRemainder):
    """What a seal says of a section."""

    status: Text
    reason: MaybeText
    count: MaybeCount
    unknown: Count


class StreamMarks(TypedDict):
    """How far one stream of the audit log was read; epoch seconds."""

    closed_through: int | None
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
    deep_at: MaybeInstant
    month_closed: MaybeText
    streams: dict[str, StreamMarks]
    archived_keys_at: NotRequired[Instant]
    optional: NotRequired[dict[str, OptionalMarks]]


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


class SealHead(TypedDict):
    """What the seal of every hour says: whose it is, how it ended, and the seal before it."""

    v: Count
    tenant_id: Text
    org_id: OrgId
    org_proof: Text
    hour: Instant
    outcome: Outcome
    reason: MaybeText
    lifecycle: list[LifecycleEntry]
    lifecycle_seq: Count
    previous_sha256: MaybeDigest


class SealContent(SealHead):
    """What is sealed of an hour: the digest is over its canonical JSON."""

    sections: dict[str, SectionSeal]
    segments: Segments
    frontiers: Watermarks
    kpi: Kpi | None
    pictured_from: MaybeInstant
    pictured_to: MaybeInstant


class Run(TypedDict, total=False):
    """How the runs of an hour went and with what; beside the seal, outside its digest."""

    api_base: Text
    attempt: Count
    clock: Text
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
