"""The registers of one hour, each row found by whom it is about.

Pure. Building costs what the registers are long; each part is built when it is first asked for.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, cast

from functions.shared.access_graph.rules import Roles
from functions.shared.records.entities import (
    AdminKey,
    ApiKey,
    Group,
    Project,
    ProjectUser,
    Role,
    ServiceAccount,
    User,
)
from functions.shared.records.registers import Registers, Stay, present, rows_of, unreadable_of
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


@dataclass(frozen=True)
class Index:
    """What is there, by id; and what it has, by whose it is.

    Attributes:
        registers: rows by section, as sealed.
    """

    registers: Registers

    @cached_property
    def roles(self) -> Roles:
        """Return the roles of the organization."""
        return Roles(self._rows("roles", Role))

    @cached_property
    def users(self) -> Mapping[str, User]:
        """Return who is in the organization."""
        return {row["user_id"]: row for row in self._rows("users", User)}

    @cached_property
    def projects(self) -> frozenset[str]:
        """Return the projects that are not archived."""
        rows = self._rows("projects", Project)
        return frozenset(row["project_id"] for row in rows if row["status"] != "archived")

    @cached_property
    def groups(self) -> frozenset[str]:
        """Return the groups."""
        return frozenset(row["group_id"] for row in self._rows("groups", Group))

    @cached_property
    def accounts(self) -> Mapping[str, ServiceAccount]:
        """Return the service accounts."""
        rows = self._rows("service_accounts", ServiceAccount)
        return {row["service_account_id"]: row for row in rows}

    @cached_property
    def audiences(self) -> Mapping[str, object]:
        """Return by provider of workload identities, of those not switched off, its audience."""
        rows = self._rows("workload_identity_providers", WorkloadIdentityProvider)
        return {row["provider_id"]: _audience(row) for row in rows if row["enabled"] is not False}

    @property
    def providers(self) -> Set[str]:
        """Return the providers of workload identities that are not switched off."""
        return self.audiences.keys()

    @cached_property
    def rules(self) -> Mapping[str, WorkloadIdentityRule]:
        """Return the rules for workload identities."""
        rows = self._rows("workload_identity_rules", WorkloadIdentityRule)
        return {row["rule_id"]: row for row in rows}

    @cached_property
    def memberships(self) -> Mapping[str, list[GroupMember]]:
        """Return by user in which groups they are, of those that are there."""
        rows = self._rows("group_members", GroupMember)
        there = (row for row in rows if row["group_id"] in self.groups)
        return _by(there, lambda row: row["user_id"])

    @cached_property
    def group_roles(self) -> Mapping[str, list[GroupRole]]:
        """Return by group its roles."""
        return _by(self._rows("group_roles", GroupRole), lambda row: row["group_id"])

    @cached_property
    def user_roles(self) -> Mapping[str, list[UserRole]]:
        """Return by user the roles that were assigned."""
        return _by(self._rows("user_roles", UserRole), lambda row: row["user_id"])

    @cached_property
    def project_users(self) -> Mapping[str, list[ProjectUser]]:
        """Return by user their memberships of projects."""
        return _by(self._rows("project_users", ProjectUser), lambda row: row["user_id"])

    @cached_property
    def project_groups(self) -> Mapping[str, list[ProjectGroup]]:
        """Return by group the projects that it has access to."""
        return _by(self._rows("project_groups", ProjectGroup), lambda row: row["group_id"])

    @cached_property
    def keys(self) -> Mapping[str, list[ApiKey]]:
        """Return by owner the keys of projects."""
        return _by(self._rows("api_keys", ApiKey), lambda row: row["owner_id"] or "")

    @cached_property
    def admin_keys(self) -> Mapping[str, list[AdminKey]]:
        """Return by owner the admin keys."""
        return _by(self._rows("admin_keys", AdminKey), lambda row: row["owner_id"] or "")

    def _rows(self, section: str, _record: type[Stay]) -> list[Stay]:
        return present(cast("Iterable[Stay]", rows_of(self.registers, section) or ()))


def _audience(row: WorkloadIdentityProvider) -> object:
    """Return whom tokens must be made for, False where that could not be read."""
    return False if "audience" in unreadable_of(row) else row["audience"]


Row = TypeVar("Row")


def _by(rows: Iterable[Row], whose: Callable[[Row], str]) -> Mapping[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[whose(row)].append(row)
    return dict(found)
