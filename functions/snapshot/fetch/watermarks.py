"""Frontiers: how far the audit log is known, and what to ask for next.

Pure. Per stream, carried in every seal: ``closed_through`` (W: nothing before it is missing),
``backfill_to`` (B: history is known from here on) and ``backfill_done``; for both together
``proven``, ``deep_at`` (end of the last deep rescan) and ``month_closed`` (last month rescanned
whole). ``overflow`` names the seconds before W of which no cursor led to the last event.
Epoch seconds, so that windows need no conversion.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.shared.canonical import Json
from functions.shared.hours import month_end, month_start, parse_instant, previous_month, rfc3339
from functions.snapshot.records import STREAMS

OVERLAP = timedelta(hours=1)
# A rescan each day finds what shows up to 72 hours late only if it reaches a day further back.
DEEP = timedelta(hours=96)
DEEP_EVERY = timedelta(hours=24)
FIRST = timedelta(hours=48)
SETTLED = timedelta(hours=72)
BACKFILL_STEP_S = 14 * 86400
MAX_SKEW_S = 900


@dataclass(frozen=True, slots=True)
class Plan:
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


def empty() -> Json:
    """Return the frontiers before the first run."""
    stream: Json = {
        "closed_through": None,
        "backfill_to": None,
        "backfill_done": False,
        "overflow": [],
    }
    return {
        "proven": False,
        "deep_at": None,
        "month_closed": None,
        "streams": {name: dict(stream) for name in STREAMS},
    }


def plan(known: Json, hour_end: datetime) -> Plan:
    """Return what to ask for when an hour closes.

    Args:
        known: the frontiers the last seal carries.
        hour_end: the first instant after the hour.
    """
    hi = int(hour_end.timestamp())
    deep_at = known["deep_at"]
    deep = deep_at is None or hour_end - parse_instant(deep_at) >= DEEP_EVERY
    month = previous_month(hour_end)
    due = hour_end >= month_end(month) + SETTLED and known["month_closed"] != month
    reach = DEEP if deep else OVERLAP
    lows = {}
    for name, stream in known["streams"].items():
        through = stream["closed_through"]
        if through is None:
            lows[name] = hi - int(FIRST.total_seconds())
            continue
        low = through - int(reach.total_seconds())
        if due:
            low = min(low, int(month_start(month).timestamp()))
        # Before B nothing was read yet: that is backfill, newest part first.
        lows[name] = max(low, stream["backfill_to"])
    return Plan(lows, hi, deep, month if due else None)


def overflow_after(
    known: list[int], seen: Iterable[int], lo: int, closed_through: int
) -> list[int]:
    """Return the seconds that stay unread: a rescan that got through one takes it off."""
    kept = {second for second in known if not lo <= second < closed_through}
    return sorted(kept | set(seen))


def advanced(
    known: Json, asked: Plan, reached: dict[str, int], hour_end: datetime, skew_s: float
) -> Json:
    """Return the frontiers after a walk.

    Args:
        known: those before it.
        asked: the plan.
        reached: per stream that answered, the second up to which all is closed.
        hour_end: the first instant after the hour.
        skew_s: OpenAI's clock minus ours.
    """
    streams = {}
    for name, stream in known["streams"].items():
        streams[name] = stream
        if name not in reached:
            continue
        # While OpenAI's clock is behind, it cannot yet show the last seconds before the hour's end.
        through = min(reached[name], asked.hi + min(0, int(skew_s)))
        first = stream["closed_through"] is None
        if first and through <= asked.lo[name]:
            continue
        streams[name] = stream | {
            "closed_through": max(through, stream["closed_through"] or 0),
            "backfill_to": asked.lo[name] if first else stream["backfill_to"],
        }
    whole = bool(reached) and all(reached[name] >= asked.hi for name in reached)
    deep_at = rfc3339(hour_end) if asked.deep and whole else known["deep_at"]
    month = asked.month if asked.month and whole else known["month_closed"]
    return known | {"streams": streams, "deep_at": deep_at, "month_closed": month}
