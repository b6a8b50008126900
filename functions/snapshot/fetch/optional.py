"""Fetch (step 1 of 6), part: the sections beyond the required ones, where the key may read them.

One list each, every hour, for the organization's own; one list per active project, once a day, for
the others. What a key may not read, or an account has not, is asked for again a day later. When a
section is due next is carried in the seal (``watermarks.py``).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from functions.shared.errors import (
    EndpointUnavailable,
    ParameterRefused,
    ScopeMissing,
    UpstreamError,
)
from functions.shared.openai.client import OpenAI
from functions.shared.sections import BY_NAME
from functions.snapshot.fetch.pagination import read_list
from functions.snapshot.fetch.projects import is_archived
from functions.snapshot.fetch.removals import KnownIds, confirm_removals, id_in_path
from functions.snapshot.records import Listing

# Two projects that refuse alike speak for all: a thousand more answers would say no more.
_PROBES = 2
_REFUSALS = (ScopeMissing, EndpointUnavailable)


@dataclass(frozen=True, slots=True)
class OptionalLists:
    """What was read beyond the required sections, raw.

    Attributes:
        of_organization: by section, the organization's list.
        by_project: by section and project, the project's list; without those archived meanwhile.
    """

    of_organization: dict[str, Listing] = field(default_factory=dict)
    by_project: dict[str, dict[str, Listing]] = field(default_factory=dict)


async def read_of_organization(
    openai: OpenAI, names: Sequence[str], known_ids: KnownIds
) -> dict[str, Listing]:
    """Return the organization's own lists of those names that have one."""
    wanted = [name for name in names if not BY_NAME[name].per_project]
    lists = await asyncio.gather(*(_of_organization(openai, name, known_ids) for name in wanted))
    return dict(zip(wanted, lists, strict=True))


async def _of_organization(openai: OpenAI, name: str, known_ids: KnownIds) -> Listing:
    path = BY_NAME[name].path
    listing = await read_list(openai, path)
    return await confirm_removals(openai, listing, path, [], known_ids.of_list(name))


async def read_by_project(
    openai: OpenAI,
    names: Sequence[str],
    projects: list[str],
    known_ids: KnownIds,
    unread: Callable[[str, list[str]], list[str]],
) -> dict[str, dict[str, Listing]]:
    """Return, by section and project, the lists that every project has.

    Args:
        openai: the client.
        names: sections to ask for; those without lists per project are left out.
        projects: ids of the active projects.
        known_ids: what the registers show as present.
        unread: from a section and projects to those whose list is still to be read.
    """
    wanted = [name for name in names if BY_NAME[name].per_project]
    lists = await asyncio.gather(
        *(_by_project(openai, name, unread(name, projects), known_ids) for name in wanted)
    )
    return dict(zip(wanted, lists, strict=True))


async def _by_project(
    openai: OpenAI, name: str, projects: Sequence[str], known_ids: KnownIds
) -> dict[str, Listing]:
    probes, others = projects[:_PROBES], projects[_PROBES:]
    lists = await _lists(openai, name, probes, known_ids)
    refused = [listing for listing in lists.values() if isinstance(listing.error, _REFUSALS)]
    if not refused or len(refused) < len(lists):
        lists |= await _lists(openai, name, others, known_ids)
    return lists


async def _lists(
    openai: OpenAI, name: str, projects: Sequence[str], known_ids: KnownIds
) -> dict[str, Listing]:
    lists = await asyncio.gather(*(_list(openai, name, project, known_ids) for project in projects))
    read = zip(projects, lists, strict=True)
    return {project: listing for project, listing in read if listing is not None}


async def _list(openai: OpenAI, name: str, project: str, known_ids: KnownIds) -> Listing | None:
    """Return a project's list, None where the project was archived meanwhile."""
    path = BY_NAME[name].path.format(project=id_in_path(project))
    listing = await read_list(openai, path)
    gone = isinstance(listing.error, (EndpointUnavailable, ParameterRefused))
    if gone and await is_archived(openai, project):
        return None
    if isinstance(listing.error, ParameterRefused):
        return Listing(listing.items, UpstreamError("an active project's list answers 400"))
    # A membership's id begins with the project's; below the list it goes by the user's alone.
    ids = {identity.removeprefix(f"{project}/") for identity in known_ids.of_list(name, project)}
    return await confirm_removals(openai, listing, path, [], ids)
