"""Confirm a removal before it is believed (step 1 of 6, part: what a list left out).

A list that changes while it is paged can skip an entity that is still there. What the register
holds and a whole list does not show is therefore asked for by its id: 404 means gone. Removals are
rare, so this costs an hour without one nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from functions.shared.canonical import Json
from functions.shared.errors import ChangedWhileRead, EndpointUnavailable, UpstreamError
from functions.shared.openai.client import OpenAI, Params
from functions.shared.records.entities import Entity
from functions.shared.records.registers import identity_of, parent_of, present
from functions.shared.sections import BY_NAME
from functions.snapshot.fetch.pagination import read_list
from functions.snapshot.records import Listing

# Beyond this, reading the list a second time is cheaper than asking for each.
ASK_EACH = 20


@dataclass(frozen=True, slots=True)
class KnownIds:
    """The ids of what the registers show as present.

    Attributes:
        ids: by section and, where every project has a list of its own, by project (so for groups,
            users and providers); else ``""``.
    """

    ids: Mapping[tuple[str, str], set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, registers: Mapping[str, Iterable[Entity]]) -> "KnownIds":
        """Return what registers hold, by section."""
        ids: dict[tuple[str, str], set[str]] = defaultdict(set)
        for section, rows in registers.items():
            parents = BY_NAME[section].parent
            for row in present(rows):
                parent = parent_of(parents, row) if parents else ""
                ids[section, parent].add(identity_of(section, row))
        return cls(dict(ids))

    def of_list(self, section: str, parent: str = "") -> set[str]:
        """Return the ids that a list should show, if nothing was removed."""
        return self.ids.get((section, parent), set())


NO_IDS = KnownIds()


def id_in_path(identity: str) -> str:
    """Return an id as one segment of a path, whatever is in it."""
    return quote(identity.encode("utf-8", "replace"), safe="")


async def confirm_removals(
    openai: OpenAI,
    listing: Listing,
    path: str,
    params: Params,
    known_ids: Collection[str],
    id_key: str = "id",
) -> Listing:
    """Return the listing: as it is where all it leaves out is gone, else with an error.

    Args:
        openai: the client.
        listing: what one reading gave.
        path: of the list; an entity is found below it by its id.
        params: the list was read with.
        known_ids: ids that the register shows as present.
        id_key: what the records call their id.
    """
    absent = set(known_ids).difference(str(item.get("id")) for item in listing.items)
    if not listing.whole or not absent:
        return listing
    answers: list[Json | UpstreamError | None] = []
    if len(absent) <= ASK_EACH:
        asked = (
            _find(openai, f"{path}/{id_in_path(name)}", name, id_key) for name in sorted(absent)
        )
        answers = await asyncio.gather(*asked)
    left_out = [answer for answer in answers if isinstance(answer, dict)]
    if left_out:
        return _with(listing, left_out)
    if answers and not any(isinstance(answer, UpstreamError) for answer in answers):
        return listing
    return _agreed(listing, await read_list(openai, path, params, id_key), absent)


async def _find(
    openai: OpenAI, path: str, identity: str, id_key: str
) -> Json | UpstreamError | None:
    """Return an entity, None where it is gone, the error where that cannot be told."""
    try:
        entity = await openai.get(path)
    except EndpointUnavailable:
        return None
    except UpstreamError as error:
        return error
    if entity.get(id_key) != identity:
        return UpstreamError("another entity was answered")
    return entity | {"id": identity}


def _agreed(listing: Listing, again: Listing, absent: set[str]) -> Listing:
    """Believe what two whole readings agree on."""
    left_out = [item for item in again.items if item.get("id") in absent]
    if left_out:
        return _with(listing, left_out)
    if not again.whole:
        return replace(listing, error=again.error)
    return listing


def _with(listing: Listing, left_out: list[Json]) -> Listing:
    error = ChangedWhileRead("the list left out an entity that is still there")
    return replace(listing, items=[*listing.items, *left_out], error=error)
