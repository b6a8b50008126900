"""Whether an audit event explains a change: the rule table, applied by look-up.

Pure. Events and changes are many and chosen by whoever is watched, so none is held against every
other: an event has *keys*, by the ways in which the table lets it name things, a change has the
keys that would explain it, and the two meet in an index (``event_pool.py``).
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from functions.shared.hours import parse_instant, rfc3339
from functions.shared.records.events import ChangeFacts, OpenChange
from functions.shared.records.fields import shown
from functions.snapshot.compare.event_payload import (
    AnyEvent,
    is_about_a_person,
    principal_of,
    project_alone,
    resource_of,
    stated_role,
    texts_of,
)
from functions.snapshot.reconcile.group_events import (
    GIVEN,
    GROUP_EVENTS,
    OF_A_RESOURCE,
    TAKEN,
    THROUGH_GROUPS,
)
from functions.snapshot.reconcile.rule_table import ADDED, NOT_OWNER, REMOVED, TABLE, Rule, rules_of

Key = tuple[str | None, ...]
"""An event type, and by what it names something."""

NO_TIME: Final = ""

VIAS: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(rule.via for rule in TABLE if name in rule.types)
    for name in {name for rule in TABLE for name in rule.types}
}
_DIRECT = ("target", "user", "member")
_OF_MEMBERS = {"tenant.group.member.added", "tenant.group.member.removed"}
_ANY = "any"
_THROUGH_GROUPS = [[pair] for pair in THROUGH_GROUPS]


@dataclass(frozen=True, slots=True)
class Clue:
    """An audit event, as changes look for it.

    Attributes:
        event_id: of the event.
        occurred_at: when; ``NO_TIME`` where that cannot be read.
        role: that the event states, None where it states none.
        keys: under which it explains.
        hints: under which it fits, of an event that does not say whom it is about.
        causes: under which it may be behind a change, of an event about a group or a role.
    """

    event_id: str
    occurred_at: str
    role: str | None
    keys: frozenset[Key]
    hints: frozenset[Key]
    causes: frozenset[Key]

    @classmethod
    def of(cls, event: AnyEvent, people: Set[str] = frozenset()) -> "Clue":
        """Return an event as changes look for it.

        Args:
            event: as sealed.
            people: ids of all users and service accounts ever seen.
        """
        role = stated_role(event)
        return cls(
            event_id=event["event_id"],
            occurred_at=event["occurred_at"] or NO_TIME,
            role=role,
            keys=frozenset(_keys(event)),
            hints=frozenset(_hints(event, role)),
            causes=frozenset(_causes(event, people)),
        )


@dataclass(frozen=True, slots=True)
class Sought:
    """A change, as it looks for events.

    Attributes:
        row: the change.
        facts: all of its facts, null where there is none.
        keys: by aspect, of the events that explain it: direct explanations, then cascades.
    """

    row: OpenChange
    facts: ChangeFacts
    keys: Mapping[str, tuple[frozenset[Key], frozenset[Key]]]

    @classmethod
    def of(cls, row: OpenChange) -> "Sought":
        """Return a change as it looks for events."""
        facts = shown(ChangeFacts, row["facts"])
        keys = {
            aspect: (
                frozenset(_sought(row, facts, aspect, cascade=False)),
                frozenset(_sought(row, facts, aspect, cascade=True)),
            )
            for aspect in row["aspects"]
        }
        return cls(row, facts, keys)

    def agrees(self, clue: Clue, aspect: str) -> bool:
        """Tell whether the role or group that an event states, where it does, is the one held."""
        role, member = self.facts["role"], {self.facts["group_id"], self.facts["user_id"]}
        if self.facts["group_id"] and any(key[0] in _OF_MEMBERS for key in clue.keys):
            return member <= {key[-1] for key in clue.keys}
        if not _is_judged_by_role(self.row, aspect) or clue.role is None or role is None:
            return True
        return same_role(clue.role, role)

    def hints(self) -> Iterator[Key]:
        """Yield the keys of events that fit but do not say whom they are about.

        Such an event must fit every part that nothing explains yet.
        """
        types = None
        for aspect in self.row["aspects"]:
            fitting = {
                name
                for rule in rules_of(self.row["section"], aspect)
                if rule.via in _DIRECT and _becomes(rule, self.row, self.facts)
                for name in rule.types
            }
            types = fitting if types is None else types & fitting
        role, project = self.facts["role"], self.facts["project_id"]
        judged = any(_is_judged_by_role(self.row, aspect) for aspect in self.row["aspects"])
        roles = (_ANY,) if role is None or not judged else (None, _owners(role))
        projects = (_ANY,) if project is None else (None, f"in {project}")
        for name in types or ():
            for where in projects:
                yield from ((name, where, stated) for stated in roles)

    def causes(self) -> Iterator[Key]:
        """Yield the keys of events about groups and roles that may be behind all that is left."""
        row, facts, project = self.row, self.facts, self.facts["project_id"]
        if [(row["section"], aspect) for aspect in row["aspects"]] not in _THROUGH_GROUPS:
            return
        for way in _ways(facts, row["aspects"][0]):
            for person in (*_people(row, facts), _ANY):
                yield from ((way, person, where) for where in {project, None})


def window_of(row: OpenChange, slack: timedelta) -> tuple[str, str]:
    """Return between which instants a change happened, both included."""
    start, end = parse_instant(row["from"]) - slack, parse_instant(row["to"]) + slack
    return rfc3339(start), rfc3339(end)


def explains(clue: Clue, sought: Sought, aspect: str) -> bool:
    """Tell whether an event explains an aspect of a change, whenever it occurred."""
    direct, cascades = sought.keys[aspect]
    named = not (clue.keys.isdisjoint(direct) and clue.keys.isdisjoint(cascades))
    return named and sought.agrees(clue, aspect)


def of_organization(event: AnyEvent) -> bool:
    """Tell whether an event may be about the organization rather than about a project."""
    # What is done with an admin key carries the default project, whatever it is about.
    return event["project_id"] is None or event["actor_type"] == "api_key"


def _keys(event: AnyEvent) -> Iterator[Key]:
    """Yield the keys of an event: one for each way in which the table lets it name something."""
    kind, target, project = event["event_type"], event["target_id"], event["project_id"]
    vias = VIAS.get(kind or "", frozenset())
    if target is not None and not vias.isdisjoint(("target", "project", "holder")):
        yield kind, "target", target
    if target is not None and not vias.isdisjoint(("user", "member", "owner")):
        if of_organization(event):
            yield kind, "of the organization", target
        yield kind, "of a project", project, target
    if "actor" in vias:
        yield from ((kind, "actor", name) for name in (event["actor_id"], event["actor_hash"]))
    if "principal" in vias:
        yield kind, "principal", principal_of(event)
    if "named" in vias:
        yield from ((kind, "named", text) for text in texts_of(event))


def _sought(row: OpenChange, facts: ChangeFacts, aspect: str, *, cascade: bool) -> Iterator[Key]:
    """Yield the keys of the events that explain an aspect of a change."""
    for rule in rules_of(row["section"], aspect):
        if rule.cascade == cascade and _becomes(rule, row, facts):
            for how in _named(rule.via, row, facts):
                # What is not known names nothing.
                if how[-1] is not None:
                    yield from ((kind, *how) for kind in rule.types)


def _named(via: str, row: OpenChange, facts: ChangeFacts) -> Iterator[Key]:
    entity, project = row["entity_id"], facts["project_id"]
    match via:
        case "target":
            yield "target", entity
        case "user":
            yield "of the organization", entity
        case "member":
            yield from _member(facts["user_id"], project)
        case "owner":
            for owner in {facts["owner_id"], facts["owner_was"]}:
                yield from _member(owner, project)
        case "project":
            yield "target", project
        case "holder":
            for holder in (facts["group_id"], facts["role_id"], facts["provider_id"]):
                yield "target", holder
        case "actor":
            for name in (facts["user_id"], entity, facts["email_hash"]):
                yield "actor", name
        case _:
            yield from ((via, name) for name in _people(row, facts))


def _people(row: OpenChange, facts: ChangeFacts) -> set[str]:
    ids = {row["entity_id"], facts["owner_id"], facts["owner_was"], facts["user_id"]}
    return {name for name in ids | {facts["group_id"]} if name is not None}


def _member(user: str | None, project: str | None) -> Iterator[Key]:
    yield "of the organization", user
    yield "of a project", project, user


def _becomes(rule: Rule, row: OpenChange, facts: ChangeFacts) -> bool:
    if rule.becomes == NOT_OWNER:
        return facts["role"] != "owner"
    is_key = row["section"] == "api_keys"
    value = facts["owner_project_access"] if is_key else facts["status"]
    return rule.becomes in (None, value)


def _hints(event: AnyEvent, role: str | None) -> Iterator[Key]:
    """Yield the keys of an event that does not say whom it is about.

    Payloads may be absent; and the document calls the id of ``user.updated`` a project's.
    """
    kind, project = event["event_type"], event["project_id"]
    vias = VIAS.get(kind or "", frozenset())
    if vias.isdisjoint(_DIRECT) or event["target_id"] not in (None, project):
        return
    for where in (_ANY, None if project is None else f"in {project}"):
        yield kind, where, _ANY
        yield kind, where, None if role is None else _owners(role)


def _causes(event: AnyEvent, people: Set[str]) -> Iterator[Key]:
    """Yield the keys of an event about a group or a role: which way, of whom, in which project.

    One that names somebody (but for who did it) is about nobody else.
    """
    kind = event["event_type"] or ""
    ways, where = GROUP_EVENTS.get(kind, ()), project_alone(event)
    if kind in OF_A_RESOURCE:
        where = resource_of(event)
        ways = ways if where else ()
    if not ways:
        return
    named = {*texts_of(event)} & people - {event["actor_id"]}
    principal = principal_of(event)
    if principal is not None and is_about_a_person(event):
        named.add(principal)
    for way in ways:
        yield from ((way, person, where) for person in named or (_ANY,))


def _ways(facts: ChangeFacts, aspect: str) -> tuple[str, ...]:
    """Return whether a change gives or takes; both where that cannot be told."""
    role, access = facts["role"], facts["owner_project_access"]
    gives = aspect == ADDED or (aspect == "role" and role == "owner")
    takes = aspect == REMOVED or (aspect == "role" and facts["role_was"] == "owner" != role)
    if aspect == "access":
        gives, takes = access == "active", access == "inactive"
    return (GIVEN,) * (gives or not takes) + (TAKEN,) * (takes or not gives)


def _owners(role: str) -> str:
    return "owner" if role == "owner" else "other"


def _is_judged_by_role(row: OpenChange, aspect: str) -> bool:
    return aspect == "role" and row["section"] == "users"


def same_role(stated: str, listed: str) -> bool:
    """Tell whether two role names agree: events say ``member`` where the list says ``reader``."""
    return (stated == "owner") == (listed == "owner")
