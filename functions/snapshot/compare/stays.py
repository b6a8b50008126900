"""Compare (step 3 of 6), part: where one stay ends and another begins, and what bounds them.

Pure. What a list shows decides; the audit log tells the rest: that somebody was away between two
pictures of a list that has no times, when exactly, and that something is gone whose list can no
longer be read.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Final, TypedDict, cast

from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.records.entities import Entity, EntityState, ProjectUser
from functions.shared.records.registers import (
    Registers,
    came_at,
    identity_of,
    present,
    project_of,
    rows_of,
    state_hour,
)
from functions.shared.sections import BY_NAME
from functions.snapshot.compare.log_of_stays import SLACK, LogOfStays
from functions.snapshot.hour_to_close import HourToClose

# Lists that OpenAI need not show once their project is archived.
OF_PROJECTS: Final = tuple(name for name in BY_NAME if BY_NAME[name].parent == "projects")


class _Bounds(TypedDict, total=False):
    added_not_before: str
    removed_not_before: str
    shown_until: str


@dataclass(frozen=True, slots=True)
class Stays:
    """One section's stays, as an hour's picture and the audit log tell of them.

    Attributes:
        section: its name.
        hour: the hour.
        pictured_to: instant of the picture's last answer.
        log: what the audit log tells.
    """

    section: str
    hour: HourToClose
    pictured_to: str
    log: LogOfStays

    def has_returned(self, stay: Entity, state: EntityState) -> bool:
        """Tell whether a picture shows another stay than the one that was there.

        OpenAI's own time decides, where it can be read: a later one is another stay. One that went
        back, or cannot be read any more, is a correction. Where two pictures do not both have one,
        the log decides.
        """
        before, after, shown_at = came_at(stay), came_at(state), self._shown_at(stay)
        if before and after:
            return after > before
        if after and shown_at and after > shown_at:
            return True
        if not shown_at or not self.log.reach_back(shown_at):
            return False
        identity = identity_of(self.section, state)
        went = self.log.went(self.section, identity, shown_at)
        came = self.log.came(self.section, identity, shown_at)
        return bool(went and came and went[0] < came[-1] <= self.pictured_to)

    def bounded(self, register: Iterable[Entity], shown: Set[str]) -> list[Entity]:
        """Return a register whose new and ended stays have their bounds.

        Args:
            register: after this hour's picture.
            shown: ids that the picture shows.
        """
        name, ended = self.hour.name, {}
        rows: list[Entity] = []
        for row in register:
            identity = identity_of(self.section, row)
            if row["removed_at"] == name:
                ended[identity] = self._ended(row)
                rows.append(ended[identity])
            elif row["first_seen_at"] == name:
                rows.append(self._begun(row, ended.get(identity)))
            elif row["removed_at"] is None:
                rows.append(self._still_there(row, identity in shown))
            else:
                rows.append(row)
        return rows

    def ended_by_log(self, row: Entity, instant: str) -> Entity:
        """Return a stay that the log says has ended, though no list shows it."""
        return _with(self._ended(row), {"removed_not_before": instant})

    def _begun(self, row: Entity, earlier: Entity | None) -> Entity:
        instant = self._added_not_before(row, earlier)
        return _with(row, {"added_not_before": instant}) if instant else row

    def _ended(self, row: Entity) -> Entity:
        known = self._last_shown(row)
        instant = self._removed_not_before(row)
        if known is None or instant is None:
            return row
        return _with(row, {"removed_not_before": instant, "shown_until": known})

    def _still_there(self, row: Entity, is_shown: bool) -> Entity:
        if is_shown:
            if "shown_until" not in row:
                return row
            fields: Mapping[str, object] = row
            kept = {name: fields[name] for name in fields if name != "shown_until"}
            return cast("Entity", kept)
        if "shown_until" in row:
            return row
        # Version 2 did not say whom its pictures did not show: its first hour is certain.
        last = self.hour.state_at(self.section) if self.hour.tells_not_shown else None
        return _with(row, {"shown_until": last or row["first_seen_at"]})

    def _last_shown(self, row: Entity) -> str | None:
        """Return the last hour before this one whose picture shows a stay."""
        if "shown_until" in row:
            return row["shown_until"]
        return self.hour.state_at(self.section)

    def _shown_at(self, row: Entity) -> str | None:
        """Return the instant from which on the last picture that shows a stay was taken."""
        last = self._last_shown(row)
        return rfc3339(parse_instant(last) + HOUR) if last else None

    def _removed_not_before(self, row: Entity) -> str | None:
        shown_at = self._shown_at(row)
        if shown_at is None:
            return None
        told = self._told(shown_at, row, came=False)
        # The first of them that was read need not be the first.
        return told[0] if told and self.log.is_whole(shown_at) else shown_at

    def _added_not_before(self, row: Entity, earlier: Entity | None) -> str | None:
        if self.hour.baseline(self.section) is None:
            # It was there already, nobody knows since when.
            return None
        if earlier is not None:
            missed_at = self._shown_at(earlier)
        else:
            missed_at = self.hour.last_complete_at(self.section)
        told = self._told(missed_at, row, came=True) if missed_at else []
        if told:
            return told[-1]
        came = came_at(row)
        # What is older than the picture that lacks it was hidden from that picture.
        return None if missed_at is None or (came and came < missed_at) else missed_at

    def _told(self, since: str, row: Entity, *, came: bool) -> list[str]:
        start = rfc3339(parse_instant(since) - SLACK)
        # The minutes before the hour are not worth reading it back.
        if not self.log.reach_back(since):
            return []
        tell = self.log.came if came else self.log.went
        told = tell(self.section, identity_of(self.section, row), start)
        return [instant for instant in told if instant <= self.pictured_to]


def _with(row: Entity, bounds: _Bounds) -> Entity:
    return cast("Entity", {**row, **bounds})


@dataclass(frozen=True, slots=True)
class Gone:
    """A stay that the log says has ended, and when."""

    row: Entity
    at: str


def gone_from_unreadable_lists(
    section: str,
    registers: Registers,
    unlisted_since: Set[str],
    hour: HourToClose,
    log: LogOfStays,
) -> Iterator[Gone]:
    """Yield what a sealed event says is gone, of what stands in lists that are no longer read.

    Args:
        section: one of ``OF_PROJECTS``.
        registers: after this hour's picture.
        unlisted_since: projects whose lists were read up to the hour before.
        hour: the hour.
        log: what the audit log tells.
    """
    active = {
        row["project_id"] for row in present(registers["projects"]) if row["status"] == "active"
    }
    for row in present(rows_of(registers, section) or ()):
        project = project_of(row) or ""
        if project in active:
            continue
        last = state_hour(row, hour.state_at(section)) or row["first_seen_at"]
        end = parse_instant(last) + HOUR
        if project in unlisted_since:
            log.reach_back(rfc3339(end))
        shown_at = rfc3339(end - SLACK)
        told = log.went(section, identity_of(section, row), shown_at)
        told += log.instants("project.deleted", project, shown_at)
        if section == "project_users":
            told += log.went("users", cast("ProjectUser", row)["user_id"], shown_at)
        if told:
            yield Gone(row, min(told) if log.is_whole(rfc3339(end)) else rfc3339(end))
