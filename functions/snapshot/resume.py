"""Go on where an earlier run of the same hour had to stop.

Pure. A run that cannot close its hour leaves its snapshot; the next one reads only what that lacks
and joins both. Lists that say whose lists there are to read are always read again: projects, groups
and providers, and users, so that who is shown as a member is as new as can be.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from functions.shared.records.entities import EntityState
from functions.shared.records.events import EventState, oldest_first
from functions.shared.records.registers import identity_of, parent_of
from functions.shared.records.seals import Run, Watermarks
from functions.shared.sections import BY_NAME, SECTIONS
from functions.snapshot.normalize.audit_events import tells_the_same
from functions.snapshot.normalize.sections import CONFLICT, MOST_KEPT, conflict_of
from functions.snapshot.records import (
    COMPLETE,
    FAILED,
    PARTIAL,
    UNPROVEN,
    AlteredEntries,
    Checkpoint,
    SectionRead,
    Snapshot,
)

Row = TypeVar("Row")

_READ_AGAIN = {section.parent for section in SECTIONS if section.parent}


def checkpoint_of(earlier: Snapshot) -> Checkpoint:
    """Return what an earlier run of the hour read whole."""
    sections = earlier.sections
    whole = {name for name, part in sections.items() if part.status in (COMPLETE, UNPROVEN)}
    covered = {
        name: frozenset(part.covers) for name, part in sections.items() if part.covers is not None
    }
    return Checkpoint(frozenset(whole - _READ_AGAIN), covered)


def join_snapshots(earlier: Snapshot, later: Snapshot) -> Snapshot:
    """Return the snapshot that two runs of one hour make together."""
    checkpoint = checkpoint_of(earlier)
    return Snapshot(
        lists={
            name: _join_lists(name, earlier.lists.get(name), later.lists.get(name), checkpoint)
            for name in {**earlier.lists, **later.lists}
        },
        audit_events=_join_events(earlier.audit_events, later.audit_events, checkpoint),
        watermarks=_join_watermarks(earlier, later, checkpoint),
        pictured_from=earlier.pictured_from,
        pictured_to=later.pictured_to,
        altered=_join_altered(earlier.altered, later.altered),
    )


def _join_altered(earlier: AlteredEntries, later: AlteredEntries) -> AlteredEntries:
    gone = {*earlier["gone"], *later["gone"]}
    both = (earlier["gone_from"], later["gone_from"])
    gone_from = {
        stream: sorted({name for part in both for name in part.get(stream, ())} - gone)
        for stream in both[0] | both[1]
    }
    changed = sorted({*earlier["changed"], *later["changed"]})
    return {"changed": changed, "gone": sorted(gone), "gone_from": gone_from}


def _join_lists(
    name: str,
    earlier: SectionRead[EntityState] | None,
    later: SectionRead[EntityState] | None,
    checkpoint: Checkpoint,
) -> SectionRead[EntityState]:
    if earlier is None or later is None:
        (only,) = [section for section in (earlier, later) if section is not None]
        return only
    if name in checkpoint.sections:
        return earlier
    if name in checkpoint.covered:
        return _join_lists_by_parent(name, earlier, later)
    # The later one, unless it read less.
    less = earlier.status == COMPLETE or len(earlier.rows) > len(later.rows)
    if later.status == COMPLETE or not less:
        return later
    # What the later one ran into says whether another try can better it.
    lasts = later.lasting and not earlier.lasting
    return replace(earlier, reason=later.reason, lasting=True) if lasts else earlier


def _join_events(
    earlier: SectionRead[EventState], later: SectionRead[EventState], checkpoint: Checkpoint
) -> SectionRead[EventState]:
    if "audit_events" in checkpoint.sections:
        return earlier
    if later.status == FAILED:
        return replace(earlier, lasting=later.lasting)
    # The later run went on where the earlier one stood, and read the hour before that once more.
    rows = {row["event_id"]: row for row in earlier.rows}
    conflicts = _each_once(earlier.conflicts, later.conflicts)
    for row in later.rows:
        first = rows.setdefault(row["event_id"], row)
        if not tells_the_same(first, row):
            conflicts.append(conflict_of(row["event_id"], (first, row)))
    together = replace(
        later,
        rows=oldest_first(rows.values()),
        unknown=earlier.unknown + later.unknown,
        odd=_each_once(earlier.odd, later.odd)[:MOST_KEPT],
        conflicts=conflicts[:MOST_KEPT],
    )
    if together.conflicts and together.status == COMPLETE:
        return replace(together, status=PARTIAL, reason=CONFLICT)
    return together


def _each_once(earlier: Sequence[Row], later: Sequence[Row]) -> list[Row]:
    # What two runs both read is told of once.
    return [*earlier, *(row for row in later if row not in earlier)]


def _join_lists_by_parent(
    name: str, earlier: SectionRead[EntityState], later: SectionRead[EntityState]
) -> SectionRead[EntityState]:
    """Join two runs over the lists of projects: each project from the run that read it whole."""
    parents = BY_NAME[name].parent or ""
    covers = {*(earlier.covers or ()), *(later.covers or ())}
    rows = {identity_of(name, row): row for row in later.rows}
    read_again = {parent_of(parents, row) for row in later.rows} | set(later.covers or ())
    for row in earlier.rows:
        if parent_of(parents, row) not in read_again:
            rows.setdefault(identity_of(name, row), row)
    status = later.status
    if status not in (COMPLETE, PARTIAL) and covers:
        status = PARTIAL
    return replace(
        later,
        status=status,
        rows=list(rows.values()),
        unknown=earlier.unknown + later.unknown,
        covers=sorted(covers),
        odd=_each_once(earlier.odd, later.odd)[:MOST_KEPT],
        conflicts=_each_once(earlier.conflicts, later.conflicts)[:MOST_KEPT],
    )


def _join_watermarks(earlier: Snapshot, later: Snapshot, checkpoint: Checkpoint) -> Watermarks:
    before, after = earlier.watermarks, later.watermarks
    if "audit_events" in checkpoint.sections or later.audit_events.status == FAILED:
        after = after | {
            "streams": before["streams"],
            "proven": before["proven"],
        }
    kept = before["optional"]
    read_before = {name: kept[name] for name in kept if _is_read_by(earlier, later, name)}
    return after | {"optional": after["optional"] | read_before}


def _is_read_by(earlier: Snapshot, later: Snapshot, name: str) -> bool:
    """Tell whether the earlier run is the one that read a list whole."""
    read, again = earlier.lists.get(name), later.lists.get(name)
    whole = read is not None and read.status == COMPLETE
    return whole and (again is None or again.status != COMPLETE)


def join_runs(earlier: Run, later: Run) -> Run:
    """Return how both runs went: what they cost together, and the later one's state."""
    return later | {
        "requests": earlier["requests"] + later["requests"],
        "pages": earlier["pages"] + later["pages"],
        "retries": earlier["retries"] + later["retries"],
        "runs": earlier["runs"] + later["runs"],
        "first_request_id": earlier["first_request_id"] or later["first_request_id"],
    }
