"""What findings are about, out of the registers of the hour that the findings are of.

Pure but for the registers that are read: those that some row is about, each once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final, NamedTuple

from functions.api.context import Context
from functions.api.newest_seal import Newest
from functions.api.registers.asked import holds
from functions.api.registers.key_names import NamedBy
from functions.api.registers.last_stays import last_stays
from functions.shared.records.entities import (
    AdminKey,
    ApiKey,
    Entity,
    Group,
    Invite,
    Project,
    ProjectUser,
    Role,
    ServiceAccount,
    User,
)
from functions.shared.records.fields import MaybeName, shown
from functions.shared.records.findings import FindingFacts, ListedFinding, Subject
from functions.shared.records.registers import EPISODES, identity_of

NOTHING_KNOWN: Final[Subject] = {
    "name": None,
    "redacted_value": None,
    "project_id": None,
    "project_name": None,
    "owner_id": None,
    "owner_prefix": None,
}


class _Thing(NamedTuple):
    """What a register says of a thing that a finding may be about."""

    name: MaybeName = None
    redacted_value: str | None = None
    project_id: str | None = None
    owner_id: str | None = None
    owner_prefix: str | None = None


def _api_key(row: ApiKey) -> _Thing:
    return _Thing(row["name"], row["redacted_value"], row["project_id"], row["owner_id"])


def _admin_key(row: AdminKey) -> _Thing:
    return _Thing(row["name"], row["redacted_value"], owner_id=row["owner_id"])


def _account(row: ServiceAccount) -> _Thing:
    return _Thing(row["name"], project_id=row["project_id"], owner_id=row["person_id"])


def _named(row: Group | Role) -> _Thing:
    return _Thing(row["name"])


def _project(row: Project) -> _Thing:
    return _Thing(row["name"], project_id=row["project_id"])


def _user(row: User) -> _Thing:
    return _Thing(owner_id=row["user_id"], owner_prefix=row["email_prefix"])


def _member(row: ProjectUser) -> _Thing:
    prefix = row["email_prefix"]
    return _Thing(project_id=row["project_id"], owner_id=row["user_id"], owner_prefix=prefix)


def _invite(row: Invite) -> _Thing:
    # Who is invited has no id yet.
    return _Thing(owner_prefix=row["email_prefix"])


# What a section's rows say; there is no register of the audit log.
_THINGS: Final[Mapping[str, Callable[[Any], _Thing]]] = {
    "users": _user,
    "projects": _project,
    "api_keys": _api_key,
    "admin_keys": _admin_key,
    "invites": _invite,
    "groups": _named,
    "roles": _named,
    "service_accounts": _account,
    "project_users": _member,
}


# Whose registers say what findings are about.
SECTIONS_OF_SUBJECTS: Final = tuple(_THINGS)


@dataclass(frozen=True, slots=True)
class Subjects:
    """What the findings of one organization are about.

    Attributes:
        newest: the hour that the findings are of.
        context: the function's.
    """

    newest: Newest
    context: Context

    def told(self, rows: Sequence[ListedFinding]) -> list[ListedFinding]:
        """Return rows with their subjects.

        Raises:
            EvidenceMissing: a register that the seal names is gone.
            EvidenceInvalid: its bytes are not those that were sealed.
        """
        of = self.of(rows)
        return [row | {"subject": of[row["section"], row["entity_id"]]} for row in rows]

    def of(self, rows: Collection[FindingFacts]) -> Mapping[tuple[str, str], Subject]:
        """Return the subjects of findings, by section and entity; raises as ``told``."""
        wanted: dict[str, set[str]] = {}
        for row in rows:
            wanted.setdefault(row["section"], set()).add(row["entity_id"])
        things = {
            (section, identity): thing
            for section, ids in wanted.items()
            for identity, thing in self._things(section, ids).items()
        }
        owners = self._things("users", {thing.owner_id for thing in things.values()})
        projects = self._things("projects", {thing.project_id for thing in things.values()})
        subjects = {place: _subject(thing, owners, projects) for place, thing in things.items()}
        return {
            (section, identity): subjects.get((section, identity), NOTHING_KNOWN)
            for section, ids in wanted.items()
            for identity in ids
        }

    def _things(self, section: str, ids: Iterable[str | None]) -> dict[str, _Thing]:
        """Return what a section's register says of some things: of each its last stay."""
        wanted = {identity for identity in ids if identity}
        if section not in _THINGS or not wanted:
            return {}
        last: dict[str, Entity] = {}
        record: type[Entity] = EPISODES[section]
        id_of = partial(identity_of, section)
        for row in self.newest.about(self.context, section, record, id_of, wanted):
            identity = id_of(row)
            before = last.get(identity)
            if before is None or before["first_seen_at"] <= row["first_seen_at"]:
                last[identity] = row
        return {identity: _thing(section, stay) for identity, stay in last.items()}


def is_about(newest: Newest, context: Context, q: str) -> Callable[[FindingFacts], bool]:
    """Return what tells of an hour's findings whether a text stands in what they are about.

    Args:
        newest: the hour.
        context: the function's.
        q: the text, folded.

    Raises:
        EvidenceMissing: a register that the seal names is gone.
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    named = NamedBy.of(newest, context, q)

    def is_shown(thing: _Thing) -> bool:
        texts = [thing.name, thing.redacted_value, thing.project_id, thing.owner_id]
        if thing.owner_id not in named.owners:
            texts.append(thing.owner_prefix)
        return named.holds(thing.project_id, thing.owner_id) or holds(texts, q)

    @cache
    def found(section: str) -> dict[str, bool]:
        if section not in _THINGS:
            return {}
        record: type[Entity] = EPISODES[section]
        rows = newest.rows(context, section, record)
        wanted = lambda row: is_shown(_thing(section, row))  # noqa: E731
        return last_stays(rows, partial(identity_of, section), wanted)

    return lambda row: found(row["section"]).get(row["entity_id"], False)


def _thing(section: str, stay: Entity) -> _Thing:
    # What an older version sealed may lack a field.
    whole: Any = shown(EPISODES[section], stay)
    return _THINGS[section](whole)


def _subject(
    thing: _Thing, owners: Mapping[str, _Thing], projects: Mapping[str, _Thing]
) -> Subject:
    owner = owners.get(thing.owner_id or "")
    project = projects.get(thing.project_id or "")
    return {
        "name": thing.name,
        "redacted_value": thing.redacted_value,
        "project_id": thing.project_id,
        "project_name": project.name if project else None,
        "owner_id": thing.owner_id,
        "owner_prefix": owner.owner_prefix if owner else thing.owner_prefix,
    }
