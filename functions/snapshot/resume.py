"""Go on where an earlier run of the same hour had to stop.

Pure. A run that cannot close its hour leaves its picture; the next one reads only what that lacks
and joins both. Two lists are always read again: users, whose names keep persons out of unknown text
and are never stored, and projects, which say whose keys there are to read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from functions.shared.canonical import Json
from functions.shared.errors import ProjectVanished
from functions.shared.sections import BY_NAME
from functions.snapshot.records import COMPLETE, FAILED, PARTIAL, UNPROVEN, Picture, Section

_WALKED = ("streams", "proven", "deep_at", "month_closed")
_READ_AGAIN = {"users", "projects"}
_SUMS = ("requests", "pages", "retries")


@dataclass(frozen=True, slots=True)
class Done:
    """What need not be read again.

    Attributes:
        sections: read whole.
        covered: by section, projects whose list was read whole.
    """

    sections: frozenset[str] = frozenset()
    covered: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def left(self, section: str, projects: list[str]) -> list[str]:
        """Return the projects whose list of a section is still to be read."""
        if section in self.sections:
            return []
        return [name for name in projects if name not in self.covered.get(section, ())]


NOTHING_DONE = Done()


def done_by(earlier: Picture) -> Done:
    """Return what an earlier run of the hour read whole."""
    sections = earlier.sections
    whole = {name for name, one in sections.items() if one.status in (COMPLETE, UNPROVEN)}
    if any(one.reason == ProjectVanished.reason for one in sections.values()):
        # What is left to read goes by the list of projects, and that was no longer true.
        whole -= {"projects"}
    covered = {
        name: frozenset(one.covers) for name, one in sections.items() if one.covers is not None
    }
    return Done(frozenset(whole - _READ_AGAIN), covered)


def resumed(earlier: Picture, later: Picture) -> Picture:
    """Return the picture that two runs of one hour make together."""
    done = done_by(earlier)
    sections = {
        name: _joined(name, earlier.sections.get(name), later.sections.get(name), done)
        for name in earlier.sections | later.sections
    }
    return Picture(
        sections=sections,
        frontiers=_frontiers(earlier, later, done),
        pictured_from=earlier.pictured_from,
        pictured_to=later.pictured_to,
    )


def _joined(name: str, earlier: Section | None, later: Section | None, done: Done) -> Section:
    if earlier is None or later is None:
        (one,) = [section for section in (earlier, later) if section is not None]
        return one
    if name in done.sections:
        return earlier
    if later.status == COMPLETE and name not in done.covered:
        return later
    if name == "audit_events":
        return _events(earlier, later)
    if name in done.covered:
        return _lists(name, earlier, later)
    # The later one, unless it saw less.
    whole = earlier.status == COMPLETE
    return earlier if whole or len(earlier.rows) > len(later.rows) else later


def _events(earlier: Section, later: Section) -> Section:
    if later.status == FAILED:
        return replace(earlier, lasting=later.lasting)
    rows = {row["event_id"]: row for row in (*earlier.rows, *later.rows)}
    order = sorted(rows.values(), key=lambda row: (row["occurred_at"], row["event_id"]))
    return replace(later, rows=order)


def _lists(name: str, earlier: Section, later: Section) -> Section:
    """Join two runs over the lists of projects: each project from the run that read it whole."""
    covers = {*(earlier.covers or ()), *(later.covers or ())}
    identity = BY_NAME[name].id_field
    known = {row[identity]: row for row in later.rows}
    fresh = {row["project_id"] for row in later.rows} | set(later.covers or ())
    for row in earlier.rows:
        if row["project_id"] not in fresh:
            known.setdefault(row[identity], row)
    status = later.status
    if status not in (COMPLETE, PARTIAL) and covers:
        status = PARTIAL
    return replace(
        later,
        status=status,
        rows=list(known.values()),
        unknown=earlier.unknown + later.unknown,
        covers=sorted(covers),
        odd=earlier.odd + later.odd,
        conflicts=earlier.conflicts + later.conflicts,
    )


def _frontiers(earlier: Picture, later: Picture, done: Done) -> Json:
    before, after = earlier.frontiers, later.frontiers
    joined = dict(after)
    if "audit_events" in done.sections or later.sections["audit_events"].status == FAILED:
        joined |= {name: before[name] for name in _WALKED}
    kept = before.get("optional", {})
    joined["optional"] = after.get("optional", {}) | {
        name: kept[name] for name in done.sections if name in kept
    }
    return joined


def run_of_both(earlier: Json, later: Json) -> Json:
    """Return how both runs went: what they cost together, and the later one's state."""
    sums = {name: earlier[name] + later[name] for name in _SUMS}
    first = earlier["first_request_id"] or later["first_request_id"]
    return later | sums | {"first_request_id": first, "runs": earlier["runs"] + later["runs"]}
