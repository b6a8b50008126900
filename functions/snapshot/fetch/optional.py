"""Fetch (step 1 of 6), part: the sections beyond the required ones, where the key may read them.

One list each, every hour, for the organization's own; one list per active project, once a day, for
the others. What a key may not read, or an account has not, is asked for again a day later. When a
section is due next is carried in the seal's frontiers, so that it follows from sealed hours alone.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.shared.canonical import Json
from functions.shared.errors import (
    EndpointUnavailable,
    ParameterRefused,
    ScopeMissing,
    UpstreamError,
)
from functions.shared.hours import HOUR, rfc3339
from functions.shared.openai.client import OpenAI
from functions.shared.sections import BY_NAME, OPTIONAL
from functions.snapshot.fetch.pagination import read_list
from functions.snapshot.fetch.projects import is_archived
from functions.snapshot.fetch.removals import Held, confirmed, id_in_path
from functions.snapshot.records import FAILED, FORBIDDEN, UNAVAILABLE, Listing, Section

DAY = timedelta(hours=24)
# Two projects that refuse alike speak for all: a thousand more answers would say no more.
_PROBES = 2
_REFUSALS = (ScopeMissing, EndpointUnavailable)


@dataclass(frozen=True, slots=True)
class Further:
    """What was read beyond the required sections, raw.

    Attributes:
        whole: by section, the organization's list.
        within: by section and project, the project's list; without those archived meanwhile.
    """

    whole: dict[str, Listing] = field(default_factory=dict)
    within: dict[str, dict[str, Listing]] = field(default_factory=dict)


def due(known: Json, hour_end: datetime) -> list[str]:
    """Return the optional sections that an hour asks for.

    Args:
        known: frontiers the last seal carries.
        hour_end: first instant after the hour.
    """
    seen = known.get("optional", {})
    now = rfc3339(hour_end)
    return [name for name in OPTIONAL if name not in seen or seen[name]["due"] <= now]


def noted(known: Json, name: str, section: Section, hour_end: datetime) -> Json:
    """Return a section's frontier after it was asked for.

    ``read_at`` is the end of the last hour that read it whole, ``asked_at`` of the last that asked,
    with the status it got; from ``due`` on it is asked again.
    """
    now = rfc3339(hour_end)
    refused = section.status in (FORBIDDEN, UNAVAILABLE)
    settled = BY_NAME[name].daily and section.status != FAILED and section.lasting
    whole = section.reason is None
    return {
        "asked_at": now,
        "due": rfc3339(hour_end + (DAY if refused or settled else HOUR)),
        "read_at": now if whole else known.get("optional", {}).get(name, {}).get("read_at"),
        "reason": section.reason,
        "status": section.status,
    }


async def read_whole(openai: OpenAI, names: Sequence[str], held: Held) -> dict[str, Listing]:
    """Return the organization's own lists of those names that have one."""
    wanted = [name for name in names if not BY_NAME[name].per_project]
    lists = await asyncio.gather(*(_whole(openai, name, held) for name in wanted))
    return dict(zip(wanted, lists, strict=True))


async def _whole(openai: OpenAI, name: str, held: Held) -> Listing:
    path = BY_NAME[name].path
    listing = await read_list(openai, path)
    return await confirmed(openai, listing, path, [], held.of_list(name))


async def read_within(
    openai: OpenAI,
    names: Sequence[str],
    projects: list[str],
    held: Held,
    left: Callable[[str, list[str]], list[str]],
) -> dict[str, dict[str, Listing]]:
    """Return, by section and project, the lists that every project has.

    Args:
        openai: the door.
        names: sections to ask for; those without lists per project are left out.
        projects: ids of the active projects.
        held: what the registers show as present.
        left: from a section and projects to those whose list is still to be read.
    """
    wanted = [name for name in names if BY_NAME[name].per_project]
    found = await asyncio.gather(
        *(_within(openai, name, left(name, projects), held) for name in wanted)
    )
    return dict(zip(wanted, found, strict=True))


async def _within(
    openai: OpenAI, name: str, projects: Sequence[str], held: Held
) -> dict[str, Listing]:
    probes, others = projects[:_PROBES], projects[_PROBES:]
    found = await _lists(openai, name, probes, held)
    refused = [one for one in found.values() if isinstance(one.error, _REFUSALS)]
    if not refused or len(refused) < len(found):
        found |= await _lists(openai, name, others, held)
    return found


async def _lists(
    openai: OpenAI, name: str, projects: Sequence[str], held: Held
) -> dict[str, Listing]:
    lists = await asyncio.gather(*(_one(openai, name, project, held) for project in projects))
    read = zip(projects, lists, strict=True)
    return {project: listing for project, listing in read if listing is not None}


async def _one(openai: OpenAI, name: str, project: str, held: Held) -> Listing | None:
    """Return a project's list, None where the project was archived meanwhile."""
    path = BY_NAME[name].path.format(project=id_in_path(project))
    listing = await read_list(openai, path)
    gone = isinstance(listing.error, (EndpointUnavailable, ParameterRefused))
    if gone and await is_archived(openai, project):
        return None
    if isinstance(listing.error, ParameterRefused):
        return Listing(listing.items, UpstreamError("an active project's list answers 400"))
    # A membership's id begins with the project's; below the list it goes by the user's alone.
    ids = {one.removeprefix(f"{project}/") for one in held.of_list(name, project)}
    return await confirmed(openai, listing, path, [], ids)
