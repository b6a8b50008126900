"""Who has which right: members of groups, assigned roles, workload identities."""

from functions.shared.records.rights.assigned import (
    GroupMember,
    GroupMemberState,
    GroupRole,
    GroupRoleState,
    ProjectGroup,
    ProjectGroupState,
    UserRole,
    UserRoleState,
)
from functions.shared.records.rights.workload_identity import (
    WorkloadIdentityProvider,
    WorkloadIdentityProviderState,
    WorkloadIdentityRule,
    WorkloadIdentityRuleState,
)

# fmt: off
RightState = (
    GroupMemberState | GroupRoleState | UserRoleState | ProjectGroupState
    | WorkloadIdentityProviderState | WorkloadIdentityRuleState
)
Right = (
    GroupMember | GroupRole | UserRole | ProjectGroup | WorkloadIdentityProvider
    | WorkloadIdentityRule
)
# fmt: on
