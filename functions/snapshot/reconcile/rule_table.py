"""What explains what: the published table of changes and the audit events that explain them.

Pure data. ``docs/what-explains-what.md`` is made from it (``python -m tools.what_explains_what``).
Event types are those of OpenAI's document of 2026-08-21. ``rules.py`` applies it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

ADDED, REMOVED = "added", "removed"
NOT_OWNER: Final = "not owner"

# How an event names what it is about; the words stand in the published table.
VIA: Final = {
    "target": "names it: the payload's `id` is the entity's",
    "user": "names the user, and is about the organization rather than a project",
    "member": "names the user, for the organization or for this project",
    "owner": "names the key's owner, for the organization or for this project",
    "project": "names the project it is in",
    "principal": "its `principal_id` is the user, or the key's owner",
    "actor": "was done by the user: actor id, or hash of the address",
    "named": "the id stands anywhere in the payload; of a member, the group's id too",
    "holder": "names the group, the role or the provider it is of",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table.

    Attributes:
        section: of the change.
        aspect: ``added``, ``removed``, or what was modified (see ``ASPECTS``).
        types: event types, any of which explains it.
        via: how the event names it; a key of ``VIA``.
        becomes: only where the field becomes this value; of a role, anything but owner.
        cascade: the event is about something else, which carries this along.
    """

    section: str
    aspect: str
    types: tuple[str, ...]
    via: str
    becomes: str | None = None
    cascade: bool = False


# Fields and the aspect they belong to. A field that is not named here is logged by no event type:
# its change is never held against the log.
ASPECTS: Final[dict[str, dict[str, str]]] = {
    "users": {"role": "role"},
    "projects": {"name": "name", "status": "status", "archived_at": "status"},
    "api_keys": {
        "owner_project_access": "access",
        "owner_id": "owner",
        "owner_type": "owner",
        "name": "settings",
        "redacted_value": "settings",
        "expires_at": "settings",
        "project_id": "settings",
    },
    "admin_keys": {
        "name": "settings",
        "redacted_value": "settings",
        "expires_at": "settings",
        "has_expiry": "settings",
    },
    "service_accounts": {"name": "settings", "role": "role", "project_id": "settings"},
    "project_users": {"role": "role"},
    "invites": {"status": "status", "accepted_at": "status"},
    "groups": {"name": "settings"},
    "roles": {"name": "settings", "permissions": "settings", "description": "settings"},
    "group_members": {},
    "group_roles": {},
    "user_roles": {},
    "project_groups": {},
    "workload_identity_providers": {
        "name": "settings",
        "type": "settings",
        "issuer": "settings",
        "audience": "settings",
        "enabled": "settings",
    },
    "workload_identity_rules": {
        "name": "settings",
        "service_account_id": "settings",
        "attribute_matchers": "settings",
        "permission_type": "settings",
        "scopes": "settings",
        "enabled": "settings",
    },
}
# Which events these changes leave behind is not established (who is in a group is told to tenants
# alone): an event explains them, and that there is none says nothing.
MAY_BE_UNLOGGED: Final = frozenset(
    {"group_members", "group_roles", "user_roles", "project_groups"}
    | {"workload_identity_providers", "workload_identity_rules"}
)

_ASSIGNED = ("role.assignment.created", "role.assignment.deleted")
_TENANT_ASSIGNED = (
    "tenant.role_assignment.created",
    "tenant.role_assignment.deleted",
    "tenant.resource_role_assignment.created",
    "tenant.resource_role_assignment.deleted",
)
_LEFT_GROUP = ("tenant.group.member.removed", "tenant.group.deleted")
_TENANT_LEFT = ("tenant.user.removed", "tenant.membership.revoked")
_PROJECT_ENDED = ("project.archived", "project.deleted")


def _workload(section: str, part: str, kind: str) -> Iterator[Rule]:
    for aspect, done, told in (
        (ADDED, "created", "created"),
        (REMOVED, "deleted", "archived"),
        ("settings", "updated", "updated"),
    ):
        yield Rule(section, aspect, (f"{kind}.{done}",), "target")
        yield Rule(section, aspect, (f"tenant.workload_identity.{part}.{told}",), "named")


TABLE: Final[tuple[Rule, ...]] = (
    Rule("users", ADDED, ("user.added",), "user"),
    Rule("users", ADDED, ("invite.accepted",), "actor", cascade=True),
    Rule("users", ADDED, ("service_account.created",), "target", cascade=True),
    Rule("users", ADDED, ("tenant.user.added", "tenant.membership.accepted"), "named"),
    Rule("users", REMOVED, ("user.deleted",), "user"),
    Rule("users", REMOVED, ("service_account.deleted",), "target", cascade=True),
    Rule("users", REMOVED, _TENANT_LEFT, "named"),
    Rule("users", "role", ("user.updated", "user.added"), "user"),
    Rule("users", "role", ("service_account.updated",), "target"),
    Rule("users", "role", _ASSIGNED, "principal"),
    Rule("users", "role", ("tenant.user.updated", *_TENANT_ASSIGNED), "named"),
    Rule("users", "role", _LEFT_GROUP, "named", becomes=NOT_OWNER, cascade=True),
    Rule("projects", ADDED, ("project.created",), "target"),
    Rule("projects", REMOVED, _PROJECT_ENDED, "target"),
    Rule("projects", "name", ("project.updated",), "target"),
    Rule("projects", "status", _PROJECT_ENDED, "target", becomes="archived"),
    Rule("projects", "status", ("project.updated", "project.created"), "target", becomes="active"),
    Rule("api_keys", ADDED, ("api_key.created",), "target"),
    Rule("api_keys", ADDED, ("service_account.created",), "owner", cascade=True),
    Rule("api_keys", ADDED, ("tenant.project_api_key.created",), "named"),
    Rule("api_keys", REMOVED, ("api_key.deleted",), "target"),
    Rule("api_keys", REMOVED, ("resource.deleted",), "named"),
    Rule("api_keys", REMOVED, ("service_account.deleted", "user.deleted"), "owner", cascade=True),
    Rule("api_keys", REMOVED, _PROJECT_ENDED, "project", cascade=True),
    Rule("api_keys", REMOVED, _TENANT_LEFT, "named", cascade=True),
    Rule("api_keys", "settings", ("api_key.updated",), "target"),
    Rule("api_keys", "owner", ("api_key.updated",), "target"),
    Rule("api_keys", "owner", ("user.deleted", "service_account.deleted"), "owner", cascade=True),
    Rule(
        "api_keys",
        "access",
        ("user.deleted", "service_account.deleted"),
        "owner",
        becomes="inactive",
        cascade=True,
    ),
    Rule(
        "api_keys",
        "access",
        ("user.added", "service_account.created"),
        "owner",
        becomes="active",
        cascade=True,
    ),
    Rule("api_keys", "access", ("user.updated", "service_account.updated"), "owner", cascade=True),
    Rule("api_keys", "access", _ASSIGNED, "principal", cascade=True),
    Rule("api_keys", "access", _LEFT_GROUP, "named", becomes="inactive", cascade=True),
    Rule("api_keys", "access", _PROJECT_ENDED, "project", becomes="inactive", cascade=True),
    Rule("api_keys", "access", (*_TENANT_LEFT, *_TENANT_ASSIGNED), "named", cascade=True),
    Rule("admin_keys", ADDED, ("api_key.created",), "target"),
    Rule("admin_keys", ADDED, ("tenant.admin_api_key.created",), "named"),
    Rule("admin_keys", REMOVED, ("api_key.deleted",), "target"),
    Rule("admin_keys", REMOVED, ("tenant.admin_api_key.deleted", "resource.deleted"), "named"),
    Rule("admin_keys", REMOVED, ("user.deleted",), "owner", cascade=True),
    Rule("admin_keys", "settings", ("api_key.updated",), "target"),
    Rule("admin_keys", "settings", ("tenant.admin_api_key.updated",), "named"),
    Rule("service_accounts", ADDED, ("service_account.created",), "target"),
    Rule("service_accounts", REMOVED, ("service_account.deleted",), "target"),
    Rule("service_accounts", REMOVED, ("tenant.service_account.deleted",), "named"),
    Rule("service_accounts", REMOVED, _PROJECT_ENDED, "project", cascade=True),
    Rule("service_accounts", "settings", ("service_account.updated",), "target"),
    Rule("service_accounts", "settings", ("tenant.service_account.updated",), "named"),
    Rule("service_accounts", "role", ("service_account.updated",), "target"),
    Rule("service_accounts", "role", _ASSIGNED, "principal"),
    Rule("service_accounts", "role", ("tenant.service_account.updated",), "named"),
    Rule("service_accounts", "role", _LEFT_GROUP, "named", becomes=NOT_OWNER, cascade=True),
    Rule("project_users", ADDED, ("user.added",), "member"),
    Rule("project_users", ADDED, ("role.assignment.created",), "principal"),
    Rule("project_users", ADDED, ("project.created",), "project", cascade=True),
    Rule("project_users", ADDED, ("api_key.created", "invite.accepted"), "actor", cascade=True),
    Rule("project_users", REMOVED, ("user.deleted",), "member"),
    Rule("project_users", REMOVED, ("role.assignment.deleted",), "principal"),
    Rule("project_users", REMOVED, _PROJECT_ENDED, "project", cascade=True),
    Rule("project_users", REMOVED, (*_TENANT_LEFT, *_LEFT_GROUP), "named", cascade=True),
    Rule("project_users", "role", ("user.updated", "user.added"), "member"),
    Rule("project_users", "role", _ASSIGNED, "principal"),
    Rule("project_users", "role", _LEFT_GROUP, "named", becomes=NOT_OWNER, cascade=True),
    Rule("invites", ADDED, ("invite.sent",), "target"),
    Rule("invites", ADDED, ("tenant.api_organization_invite.upserted",), "named"),
    Rule("invites", REMOVED, ("invite.deleted", "invite.accepted"), "target"),
    Rule("invites", REMOVED, ("tenant.api_organization_invite.deleted",), "named"),
    Rule("invites", "status", ("invite.accepted", "invite.deleted"), "target"),
    Rule("groups", ADDED, ("group.created",), "target"),
    Rule("groups", ADDED, ("tenant.group.created",), "named"),
    Rule("groups", REMOVED, ("group.deleted",), "target"),
    Rule("groups", REMOVED, ("tenant.group.deleted",), "named"),
    Rule("groups", "settings", ("group.updated",), "target"),
    Rule("groups", "settings", ("tenant.group.updated",), "named"),
    Rule("roles", ADDED, ("role.created",), "target"),
    Rule("roles", ADDED, ("tenant.custom_role.created",), "named"),
    Rule("roles", REMOVED, ("role.deleted",), "target"),
    Rule("roles", REMOVED, ("tenant.custom_role.deleted",), "named"),
    Rule("roles", "settings", ("role.updated",), "target"),
    Rule("roles", "settings", ("tenant.custom_role.updated",), "named"),
    Rule("group_members", ADDED, ("tenant.group.member.added",), "named"),
    Rule("group_members", REMOVED, ("tenant.group.member.removed",), "named"),
    Rule("group_members", REMOVED, ("group.deleted",), "holder", cascade=True),
    Rule("group_members", REMOVED, ("user.deleted",), "member", cascade=True),
    Rule("group_members", REMOVED, ("tenant.group.deleted", *_TENANT_LEFT), "named", cascade=True),
    Rule("group_roles", ADDED, ("role.assignment.created",), "principal"),
    Rule("group_roles", ADDED, ("tenant.role_assignment.created",), "named"),
    Rule("group_roles", REMOVED, ("role.assignment.deleted",), "principal"),
    Rule("group_roles", REMOVED, ("tenant.role_assignment.deleted",), "named"),
    Rule("group_roles", REMOVED, ("group.deleted", "role.deleted"), "holder", cascade=True),
    Rule("user_roles", ADDED, ("role.assignment.created",), "principal"),
    Rule("user_roles", ADDED, ("user.added", "user.updated"), "member", cascade=True),
    Rule("user_roles", REMOVED, ("role.assignment.deleted",), "principal"),
    Rule("user_roles", REMOVED, ("user.deleted", "user.updated"), "member", cascade=True),
    Rule("user_roles", REMOVED, ("role.deleted",), "holder", cascade=True),
    Rule("project_groups", ADDED, ("role.assignment.created",), "principal"),
    Rule("project_groups", REMOVED, ("role.assignment.deleted",), "principal"),
    Rule("project_groups", REMOVED, ("group.deleted",), "holder", cascade=True),
    Rule("project_groups", REMOVED, _PROJECT_ENDED, "project", cascade=True),
    *_workload("workload_identity_providers", "provider", "workload_identity_provider"),
    *_workload("workload_identity_rules", "mapping", "workload_identity_provider_mapping"),
    Rule(
        *("workload_identity_rules", REMOVED, ("workload_identity_provider.deleted",), "holder"),
        cascade=True,
    ),
)

# Where what is listed ends by itself on its day: nobody logs that.
EXPIRING: Final = frozenset({"api_keys", "admin_keys", "invites"})


@cache
def rules_of(section: str, aspect: str) -> tuple[Rule, ...]:
    """Return the table's lines for an aspect of a section, direct explanations first."""
    rules = [rule for rule in TABLE if (rule.section, rule.aspect) == (section, aspect)]
    return tuple(sorted(rules, key=lambda rule: rule.cascade))


@dataclass(frozen=True, slots=True)
class Effect:
    """What the next whole snapshot must show after an event.

    Attributes:
        type: of the event.
        section: where it shows.
        expects: ``present``, ``absent``, ``archived`` or ``role``.
        reverted_by: event types about the same target after which nothing can be expected any more.
    """

    type: str
    section: str
    expects: str
    reverted_by: tuple[str, ...]


EXPECTED_EFFECTS: Final = (
    Effect("user.added", "users", "present", ("user.deleted",)),
    Effect("user.deleted", "users", "absent", ("user.added",)),
    Effect("user.updated", "users", "role", ("user.updated", "user.deleted", "user.added")),
    Effect("project.created", "projects", "present", ("project.deleted",)),
    Effect("project.archived", "projects", "archived", ("project.updated", "project.deleted")),
    Effect("project.deleted", "projects", "archived", ("project.created", "project.updated")),
    Effect("api_key.created", "api_keys", "present", ("api_key.deleted", "resource.deleted")),
    Effect("api_key.deleted", "api_keys", "absent", ("api_key.created",)),
)
