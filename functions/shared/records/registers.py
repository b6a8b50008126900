"""The registers of an hour: rows by section, and what is the same for the rows of every section.

Pure. Here alone a field is chosen by the name of a section, so that everywhere else a field stands
by its own name, where the type checker reads it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final, Literal, Required, TypedDict, TypeVar, cast

from functions.shared.records.entities import (
    AdminKey,
    AdminKeyRow,
    ApiKey,
    ApiKeyRow,
    Entity,
    EntityState,
    Episode,
    Group,
    Invite,
    InviteRow,
    Project,
    ProjectRow,
    ProjectUser,
    ProjectUserRow,
    Role,
    ServiceAccount,
    ServiceAccountRow,
    User,
    UserRow,
)
from functions.shared.records.events import EntityFields, OpenChange
from functions.shared.records.fields import (
    IDENTITY,
    OF_EPISODE,
    VOLATILE,
    Instant,
    LargeValue,
    fields_of,
)
from functions.shared.records.findings import Finding
from functions.shared.records.rights.assigned import (
    GroupMember,
    GroupRole,
    ProjectGroup,
    UserRole,
)
from functions.shared.records.rights.workload_identity import (
    WorkloadIdentityProvider,
    WorkloadIdentityRule,
)

# The register of each section holds episodes of one record.
EPISODES: Final[Mapping[str, type]] = {
    "users": User,
    "projects": Project,
    "api_keys": ApiKey,
    "admin_keys": AdminKey,
    "invites": Invite,
    "groups": Group,
    "roles": Role,
    "service_accounts": ServiceAccount,
    "project_users": ProjectUser,
    "group_members": GroupMember,
    "group_roles": GroupRole,
    "user_roles": UserRole,
    "project_groups": ProjectGroup,
    "workload_identity_providers": WorkloadIdentityProvider,
    "workload_identity_rules": WorkloadIdentityRule,
}
# Ids that are made of two others, the first of which names whose list it is.
MADE_OF_TWO: Final[Mapping[str, tuple[str, str]]] = {
    "project_users": ("project_id", "user_id"),
    "group_members": ("group_id", "user_id"),
    "group_roles": ("group_id", "role_id"),
    "user_roles": ("user_id", "role_id"),
    "project_groups": ("project_id", "group_id"),
}
# The rows of the sections that packs show.
ROWS: Final[Mapping[str, type]] = {
    "users": UserRow,
    "projects": ProjectRow,
    "api_keys": ApiKeyRow,
    "admin_keys": AdminKeyRow,
    "service_accounts": ServiceAccountRow,
    "invites": InviteRow,
    "project_users": ProjectUserRow,
}


class Registers(TypedDict, total=False):
    """The episodes of each section; an optional section that was never read is not there."""

    users: Required[list[User]]
    projects: Required[list[Project]]
    api_keys: Required[list[ApiKey]]
    admin_keys: list[AdminKey]
    invites: list[Invite]
    groups: list[Group]
    roles: list[Role]
    service_accounts: list[ServiceAccount]
    project_users: list[ProjectUser]
    group_members: list[GroupMember]
    group_roles: list[GroupRole]
    user_roles: list[UserRole]
    project_groups: list[ProjectGroup]
    workload_identity_providers: list[WorkloadIdentityProvider]
    workload_identity_rules: list[WorkloadIdentityRule]


class HourRegisters(Registers):
    """All registers that an hour seals."""

    findings: list[Finding]
    open_changes: list[OpenChange]


class Ending(TypedDict):
    """What an episode gains when it ends."""

    removed_at: Instant


Stay = TypeVar("Stay", bound=Episode)


def rows_of(registers: Registers, section: str) -> Sequence[Entity] | None:
    """Return the rows of a section, None where it has no register."""
    return cast("Mapping[str, Sequence[Entity]]", registers).get(section)


def present(rows: Iterable[Stay]) -> list[Stay]:
    """Return the episodes that have not ended."""
    return [row for row in rows if row["removed_at"] is None]


@cache
def id_field(section: str) -> str:
    """Return the name of the field that names a section's entities."""
    return fields_of(EPISODES[section], IDENTITY)[0]


# fmt: off
Field = Literal[
    "added_at", "created_at", "expires_at", "last_used_at", "owner_id", "owner_project_access",
    "project_id", "role", "status",
]
# fmt: on
"""A field that a rule must know to be readable before it goes by its value."""


def is_unreadable(row: EntityState, field: Field) -> bool:
    """Tell whether a field could not be read in the hour whose list a row is of."""
    return field in unreadable_of(row)


def unreadable_of(row: EntityState) -> Sequence[str]:
    """Return the names of a row's fields that could not be read; version 2 named none."""
    return (row["unreadable"] or ()) if "unreadable" in row else ()


def identity_of(section: str, row: EntityState) -> str:
    """Return the id of a row's entity."""
    fields: Mapping[str, object] = row
    return str(fields[id_field(section)])


def project_of(row: EntityState) -> str | None:
    """Return the project that a row names, None for what belongs to the whole organization."""
    fields: Mapping[str, object] = row
    return cast("ProjectUser", row)["project_id"] if "project_id" in fields else None


def parent_of(parents: str, row: EntityState) -> str:
    """Return whose list a row stands in, where each entity of a section has a list of its own."""
    fields: Mapping[str, object] = row
    return str(fields[id_field(parents)])


def state_hour(row: Episode, listed_at: str | None) -> str | None:
    """Return the last hour whose picture shows a row, None where that is not known.

    Args:
        row: a stay.
        listed_at: the last hour whose picture shows the row's section.
    """
    if "shown_until" in row:
        return row["shown_until"]
    return listed_at if row["removed_at"] is None else None


def name_of(row: EntityState) -> str | LargeValue | None:
    """Return the name that somebody gave to a thing; persons have none here."""
    return cast("Project", row)["name"] if "name" in row else None


def came_at(row: EntityState) -> str | None:
    """Return when OpenAI says that an entity came: was added, or else created."""
    fields: Mapping[str, object] = row
    added = cast("User", row)["added_at"] if "added_at" in fields else None
    return added or (cast("Project", row)["created_at"] if "created_at" in fields else None)


@cache
def _fleeting(section: str) -> frozenset[str]:
    episode = EPISODES[section]
    return frozenset(fields_of(episode, VOLATILE) + fields_of(episode, OF_EPISODE))


def stable_fields(section: str, row: EntityState) -> EntityFields:
    """Return the fields of a row whose change is a change of its entity."""
    fields: Mapping[str, object] = row
    fleeting = _fleeting(section)
    return cast("EntityFields", {name: fields[name] for name in fields if name not in fleeting})


def fields_apart(
    before: EntityFields | None, after: EntityFields | None
) -> tuple[list[str], EntityFields | None, EntityFields | None]:
    """Return the names of the fields in which two states differ, and their values in each.

    Where there is but one state, those are all its fields.
    """
    earlier: Mapping[str, object] = before or {}
    later: Mapping[str, object] = after or {}
    both = before is not None and after is not None
    names = sorted(
        name for name in {**earlier, **later} if not both or earlier.get(name) != later.get(name)
    )
    return names, _values(before, names), _values(after, names)


def _values(state: EntityFields | None, names: Iterable[str]) -> EntityFields | None:
    if state is None:
        return None
    fields: Mapping[str, object] = state
    return cast("EntityFields", {name: fields.get(name) for name in names})
