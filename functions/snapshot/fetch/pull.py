"""Fetch (step 1 of 6): ask OpenAI for everything an hour's picture needs.

Concurrent, under one deadline; what could not be read is a value with its reason, never an empty
list. Sources: OpenAI's Admin API, /organization/users, /projects, /projects/{id}/api_keys,
/audit_logs; the optional lists stand in ``optional.py``.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.shared.canonical import Json
from functions.shared.errors import (
    EndpointUnavailable,
    ParameterRefused,
    ProjectVanished,
    UpstreamError,
)
from functions.shared.hours import parse_instant
from functions.shared.openai.client import OpenAI, Params
from functions.snapshot.fetch import optional, watermarks
from functions.snapshot.fetch.audit_log import PATH, Budget, Walked, walk
from functions.snapshot.fetch.optional import Further
from functions.snapshot.fetch.pagination import open_page, read_list
from functions.snapshot.fetch.projects import is_active, is_archived, read_projects
from functions.snapshot.fetch.removals import NOTHING_HELD, Held, confirmed, id_in_path
from functions.snapshot.records import STREAMS, Listing
from functions.snapshot.resume import NOTHING_DONE, Done

WINDOWS_PER_RUN = 600
BACKFILL_WINDOWS = 120
ARCHIVED_EVERY = timedelta(hours=24)
_STREAM: dict[str, Params] = {"organization": [], "tenant": [("tenant_only", "true")]}


# Raw answers are nobody's to read in a message. Also, asyncio.run spells out what its main task
# returned, only to fail to name a signal handler: for a large organization, a tenth of a second.
@dataclass(frozen=True, slots=True, repr=False)
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
        further: the sections beyond the required ones, as far as they were due.
    """

    users: Listing
    projects: Listing
    keys: dict[str, Listing]
    archived_keys_read: bool
    without_any: set[str]
    audit: dict[str, Walked]
    backfill: dict[str, Walked]
    history_ends: set[str] = field(default_factory=set)
    further: Further = field(default_factory=Further)


async def fetch(
    openai: OpenAI,
    known: Json,
    asked: watermarks.Plan,
    hour_end: datetime,
    held: Held = NOTHING_HELD,
    done: Done = NOTHING_DONE,
) -> Pulled:
    """Return everything read for one hour.

    Args:
        openai: the door.
        known: frontiers the last seal carries.
        asked: what to ask the audit log for.
        hour_end: first instant after the hour.
        held: what the registers show as present; its removal is confirmed before it is believed.
        done: what an earlier run of the hour has read whole; it is not read again.
    """
    due = [name for name in optional.due(known, hour_end) if name not in done.sections]
    users, projects_and_keys, (audit, backfill, ends), whole = await asyncio.gather(
        _users(openai, held),
        _projects_and_keys(openai, known, hour_end, held, done),
        _audit_unless(done, openai, known, asked),
        optional.read_whole(openai, due, held),
    )
    projects, keys, archived, without_any = projects_and_keys
    active = [project["id"] for project in projects.items if _is_named(project, archived=False)]
    # Last, so that what an hour must have never waits for what it may have.
    further = Further(whole, await optional.read_within(openai, due, active, held, done.left))
    return Pulled(users, projects, keys, archived, without_any, audit, backfill, ends, further)


async def _users(openai: OpenAI, held: Held) -> Listing:
    path = "/organization/users"
    listing = await read_list(openai, path)
    return await confirmed(openai, listing, path, [], held.of_list("users"))


async def _projects_and_keys(
    openai: OpenAI, known: Json, hour_end: datetime, held: Held, done: Done
) -> tuple[Listing, dict[str, Listing], bool, set[str]]:
    projects = await read_projects(openai)
    include = [("include_archived", "true")]
    ids = held.of_list("projects")
    projects = await confirmed(openai, projects, "/organization/projects", include, ids)
    last = known.get("archived_keys_at")
    archived = last is None or hour_end - parse_instant(last) >= ARCHIVED_EVERY
    wanted = [project["id"] for project in projects.items if _is_named(project, archived=archived)]
    wanted = done.left("api_keys", wanted)
    active = {p["id"] for p in projects.items if _is_named(p, archived=False)}
    without_any: set[str] = set()
    lists = await asyncio.gather(
        *(_keys(openai, name, name in active, without_any, held) for name in wanted)
    )
    return projects, dict(zip(wanted, lists, strict=True)), archived, without_any


def _is_named(project: Json, *, archived: bool) -> bool:
    identity = project.get("id")
    return isinstance(identity, str) and bool(identity) and (archived or is_active(project))


async def _keys(
    openai: OpenAI, project: str, listed_active: bool, without_any: set[str], held: Held
) -> Listing:
    path = f"/organization/projects/{id_in_path(project)}/api_keys"
    # Without this parameter the list hides keys whose owner lost access: those we look for.
    everyones = [("owner_project_access", "any")]
    listing = await read_list(openai, path, everyones)
    refused = isinstance(listing.error, (ParameterRefused, EndpointUnavailable))
    if refused and not listed_active:
        # Whether an archived project's keys are listed is not established: nothing is said by this.
        return Listing([], EndpointUnavailable("an archived project's keys are not listed"))
    if isinstance(listing.error, ParameterRefused) and not listing.items:
        if await is_archived(openai, project):
            return Listing([], ProjectVanished("the project was archived meanwhile"))
        without_any.add(project)
        return await read_list(openai, path)
    if isinstance(listing.error, EndpointUnavailable):
        # Either the project is no longer what the list of projects says, or that list failed.
        # Neither is a list without keys.
        gone = await is_archived(openai, project)
        error = ProjectVanished() if gone else UpstreamError("an active project's keys answer 404")
        return Listing(listing.items, error)
    return await confirmed(openai, listing, path, everyones, held.of_list("api_keys", project))


async def _audit_unless(
    done: Done, openai: OpenAI, known: Json, asked: watermarks.Plan
) -> tuple[dict[str, Walked], dict[str, Walked], set[str]]:
    if "audit_events" in done.sections:
        return {name: Walked([], asked.hi) for name in STREAMS}, {}, set()
    return await audit_of(openai, known, asked)


async def audit_of(
    openai: OpenAI, known: Json, asked: watermarks.Plan
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
    openai: OpenAI, name: str, known: Json, asked: watermarks.Plan
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
        lo = max(0, reached - watermarks.BACKFILL_STEP_S)
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
