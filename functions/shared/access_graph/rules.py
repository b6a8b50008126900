"""The rules by which grants follow from the registers: the published table.

Pure data and pure functions. docs/who-can-do-what.md is held to it.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from functions.shared.records.entities import Role
from functions.shared.records.fields import LargeValue
from functions.shared.records.registers import present, unreadable_of
from functions.shared.records.rights.grants import Level, Way

# From a way in which somebody can do something to the rows it follows from, in the path's order.
WAYS: Final[Mapping[Way, tuple[str, ...]]] = {
    "listed_role": ("users", "roles"),
    "assigned_role": ("user_roles", "roles"),
    "group_role": ("group_members", "groups", "group_roles", "roles"),
    "admin_key": ("admin_keys",),
    "project_role": ("project_users", "projects", "roles"),
    "project_group": ("group_members", "groups", "project_groups", "projects"),
    "api_key": ("api_keys", "projects"),
    "service_account_role": ("service_accounts", "projects", "roles"),
    "workload_identity": (
        *("workload_identity_rules", "workload_identity_providers"),
        *("service_accounts", "projects"),
    ),
}
# Whose rows grants follow from: what is unread of these may hide some.
SECTIONS: Final = tuple(dict.fromkeys(name for names in WAYS.values() for name in names))
ORGANIZATION, PROJECT = "api.organization", "api.project"
OWNER: Final = "owner"
# Whoever may write these can make themselves an owner. OpenAI publishes no list of its permissions:
# a word that is not here makes nobody an owner.
GIVE_EVERYTHING: Final = frozenset(
    {
        "api.management.write",
        "api.organization.write",
        "api.roles.write",
        "api.users.write",
        "api.admin_api_keys.write",
    }
)

Permissions = list[str] | LargeValue | None
"""What a role permits; None where that is not told, or could not be read."""


class Roles:
    """The roles of an organization, by id and, those that OpenAI made, by name."""

    def __init__(self, roles: Iterable[Role]) -> None:
        """Take the rows of the register."""
        there = present(roles)
        self._by_id = {role["role_id"]: role for role in there}
        self._made_by_openai: dict[tuple[object, object], Role] = {
            (role["resource_type"], role["name"]): role
            for role in there
            if role["predefined_role"] and isinstance(role["name"], str)
        }
        owner = self.named(ORGANIZATION, OWNER)
        permissions = permitted(owner) if owner else None
        self._of_owners = frozenset(permissions if isinstance(permissions, list) else ())

    def find(self, role_id: str) -> Role | None:
        """Return a role; one of OpenAI's may be spelled with the project it is assigned in."""
        return self._by_id.get(role_id) or self._by_id.get(role_id.partition("__")[0])

    def named(self, resource_type: str, name: str | None) -> Role | None:
        """Return the role of OpenAI's own that lists call by a name."""
        return self._made_by_openai.get((resource_type, name))

    def level(
        self,
        resource_type: str | None,
        name: object,
        permissions: Permissions,
        *,
        predefined: bool | None,
    ) -> Level | None:
        """Return whether a role makes an owner, None where nobody can tell.

        Args:
            resource_type: of the role.
            name: of the role; anybody may call a role of their own an owner's.
            permissions: of the role.
            predefined: whether OpenAI made it.
        """
        if resource_type is not None and resource_type != ORGANIZATION:
            return "other"
        if predefined and name == OWNER:
            return "owner"
        if not isinstance(permissions, list):
            return None
        held = frozenset(permissions)
        if held & GIVE_EVERYTHING or (self._of_owners and self._of_owners <= held):
            return "owner"
        return None if predefined is None and name == OWNER else "other"


def permitted(role: Role) -> Permissions:
    """Return what a role permits, None where that could not be read."""
    return None if "permissions" in unreadable_of(role) else role["permissions"]
