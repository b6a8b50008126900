"""The API's rows of groups, roles and rights: an episode, and where it is placed. Pure."""

from functions.shared.records.entities import Group, Placement, Role
from functions.shared.records.rights.assigned import GroupMember, GroupRole, ProjectGroup, UserRole
from functions.shared.records.rights.workload_identity import (
    WorkloadIdentityProvider,
    WorkloadIdentityRule,
)


class GroupRow(Group, Placement):
    """A group's row."""


class RoleRow(Role, Placement):
    """A role's row."""


class GroupMemberRow(GroupMember, Placement):
    """The row of somebody in a group."""


class GroupRoleRow(GroupRole, Placement):
    """The row of a role that a group has."""


class UserRoleRow(UserRole, Placement):
    """The row of a role that a user has."""


class ProjectGroupRow(ProjectGroup, Placement):
    """The row of a group with access to a project."""


class WorkloadIdentityProviderRow(WorkloadIdentityProvider, Placement):
    """The row of whose tokens are taken."""


class WorkloadIdentityRuleRow(WorkloadIdentityRule, Placement):
    """The row of which tokens may act as which service account."""
