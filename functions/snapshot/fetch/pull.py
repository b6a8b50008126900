"""Fetch (step 1 of 6): ask OpenAI for everything an hour's snapshot needs.

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
from functions.shared.openai.client import OpenAI
from functions.shared.records.seals import Watermarks
from functions.snapshot.fetch.audit.audit_marks import AuditPlan
from functions.snapshot.fetch.audit.audit_streams import read_audit_streams
from functions.snapshot.fetch.audit.log_watch import LogWatch
from functions.snapshot.fetch.optional import OptionalLists, read_by_parent, read_of_organization
from functions.snapshot.fetch.pagination import read_list
from functions.snapshot.fetch.projects import is_active, is_archived, read_projects
from functions.snapshot.fetch.removals import NO_IDS, KnownIds, confirm_removals, id_in_path
from functions.snapshot.fetch.watermarks import due_sections
from functions.snapshot.records import (
    NOTHING_READ,
    STREAMS,
    AuditLog,
    AuditLogRead,
    Checkpoint,
    Listing,
)

ARCHIVED_EVERY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ProjectKeys:
    """The API keys of the projects, raw.

    Attributes:
        lists: per project whose keys were asked for, the list.
        active: ids of the projects that OpenAI shows as active.
        archived_read: whether archived projects' keys were asked for.
        without_any: projects whose keys came without the ``owner_project_access`` parameter.
    """

    lists: dict[str, Listing]
    active: list[str] = field(default_factory=list)
    archived_read: bool = True
    without_any: set[str] = field(default_factory=set)


# Raw answers are nobody's to read in a message. Also, asyncio.run spells out what its main task
# returned, only to fail to name a signal handler: for a large organization, a tenth of a second.
@dataclass(frozen=True, slots=True, repr=False)
class RawSnapshot:
    """What OpenAI answered, raw.

    Attributes:
        users: the list.
        projects: the list, archived ones included.
        keys: the keys of the projects.
        audit_log: what was read of the audit log.
        optional: the sections beyond the required ones, as far as they were due.
    """

    users: Listing
    projects: Listing
    keys: ProjectKeys
    audit_log: AuditLog
    optional: OptionalLists = field(default_factory=OptionalLists)


@dataclass(frozen=True, slots=True)
class PullContext:
    """What stands around a pull.

    Attributes:
        marks: the watermarks the last seal carries.
        plan: what was asked of the audit log.
        hour_end: first instant after the hour.
        pictured: instants of the first request and of the last answer.
        skew_s: OpenAI's clock minus ours.
        known_projects: keyed hashes of project ids this organization is known by.
        org_proven: whether OpenAI refused a wrong organization id with this key.
    """

    marks: Watermarks
    plan: AuditPlan
    hour_end: datetime
    pictured: tuple[datetime, datetime]
    skew_s: float
    known_projects: frozenset[str]
    org_proven: bool


async def fetch(
    openai: OpenAI,
    marks: Watermarks,
    plan: AuditPlan,
    watch: LogWatch,
    hour_end: datetime,
    known_ids: KnownIds = NO_IDS,
    checkpoint: Checkpoint = NOTHING_READ,
) -> RawSnapshot:
    """Return everything read for one hour.

    Args:
        openai: the client.
        marks: the watermarks the last seal carries.
        plan: what to ask the audit log for.
        watch: what is sealed of it already.
        hour_end: first instant after the hour.
        known_ids: what the registers show as present; believed removed only when confirmed.
        checkpoint: what an earlier run of the hour has read whole; it is not read again.
    """
    due = [name for name in due_sections(marks, hour_end) if name not in checkpoint.sections]
    users, (projects, keys), audit_log, of_organization = await asyncio.gather(
        _users(openai, known_ids),
        _projects_and_keys(openai, marks, hour_end, known_ids, checkpoint),
        _audit_log(openai, plan, watch, checkpoint),
        read_of_organization(openai, due, known_ids),
    )
    # Last, so that what an hour must have never waits for what it may have.
    listed = {"users": users, **of_organization}
    parents = {"projects": keys.active} | {name: _ids(listed[name]) for name in listed}
    by_parent = await read_by_parent(openai, due, parents, known_ids, checkpoint.unread)
    optional = OptionalLists(of_organization, by_parent)
    return RawSnapshot(users, projects, keys, audit_log, optional)


def _ids(listing: Listing) -> list[str]:
    return [item["id"] for item in listing.items if _is_named(item)]


async def _users(openai: OpenAI, known_ids: KnownIds) -> Listing:
    path = "/organization/users"
    listing = await read_list(openai, path)
    return await confirm_removals(openai, listing, path, [], known_ids.of_list("users"))


async def _projects_and_keys(
    openai: OpenAI,
    marks: Watermarks,
    hour_end: datetime,
    known_ids: KnownIds,
    checkpoint: Checkpoint,
) -> tuple[Listing, ProjectKeys]:
    listing = await read_projects(openai)
    include = [("include_archived", "true")]
    ids = known_ids.of_list("projects")
    listing = await confirm_removals(openai, listing, "/organization/projects", include, ids)
    last = marks["archived_keys_at"]
    archived = last is None or hour_end - parse_instant(last) >= ARCHIVED_EVERY
    named = [project for project in listing.items if _is_named(project)]
    active = [project["id"] for project in named if is_active(project)]
    wanted = [project["id"] for project in named if archived or is_active(project)]
    wanted = checkpoint.unread("api_keys", wanted)
    without_any: set[str] = set()
    active_ids = set(active)
    lists = await asyncio.gather(
        *(_keys(openai, name, name in active_ids, without_any, known_ids) for name in wanted)
    )
    keys = ProjectKeys(dict(zip(wanted, lists, strict=True)), active, archived, without_any)
    return listing, keys


def _is_named(record: Json) -> bool:
    identity = record.get("id")
    return isinstance(identity, str) and bool(identity)


async def _keys(
    openai: OpenAI, project: str, listed_active: bool, without_any: set[str], known_ids: KnownIds
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
    ids = known_ids.of_list("api_keys", project)
    return await confirm_removals(openai, listing, path, everyones, ids)


async def _audit_log(
    openai: OpenAI, plan: AuditPlan, watch: LogWatch, checkpoint: Checkpoint
) -> AuditLog:
    if "audit_events" in checkpoint.sections:
        return AuditLog({name: AuditLogRead([], plan.hi) for name in STREAMS})
    return await read_audit_streams(openai, plan, watch)
