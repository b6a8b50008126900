"""Fetch (step 1 of 6), part: the sections beyond the required ones, where the key may read them.

One list each for the organization's own; one list per active project, group, user or provider, once
a day, for the others. What a key may not read, or an account has not, is asked for again a day
later. When a section is due next is carried in the seal (``watermarks.py``).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from functions.shared.errors import (
    EndpointUnavailable,
    ParameterRefused,
    ScopeMissing,
    UpstreamError,
)
from functions.shared.openai.client import OpenAI
from functions.shared.sections import BY_NAME, Section
from functions.snapshot.fetch.pagination import read_list
from functions.snapshot.fetch.projects import is_archived
from functions.snapshot.fetch.removals import KnownIds, confirm_removals, id_in_path
from functions.snapshot.records import Listing

# Two projects that refuse alike speak for all: a thousand more answers would say no more.
_PROBES = 2
# Groups, users and providers are many at no cost to whoever makes them: so much is read of a
# section in a day, asked for in such portions.
MOST_LISTS, MOST_ROWS = 10_000, 100_000
_AT_ONCE = 200
_REFUSALS = (ScopeMissing, EndpointUnavailable)


@dataclass(frozen=True, slots=True)
class OptionalLists:
    """What was read beyond the required sections, raw.

    Attributes:
        of_organization: by section, the organization's list.
        by_parent: by section and project, group, user or provider, the list that each of those has;
            without those that were archived, or have gone, meanwhile.
    """

    of_organization: dict[str, Listing] = field(default_factory=dict)
    by_parent: dict[str, dict[str, Listing]] = field(default_factory=dict)


async def read_of_organization(
    openai: OpenAI, names: Sequence[str], known_ids: KnownIds
) -> dict[str, Listing]:
    """Return the organization's own lists of those names that have one."""
    wanted = [name for name in names if not BY_NAME[name].parent]
    lists = await asyncio.gather(*(_of_organization(openai, name, known_ids) for name in wanted))
    return dict(zip(wanted, lists, strict=True))


async def _of_organization(openai: OpenAI, name: str, known_ids: KnownIds) -> Listing:
    path = BY_NAME[name].path
    listing = await read_list(openai, path)
    return await confirm_removals(openai, listing, path, [], known_ids.of_list(name))


async def read_by_parent(
    openai: OpenAI,
    names: Sequence[str],
    parents: Mapping[str, Sequence[str]],
    known_ids: KnownIds,
    unread: Callable[[str, list[str]], list[str]],
) -> dict[str, dict[str, Listing]]:
    """Return, by section and project, group, user or provider, the lists that each of those has.

    Args:
        openai: the client.
        names: sections to ask for; those that are one list are left out.
        parents: by section, the ids of those that have lists: of projects the active ones.
        known_ids: what the registers show as present.
        unread: from a section and parents to those whose list is still to be read.
    """
    wanted = [name for name in names if BY_NAME[name].parent]
    lists = await asyncio.gather(
        *(
            _by_parent(openai, name, unread(name, _in_order(name, parents, known_ids)), known_ids)
            for name in wanted
        )
    )
    return dict(zip(wanted, lists, strict=True))


def _in_order(name: str, parents: Mapping[str, Sequence[str]], known_ids: KnownIds) -> list[str]:
    """Return whose lists to ask for: those that had rows first, so that these are kept up."""
    ids = parents.get(BY_NAME[name].parent or "", ())
    return sorted(ids, key=lambda parent: (not known_ids.of_list(name, parent), parent))


async def _by_parent(
    openai: OpenAI, name: str, parents: Sequence[str], known_ids: KnownIds
) -> dict[str, Listing]:
    probes, others = parents[:_PROBES], parents[_PROBES:]
    lists = await _lists(openai, name, probes, known_ids)
    refused = [listing for listing in lists.values() if isinstance(listing.error, _REFUSALS)]
    if refused and len(refused) == len(lists):
        return lists
    if BY_NAME[name].parent == "projects":
        return lists | await _lists(openai, name, others, known_ids)
    for start in range(0, len(others), _AT_ONCE):
        n_rows = sum(len(listing.items) for listing in lists.values())
        if start >= MOST_LISTS or n_rows >= MOST_ROWS:
            # One stands for all that is left.
            return lists | {others[start]: Listing([], _too_many_lists())}
        some = others[start : start + _AT_ONCE]
        lists |= await _lists(openai, name, some, known_ids)
    return lists


async def _lists(
    openai: OpenAI, name: str, parents: Sequence[str], known_ids: KnownIds
) -> dict[str, Listing]:
    lists = await asyncio.gather(*(_list(openai, name, parent, known_ids) for parent in parents))
    read = zip(parents, lists, strict=True)
    return {parent: listing for parent, listing in read if listing is not None}


async def _list(openai: OpenAI, name: str, parent: str, known_ids: KnownIds) -> Listing | None:
    """Return a parent's list, None where that was archived, or has gone, meanwhile."""
    section = BY_NAME[name]
    path = section.path_of(id_in_path(parent))
    listing = await read_list(openai, path, id_key=section.id_key)
    gone = isinstance(listing.error, (EndpointUnavailable, ParameterRefused))
    if gone and await _is_gone(openai, section, parent):
        return None
    if isinstance(listing.error, ParameterRefused):
        return Listing(listing.items, UpstreamError("the list of what is there answers 400"))
    # An id made of two begins with the parent's; below the list it goes by the other alone.
    ids = {identity.removeprefix(f"{parent}/") for identity in known_ids.of_list(name, parent)}
    return await confirm_removals(openai, listing, path, [], ids, section.id_key)


async def _is_gone(openai: OpenAI, section: Section, parent: str) -> bool:
    """Ask for what has the list by itself; False where that cannot be told."""
    if section.parent == "projects":
        return await is_archived(openai, parent)
    try:
        await openai.get(f"{BY_NAME[section.parent or ''].path}/{id_in_path(parent)}")
    except EndpointUnavailable:
        return True
    except UpstreamError:
        return False
    return False


def _too_many_lists() -> UpstreamError:
    error = UpstreamError("more lists, or rows in them, than a day's reading takes")
    # To ask again in an hour would take as long, and come no further.
    error.reason, error.lasting = "too_many_lists", True
    return error
