"""Read the audit log by windows of time, so that no cursor need be trusted.

Step 1 of 6, part: audit events. A window ``[lo, hi)`` answered with ``has_more=false`` is closed.
One with more is thrown away and split by the density seen, down to one second. No order of the
answer and no meaning of ``before``/``after`` is assumed. Only inside a single second with over 100
events is a cursor used, under guards; where it is inconsistent, the second is named as *overflow*
and the reading goes on beyond it.
"""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from functions.shared.canonical import Json
from functions.shared.errors import BadResponse, UpstreamError
from functions.shared.openai.client import OpenAI, Params
from functions.snapshot.fetch.pagination import MAX_PAGES, PAGE_SIZE, open_page
from functions.snapshot.records import AuditLogRead

PATH = "/organization/audit_logs"
MAX_PIECES = 64
# Aim below a full page, so that a slightly uneven piece still closes at once.
_FILL = 0.85


@dataclass(slots=True)
class WindowBudget:
    """How many windows a run may still ask for."""

    windows: int

    def spend(self) -> bool:
        """Take one; False when none is left."""
        self.windows -= 1
        return self.windows >= 0


async def read_audit_log(
    openai: OpenAI, stream: Params, lo: int, hi: int, budget: WindowBudget
) -> AuditLogRead:
    """Close ``[lo, hi)``, or as much of it from ``lo`` on as can be.

    Args:
        openai: the client.
        stream: the parameters that choose the stream.
        lo: epoch second, included.
        hi: epoch second, excluded.
        budget: windows the run may still ask for; shared with others.
    """
    if lo >= hi:
        return AuditLogRead([], hi)
    windows = await _close(openai, stream, lo, hi, budget)
    events = [event for window in windows for event in window.events]
    overflow = tuple(window.lo for window in windows if window.overflows)
    still_open = next((window for window in windows if not window.closed), None)
    if still_open is None:
        return AuditLogRead(events, hi, None, overflow)
    error = next((window.error for window in windows if window.error is not None), None)
    return AuditLogRead(events, still_open.lo, error, overflow)


@dataclass(frozen=True, slots=True)
class _Window:
    """One window of time: closed, or left open for a reason."""

    lo: int
    closed: bool
    events: list[Json] = field(default_factory=list)
    error: UpstreamError | None = None
    overflows: bool = False


async def _close(
    openai: OpenAI, stream: Params, lo: int, hi: int, budget: WindowBudget
) -> Sequence[_Window]:
    if not budget.spend():
        return [_Window(lo, closed=False)]
    try:
        page = await openai.get(PATH, [*_query(lo, hi), *stream])
        items, has_more = _items(page)
        if not has_more:
            return [_Window(lo, closed=True, events=_inside(items, lo, hi))]
        if hi - lo == 1:
            return [await _one_second(openai, stream, lo, items)]
    except UpstreamError as error:
        return [_Window(lo, closed=False, error=error)]
    bounds = split(lo, hi, [when for item in items if (when := effective_at(item)) is not None])
    # All pieces at once: the client's limit bounds how many are under way, oldest first.
    pieces = await asyncio.gather(
        *(_close(openai, stream, a, b, budget) for a, b in itertools.pairwise(bounds))
    )
    return [window for windows in pieces for window in windows]


def _items(page: Json) -> tuple[list[Json], bool]:
    # A window never follows a cursor, so an absent one is no fault here.
    has_more = page.get("has_more")
    if has_more is None:
        raise BadResponse("has_more is missing")
    items, _ = open_page({**page, "has_more": False})
    if has_more is True and not items:
        raise BadResponse("more is promised, but nothing is shown")
    if not isinstance(has_more, bool):
        raise BadResponse("has_more is neither true nor false")
    return items, has_more


def _query(lo: int, hi: int) -> Params:
    return [
        ("effective_at[gte]", str(lo)),
        ("effective_at[lt]", str(hi)),
        ("limit", str(PAGE_SIZE)),
    ]


def effective_at(event: Json) -> int | None:
    """Return an event's epoch second, None where it has no readable one."""
    value = event.get("effective_at")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**33:
        return None
    return value


def _inside(items: list[Json], lo: int, hi: int) -> list[Json]:
    # A record whose time cannot be read belongs to the window that showed it. One from outside the
    # window is not this window's: its own window shows it, or showed it before.
    return [item for item in items if (when := effective_at(item)) is None or lo <= when < hi]


def split(lo: int, hi: int, instants: list[int]) -> list[int]:
    """Return the bounds of the pieces to ask for next: at least two, of whole seconds.

    The page shows about 100 events of the window; the time they span tells how dense the window
    is, whichever end of it they come from.
    """
    span = max(1, max(instants) - min(instants)) if instants else hi - lo
    expected = len(instants) * (hi - lo) / span if instants else 2 * PAGE_SIZE
    pieces = round(expected / (PAGE_SIZE * _FILL))
    pieces = min(max(2, pieces), MAX_PIECES, hi - lo)
    return [lo + (hi - lo) * number // pieces for number in range(pieces + 1)]


async def _one_second(openai: OpenAI, stream: Params, second: int, first: list[Json]) -> _Window:
    """Page through one second by a cursor, forward or, where that goes round, backward."""
    for direction in ("after", "before"):
        events = await _paged(openai, stream, second, first, direction)
        if events is not None:
            return _Window(second, closed=True, events=_inside(events, second, second + 1))
    events = _inside(first, second, second + 1)
    return _Window(second, closed=True, events=events, overflows=True)


async def _paged(
    openai: OpenAI, stream: Params, second: int, first: list[Json], direction: str
) -> list[Json] | None:
    """Return a second's events, None where the pages contradict what was promised.

    Every page must be new from its first record to its last: a server that understands the cursor
    the other way round shows again what was shown.

    Raises:
        UpstreamError: a failure that another try may mend.
    """
    events = {str(item.get("id")): item for item in first}
    cursor: object = first[-1].get("id")
    for _ in range(MAX_PAGES):
        query = [*_query(second, second + 1), (direction, str(cursor)), *stream]
        try:
            page = await openai.get(PATH, query)
        except UpstreamError as error:
            if error.lasting:
                return None
            raise
        items, has_more = _items(page)
        fresh = {str(item.get("id")): item for item in items}
        if not fresh or fresh.keys() & events.keys():
            return None
        events |= fresh
        if not has_more:
            return list(events.values())
        cursor = items[-1].get("id")
    return None
