"""Read both streams of the audit log in the order that nothing can starve.

Step 1 of 6, part: audit events. First what is fresh, from W to the hour's end, and the hour before
W once more; that may use the whole run. What it leaves goes to the hours that became 25 and 73
hours old, to the walk into the past, and to the patrol.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from functions.shared.errors import UpstreamError
from functions.shared.openai.client import OpenAI, Params
from functions.snapshot.fetch.audit.audit_log import StreamReader, WindowBudget
from functions.snapshot.fetch.audit.audit_marks import (
    OVERLAP,
    PATROL,
    REREADS,
    AuditPlan,
    StreamPlan,
)
from functions.snapshot.fetch.audit.audit_page import instants
from functions.snapshot.fetch.audit.log_watch import LogWatch
from functions.snapshot.fetch.audit.windows import GUESSED_FILL, Stretch
from functions.snapshot.records import STREAMS, AuditLog, AuditLogRead

# Requests of one run: nothing is unbounded, and what is fresh has capacity for a month's flood.
FRESH_REQUESTS = 10_000
REREAD_REQUESTS, PAST_REQUESTS, PATROL_REQUESTS = 1_200, 600, 10
_FIRST_STEP_S = 14 * 86400
_STREAM: dict[str, Params] = {"organization": [], "tenant": [("tenant_only", "true")]}


async def read_audit_streams(openai: OpenAI, plan: AuditPlan, watch: LogWatch) -> AuditLog:
    """Return what was read of every stream.

    Args:
        openai: the client.
        plan: what to ask for.
        watch: what is sealed of it already.
    """
    runs = {
        name: _StreamRun(name, plan.streams[name], _reader(openai, name, watch), watch)
        for name in STREAMS
    }
    fresh = WindowBudget(FRESH_REQUESTS)
    await asyncio.gather(*(run.read_fresh(fresh) for run in runs.values()))
    ready = [run for run in runs.values() if run.is_fresh]
    reread = WindowBudget(REREAD_REQUESTS + 2 * fresh.spent)
    await asyncio.gather(*(run.reread(reread) for run in ready))
    patrol = WindowBudget(max(PATROL_REQUESTS, fresh.spent))
    past = WindowBudget(PAST_REQUESTS)
    await asyncio.gather(
        *(run.read_past(past) for run in ready), *(run.patrol(patrol) for run in ready)
    )
    for run in ready:
        await run.look_for_gone()
    return AuditLog(
        {name: run.recent for name, run in runs.items()},
        {name: run.again for name, run in runs.items()},
        {name: run.past for name, run in runs.items() if run.past is not None},
        {name for name, run in runs.items() if run.past_ends},
        watch.altered,
        full=not watch.capacity.is_left,
    )


def _reader(openai: OpenAI, name: str, watch: LogWatch) -> StreamReader:
    has_capacity: Callable[[], bool] = lambda: watch.capacity.is_left  # noqa: E731
    return StreamReader(openai, _STREAM[name], partial(watch.keep, name), has_capacity)


@dataclass(slots=True)
class _StreamRun:
    """One stream in one run."""

    name: str
    plan: StreamPlan
    reader: StreamReader
    watch: LogWatch
    recent: AuditLogRead
    again: dict[str, AuditLogRead]
    requests: dict[str, int]
    past: AuditLogRead | None
    past_ends: bool

    def __init__(self, name: str, plan: StreamPlan, reader: StreamReader, watch: LogWatch) -> None:
        self.name, self.plan, self.reader, self.watch = name, plan, reader, watch
        self.recent = AuditLogRead([], plan.fresh.lo, whole=False)
        self.again, self.requests = {}, {}
        self.past, self.past_ends = None, False

    @property
    def is_fresh(self) -> bool:
        """Tell whether all was read up to the hour's end."""
        return self.recent.whole

    async def read_fresh(self, budget: WindowBudget) -> None:
        """Read from W to the hour's end, oldest part first; then the hour before W again."""
        lo, hi = self.plan.fresh
        self.recent = await self.reader.read(Stretch(lo, hi, rate=self._rate()), budget)
        if self.is_fresh:
            await self._read_again(OVERLAP, budget)

    def _rate(self) -> float | None:
        """Return how many events a second the hour before W had, None where that is not known."""
        before = self.plan.again.get(OVERLAP)
        seconds = self.watch.seconds(self.name, before) if before else []
        return len(seconds) / before.length if before and seconds else None

    async def reread(self, budget: WindowBudget) -> None:
        """Read the hours again that became 25 and 73 hours old."""
        for mark in REREADS:
            await self._read_again(mark, budget)

    async def patrol(self, budget: WindowBudget) -> None:
        """Read some older hours again, the longest unread first."""
        await self._read_again(PATROL, budget)

    async def _read_again(self, mark: str, budget: WindowBudget) -> None:
        window = self.plan.again.get(mark)
        if window is None:
            return
        known = self.watch.seconds(self.name, window)
        stretch = Stretch(*window, known=known, known_to=window.hi)
        before = budget.spent
        self.again[mark] = await self.reader.read(stretch, budget)
        self.requests[mark] = budget.spent - before

    async def read_past(self, budget: WindowBudget) -> None:
        """Read from B into the past, newest part first, until history ends or the budget does."""
        reached = self.plan.past_to
        if reached is None:
            return
        capacity = self.watch.capacity
        reader = replace(self.reader, has_capacity=lambda: capacity.is_left_for_history)
        reads: list[AuditLogRead] = []
        error: UpstreamError | None = None
        rate: float | None = GUESSED_FILL / _FIRST_STEP_S
        while error is None and budget.is_left and reader.has_capacity():
            try:
                self.past_ends = await reader.nothing_before(reached, budget)
            except UpstreamError as refused:
                error = refused
                break
            if self.past_ends:
                break
            stretch = Stretch(0, reached, backward=True, rate=rate)
            reads.append(await reader.read(stretch, budget, stops_at_empty=True))
            reached, error, rate = stretch.edge, reads[-1].error, stretch.rate
        events = [event for read in reads for event in read.events]
        overflow = tuple(second for read in reads for second in read.overflow)
        if self.past_ends:
            # Not where the search ended, but where history begins: the patrol starts there.
            reached = min([self.plan.past_to or 0, *instants(events), *overflow])
        self.past = AuditLogRead(events, reached, error, overflow, self.past_ends)

    async def look_for_gone(self) -> None:
        """Read again where something sealed was not shown."""
        for mark, read in self.again.items():
            if mark == OVERLAP:
                # So young an entry may not be shown everywhere yet.
                continue
            asked, requests = self.plan.again[mark], self.requests[mark]
            await self.watch.look_for_gone(self.name, self.reader, asked, read, requests)
