"""The registers of one hour as a graph: what each entity can do, by which path.

Pure. What somebody can do is derived for one entity and one group at a time, when it is asked for:
groups, members and roles multiply, and whoever is watched chooses how many there are of each.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

from functions.shared.access_graph.index import Index
from functions.shared.access_graph.rules import (
    ORGANIZATION,
    OWNER,
    PROJECT,
    Permissions,
    permitted,
)
from functions.shared.records.entities import ApiKey, ProjectUser, ServiceAccount, User
from functions.shared.records.fields import LargeValue
from functions.shared.records.registers import is_unreadable, unreadable_of
from functions.shared.records.rights.assigned import (
    GroupMember,
    GroupRole,
    ProjectGroup,
    UserRole,
)
from functions.shared.records.rights.grants import EntityType, Grant, Level, PathStep, Way
from functions.shared.records.rights.workload_identity import WorkloadIdentityRule

Block = Callable[[], Iterator[Grant]]
"""Grants that stand together: those of an entity itself, or by one of its groups."""
_Whose = tuple[EntityType, str]
_Step = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Held:
    """A role as somebody holds it; None is what the lists do not tell."""

    role_id: str | None
    name: str | LargeValue | None
    permissions: Permissions = None
    level: Level | None = None
    is_listed: bool = False


_NOT_TOLD: Final = _Held(None, None, level="other")


@dataclass(frozen=True)
class AccessGraph:
    """What follows from the registers of one hour.

    Attributes:
        index: the registers.
        at: end of the hour, RFC 3339: a key that has ended by then gives nothing.
    """

    index: Index
    at: str

    @cached_property
    def entities(self) -> list[tuple[str, EntityType]]:
        """Return who can do something: ids with their types, sorted."""
        kinds: dict[str, EntityType] = {}
        for identity, user in self.index.users.items():
            kinds[identity] = "service_account" if user["is_service_account"] else "user"
        for identity in self.index.accounts:
            kinds[identity] = "service_account"
        for identity in self.index.rules:
            kinds[identity] = "workload_identity_rule"
        return sorted(kinds.items())

    def blocks(self, identity: str, kind: EntityType) -> list[Block]:
        """Return what an entity can do, block by block: by itself, then by each of its groups."""
        if kind == "workload_identity_rule":
            return [partial(self._by_rule, self.index.rules[identity])]
        members = self.index.memberships.get(identity, [])
        by_group = [
            partial(self._by_group, (kind, identity), member)
            for member in sorted(members, key=lambda member: member["group_id"])
        ]
        return [partial(self._by_itself, (kind, identity)), *by_group]

    @cached_property
    def groups_of_owners(self) -> Mapping[str, Level | None]:
        """Return the groups whose roles make their members owners; None where nobody can tell."""
        found: dict[str, Level | None] = {}
        for group, rows in self.index.group_roles.items():
            levels = {self._assigned(row).level for row in rows}
            if group in self.index.groups and levels != {"other"}:
                found[group] = "owner" if "owner" in levels else None
        return found

    def _by_itself(self, whose: _Whose) -> Iterator[Grant]:
        index, identity = self.index, whose[1]
        if identity in index.users:
            held = self._listed(index.users[identity])
            yield _grant(whose, "listed_role", held, ("users", identity))
        for assigned in index.user_roles.get(identity, ()):
            step = ("user_roles", assigned["assignment_id"])
            yield _grant(whose, "assigned_role", self._assigned(assigned), step)
        for admin_key in index.admin_keys.get(identity, ()):
            if not self._has_ended(admin_key["expires_at"]):
                # What the key may do is not listed.
                held = _Held(None, admin_key["owner_role"])
                yield _grant(whose, "admin_key", held, ("admin_keys", admin_key["key_id"]))
        for member in index.project_users.get(identity, ()):
            step = ("project_users", member["membership_id"])
            held = self._in_project(member["role"])
            yield from self._granted(whose, "project_role", held, member, step)
        if identity in index.accounts:
            account = index.accounts[identity]
            held = self._in_project(account["role"])
            step = ("service_accounts", identity)
            yield from self._granted(whose, "service_account_role", held, account, step)
        for key in index.keys.get(identity, ()):
            is_good = key["owner_project_access"] != "inactive"
            if is_good and not self._has_ended(key["expires_at"]):
                step = ("api_keys", key["key_id"])
                yield from self._granted(whose, "api_key", _NOT_TOLD, key, step)

    def _by_group(self, whose: _Whose, member: GroupMember) -> Iterator[Grant]:
        group = member["group_id"]
        path = (("group_members", member["membership_id"]), ("groups", group))
        for assigned in self.index.group_roles.get(group, ()):
            step = ("group_roles", assigned["assignment_id"])
            yield _grant(whose, "group_role", self._assigned(assigned), *path, step)
        for access in self.index.project_groups.get(group, ()):
            step = ("project_groups", access["membership_id"])
            yield from self._granted(whose, "project_group", _NOT_TOLD, access, *path, step)

    def _by_rule(self, rule: WorkloadIdentityRule) -> Iterator[Grant]:
        account = self.index.accounts.get(rule["service_account_id"] or "")
        is_on = rule["enabled"] is not False and rule["provider_id"] in self.index.providers
        if account is None or not is_on:
            return
        held = self._in_project(account["role"])
        if rule["permission_type"] == "restricted":
            # Then its tokens may less than the account.
            held = _Held(held.role_id, held.name, rule["scopes"], "other", held.is_listed)
        whose: _Whose = ("workload_identity_rule", rule["rule_id"])
        path = (
            ("workload_identity_rules", rule["rule_id"]),
            ("workload_identity_providers", rule["provider_id"]),
            ("service_accounts", account["service_account_id"]),
        )
        yield from self._granted(whose, "workload_identity", held, account, *path)

    def _granted(
        self,
        whose: _Whose,
        way: Way,
        held: _Held,
        row: ProjectUser | ServiceAccount | ApiKey | ProjectGroup,
        *path: _Step,
    ) -> Iterator[Grant]:
        """Yield what somebody can do in a project, nothing where that is archived."""
        project = row["project_id"]
        if project in self.index.projects:
            yield _grant(whose, way, held, *path, ("projects", project), project=project)

    def _in_project(self, name: str | None) -> _Held:
        role = self.index.roles.named(PROJECT, name)
        if role is None:
            return _Held(None, name, level="other")
        return _Held(role["role_id"], name, permitted(role), "other", is_listed=True)

    def _listed(self, user: User) -> _Held:
        name = None if is_unreadable(user, "role") else user["role"]
        role = self.index.roles.named(ORGANIZATION, name)
        if role is None:
            # People are listed by roles of OpenAI's own alone.
            level: Level | None = None if name is None else "owner" if name == OWNER else "other"
            return _Held(None, name, level=level)
        may = permitted(role)
        level = self.index.roles.level(ORGANIZATION, name, may, predefined=True)
        return _Held(role["role_id"], name, may, level, is_listed=True)

    def _assigned(self, row: GroupRole | UserRole) -> _Held:
        """Return a role as its own list tells of it, else as the list of who has it does."""
        role = self.index.roles.find(row["role_id"])
        if role is not None and not unreadable_of(role):
            kind, predefined = role["resource_type"], role["predefined_role"]
            name, may = role["name"], permitted(role)
        else:
            kind, predefined, name = row["resource_type"], row["predefined_role"], row["role_name"]
            may = None if "permissions" in unreadable_of(row) else row["permissions"]
        level = self.index.roles.level(kind, name, may, predefined=predefined)
        role_id = row["role_id"] if role is None else role["role_id"]
        return _Held(role_id, name, may, level, is_listed=role is not None)

    def _has_ended(self, expires_at: str | None) -> bool:
        return expires_at is not None and expires_at <= self.at


def _grant(whose: _Whose, way: Way, held: _Held, *path: _Step, project: str | None = None) -> Grant:
    steps = path if held.role_id is None or not held.is_listed else (*path, ("roles", held.role_id))
    taken: list[PathStep] = [
        {"section": section, "entity_id": identity} for section, identity in steps
    ]
    return {
        "entity_type": whose[0],
        "entity_id": whose[1],
        "scope": "organization" if project is None else "project",
        "project_id": project,
        "way": way,
        "role_id": held.role_id,
        "role_name": held.name,
        "permissions": held.permissions,
        "level": held.level,
        "path": taken,
    }
