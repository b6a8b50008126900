"""Expected effects: events after which a snapshot must show something, and what it shows.

Pure. An expected effect stands as an open row of its own (``of`` is ``event``) until a whole
snapshot shows it, another event reverts it, or the log is settled and it is a finding.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from functions.shared.canonical import canonical, sha256_hex
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.records.entities import Entity
from functions.shared.records.events import ChangeFacts, EventState, OpenChange, OpenEvent
from functions.shared.records.registers import (
    Registers,
    Stay,
    came_at,
    identity_of,
    present,
    project_of,
    rows_of,
)
from functions.snapshot.reconcile.event_payload import stated_role
from functions.snapshot.reconcile.rule_table import EXPECTED_EFFECTS, Effect
from functions.snapshot.reconcile.rules import SLACK, same_role
from functions.snapshot.reconcile.verdicts import CANNOT_TELL, SETTLING

_BY_TYPE = {effect.type: effect for effect in EXPECTED_EFFECTS}


@dataclass(frozen=True, slots=True)
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


def expected_effects(
    events: Iterable[EventState], view: RegisterView, hour: str
) -> list[OpenChange]:
    """Return an open row for every event whose effect a snapshot must show."""
    rows = []
    for event in events:
        effect = _BY_TYPE.get(event["event_type"] or "")
        if effect and _is_about_us(event, effect, view):
            rows.append(_row(event, effect, hour))
    return rows


def _is_about_us(event: EventState, effect: Effect, view: RegisterView) -> bool:
    baseline = view.baselines.get(effect.section)
    since = None if baseline is None else rfc3339(parse_instant(baseline) + HOUR)
    if event["target_id"] is None or since is None or event["occurred_at"] < since:
        return False
    if effect.section == "users":
        return event["project_id"] is None and (
            effect.expects != "role" or stated_role(event) is not None
        )
    if effect.type == "api_key.created":
        # Admin keys have the same event; theirs names no project, or the default one.
        return event["project_id"] is not None and event["actor_type"] == "session"
    return True


def _row(event: EventState, effect: Effect, hour: str) -> OpenChange:
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
        "from": event["occurred_at"],
        "to": event["occurred_at"],
        "proven": True,
        "event": _kept(event),
        "event_id": event["event_id"],
        "explained_by": None,
        "verdict": CANNOT_TELL,
        "reason": SETTLING,
    }


def _kept(event: EventState) -> OpenEvent:
    details = event["details"]
    return {
        "event_id": event["event_id"],
        "event_type": event["event_type"],
        "occurred_at": event["occurred_at"],
        "project_id": event["project_id"],
        "target_id": event["target_id"],
        "actor_id": event["actor_id"],
        "actor_hash": event["actor_hash"],
        "actor_type": event["actor_type"],
        "details": {"payload": details["payload"] if "payload" in details else None},
    }


def reverted_by(row: OpenChange, events: Iterable[EventState]) -> str | None:
    """Return the id of a later event after which the effect cannot be expected any more."""
    reverting = _BY_TYPE[row["kind"]].reverted_by
    for event in events:
        if event["event_id"] == row["event_id"] or event["occurred_at"] < row["from"]:
            continue
        same = event["target_id"] == row["entity_id"] and event["event_type"] in reverting
        if same or _takes_key_along(event, row):
            return event["event_id"]
    return None


def _takes_key_along(event: EventState, row: OpenChange) -> bool:
    # Of a key that no snapshot has shown nobody knows the owner: its maker, or an account there.
    created = row["event"]
    if row["kind"] != "api_key.created" or created is None:
        return False
    if event["occurred_at"] > row["to"] > row["from"]:
        return False
    if event["event_type"] == "user.deleted":
        return event["target_id"] == created["actor_id"]
    deleted = event["event_type"] == "service_account.deleted"
    return deleted and event["project_id"] == created["project_id"]


def is_judged(row: OpenChange, view: RegisterView) -> bool:
    """Tell whether this hour's snapshot is one that must show the effect."""
    after = rfc3339(parse_instant(row["from"]) + SLACK)
    return row["section"] in view.whole and view.pictured_from >= after


def shows(row: OpenChange, view: RegisterView) -> bool:
    """Tell whether the registers show the effect of an event, at any time since."""
    section = row["section"]
    episodes = [
        episode
        for episode in rows_of(view.registers, section) or []
        if identity_of(section, episode) == row["entity_id"]
    ]
    match row["aspects"][0]:
        case "present":
            return bool(_lasting(episodes, row)) or _is_unlisted(row, _project_of(row), view)
        case "absent":
            return all(
                _came_after(episode, row) or _is_unlisted(row, project_of(episode), view)
                for episode in present(episodes)
            )
        case "archived":
            projects = present(view.registers["projects"])
            return not any(
                project["status"] == "active"
                for project in projects
                if project["project_id"] == row["entity_id"]
            )
    return _held_role(row, view)


def _since(row: OpenChange) -> str:
    """Return the start of the hour in which the event occurred."""
    return rfc3339(floor_hour(parse_instant(row["from"])))


def _lasting(episodes: Sequence[Stay], row: OpenChange) -> list[Stay]:
    """Return the episodes that had not ended before the event's hour."""
    since = _since(row)
    return [
        episode
        for episode in episodes
        if episode["removed_at"] is None or episode["removed_at"] >= since
    ]


def _came_after(episode: Entity, row: OpenChange) -> bool:
    came = came_at(episode)
    return episode["first_seen_at"] >= _since(row) or bool(came and came >= row["from"])


def _held_role(row: OpenChange, view: RegisterView) -> bool:
    """Tell whether a user has, or had since, the role that the event states."""
    users = [user for user in view.registers["users"] if user["user_id"] == row["entity_id"]]
    stays, stated = _lasting(users, row), row["facts"]["role"] or ""
    roles = [part for user in stays for part in user["roles_held"]]
    return not stays or any(
        same_role(stated, part["role"] or "")
        for part in roles
        if part["to"] is None or part["to"] >= _since(row)
    )


def _project_of(row: OpenChange) -> str | None:
    return row["event"]["project_id"] if row["event"] else None


def _is_unlisted(row: OpenChange, project_id: str | None, view: RegisterView) -> bool:
    """Tell whether a key's project was closed before a snapshot could show the effect."""
    if row["section"] != "api_keys" or row["to"] > row["from"]:
        return False
    return not any(
        project["project_id"] == project_id and project["status"] == "active"
        for project in present(view.registers["projects"])
    )
