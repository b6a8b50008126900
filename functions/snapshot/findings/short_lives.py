"""Findings (step 3 of 6), part: what lived between two pictures, by the audit log alone.

Pure, but for what the log reads back. A key that was made, used and removed within the hour is in
no picture, nor is who was an owner for half of it. Two events tell of such a life. Whatever any
picture showed of it stands in a register, and is no finding here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Final

from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.limits import word
from functions.shared.records.events import EventState, OpenChange
from functions.shared.records.registers import Registers
from functions.snapshot.compare.event_payload import (
    AnyEvent,
    payload_of,
    principal_of,
    stated_role,
)
from functions.snapshot.compare.log_of_stays import MOST_BACK, SLACK, LogOfStays
from functions.snapshot.findings.lives import Life, Lives, Told
from functions.snapshot.hour_to_close import HourToClose

SHORT_LIVED_KEY, SHORT_LIVED_OWNER = "short_lived_key", "short_lived_owner"
_OF_EITHER: Final = "role_of_organization_or_project"
# An owner's role, or another one.
UNSURE: Final = frozenset({"role_unassigned", _OF_EITHER})

_TYPES: Final = frozenset(
    {
        *("api_key.created", "api_key.deleted", "project.archived", "project.deleted"),
        *("service_account.created", "service_account.deleted"),
        *("user.added", "user.updated", "user.deleted", "invite.sent", "invite.accepted"),
        *("role.assignment.created", "role.assignment.deleted"),
    }
)


def short_lives(
    hour: HourToClose,
    registers: Registers,
    open_changes: Iterable[OpenChange],
    log: LogOfStays,
    read: Sequence[EventState],
    *,
    keys_are_whole: bool,
) -> list[Life]:
    """Return what this hour's events end, or begin late, each once, by (kind, section, entity).

    Of what is sure and what is only possible the sure one is told.

    Args:
        hour: the hour.
        registers: after its picture: all that any picture ever showed.
        open_changes: the last register of that name: of events whose effect no picture shows.
        log: what the audit log tells, as it is sealed.
        read: this hour's events, whole, in the same order: what a role is may be in a large part.
        keys_are_whole: whether the picture shows all keys of active projects.
    """
    fresh = {event["event_id"] for event in log.events if event["event_type"] in _TYPES}
    if not fresh:
        return []
    events = _events(hour, open_changes, log) | _whole(log.events, read)
    lives: dict[tuple[str, str, str], Life] = {}
    found = (
        *_keys(hour, registers, [*events.values()], fresh, whole=keys_are_whole),
        *_owners(hour, registers, [*events.values()], fresh),
    )
    for life in sorted(found, key=lambda life: life.reason in UNSURE):
        lives.setdefault((life.kind, life.section, life.entity_id), life)
    return [lives[place] for place in sorted(lives)]


def _events(
    hour: HourToClose, open_changes: Iterable[OpenChange], log: LogOfStays
) -> dict[str, AnyEvent]:
    """Return by id the events in which a life may lie that this hour's events belong to."""
    earliest = hour.start - MOST_BACK
    told = (event["occurred_at"] for event in log.events if event["event_type"] in _TYPES)
    # A list that was not read in the hour before may have missed what began in that hour.
    read = (_listed_until(hour, "users"), _listed_until(hour, "api_keys"), rfc3339(hour.start))
    first = min(at for at in (*told, *read) if at is not None and at >= rfc3339(earliest))
    # What began just before an hour may end before the picture that would have shown it.
    log.reach_back(rfc3339(max(parse_instant(first) - HOUR - SLACK, earliest)))
    known: dict[str, AnyEvent] = {
        row["event"]["event_id"]: row["event"] for row in open_changes if row["event"] is not None
    }
    return known | {
        event["event_id"]: event for event in log.all() if event["event_type"] in _TYPES
    }


def _whole(sealed: Sequence[EventState], read: Sequence[EventState]) -> dict[str, AnyEvent]:
    """Return by id this hour's events with ids as they are sealed, and payloads as they were read.

    Whoever is watched chooses how large a payload is, and so whether a limit cuts a role off.
    """
    return {
        event["event_id"]: {**event, "details": whole["details"]}
        for event, whole in zip(sealed, read, strict=True)
        if event["event_type"] in _TYPES
    }


def _listed_until(hour: HourToClose, section: str) -> str:
    last = hour.state_at(section)
    return rfc3339(parse_instant(last) + HOUR if last else hour.start)


def _pictured_since(hour: HourToClose, section: str) -> str | None:
    baseline = hour.baseline(section)
    return rfc3339(parse_instant(baseline) + HOUR) if baseline else None


# --- keys -----------------------------------------------------------------------------------------


def _keys(
    hour: HourToClose,
    registers: Registers,
    events: Sequence[AnyEvent],
    fresh: Set[str],
    *,
    whole: bool,
) -> Iterator[Life]:
    since = _pictured_since(hour, "api_keys")
    if since is None:
        return
    own, taken, accounts = Lives.none(), Lives.none(), Lives.none()
    for event in events:
        _note_key(event, own, taken, accounts, whole=whole)
    shown = _ever_shown(registers)
    for lives in (own, taken):
        for begun, end in lives.lives(fresh, since):
            if begun.entity_id not in shown:
                yield _life(SHORT_LIVED_KEY, begun, end)
    # An account may live for hours between two daily readings; its keys are pictured every hour.
    listed, seen_at = _listed_until(hour, "api_keys"), hour.last_complete_at("api_keys")
    for begun, end in accounts.lives(fresh, max(since, rfc3339(parse_instant(listed) - HOUR))):
        is_between = begun.at >= listed or end.at <= seen_at
        if is_between and begun.entity_id not in shown:
            yield _life(SHORT_LIVED_KEY, begun, end)


def _note_key(event: AnyEvent, own: Lives, taken: Lives, accounts: Lives, *, whole: bool) -> None:
    target, project = event["target_id"], event["project_id"]
    match event["event_type"]:
        case "api_key.created" if target is not None:
            section = "api_keys" if project else "admin_keys"
            own.begin(target, event, section, target)
            if project is not None:
                taken.begin(project, event, section, target)
        case "api_key.deleted":
            own.end(target, event, "key_deleted")
        case "project.archived" | "project.deleted" as kind:
            taken.end(target, event, f"{kind.replace('.', '_')}_meanwhile")
        case "service_account.created" if target is not None:
            # Whoever makes an account is given a key of it.
            accounts.begin(target, event, "service_accounts", target)
        case "service_account.deleted":
            accounts.end(target, event, "service_account_deleted")
            # Whose a key is that no picture shows is not told; where one could, it is gone.
            taken.end(project if whole else None, event, "service_account_deleted")


def _ever_shown(registers: Registers) -> set[str]:
    """Return the ids of all keys and accounts that any picture showed, itself or by a key."""
    admin_keys = registers["admin_keys"] if "admin_keys" in registers else []
    accounts = registers["service_accounts"] if "service_accounts" in registers else []
    shown = {row["key_id"] for row in registers["api_keys"]}
    shown |= {row["owner_id"] or "" for row in registers["api_keys"]}
    shown |= {row["key_id"] for row in admin_keys}
    return shown | {row["service_account_id"] for row in accounts}


def _life(kind: str, begun: Told, end: Told) -> Life:
    return Life(kind, end.reason, begun.section, begun.entity_id, begun.event_id)


# --- owners ---------------------------------------------------------------------------------------


def _owners(
    hour: HourToClose, registers: Registers, events: Sequence[AnyEvent], fresh: Set[str]
) -> Iterator[Life]:
    since = _pictured_since(hour, "users")
    if since is None:
        return
    sure, possible = Lives.none(), Lives.none()
    invites = _owner_invites(registers, events)
    members = registers["project_users"] if "project_users" in registers else []
    in_projects = {row["membership_id"] for row in members}
    for event in events:
        for lives in (sure, possible) if _is_sure(event, in_projects) else (possible,):
            _note_owner(event, lives, invites)
    shown = _owners_until(hour, registers)
    for lives in (sure, possible):
        for begun, end in lives.lives(fresh, since):
            # An owner whom a picture showed since then stands in the register.
            if shown.get(begun.entity_id, "") < begun.at:
                told = end if lives is sure else end._replace(reason=_OF_EITHER)
                yield _life(SHORT_LIVED_OWNER, begun, told)


def _is_sure(event: AnyEvent, in_projects: Set[str]) -> bool:
    """Tell whether an event that may be about a role in the organization cannot be of a project.

    What is done with an admin key carries the default project, whatever it is about.
    """
    return f"{event['project_id']}/{event['target_id']}" not in in_projects


def _note_owner(event: AnyEvent, lives: Lives, invites: Set[str]) -> None:
    target, kind, role = event["target_id"], event["event_type"], stated_role(event)
    if target is None:
        return
    if kind == "invite.accepted" and target in invites and event["actor_id"] is not None:
        lives.begin(event["actor_id"], event, "users", event["actor_id"])
    elif kind in ("role.assignment.created", "role.assignment.deleted"):
        _note_assignment(event, lives)
    elif event["project_id"] is not None and event["actor_type"] != "api_key":
        return
    elif kind in ("user.added", "user.updated") and role == "owner":
        lives.begin(target, event, "users", target)
    elif kind == "user.updated" and role is not None:
        lives.end(target, event, "role_lowered")
    elif kind == "user.deleted":
        lives.end(target, event, "user_deleted")


def _note_assignment(event: AnyEvent, lives: Lives) -> None:
    """Note a role for the whole organization; which one the event does not say."""
    payload, principal = payload_of(event), principal_of(event)
    words = [payload[name] for name in payload if name in ("resource_type", "principal_type")]
    if principal is None or not any("organization" in str(each) for each in words):
        return
    principal = word(principal)
    if event["event_type"] == "role.assignment.created":
        section = "groups" if "group" in words else "users"
        lives.begin(f"role of {principal}", event, section, principal)
    else:
        lives.end(f"role of {principal}", event, "role_unassigned")


def _owner_invites(registers: Registers, events: Iterable[AnyEvent]) -> set[str]:
    rows = registers["invites"] if "invites" in registers else []
    invites = {row["invite_id"] for row in rows if row["role"] == "owner"}
    return invites | {
        event["target_id"] or ""
        for event in events
        if event["event_type"] == "invite.sent" and stated_role(event) == "owner"
    }


def _owners_until(hour: HourToClose, registers: Registers) -> Mapping[str, str]:
    """Return by user the last instant at which a picture showed them as an owner; ``~`` for now.

    ``to`` names the first hour whose picture does not. The picture before is taken after that hour
    has begun; of the hour that closes it is known when.
    """
    last, until = hour.last_complete_at("users"), defaultdict[str, str](str)
    for user in registers["users"]:
        for held in user["roles_held"]:
            if held["role"] == "owner":
                to = last if held["to"] == hour.name else held["to"] or "~"
                until[user["user_id"]] = max(until[user["user_id"]], to)
    return until
