"""Marks of the audit log: how far each stream was read, and what to ask for next.

Pure. Per stream, in every seal, epoch seconds: ``closed_through`` (W: nothing before it is
missing), ``reread_25`` and ``reread_73`` (read a second and a third time up to here, when 25 and
73 hours old), ``patrol`` (how far the slow reading of the whole past has come; at its end it begins
anew), ``backfill_to`` (B: history is known from here on) and ``backfill_done``. ``overflow`` names
the seconds of which not every event could be read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from functions.shared.records.seals import StreamMarks, Watermarks
from functions.snapshot.fetch.audit.windows import Window
from functions.snapshot.records import STREAMS, AuditLog, AuditLogRead

H = 3600
OVERLAP_S = H
FIRST_S = 2 * H
REREADS: Mapping[str, int] = {"reread_25": 25 * H, "reread_73": 73 * H}
OVERLAP, PATROL, PATROL_S = "overlap", "patrol", 24 * H
MAX_SKEW_S = 900
# Of the seconds that could not be read, the newest are named: an hour can have 3,600 of them.
MOST_OVERFLOW = 5000


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """What an hour asks one stream for.

    Attributes:
        fresh: from W to the hour's end.
        again: what is read again, by mark; ``overlap`` is the hour before W, for events that came
            a little late.
        past_to: B, where history is not known whole or may have grown; else None.
        overflow: seconds that could not be read, as an earlier hour sealed them.
    """

    fresh: Window
    again: dict[str, Window] = field(default_factory=dict)
    past_to: int | None = None
    overflow: frozenset[int] = frozenset()

    @property
    def start(self) -> int:
        """Return the first second of what is fresh."""
        return min(self.fresh.lo, self.again.get(OVERLAP, self.fresh).lo)


@dataclass(frozen=True, slots=True)
class AuditPlan:
    """What an hour asks the audit log for.

    Attributes:
        streams: by stream.
        hi: epoch second to read to: the hour's end.
    """

    streams: dict[str, StreamPlan]
    hi: int

    def start(self) -> int:
        """Return the earliest second of what is fresh."""
        return min(plan.start for plan in self.streams.values())

    def read_before(self) -> Iterator[Window]:
        """Yield what is read again."""
        for plan in self.streams.values():
            yield from plan.again.values()


def unread() -> StreamMarks:
    """Return the marks of a stream before its first reading."""
    return {
        "closed_through": None,
        "reread_25": None,
        "reread_73": None,
        "patrol": None,
        "backfill_to": None,
        "backfill_done": False,
        "overflow": [],
    }


def initial() -> Watermarks:
    """Return the watermarks before the first run."""
    return {
        "proven": False,
        "streams": {name: unread() for name in STREAMS},
        "archived_keys_at": None,
        "optional": {},
    }


def audit_plan(
    marks: Watermarks, hour_end: datetime, within: Watermarks | None = None
) -> AuditPlan:
    """Return what to ask the audit log for when an hour closes.

    Args:
        marks: the watermarks the last seal carries.
        hour_end: the first instant after the hour.
        within: those that an earlier run of this hour left, None for the first run.
    """
    hi = int(hour_end.timestamp())
    return AuditPlan(
        {
            name: _stream_plan(stream, within["streams"][name] if within else stream, hi)
            for name, stream in marks["streams"].items()
        },
        hi,
    )


def _stream_plan(sealed: StreamMarks, now: StreamMarks, hi: int) -> StreamPlan:
    through, back_to = now["closed_through"], now["backfill_to"]
    overflow = frozenset(sealed["overflow"])
    if through is None or back_to is None:
        return StreamPlan(Window(hi - FIRST_S, hi), past_to=hi - FIRST_S, overflow=overflow)
    fresh = Window(min(through, hi), hi)
    before = sealed["closed_through"] or through
    # However far W is behind: it was read up to there while that was young, before a pause perhaps.
    # Before B nothing was read yet: that is history.
    again = {OVERLAP: Window(max(before - OVERLAP_S, back_to), before)}
    settled = now["reread_73"]
    for mark, done in (("reread_25", now["reread_25"]), ("reread_73", settled)):
        again[mark] = Window(through if done is None else done, min(hi - REREADS[mark], through))
    if now["backfill_done"] and settled is not None:
        start = now["patrol"]
        # What was read a third time within a day need not be patrolled; else it would never end.
        is_round_over = start is None or start + PATROL_S > settled
        start = back_to if start is None or is_round_over else max(start, back_to)
        again[PATROL] = Window(start, min(start + PATROL_S, settled))
    again = {mark: window for mark, window in again.items() if window.lo < window.hi}
    # What came late may stand before all that was history: each round of the patrol looks there.
    begins = PATROL in again and again[PATROL].lo == back_to
    past_to = back_to if begins or not now["backfill_done"] else None
    return StreamPlan(fresh, again, past_to, overflow)


def after_reading(marks: Watermarks, plan: AuditPlan, log: AuditLog, skew_s: float) -> Watermarks:
    """Return the watermarks after the audit log was read.

    Args:
        marks: those before.
        plan: what was asked for.
        log: what was read, of the streams that answered.
        skew_s: OpenAI's clock minus ours.
    """
    streams = {
        name: _stream_after(name, stream, plan, log, skew_s) if name in log.recent else stream
        for name, stream in marks["streams"].items()
    }
    return marks | {"streams": streams}


def _stream_after(
    name: str, stream: StreamMarks, plan: AuditPlan, log: AuditLog, skew_s: float
) -> StreamMarks:
    asked, recent = plan.streams[name], log.recent[name]
    # While OpenAI's clock is behind, it cannot yet show the last seconds before the hour's end.
    through = min(recent.closed_through, plan.hi + min(0, int(skew_s)))
    after = stream | {"overflow": _overflow_after(name, stream, asked, log)}
    if stream["closed_through"] is None:
        if through <= asked.fresh.lo:
            return stream
        after |= {
            "closed_through": through,
            "reread_25": plan.hi - REREADS["reread_25"],
            "reread_73": plan.hi - REREADS["reread_73"],
            "backfill_to": asked.fresh.lo,
        }
    else:
        after |= {"closed_through": max(through, stream["closed_through"])}
    again = log.again.get(name, {})
    after |= {
        "reread_25": _moved(after["reread_25"], again.get("reread_25")),
        "reread_73": _moved(after["reread_73"], again.get("reread_73")),
        "patrol": again[PATROL].closed_through if PATROL in again else after["patrol"],
    }
    if name in log.past:
        reached = log.past[name].closed_through
        was_done = stream["backfill_done"] and reached == asked.past_to
        done = name in log.past_ends or was_done
        after |= {"backfill_to": reached, "backfill_done": done}
    return after


def _moved(mark: int | None, read: AuditLogRead | None) -> int | None:
    return mark if mark is None or read is None else max(mark, read.closed_through)


def _overflow_after(name: str, stream: StreamMarks, asked: StreamPlan, log: AuditLog) -> list[int]:
    overflow = stream["overflow"]
    again = log.again.get(name, {})
    overflow = overflow_after(overflow, log.recent[name], asked.fresh.lo)
    for mark, read in again.items():
        overflow = overflow_after(overflow, read, asked.again[mark].lo)
    if name in log.past:
        overflow = sorted({*overflow, *log.past[name].overflow})
    return overflow[-MOST_OVERFLOW:]


def overflow_after(before: Iterable[int], read: AuditLogRead, lo: int) -> list[int]:
    """Return the seconds that stay unread: a reading that got through one takes it off."""
    kept = {second for second in before if not lo <= second < read.closed_through}
    return sorted(kept | set(read.overflow))


def shows_overflow(plan: AuditPlan, after: Watermarks) -> bool:
    """Tell whether a second could not be read that no earlier hour named, in whichever run."""
    return any(
        not plan.streams[name].overflow.issuperset(stream["overflow"])
        for name, stream in after["streams"].items()
    )


def lag_hours(marks: Watermarks, hour_end: datetime) -> int | None:
    """Return the hours, begun ones whole, that the log is read short of an hour's end.

    Of the stream that is furthest behind; None where none ever answered. OpenAI's clock may be
    behind by as much as is borne without a word: that is level.
    """
    reached = [stream["closed_through"] for stream in marks["streams"].values()]
    behind = [int(hour_end.timestamp()) - through for through in reached if through is not None]
    if not behind:
        return None
    return 0 if max(behind) <= MAX_SKEW_S else -(-max(behind) // H)
