"""Fetch (step 1 of 6): ask OpenAI for everything an hour's picture needs.

Concurrent, under one deadline; what could not be read is a value with its reason, never an empty
list. Sources: OpenAI's Admin API, /organization/users, /projects, /projects/{id}/api_keys,
/audit_logs.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.shared.canonical import Json
from functions.shared.errors import (
    EndpointUnavailable,
    ParameterRefused,
    UpstreamError,
)
from functions.shared.hours import parse_instant
from functions.shared.openai import OpenAI, Params
from functions.snapshot import frontiers
from functions.snapshot.lists import open_page, read_list
from functions.snapshot.records import STREAMS, Listing
from functions.snapshot.walk import PATH, Budget, Walked, walk

WINDOWS_PER_RUN = 600
BACKFILL_WINDOWS = 120
ARCHIVED_EVERY = timedelta(hours=24)
_STREAM: dict[str, Params] = {"organization": [], "tenant": [("tenant_only", "true")]}


@dataclass(frozen=True, slots=True)
class Pulled:
    """What OpenAI answered, raw.

    Attributes:
        users: the list.
        projects: the list, archived ones included.
        keys: per project whose keys were asked for, the list.
        archived_keys_read: whether archived projects' keys were asked for.
        without_any: projects whose keys came without the ``owner_project_access`` parameter.
        audit: per stream, what the walk closed.
        backfill: per stream, what the walk into the past closed.
        history_ends: streams before whose B there is nothing.
    """

    users: Listing
    projects: Listing
    keys: dict[str, Listing]
    archived_keys_read: bool
    without_any: set[str]
    audit: dict[str, Walked]
    backfill: dict[str, Walked]
    history_ends: set[str] = field(default_factory=set)


async def fetch(openai: OpenAI, known: Json, asked: frontiers.Plan, hour_end: datetime) -> Pulled:
    """Return everything read for one hour.

    Args:
        openai: the door.
        known: frontiers the last seal carries.
        asked: what to ask the audit log for.
        hour_end: first instant after the hour.
    """
    users, (projects, keys, archived, without_any), (audit, backfill, ends) = await asyncio.gather(
        read_list(openai, "/organization/users"),
        _projects_and_keys(openai, known, hour_end),
        audit_of(openai, known, asked),
    )
    return Pulled(users, projects, keys, archived, without_any, audit, backfill, ends)


async def _projects_and_keys(
    openai: OpenAI, known: Json, hour_end: datetime
) -> tuple[Listing, dict[str, Listing], bool, set[str]]:
    include = [("include_archived", "true")]
    projects = await read_list(openai, "/organization/projects", include)
    last = known.get("archived_keys_at")
    archived = last is None or hour_end - parse_instant(last) >= ARCHIVED_EVERY
    wanted = [
        project["id"]
        for project in projects.items
        if isinstance(project.get("id"), str) and (archived or is_active(project))
    ]
    without_any: set[str] = set()
    lists = await asyncio.gather(*(_keys(openai, name, without_any) for name in wanted))
    return projects, dict(zip(wanted, lists, strict=True)), archived, without_any


def is_active(project: Json) -> bool:
    """Tell whether OpenAI shows a project as active."""
    status = project.get("status")
    return status == "active" or (status is None and project.get("archived_at") is None)


async def _keys(openai: OpenAI, project: str, without_any: set[str]) -> Listing:
    path = f"/organization/projects/{project}/api_keys"
    # Without this parameter the list hides keys whose owner lost access: those we look for.
    listing = await read_list(openai, path, [("owner_project_access", "any")])
    if isinstance(listing.error, ParameterRefused) and not listing.items:
        if await _is_archived(openai, project):
            return Listing([], EndpointUnavailable("the project was archived meanwhile"))
        without_any.add(project)
        return await read_list(openai, path)
    if isinstance(listing.error, EndpointUnavailable) and not await _is_archived(openai, project):
        # Still active, yet its keys are not there: that list failed; it is not empty.
        return Listing(listing.items, UpstreamError("an active project's keys answer 404"))
    return listing


async def _is_archived(openai: OpenAI, project: str) -> bool:
    try:
        return not is_active(await openai.get(f"/organization/projects/{project}"))
    except EndpointUnavailable:
        return True
    except UpstreamError:
        return False


async def audit_of(
    openai: OpenAI, known: Json, asked: frontiers.Plan
) -> tuple[dict[str, Walked], dict[str, Walked], set[str]]:
    """Return per stream what the walk closed, what the walk into the past did, whose past ends."""
    budget = Budget(WINDOWS_PER_RUN)
    walks = await asyncio.gather(
        *(walk(openai, _STREAM[name], asked.lo[name], asked.hi, budget) for name in STREAMS)
    )
    audit = dict(zip(STREAMS, walks, strict=True))
    open_streams = [
        name
        for name in STREAMS
        if audit[name].closed_through >= asked.hi and not known["streams"][name]["backfill_done"]
    ]
    pasts = await asyncio.gather(*(_past(openai, name, known, asked) for name in open_streams))
    backfill = {name: past for name, (past, _) in zip(open_streams, pasts, strict=True)}
    ends = {name for name, (_, end) in zip(open_streams, pasts, strict=True) if end}
    return audit, backfill, ends


async def _past(
    openai: OpenAI, name: str, known: Json, asked: frontiers.Plan
) -> tuple[Walked, bool]:
    """Walk from B into the past, a step at a time, until history ends or the budget does."""
    reached = known["streams"][name]["backfill_to"]
    reached = asked.lo[name] if reached is None else reached
    budget = Budget(BACKFILL_WINDOWS)
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
        lo = max(0, reached - frontiers.BACKFILL_STEP_S)
        step = await walk(openai, _STREAM[name], lo, reached, budget)
        # B moves by whole steps: half of one would have to be told apart by the next run.
        if step.closed_through < reached:
            error = step.error
            break
        events += step.events
        overflow += step.overflow
        reached = lo
    return Walked(events, reached, error, tuple(overflow)), ends


async def _nothing_before(openai: OpenAI, name: str, second: int) -> bool:
    page = await openai.get(
        PATH, [("effective_at[lt]", str(second)), ("limit", "1"), *_STREAM[name]]
    )
    items, _ = open_page({**page, "has_more": False})
    return not items and page.get("has_more") is False
