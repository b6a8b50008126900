"""Read a stretch of the audit log by windows of time, so that no cursor need be trusted.

Step 1 of 6, part: audit events. A window ``[lo, hi)`` answered with ``has_more=false`` is closed.
One with more, or too large to be read, is thrown away and asked for in smaller parts, down to one
second. No order of the answer and no meaning of ``before``/``after`` is assumed. Only inside a
single second with over 100 events is a cursor used, under guards; where it is inconsistent, the
second is named as *overflow* and the reading goes on beyond it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from functions.shared.canonical import Json
from functions.shared.errors import (
    BadResponse,
    EndpointUnavailable,
    ParameterRefused,
    ResponseTooLarge,
    UpstreamError,
    UpstreamTimeout,
)
from functions.shared.openai.client import OpenAI, Params
from functions.snapshot.fetch.audit.audit_page import (
    PATH,
    inside_of,
    instants,
    page_of,
    window_query,
)
from functions.snapshot.fetch.audit.windows import Stretch, Window
from functions.snapshot.fetch.pagination import MAX_PAGES, PAGE_SIZE
from functions.snapshot.records import AuditLogRead

# In a window as short as this a page that is not full and promises more is told, not halved.
_SHORT_S = 60
# Pages to try where one second's page is too large.
_SMALLER = (10, 1)
_OF_THE_WINDOW = (BadResponse, ResponseTooLarge, UpstreamTimeout)

Keep = Callable[[list[Json]], list[Json]]
"""From the events of a closed window to those of them that must stay in memory."""


@dataclass(slots=True)
class WindowBudget:
    """How many requests a part of a run may still make; what is begun is ended."""

    requests: int
    spent: int = 0

    @property
    def is_left(self) -> bool:
        """Tell whether another window may be asked for."""
        return self.spent < self.requests


@dataclass(frozen=True, slots=True)
class StreamReader:
    """One stream of the audit log, and what the run may use up on it.

    Attributes:
        openai: the client.
        stream: the parameters that choose the stream.
        keep: says what of a closed window must stay in memory.
        has_capacity: tells whether more events may be kept.
    """

    openai: OpenAI
    stream: Params
    keep: Keep
    has_capacity: Callable[[], bool] = lambda: True

    async def read(
        self, stretch: Stretch, budget: WindowBudget, *, stops_at_empty: bool = False
    ) -> AuditLogRead:
        """Close a stretch, or as much of it as can be.

        Args:
            stretch: what to read.
            budget: requests it may make.
            stops_at_empty: whether to end early at a window without an event.
        """
        read = _Reading(self, stretch, budget, stops_at_empty)
        await read.run()
        # By time, whatever was answered first: two runs over one log read the same.
        events = [event for _, part in sorted(read.parts, key=_window) for event in part]
        overflow = tuple(sorted(read.overflow))
        return AuditLogRead(events, stretch.edge, read.error, overflow, stretch.is_closed)

    async def nothing_before(self, second: int, budget: WindowBudget) -> bool:
        """Tell whether the stream shows nothing before a second.

        Raises:
            UpstreamError: it did not say.
        """
        budget.spent += 1
        query = [("effective_at[lt]", str(second)), ("limit", "1"), *self.stream]
        items, has_more = page_of(await self.openai.get(PATH, query))
        return not items and not has_more

    async def ask(self, window: Window, budget: WindowBudget) -> "_Answer":
        """Return what a window's answer was."""
        lo, hi = window
        try:
            items, has_more = await self._page(lo, hi, budget, PAGE_SIZE)
            inside = inside_of(items, lo, hi)
            if not has_more:
                return _Answer(inside, closed=True)
            if window.length == 1:
                return await self._one_second(lo, items, budget)
            if len(inside) < PAGE_SIZE and window.length <= _SHORT_S:
                return await self._promised(window, items, budget)
            return _Answer(inside)
        except _OF_THE_WINDOW as error:
            try:
                return await self._unread(window, error, budget)
            except UpstreamError as later:
                return _Answer(error=later, failed=True)
        except UpstreamError as error:
            return _Answer(error=error, failed=True)

    async def _page(
        self, lo: int, hi: int, budget: WindowBudget, limit: int, cursor: Params | None = None
    ) -> tuple[list[Json], bool]:
        budget.spent += 1
        query = [*window_query(lo, hi, limit), *(cursor or []), *self.stream]
        page, n_bytes = await self.openai.get_sized(PATH, query)
        # What stays in memory of it is counted by whoever keeps it.
        self.openai.budget.give_back(n_bytes)
        return page_of(page)

    async def _unread(
        self, window: Window, error: UpstreamError, budget: WindowBudget
    ) -> "_Answer":
        """Return what to do about a window whose answer could not be read.

        Raises:
            UpstreamError: it is not the window's fault: OpenAI does not answer at all.
        """
        if not isinstance(error, ResponseTooLarge):
            # An empty second tells whether anything is answered well.
            await self._page(1, 2, budget, 1)
        if window.length > 1:
            return _Answer(error=error)
        for limit in _SMALLER:
            try:
                first, has_more = await self._page(*window, budget, limit)
                if not has_more:
                    return _Answer(inside_of(first, *window), closed=True)
                events = await self._paged(window, first, "after", budget, limit)
            except _OF_THE_WINDOW:
                continue
            if events is not None:
                return _Answer(inside_of(events, *window), closed=True)
        return _Answer(closed=True, overflows=True)

    async def _promised(self, window: Window, first: list[Json], budget: WindowBudget) -> "_Answer":
        """Look whether there is more behind a page that is not full, by a cursor."""
        events = await self._paged(window, first, "after", budget) if first else None
        if events is None:
            return _Answer(inside_of(first, *window), closed=True, overflows=True)
        return _Answer(inside_of(events, *window), closed=True)

    async def _one_second(self, second: int, first: list[Json], budget: WindowBudget) -> "_Answer":
        """Page through one second by a cursor, forward or, where that goes round, backward."""
        window = Window(second, second + 1)
        for direction in ("after", "before") if first else ():
            events = await self._paged(window, first, direction, budget)
            if events is not None:
                return _Answer(inside_of(events, *window), closed=True)
        return _Answer(inside_of(first, *window), closed=True, overflows=True)

    async def _paged(
        self,
        window: Window,
        first: list[Json],
        direction: str,
        budget: WindowBudget,
        limit: int = PAGE_SIZE,
    ) -> list[Json] | None:
        """Return a window's events, None where the pages contradict what was promised.

        Every page must be new from its first record to its last: a server that understands the
        cursor the other way round shows again what was shown.

        Raises:
            UpstreamError: a failure that another try may mend.
        """
        events = {str(item.get("id")): item for item in first}
        cursor: object = first[-1].get("id") if first else None
        for _ in range(MAX_PAGES):
            try:
                items, has_more = await self._page(
                    *window, budget, limit, [(direction, str(cursor))]
                )
            except (ParameterRefused, EndpointUnavailable):
                return None
            fresh = {str(item.get("id")): item for item in items}
            if not fresh or fresh.keys() & events.keys():
                return None
            events |= fresh
            if not has_more:
                return list(events.values())
            cursor = items[-1].get("id")
        return None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a window's answer was: closed, failed, or to be asked for in parts."""

    events: list[Json] = field(default_factory=list)
    closed: bool = False
    overflows: bool = False
    failed: bool = False
    error: UpstreamError | None = None


@dataclass(slots=True)
class _Reading:
    """A stretch under way."""

    reader: StreamReader
    stretch: Stretch
    budget: WindowBudget
    stops_at_empty: bool = False
    parts: list[tuple[Window, list[Json]]] = field(default_factory=list)
    overflow: list[int] = field(default_factory=list)
    error: UpstreamError | None = None
    met_empty: bool = False

    async def run(self) -> None:
        """Ask for windows, the one nearest to the start first, until all are closed or one fails.

        Raises:
            BaseException: what is no answer of OpenAI's; nothing is left under way.
        """
        under_way: dict[asyncio.Task[_Answer], Window] = {}
        try:
            while True:
                self._begin(under_way)
                if not under_way:
                    return
                done, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    self._take(under_way.pop(task), task.result())
        finally:
            for task in under_way:
                task.cancel()

    def _begin(self, under_way: dict[asyncio.Task[_Answer], Window]) -> None:
        while len(under_way) < self.stretch.at_once and self._goes_on():
            window = self.stretch.next()
            if window is None:
                return
            asking = self.reader.ask(window, self.budget)
            under_way[asyncio.create_task(asking)] = window

    def _goes_on(self) -> bool:
        if self.error is not None or (self.stops_at_empty and self.met_empty):
            return False
        # Where the first window must be cut more often than the budget allows, it is still read:
        # the next run would begin with the same cuts, and never come further.
        return (self.budget.is_left or not self._has_moved) and self.reader.has_capacity()

    @property
    def _has_moved(self) -> bool:
        stretch = self.stretch
        return stretch.edge != (stretch.hi if stretch.backward else stretch.lo)

    def _take(self, window: Window, answer: _Answer) -> None:
        if answer.failed:
            self.error = self.error or answer.error
            self.stretch.unanswered(window)
        elif answer.closed:
            self.stretch.closed(window, len(answer.events))
            self.parts.append((window, self.reader.keep(answer.events)))
            self.met_empty = self.met_empty or not answer.events
            if answer.overflows:
                self.overflow.append(window.lo)
        elif answer.error is not None:
            self.stretch.unreadable(window)
        else:
            self.stretch.dense(window, instants(answer.events))


def _window(part: tuple[Window, list[Json]]) -> Window:
    return part[0]
