"""Normalize (step 2 of 6), part: a list that was read to a section of the picture.

Pure. A list that failed is never an empty list. What does not fit is kept: a record without an id
cannot be followed from hour to hour, and of two records with one id nobody knows which is true;
the first twenty of either, normalized, go into the section's entry in the seal.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from functions.shared.canonical import Json, canonical, sha256_hex
from functions.shared.errors import UpstreamError
from functions.shared.sections import BY_NAME
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.required import Normal, normalize_all
from functions.snapshot.records import (
    COMPLETE,
    FAILED,
    FORBIDDEN,
    PARTIAL,
    Listing,
    Section,
    status_of,
)

MOST_KEPT = 20
CONFLICT = "conflicting_duplicates"

Rule = Callable[[Json, Privacy], Normal]


def section_of(name: str, listing: Listing, one: Rule, privacy: Privacy) -> Section:
    """Return the section that one list makes.

    Args:
        name: the section's.
        listing: what was read.
        one: the rule for its records.
        privacy: the rules, with the tenant's hashing key.
    """
    rows, unknown, odd = normalize_all(listing.items, one, privacy)
    if listing.error and not rows:
        return failed(listing.error)
    kept, conflicts = odd[:MOST_KEPT], _conflicts(name, listing, one, privacy)
    status, reason, lasting = COMPLETE, None, True
    if listing.error:
        status, reason, lasting = PARTIAL, listing.error.reason, listing.error.lasting
    elif conflicts:
        status, reason, lasting = PARTIAL, CONFLICT, name == "projects"
    return Section(status, reason, lasting, rows, unknown, None, kept, conflicts)


def failed(error: UpstreamError) -> Section:
    """Return a section of which nothing could be read."""
    return Section(status_of(error), error.reason, error.lasting)


def _conflicts(name: str, listing: Listing, one: Rule, privacy: Privacy) -> list[Json]:
    if not listing.conflicts:
        return []
    others, _, _ = normalize_all(listing.conflicts, one, privacy)
    first, _, _ = normalize_all(listing.items, one, privacy)
    identity = BY_NAME[name].id_field
    known = {row[identity]: row for row in first}
    return conflicting(name, ((known[row[identity]], row) for row in others))


def conflicting(name: str, pairs: Iterable[tuple[Json, Json]]) -> list[Json]:
    """Return what is kept of pairs of rows with one id, where more than a volatile field differs.

    Two readings of one list are moments apart: a key that was used between them is no conflict.
    """
    section = BY_NAME[name]
    kept = []
    for pair in pairs:
        one, other = ({n: row[n] for n in row if n not in section.volatile} for row in pair)
        if one != other:
            kept.append(conflict_of(pair[0][section.id_field], pair))
    return kept[:MOST_KEPT]


def conflict_of(identity: str, pair: tuple[Json, Json]) -> Json:
    """Return what is kept of two rows with one id."""
    digests = [sha256_hex(canonical(row)) for row in pair]
    return {"id": identity, "sha256": digests, "rows": list(pair)}


def joined(
    name: str,
    parts: Mapping[str, Section],
    short: Sequence[Section],
    projects_whole: bool,
    not_proof: Iterable[str] = (),
) -> Section:
    """Return the section that the lists of many projects make.

    Args:
        name: the section's.
        parts: by project, what its list made.
        short: those of them that fall short of what was asked for.
        projects_whole: whether no project is missing.
        not_proof: projects whose list, though whole, may hide something.
    """
    identity = BY_NAME[name].id_field
    rows: dict[str, Json] = {}
    pairs = []
    for part in parts.values():
        for row in part.rows:
            known = rows.setdefault(row[identity], row)
            if known is not row:
                pairs.append((known, row))
    conflicts = [entry for part in parts.values() for entry in part.conflicts]
    conflicts += conflicting(name, pairs)
    hidden = set(not_proof)
    covers = sorted(project for project, part in parts.items() if part.status == COMPLETE)
    status, reason, lasting = COMPLETE, None, True
    if not projects_whole:
        status, reason, lasting = PARTIAL, "projects_not_whole", False
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
    return Section(
        status,
        reason,
        lasting,
        list(rows.values()),
        sum(part.unknown for part in parts.values()),
        [project for project in covers if project not in hidden],
        [row for part in parts.values() for row in part.odd][:MOST_KEPT],
        conflicts[:MOST_KEPT],
    )
