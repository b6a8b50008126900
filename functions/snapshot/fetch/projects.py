"""Fetch (step 1 of 6), part: which projects there are, and which of them is active."""

from dataclasses import replace

from functions.shared.canonical import Json
from functions.shared.errors import EndpointUnavailable, UpstreamError
from functions.shared.openai.client import OpenAI
from functions.shared.openai.epoch import epoch_second
from functions.snapshot.fetch.pagination import read_list
from functions.snapshot.fetch.removals import id_in_path
from functions.snapshot.records import Listing

PATH = "/organization/projects"


async def read_projects(openai: OpenAI) -> Listing:
    """Return all projects, archived ones included; of one that comes twice, the active one.

    OpenAI has been seen to list an organization's default project twice, active and archived.
    """
    listing = await read_list(openai, PATH, [("include_archived", "true")])
    active = {twin["id"]: twin for twin in listing.conflicts if is_active(twin)}
    if not active:
        return listing
    items, conflicts = [], list(listing.conflicts)
    for item in listing.items:
        twin = active.get(str(item.get("id")))
        if twin is not None and not is_active(item):
            conflicts[conflicts.index(twin)] = item
            items.append(twin)
        else:
            items.append(item)
    return replace(listing, items=items, conflicts=tuple(conflicts))


def is_active(project: Json) -> bool:
    """Tell whether OpenAI shows a project as active, or does not show that it is not."""
    status = project.get("status")
    if isinstance(status, str) and status:
        return status == "active"
    return epoch_second(project.get("archived_at")) is None


async def is_archived(openai: OpenAI, project: str) -> bool:
    """Ask again for a project whose lists are not there; False where that cannot be told."""
    try:
        return not is_active(await openai.get(f"{PATH}/{id_in_path(project)}"))
    except EndpointUnavailable:
        return True
    except UpstreamError:
        return False
