"""Normalize (step 2 of 6), part: the sections beyond the required ones.

Pure. Only those that were asked for in the hour are in the picture.
"""

from collections.abc import Iterable
from datetime import datetime

from functions.shared.canonical import Json
from functions.shared.errors import EndpointUnavailable
from functions.snapshot.fetch.optional import Further, noted
from functions.snapshot.normalize.optional import WHOLE, WITHIN
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.sections import failed, joined, section_of
from functions.snapshot.records import COMPLETE, UNAVAILABLE, Listing, Section


def optional_sections(further: Further, projects: Listing, privacy: Privacy) -> dict[str, Section]:
    """Return the sections that were asked for, by name.

    Args:
        further: what was read.
        projects: the list that says which projects there are.
        privacy: the rules, with the tenant's hashing key.
    """
    found = {
        name: section_of(name, listing, WHOLE[name], privacy)
        for name, listing in further.whole.items()
    }
    for name, lists in further.within.items():
        found[name] = _within(name, lists, projects, privacy)
    return found


def _within(name: str, lists: dict[str, Listing], projects: Listing, privacy: Privacy) -> Section:
    if projects.error and not projects.items:
        return failed(projects.error)
    parts = {
        project: section_of(name, listing, WITHIN[name](project), privacy)
        for project, listing in lists.items()
    }
    if parts and all(part.status == UNAVAILABLE for part in parts.values()):
        return failed(EndpointUnavailable())
    short = [part for part in parts.values() if part.status != COMPLETE]
    return joined(name, parts, short, projects.whole)


def noted_all(known: Json, sections: dict[str, Section], hour_end: datetime) -> Json:
    """Return the frontiers of all optional sections after those of an hour were asked for."""
    carried: Json = known.get("optional", {})
    asked = {name: noted(known, name, section, hour_end) for name, section in sections.items()}
    return carried | asked


def names_in(further: Further) -> Iterable[object]:
    """Yield the names of persons that these lists show, to take them out of unknown text."""
    for listing in further.within.get("project_users", {}).values():
        yield from (person.get("name") for person in listing.items)
    keys = further.whole.get("admin_keys")
    owners = [key.get("owner") for key in keys.items] if keys else []
    for owner in owners:
        if isinstance(owner, dict) and owner.get("type") == "user":
            yield owner.get("name")
