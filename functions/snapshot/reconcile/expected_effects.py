"""Expected effects: events after which a snapshot must show something, and what it shows.

Pure. An expected effect stands as an open row of its own (``of`` is ``event``) until a whole
snapshot shows it, another event reverts it, or the log is settled and it is a finding.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from functions.shared.canonical import canonical, sha256_hex
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.records.entities import Entity, User
from functions.shared.records.events import ChangeFacts, EventState, OpenChange, OpenEvent
from functions.shared.records.registers import (
    Registers,
    Stay,
    came_at,
    identity_of,
    is_unreadable,
    present,
    project_of,
    rows_of,
)
from functions.snapshot.compare.event_payload import stated_role
from functions.snapshot.compare.log_of_stays import SLACK
from functions.snapshot.reconcile.event_pool import Search
from functions.snapshot.reconcile.rule_table import EXPECTED_EFFECTS, Effect
from functions.snapshot.reconcile.rules import of_organization, same_role
from functions.snapshot.reconcile.verdicts import CANNOT_TELL, SETTLING

_BY_TYPE = {effect.type: effect for effect in EXPECTED_EFFECTS}


@dataclass(frozen=True)
class RegisterView:
    """What an hour shows, for expected effects.

    Attributes:
        registers: rows by section, after this hour's snapshot.
        whole: sections that this hour's snapshot shows whole.
        baselines: hour of each section's first whole snapshot.
        pictured_from: instant of the snapshot's first request.
        pictured_to: instant of its last answer.
    """

    registers: Registers
    whole: frozenset[str]
    baselines: Mapping[str, str | None]
    pictured_from: str
    pictured_to: str

    def stays(self, section: str, identity: str) -> Sequence[Entity]:
        """Return all stays of an entity."""
        return self._stays[section].get(identity, ())

    @cached_property
    def active_projects(self) -> frozenset[str]:
        """Return the ids of the projects that are there and active."""
        projects = present(self.registers["projects"])
        return frozenset(row["project_id"] for row in projects if row["status"] == "active")

    @cached_property
    def _stays(self) -> Mapping[str, Mapping[str, Sequence[Entity]]]:
        stays: dict[str, dict[str, list[Entity]]] = {}
        for section in {effect.section for effect in EXPECTED_EFFECTS}:
            stays[section] = {}
            for row in rows_of(self.registers, section) or ():
                stays[section].setdefault(identity_of(section, row), []).append(row)
        return stays


def expected_effects(
    events: Iterable[EventState], view: RegisterView, hour: str
) -> list[OpenChange]:
    """Return an open row for every event whose effect a snapshot must show."""
    rows = []
    for event in events:
        effect = _BY_TYPE.get(event["event_type"] or "")
        at = event["occurred_at"]
        # Nothing can be expected of what happened nobody knows when.
        if effect and at and _is_about_us(event, at, effect, view):
            rows.append(_row(event, at, effect, hour))
    return rows


def _is_about_us(event: EventState, at: str, effect: Effect, view: RegisterView) -> bool:
    baseline = view.baselines.get(effect.section)
    since = None if baseline is None else rfc3339(parse_instant(baseline) + HOUR)
    if event["target_id"] is None or since is None or at < since:
        return False
    details = event["details"]
    if "unreadable" in details and "project_id" in details["unreadable"]:
        return False
    if effect.section == "users":
        return event["project_id"] is None and (
            effect.expects != "role" or stated_role(event) is not None
        )
    if effect.type == "api_key.created":
        # Admin keys have the same event; theirs names no project, or the default one.
        return event["project_id"] is not None and event["actor_type"] == "session"
    return True


def _row(event: EventState, at: str, effect: Effect, hour: str) -> OpenChange:
    facts: ChangeFacts = {"role": stated_role(event)} if effect.expects == "role" else {}
    return {
        "open_id": sha256_hex(canonical(["event", event["event_id"]]))[:24],
        "of": "event",
        "hour": hour,
        "section": effect.section,
        "entity_id": event["target_id"] or "",
        "kind": effect.type,
        "aspects": [effect.expects],
        "facts": facts,
        "from": at,
        "to": at,
        "proven": True,
        "event": _kept(event, at),
        "event_id": event["event_id"],
        "explained_by": None,
        "verdict": CANNOT_TELL,
        "reason": SETTLING,
    }


def _kept(event: EventState, at: str) -> OpenEvent:
    details = event["details"]
    return {
        "event_id": event["event_id"],
        "event_type": event["event_type"],
        "occurred_at": at,
        "project_id": event["project_id"],
        "target_id": event["target_id"],
        "actor_id": event["actor_id"],
        "actor_hash": event["actor_hash"],
        "actor_type": event["actor_type"],
        "details": {"payload": details["payload"] if "payload" in details else None},
    }


_Told = tuple[str, str]
"""When an event occurred, and its id."""


@dataclass(frozen=True, slots=True)
class Reverting:
    """Events that may revert an effect, found by what they are about."""

    _by_target: Mapping[tuple[str, str, bool], list[_Told]] = field(default_factory=dict)
    _by_project: Mapping[tuple[str, str], list[_Told]] = field(default_factory=dict)

    @classmethod
    def of(cls, events: Iterable[EventState]) -> "Reverting":
        """Return some events, of which some may revert an effect."""
        by_target: dict[tuple[str, str, bool], list[_Told]] = defaultdict(list)
        by_project: dict[tuple[str, str], list[_Told]] = defaultdict(list)
        for event in events:
            # One without a time may have come after whatever it can revert.
            kind, told = event["event_type"], (event["occurred_at"] or _EVER, event["event_id"])
            if kind not in _REVERTING:
                continue
            if event["target_id"] is not None:
                by_target[kind, event["target_id"], of_organization(event)].append(told)
            if event["project_id"] is not None:
                by_project[kind, event["project_id"]].append(told)
        for index in (by_target, by_project):
            for found in index.values():
                found.sort()
        return cls(by_target, by_project)

    def reverting(self, row: OpenChange) -> str | None:
        """Return the id of the first event after which the effect cannot be expected any more."""
        found = [
            told
            for kind in _BY_TYPE[row["kind"]].reverted_by
            for told in self._about(kind, row["entity_id"], row)
        ]
        # Once a snapshot has missed the key, only what came before that snapshot took it along.
        latest = row["to"] if row["to"] > row["from"] else _EVER
        found += [told for told in self._taking_along(row) if told[0] <= latest]
        return min(found)[1] if found else None

    def _about(self, kind: str, target: str, row: OpenChange) -> Iterator[_Told]:
        yield from _since(self._by_target.get((kind, target, True), ()), row)
        # Who comes into a project, or goes from it, is no less in the organization.
        if row["section"] != "users":
            yield from _since(self._by_target.get((kind, target, False), ()), row)

    def _taking_along(self, row: OpenChange) -> Iterator[_Told]:
        # Of a key that no snapshot has shown nobody knows the owner: its maker, or an account
        # there.
        created = row["event"]
        if row["kind"] == "api_key.created" and created is not None:
            user, project = created["actor_id"] or "", created["project_id"] or ""
            yield from self._about("user.deleted", user, row)
            left = self._by_project.get(("service_account.deleted", project), ())
            yield from _since(left, row)


def reverting_any(rows: Sequence[OpenChange]) -> Search:
    """Return the search for events that may revert one of some effects."""
    events = [row["event"] for row in rows if row["event"]]
    names = {name or "" for event in events for name in (event["actor_id"], event["project_id"])}
    names |= {row["entity_id"] for row in rows}
    return Search.about(names, _REVERTING)


_EVER = "~"
_REVERTING = {name for effect in EXPECTED_EFFECTS for name in effect.reverted_by}
_REVERTING |= {"user.deleted", "service_account.deleted"}


def _since(told: Sequence[_Told], row: OpenChange) -> Iterator[_Told]:
    """Yield the first event from a row's own on that is another one."""
    for place in range(bisect_left(told, (row["from"], "")), len(told)):
        if told[place][1] != row["event_id"]:
            yield told[place]
            return


def is_judged(row: OpenChange, view: RegisterView) -> bool:
    """Tell whether this hour's snapshot is one that must show the effect."""
    after = rfc3339(parse_instant(row["from"]) + SLACK)
    if row["section"] not in view.whole or view.pictured_from < after:
        return False
    stays = present(view.stays(row["section"], row["entity_id"]))
    return not any(_is_unclear(stay) for stay in stays)


def _is_unclear(stay: Entity) -> bool:
    """Tell whether what shows an effect, or that somebody came after it, cannot be read."""
    came = is_unreadable(stay, "added_at") or is_unreadable(stay, "created_at")
    return came or is_unreadable(stay, "role") or is_unreadable(stay, "status")


def shows(row: OpenChange, view: RegisterView) -> bool:
    """Tell whether the registers show the effect of an event, at any time since."""
    section = row["section"]
    episodes = view.stays(section, row["entity_id"])
    match row["aspects"][0]:
        case "present":
            return bool(_lasting(episodes, row)) or _is_unlisted(row, _project_of(row), view)
        case "absent":
            return all(
                _came_after(episode, row) or _is_unlisted(row, project_of(episode), view)
                for episode in present(episodes)
            )
        case "archived":
            return row["entity_id"] not in view.active_projects
    return _held_role(row, view)


def _hour_of(row: OpenChange) -> str:
    """Return the start of the hour in which the event occurred."""
    return rfc3339(floor_hour(parse_instant(row["from"])))


def _lasting(episodes: Sequence[Stay], row: OpenChange) -> list[Stay]:
    """Return the episodes that had not ended before the event's hour."""
    since = _hour_of(row)
    return [
        episode
        for episode in episodes
        if episode["removed_at"] is None or episode["removed_at"] >= since
    ]


def _came_after(episode: Entity, row: OpenChange) -> bool:
    came = came_at(episode)
    return episode["first_seen_at"] >= _hour_of(row) or bool(came and came >= row["from"])


def _held_role(row: OpenChange, view: RegisterView) -> bool:
    """Tell whether a user has, or had since, the role that the event states."""
    users = cast("Sequence[User]", view.stays("users", row["entity_id"]))
    stays, stated, since = _lasting(users, row), row["facts"]["role"] or "", _hour_of(row)
    roles = [part for user in stays for part in user["roles_held"]]
    return not stays or any(
        same_role(stated, part["role"] or "")
        for part in roles
        if part["to"] is None or part["to"] >= since
    )


def _project_of(row: OpenChange) -> str | None:
    return row["event"]["project_id"] if row["event"] else None


def _is_unlisted(row: OpenChange, project_id: str | None, view: RegisterView) -> bool:
    """Tell whether a key's project was closed before a snapshot could show the effect."""
    if row["section"] != "api_keys" or row["to"] > row["from"]:
        return False
    return project_id not in view.active_projects
