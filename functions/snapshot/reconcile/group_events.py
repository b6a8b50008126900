"""Events about groups and roles, and what of others' access they may be behind.

Pure data; in the published table too (``rule_table.py``).
"""

from typing import Final

from functions.snapshot.reconcile.rule_table import ADDED, REMOVED

# What somebody can gain or lose through a group or a role without being named by any event. Never
# a key, a name, a status, or who is in the organization.
THROUGH_GROUPS: Final = frozenset(
    {
        ("users", "role"),
        ("project_users", "role"),
        ("project_users", ADDED),
        ("project_users", REMOVED),
        ("service_accounts", "role"),
        ("api_keys", "access"),
    }
)
GIVEN, TAKEN = "given", "taken"
# Events about groups and roles, and which way what somebody has through them can go. New groups and
# roles are nobody's yet, and a group's new name changes nothing.
GROUP_EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "group.deleted": (TAKEN,),
    "role.updated": (GIVEN, TAKEN),
    "role.deleted": (TAKEN,),
    "role.assignment.created": (GIVEN,),
    "role.assignment.deleted": (TAKEN,),
    "role.bound_to_resource": (GIVEN,),
    "role.unbound_from_resource": (TAKEN,),
    "scim.enabled": (GIVEN, TAKEN),
    "scim.disabled": (TAKEN,),
    "tenant.group.deleted": (TAKEN,),
    "tenant.group.member.added": (GIVEN,),
    "tenant.group.member.removed": (TAKEN,),
    "tenant.custom_role.updated": (GIVEN, TAKEN),
    "tenant.custom_role.deleted": (TAKEN,),
    "tenant.role_assignment.created": (GIVEN,),
    "tenant.role_assignment.deleted": (TAKEN,),
    "tenant.resource_role_assignment.created": (GIVEN,),
    "tenant.resource_role_assignment.deleted": (TAKEN,),
    "tenant.resource_access.updated": (GIVEN, TAKEN),
    "tenant.resource_access.deleted": (TAKEN,),
    "tenant.scim.directory.created": (GIVEN, TAKEN),
    "tenant.scim.deletion.requested": (TAKEN,),
}
# These are for one resource, which their payload names.
OF_A_RESOURCE: Final = frozenset({"role.bound_to_resource", "role.unbound_from_resource"})
