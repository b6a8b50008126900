"""Watermarks: how far everything was read, and what to ask for next.

Pure. Carried in every seal (its field ``watermarks``). Per stream of the audit log:
``closed_through`` (W: nothing before it is missing), ``backfill_to`` (B: history is known from here
on) and ``backfill_done``; for both streams ``proven``, ``deep_at`` (end of the last deep rescan)
and ``month_closed`` (last month rescanned whole). ``overflow`` names the seconds before W of which
no cursor led to the last event. Epoch seconds, so that windows need no conversion. Beside them:
when each optional section was read, and is due again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.shared.hours import (
    HOUR,
    month_end,
    month_start,
    parse_instant,
    previous_month,
    rfc3339,
)
from functions.shared.records.entities import EntityState
from functions.shared.records.seals import OptionalMarks, StreamMarks, Watermarks
from functions.shared.sections import BY_NAME, OPTIONAL
from functions.snapshot.records import (
    FAILED,
    FORBIDDEN,
    STREAMS,
    UNAVAILABLE,
    AuditLog,
    SectionRead,
)

OVERLAP = timedelta(hours=1)
# A rescan each day finds what shows up to 72 hours late only if it reaches a day further back.
DEEP = timedelta(hours=96)
DEEP_EVERY = timedelta(hours=24)
FIRST = timedelta(hours=48)
SETTLED = timedelta(hours=72)
DAY = timedelta(hours=24)
BACKFILL_STEP_S = 14 * 86400
MAX_SKEW_S = 900


@dataclass(frozen=True, slots=True)
class AuditWindows:
    """What an hour asks the audit log for.

    Attributes:
        lo: epoch second to read from, per stream.
        hi: epoch second to read to: the hour's end.
        deep: whether this is a deep rescan.
        month: the month that this run rescans whole, None for most.
    """

    lo: dict[str, int]
    hi: int
    deep: bool
    month: str | None

    def start(self) -> int:
        """Return the earliest second asked for."""
        return min(self.lo.values())


def initial() -> Watermarks:
    """Return the watermarks before the first run."""
    return {
        "proven": False,
        "deep_at": None,
        "month_closed": None,
        "streams": {name: _unread() for name in STREAMS},
        "archived_keys_at": None,
        "optional": {},
    }


def _unread() -> StreamMarks:
    return {
        "closed_through": None,
        "reread_25": None,
        "reread_73": None,
        "patrol": None,
        "backfill_to": None,
        "backfill_done": False,
        "overflow": [],
    }


def audit_windows(marks: Watermarks, hour_end: datetime) -> AuditWindows:
    """Return what to ask the audit log for when an hour closes.

    Args:
        marks: the watermarks the last seal carries.
        hour_end: the first instant after the hour.
    """
    hi = int(hour_end.timestamp())
    deep_at = marks["deep_at"]
    deep = deep_at is None or hour_end - parse_instant(deep_at) >= DEEP_EVERY
    month = previous_month(hour_end)
    due = hour_end >= month_end(month) + SETTLED and marks["month_closed"] != month
    reach = DEEP if deep else OVERLAP
    lows = {}
    for name, stream in marks["streams"].items():
        through, back_to = stream["closed_through"], stream["backfill_to"]
        if through is None or back_to is None:
            lows[name] = hi - int(FIRST.total_seconds())
            continue
        low = through - int(reach.total_seconds())
        if due:
            low = min(low, int(month_start(month).timestamp()))
        # Before B nothing was read yet: that is backfill, newest part first.
        lows[name] = max(low, back_to)
    return AuditWindows(lows, hi, deep, month if due else None)


def overflow_after(
    before: Iterable[int], overflow: Iterable[int], lo: int, closed_through: int
) -> list[int]:
    """Return the seconds that stay unread: a rescan that got through one takes it off."""
    kept = {second for second in before if not lo <= second < closed_through}
    return sorted(kept | set(overflow))


def after_reading(
    marks: Watermarks, windows: AuditWindows, log: AuditLog, hour_end: datetime, skew_s: float
) -> Watermarks:
    """Return the watermarks after the audit log was read.

    Args:
        marks: those before.
        windows: what was asked for.
        log: what was read, of the streams that answered.
        hour_end: the first instant after the hour.
        skew_s: OpenAI's clock minus ours.
    """
    streams = {
        name: _stream_after(name, stream, windows, log, skew_s) if name in log.recent else stream
        for name, stream in marks["streams"].items()
    }
    reached = [read.closed_through for read in log.recent.values()]
    whole = bool(reached) and min(reached) >= windows.hi
    return marks | {
        "streams": streams,
        "deep_at": rfc3339(hour_end) if windows.deep and whole else marks["deep_at"],
        "month_closed": windows.month if windows.month and whole else marks["month_closed"],
    }


def _stream_after(
    name: str, stream: StreamMarks, windows: AuditWindows, log: AuditLog, skew_s: float
) -> StreamMarks:
    recent, past, lo = log.recent[name], log.past.get(name), windows.lo[name]
    # While OpenAI's clock is behind, it cannot yet show the last seconds before the hour's end.
    through = min(recent.closed_through, windows.hi + min(0, int(skew_s)))
    first = stream["closed_through"] is None
    if not first or through > lo:
        stream = stream | {
            "closed_through": max(through, stream["closed_through"] or 0),
            "backfill_to": lo if first else stream["backfill_to"],
        }
    if past and stream["closed_through"] is not None:
        done = name in log.past_ends
        stream = stream | {"backfill_to": past.closed_through, "backfill_done": done}
    overflow = overflow_after(
        stream["overflow"], recent.overflow, lo, max(recent.closed_through, lo)
    )
    if past:
        back_to = past.closed_through
        overflow = overflow_after(overflow, past.overflow, back_to, back_to)
    return stream | {"overflow": overflow}


def lag_hours(marks: Watermarks, hour_end: datetime) -> int | None:
    """Return the hours, begun ones whole, that the log is read short of an hour's end.

    Of the stream that is furthest behind; None where none ever answered. OpenAI's clock may be
    behind by as much as is borne without a word: that is level.
    """
    reached = [marks["closed_through"] for marks in marks["streams"].values()]
    behind = [int(hour_end.timestamp()) - through for through in reached if through is not None]
    if not behind:
        return None
    return 0 if max(behind) <= MAX_SKEW_S else -(-max(behind) // 3600)


def shows_overflow(before: Watermarks, after: Watermarks) -> bool:
    """Tell whether a second could not be read that was not known to be so before."""
    return any(
        not set(stream["overflow"]) <= set(before["streams"][name]["overflow"])
        for name, stream in after["streams"].items()
    )


def due_sections(marks: Watermarks, hour_end: datetime) -> list[str]:
    """Return the optional sections that an hour asks for.

    Args:
        marks: the watermarks the last seal carries.
        hour_end: first instant after the hour.
    """
    asked, now = marks["optional"], rfc3339(hour_end)
    return [name for name in OPTIONAL if name not in asked or asked[name]["due"] <= now]


def after_lists(
    marks: Watermarks,
    sections: Mapping[str, SectionRead[EntityState]],
    hour_end: datetime,
    *,
    archived_keys_read: bool,
) -> Watermarks:
    """Return the watermarks after an hour's lists were read.

    Args:
        marks: those before.
        sections: what was read, the optional ones as far as they were asked for.
        hour_end: first instant after the hour.
        archived_keys_read: whether the keys of archived projects were asked for, of all projects.
    """
    before = marks["optional"]
    asked = {
        name: _marks_of(name, section, before.get(name), hour_end)
        for name, section in sections.items()
        if name in OPTIONAL
    }
    after = marks | {"optional": before | asked}
    return after | {"archived_keys_at": rfc3339(hour_end)} if archived_keys_read else after


def _marks_of(
    name: str, section: SectionRead[EntityState], before: OptionalMarks | None, hour_end: datetime
) -> OptionalMarks:
    """Return a section's marks after it was asked for.

    ``read_at`` is the end of the last hour that read it whole, ``asked_at`` of the last that asked,
    with the status it got; from ``due`` on it is asked again.
    """
    now = rfc3339(hour_end)
    refused = section.status in (FORBIDDEN, UNAVAILABLE)
    done_today = BY_NAME[name].daily and section.status != FAILED and section.lasting
    last_read_at = before["read_at"] if before else None
    return {
        "asked_at": now,
        "due": rfc3339(hour_end + (DAY if refused or done_today else HOUR)),
        "read_at": now if section.reason is None else last_read_at,
        "reason": section.reason,
        "status": section.status,
    }
