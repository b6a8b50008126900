"""A seal of version 2, as it was sealed and is read for ever.

Pure. Nothing is written by it: ``functions/shared/evidence/seal_versions.py`` gives it the newest
shape. What did not change since is declared in ``seals``.
"""

from typing import NotRequired, TypedDict

from functions.shared.records.entities import EntityState
from functions.shared.records.events import EventState
from functions.shared.records.fields import (
    Count,
    Flag,
    Instant,
    MaybeCount,
    MaybeInstant,
    MaybeText,
    Text,
)
from functions.shared.records.seals import ClosedHour, Conflict, Kpi, ObjectEntry, OptionalMarks


class SegmentEntry2(ObjectEntry):
    """What a seal of version 2 says of a segment."""

    month: Text


class Segments2(TypedDict):
    """What an hour sealed first."""

    events: list[SegmentEntry2]
    changes: NotRequired[list[SegmentEntry2]]
    verdicts: NotRequired[list[SegmentEntry2]]


class SectionSeal2(TypedDict):
    """What a seal of version 2 says of a section."""

    status: Text
    reason: MaybeText
    count: MaybeCount
    unknown: Count
    register: NotRequired[ObjectEntry | None]
    baseline: NotRequired[MaybeInstant]
    complete_at: NotRequired[MaybeInstant]
    asked_at: NotRequired[MaybeInstant]
    odd: NotRequired[list[EntityState | EventState]]
    conflicts: NotRequired[list[Conflict]]


class StreamMarks2(TypedDict):
    """How far one stream of the audit log was read; epoch seconds."""

    closed_through: int | None
    backfill_to: int | None
    backfill_done: Flag
    overflow: list[int]


class Watermarks2(TypedDict, total=False):
    """How far everything was read; empty where nothing ever was."""

    proven: Flag
    deep_at: MaybeInstant
    month_closed: MaybeText
    streams: dict[str, StreamMarks2]
    archived_keys_at: Instant
    optional: dict[str, OptionalMarks]


class SealContent2(ClosedHour):
    """What version 2 sealed of an hour: its digest is over the canonical JSON of this."""

    sections: dict[str, SectionSeal2]
    segments: Segments2
    frontiers: Watermarks2
    kpi: Kpi | None
    pictured_from: MaybeInstant
    pictured_to: MaybeInstant
