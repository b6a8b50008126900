"""Normalize (step 2 of 6), part: the lists that were read to sections of the snapshot.

Pure. A list that failed is never an empty list. What does not fit is kept: a record without an id
cannot be followed from hour to hour, and of two records with one id nobody knows which is true;
the first twenty of either, normalized, go into the section's entry in the seal.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Never

from functions.shared.canonical import Json, canonical, sha256_hex
from functions.shared.errors import EndpointUnavailable, ScopeMissing, UpstreamError
from functions.shared.records.entities import EntityState
from functions.shared.records.registers import identity_of, stable_fields
from functions.shared.records.seals import Conflict
from functions.shared.sections import BY_NAME
from functions.snapshot.fetch.pull import RawSnapshot
from functions.snapshot.normalize import optional, required
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.rights import assigned, workload_identity
from functions.snapshot.normalize.values import Row, Rule
from functions.snapshot.records import (
    COMPLETE,
    FAILED,
    FORBIDDEN,
    PARTIAL,
    UNAVAILABLE,
    Listing,
    SectionRead,
)

MOST_KEPT = 20
CONFLICT = "conflicting_duplicates"

OF_ORGANIZATION: Final = {
    **required.OF_ORGANIZATION,
    **optional.OF_ORGANIZATION,
    **workload_identity.OF_ORGANIZATION,
}
BY_PARENT: Final = {
    **required.BY_PROJECT,
    **optional.BY_PROJECT,
    **assigned.BY_PARENT,
    **workload_identity.BY_PARENT,
}


def sections_of(raw: RawSnapshot, privacy: Privacy) -> dict[str, SectionRead[EntityState]]:
    """Return the sections that are lists, as far as they were asked for, by name.

    Args:
        raw: what was read.
        privacy: the rules, with the tenant's hashing key.
    """
    sections: dict[str, SectionRead[EntityState]] = {
        "users": section_of("users", raw.users, privacy),
        "projects": section_of("projects", raw.projects, privacy),
        "api_keys": _api_keys(raw, privacy),
    }
    for name, listing in raw.optional.of_organization.items():
        sections[name] = section_of(name, listing, privacy)
    listed = {"users": raw.users, "projects": raw.projects, **raw.optional.of_organization}
    for name, lists in raw.optional.by_parent.items():
        sections[name] = _by_parent(name, lists, listed[BY_NAME[name].parent or ""], privacy)
    return sections


def section_of(
    name: str, listing: Listing, privacy: Privacy, parent: str = ""
) -> SectionRead[EntityState]:
    """Return the section that one list makes; a project's list is made by the project's rule."""
    rule = BY_PARENT[name](parent) if parent else OF_ORGANIZATION[name]
    rows, unknown, odd = normalize_all(listing.items, rule, privacy)
    if listing.error and not rows:
        return failed(listing.error)
    conflicts = _conflicts(name, listing.conflicts, rows, rule, privacy)
    status, reason, lasting = COMPLETE, None, True
    if listing.error:
        status, reason, lasting = PARTIAL, listing.error.reason, listing.error.lasting
    elif conflicts:
        status, reason, lasting = PARTIAL, CONFLICT, name == "projects"
    return SectionRead(status, reason, lasting, rows, unknown, None, odd[:MOST_KEPT], conflicts)


def normalize_all(
    items: Iterable[Json], rule: Rule[Row], privacy: Privacy
) -> tuple[list[Row], int, list[Row]]:
    """Return the rows of a list, how many records had something unknown, and those without an id.

    A record without an id cannot be followed from hour to hour: its row is kept apart.
    """
    rows: list[Row] = []
    odd: list[Row] = []
    unknown = 0
    for item in items:
        has_id = isinstance(item.get("id"), str) and bool(item["id"])
        row, lacks = rule(item if has_id else item | {"id": None}, privacy)
        (rows if has_id else odd).append(row)
        unknown += lacks or not has_id
    return rows, unknown, odd


def failed(error: UpstreamError) -> SectionRead[Never]:
    """Return a section of which nothing could be read."""
    return SectionRead(status_of(error), error.reason, error.lasting)


def status_of(error: UpstreamError) -> str:
    """Return the section status that a refusal of its only list means."""
    if isinstance(error, ScopeMissing):
        return FORBIDDEN
    return UNAVAILABLE if isinstance(error, EndpointUnavailable) else FAILED


def _conflicts(
    name: str,
    repeated: Iterable[Json],
    rows: Iterable[EntityState],
    rule: Rule[EntityState],
    privacy: Privacy,
) -> list[Conflict]:
    others, _, _ = normalize_all(repeated, rule, privacy)
    if not others:
        return []
    first = {identity_of(name, row): row for row in rows}
    return conflicting(name, ((first[identity_of(name, row)], row) for row in others))


def conflicting(name: str, pairs: Iterable[tuple[EntityState, EntityState]]) -> list[Conflict]:
    """Return what is kept of pairs of rows with one id, where more than a volatile field differs.

    Two readings of one list are moments apart: a key that was used between them is no conflict.
    """
    conflicts = [
        conflict_of(identity_of(name, first), (first, other))
        for first, other in pairs
        if stable_fields(name, first) != stable_fields(name, other)
    ]
    return conflicts[:MOST_KEPT]


def conflict_of(identity: str, pair: tuple[Row, Row]) -> Conflict:
    """Return what is kept of two rows with one id."""
    digests = [sha256_hex(canonical(row)) for row in pair]
    return {"id": identity, "sha256": digests, "rows": list(pair)}


def _api_keys(raw: RawSnapshot, privacy: Privacy) -> SectionRead[EntityState]:
    if raw.projects.error and not raw.projects.items:
        # Without projects there is nobody to ask: what stopped that list stops this one.
        return failed(raw.projects.error)
    parts = {
        project: section_of("api_keys", listing, privacy, project)
        for project, listing in raw.keys.lists.items()
    }
    active = set(raw.keys.active)
    # An archived project's keys need not be listed: no answer there is no shortfall.
    short = [
        part
        for project, part in parts.items()
        if part.status != COMPLETE and (project in active or part.status != UNAVAILABLE)
    ]
    return merge_lists("api_keys", parts, short, raw.projects.whole, raw.keys.without_any)


def _by_parent(
    name: str, lists: Mapping[str, Listing], parents: Listing, privacy: Privacy
) -> SectionRead[EntityState]:
    if parents.error and not parents.items:
        # What stopped the list of groups stops the lists of each.
        return failed(parents.error)
    parts = {
        parent: section_of(name, listing, privacy, parent) for parent, listing in lists.items()
    }
    if parts and all(part.status == UNAVAILABLE for part in parts.values()):
        return failed(EndpointUnavailable())
    short = [part for part in parts.values() if part.status != COMPLETE]
    return merge_lists(name, parts, short, parents.whole)


def merge_lists(
    name: str,
    parts: Mapping[str, SectionRead[EntityState]],
    short: Sequence[SectionRead[EntityState]],
    parents_whole: bool,
    not_proof: Iterable[str] = (),
) -> SectionRead[EntityState]:
    """Return the section that the lists of many projects, or groups, users, providers, make.

    Args:
        name: the section's.
        parts: by project, what its list made.
        short: those of them that fall short of what was asked for.
        parents_whole: whether no project is missing.
        not_proof: projects whose list, though whole, may hide something.
    """
    rows: dict[str, EntityState] = {}
    pairs = []
    for part in parts.values():
        for row in part.rows:
            first = rows.setdefault(identity_of(name, row), row)
            if first is not row:
                pairs.append((first, row))
    conflicts = [entry for part in parts.values() for entry in part.conflicts]
    conflicts += conflicting(name, pairs)
    hidden = set(not_proof)
    covers = sorted(project for project, part in parts.items() if part.status == COMPLETE)
    status, reason, lasting = COMPLETE, None, True
    if not parents_whole:
        status, reason, lasting = PARTIAL, f"{BY_NAME[name].parent}_not_whole", False
    elif short:
        all_forbidden = not covers and all(part.status == FORBIDDEN for part in short)
        none_read = not covers and not rows
        status = FORBIDDEN if all_forbidden else FAILED if none_read else PARTIAL
        reason, lasting = short[0].reason, all(part.lasting for part in short)
    elif hidden:
        # What its list hides is not taken for removed.
        status, reason = PARTIAL, "owner_project_access_refused"
    elif conflicts:
        status, reason, lasting = PARTIAL, CONFLICT, False
    return SectionRead(
        status,
        reason,
        lasting,
        list(rows.values()),
        sum(part.unknown for part in parts.values()),
        [project for project in covers if project not in hidden],
        [row for part in parts.values() for row in part.odd][:MOST_KEPT],
        conflicts[:MOST_KEPT],
    )
