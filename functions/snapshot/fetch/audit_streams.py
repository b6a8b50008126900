"""Read both streams of the audit log: first up to the hour's end, then back into the past.

Step 1 of 6, part: audit events.
"""

import asyncio

from functions.shared.canonical import Json
from functions.shared.errors import UpstreamError
from functions.shared.openai.client import OpenAI, Params
from functions.shared.records.seals import StreamMarks, Watermarks
from functions.snapshot.fetch.audit_log import PATH, WindowBudget, read_audit_log
from functions.snapshot.fetch.pagination import open_page
from functions.snapshot.fetch.watermarks import BACKFILL_STEP_S, AuditWindows
from functions.snapshot.records import STREAMS, AuditLog, AuditLogRead

WINDOWS_PER_RUN = 600
BACKFILL_WINDOWS = 120
_STREAM: dict[str, Params] = {"organization": [], "tenant": [("tenant_only", "true")]}


async def read_audit_streams(openai: OpenAI, marks: Watermarks, windows: AuditWindows) -> AuditLog:
    """Return what was read of every stream.

    Args:
        openai: the client.
        marks: the watermarks the last seal carries.
        windows: what to ask for.
    """
    budget = WindowBudget(WINDOWS_PER_RUN)
    reads = await asyncio.gather(
        *(
            read_audit_log(openai, _STREAM[name], windows.lo[name], windows.hi, budget)
            for name in STREAMS
        )
    )
    recent = dict(zip(STREAMS, reads, strict=True))
    open_streams = [
        name
        for name in STREAMS
        if recent[name].closed_through >= windows.hi and not marks["streams"][name]["backfill_done"]
    ]
    pasts = await asyncio.gather(
        *(_past(openai, name, marks["streams"][name], windows.lo[name]) for name in open_streams)
    )
    past = {name: read for name, (read, _) in zip(open_streams, pasts, strict=True)}
    ends = {name for name, (_, ends) in zip(open_streams, pasts, strict=True) if ends}
    return AuditLog(recent, past, ends)


async def _past(
    openai: OpenAI, name: str, stream: StreamMarks, lo: int
) -> tuple[AuditLogRead, bool]:
    """Read from B into the past, a step at a time, until history ends or the budget does."""
    reached = lo if stream["backfill_to"] is None else stream["backfill_to"]
    budget = WindowBudget(BACKFILL_WINDOWS)
    events: list[Json] = []
    overflow: list[int] = []
    error: UpstreamError | None = None
    ends = False
    while budget.spend():
        try:
            ends = await _nothing_before(openai, name, reached)
        except UpstreamError as refused:
            error = refused
            break
        if ends:
            break
        lo = max(0, reached - BACKFILL_STEP_S)
        step = await read_audit_log(openai, _STREAM[name], lo, reached, budget)
        # B moves by whole steps: half of one would have to be told apart by the next run.
        if step.closed_through < reached:
            error = step.error
            break
        events += step.events
        overflow += step.overflow
        reached = lo
    return AuditLogRead(events, reached, error, tuple(overflow)), ends


async def _nothing_before(openai: OpenAI, name: str, second: int) -> bool:
    page = await openai.get(
        PATH, [("effective_at[lt]", str(second)), ("limit", "1"), *_STREAM[name]]
    )
    items, _ = open_page({**page, "has_more": False})
    return not items and page.get("has_more") is False
