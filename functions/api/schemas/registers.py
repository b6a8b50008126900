"""The lists of what exists, each stated once: one of every sealed section, and one of findings.

Pure. Routes, document and views derive from it, and each list's filters, its search and its order
from the records.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from functions.shared.records.entities import (
    AdminKey,
    AdminKeyRow,
    ApiKey,
    Group,
    Invite,
    InviteRow,
    ListedApiKey,
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
from functions.shared.records.fields import filters_of, sorted_fields
from functions.shared.records.findings import FINDING_KINDS, Finding, ListedFinding
from functions.shared.records.rights.assigned import GroupMember, GroupRole, ProjectGroup, UserRole
from functions.shared.records.rights.rows import (
    GroupMemberRow,
    GroupRoleRow,
    GroupRow,
    ProjectGroupRow,
    RoleRow,
    UserRoleRow,
    WorkloadIdentityProviderRow,
    WorkloadIdentityRuleRow,
)
from functions.shared.records.rights.workload_identity import (
    WorkloadIdentityProvider,
    WorkloadIdentityRule,
)

# Five hundred organizations, each of another hour, in an address of eight thousand characters.
LONGEST_CURSOR: Final = 7600

# What findings may be asked for beside the fields of their rows.
FINDING_FILTERS: Final = ("key_id", "accountable", "due_before", "resolved_from", "resolved_to")

Filters = Mapping[str, tuple[str, ...] | None]
"""By name, the words that a filter may be; None for any text."""


@dataclass(frozen=True, slots=True)
class ListedSection:
    """What can be asked of one list.

    Attributes:
        section: whose register.
        of: what a row is, the name of its schema: ``ApiKey``.
        things: the same in words, several of them: ``API keys``.
        episode: the register's record: what the list is searched and sorted by.
        row: the record of the list's rows; its filters are the query's.
        states: the word for those in force (the default), and for those that are not.
        also: filters beside those of the record.
    """

    section: str
    of: str
    things: str
    episode: type[Mapping[str, object]]
    row: type[Mapping[str, object]]
    states: tuple[str, str] = ("present", "removed")
    also: Filters = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the last part of its path, which is also the name of its cursors."""
        return self.section.replace("_", "-")

    @property
    def operation(self) -> str:
        """Return its ``operationId``."""
        return f"list{self.of}s"

    @property
    def filters(self) -> Filters:
        """Return the filters that the query may have."""
        return {**filters_of(self.row), **self.also}

    @property
    def sorts(self) -> tuple[str, ...]:
        """Return what ``sort`` may be: a field, or with a minus the other way round."""
        return tuple(word for name in sorted_fields(self.episode) for word in (name, f"-{name}"))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Return the names the query may hold."""
        return ("org_id", "cursor", "limit", "state", "as_of", "q", "sort", *self.filters)


LISTED: Final = (
    ListedSection("users", "User", "users", User, UserRow),
    ListedSection("projects", "Project", "projects", Project, ProjectRow),
    ListedSection(
        *("api_keys", "ApiKey", "API keys", ApiKey, ListedApiKey), also={"finding": FINDING_KINDS}
    ),
    ListedSection("admin_keys", "AdminKey", "admin keys", AdminKey, AdminKeyRow),
    ListedSection("invites", "Invite", "invites", Invite, InviteRow),
    ListedSection("groups", "Group", "groups", Group, GroupRow),
    ListedSection("roles", "Role", "roles", Role, RoleRow),
    ListedSection(
        *("service_accounts", "ServiceAccount", "service accounts"),
        *(ServiceAccount, ServiceAccountRow),
    ),
    ListedSection(
        *("project_users", "ProjectUser", "projects' members", ProjectUser, ProjectUserRow)
    ),
    ListedSection(
        *("group_members", "GroupMember", "groups' members", GroupMember, GroupMemberRow)
    ),
    ListedSection("group_roles", "GroupRole", "groups' roles", GroupRole, GroupRoleRow),
    ListedSection("user_roles", "UserRole", "users' roles", UserRole, UserRoleRow),
    ListedSection(
        *("project_groups", "ProjectGroup", "projects' groups", ProjectGroup, ProjectGroupRow)
    ),
    ListedSection(
        *("workload_identity_providers", "WorkloadIdentityProvider"),
        *("providers of workload identities", WorkloadIdentityProvider),
        WorkloadIdentityProviderRow,
    ),
    ListedSection(
        *("workload_identity_rules", "WorkloadIdentityRule", "rules for workload identities"),
        *(WorkloadIdentityRule, WorkloadIdentityRuleRow),
    ),
    ListedSection(
        *("findings", "Finding", "findings", Finding, ListedFinding),
        states=("open", "resolved"),
        also=dict.fromkeys(FINDING_FILTERS),
    ),
)
BY_SECTION: Final[Mapping[str, ListedSection]] = {each.section: each for each in LISTED}
