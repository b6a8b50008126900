"""Who can do what in the world of the guide: groups, roles, members, keys, and what follows.

What follows is derived by the product's own rules, so that the page is shown what the API answers.
"""

from typing import Any, Final, cast

from functions.shared.access_graph.graph import AccessGraph
from functions.shared.access_graph.index import Index
from functions.shared.access_graph.rules import SECTIONS
from functions.shared.records.registers import Registers
from tests.dashboard.world import LAST_HOUR, Json, World

ORG: Final = "org-northwind"
PATH: Final = f"/orgs/{ORG}/access"
STAY: Final[Json] = {
    "org_id": ORG,
    "first_seen_at": "2026-04-01T00:00:00Z",
    "removed_at": None,
    "state_at": LAST_HOUR,
    "unreadable": [],
}
_OWNER: Final = [
    f"api.{what}.{how}" for what in ("users", "roles", "keys") for how in ("read", "write")
]
_ROLES: Final = {
    "role-owner": ("owner", "api.organization", True, _OWNER),
    "role-reader": ("reader", "api.organization", True, ["api.users.read", "api.keys.read"]),
    "role-member": ("member", "api.project", True, ["api.models.request", "api.files.write"]),
    "role-cost": ("Cost analyst", "api.organization", False, ["api.usage.read"]),
    "role-onboarding": ("On-boarding", "api.organization", False, ["api.users.write"]),
}


def add_rights(world: World) -> None:
    """Add groups, roles, members, invites and admin keys to a world, and who can do what."""
    world.lists |= {
        "/roles": [_role(role_id) for role_id in _ROLES],
        "/groups": [_group(1, "Platform", scim=True), _group(2, "Finance"), _group(3, "People")],
        "/group-members": [
            _member(group, f"user-{n:04d}") for group, n in ((1, 1), (1, 3), (2, 5), (3, 6), (3, 9))
        ],
        "/group-roles": [_assigned("role-cost", 2), _assigned("role-onboarding", 3)],
        "/user-roles": [_own_role("role-cost", "user-0002")],
        "/project-groups": [_of_project(1, 2)],
        "/project-users": [_in_project(n, n % 4 + 1) for n in range(1, 13)],
        "/admin-keys": [
            _admin_key(1, "terraform", is_own=False, last_used_at="2025-11-30T10:00:00Z"),
            _admin_key(2, "openai-audit", is_own=True, last_used_at="2026-04-15T09:02:00Z"),
        ],
        "/invites": [
            _invite(1, "gina", "owner", "pending"),
            _invite(2, "hugo", "reader", "expired"),
        ],
    }
    world.lists[PATH] = grants(world)
    world.sections[ORG] = dict.fromkeys((*SECTIONS, "invites"), "complete")


def grants(world: World) -> list[Json]:
    """Return what follows from the lists of a world."""
    rows = {name: world.lists.get(f"/{name.replace('_', '-')}", []) for name in SECTIONS}
    whole = {name: [STAY | row for row in rows[name]] for name in rows}
    graph = AccessGraph(Index(cast("Registers", whole)), "2026-04-15T10:00:00Z")
    return [
        dict(grant)
        for identity, kind in graph.entities
        for block in graph.blocks(identity, kind)
        for grant in block()
    ]


def access_page(world: World, page: Json, query: dict[str, str]) -> Json:
    """Return a page of who can do what, with the seal it follows from."""
    unread = world.sections.get(ORG, {})
    sections = [
        {"section": name, "status": unread.get(name, "complete"), "reason": None, "hour": LAST_HOUR}
        for name in SECTIONS
    ]
    seal = {"hour": query.get("as_of", LAST_HOUR), "sha256": "4e" * 32}
    is_whole = all(section["status"] == "complete" for section in sections)
    pictured = any(row["last_hour"] for row in world.organizations)
    return page | {
        "seal": seal if pictured else None,
        "is_whole": is_whole,
        "sections": sections,
    }


def _role(role_id: str) -> Json:
    name, kind, predefined, permissions = _ROLES[role_id]
    facts: Json = {"role_id": role_id, "name": name, "resource_type": kind, "description": None}
    return STAY | facts | {"predefined_role": predefined, "permissions": permissions}


def _group(number: int, name: str, *, scim: bool = False) -> Json:
    facts: Json = {"group_id": f"group_{number:04d}", "name": name, "group_type": "group"}
    return STAY | facts | {"is_scim_managed": scim, "created_at": "2025-11-03T09:00:00Z"}


def _member(group: int, user: str) -> Json:
    where = f"group_{group:04d}"
    facts: Json = {"group_id": where, "user_id": user, "membership_id": f"{where}/{user}"}
    return STAY | facts | {"email_hash": None, "email_prefix": None}


def _told(role_id: str) -> Json:
    role = _role(role_id)
    names = ("role_id", "permissions", "resource_type", "predefined_role")
    return {name: role[name] for name in names} | {"role_name": role["name"]}


def _assigned(role_id: str, group: int) -> Json:
    where = f"group_{group:04d}"
    return STAY | _told(role_id) | {"group_id": where, "assignment_id": f"{where}/{role_id}"}


def _own_role(role_id: str, user: str) -> Json:
    facts: Json = {"user_id": user, "assignment_id": f"{user}/{role_id}", "inherited_from": None}
    return STAY | _told(role_id) | facts


def _of_project(group: int, project: int) -> Json:
    where, whose = f"proj_{project:04d}", f"group_{group:04d}"
    facts: Json = {"project_id": where, "group_id": whose, "membership_id": f"{where}/{whose}"}
    return STAY | facts | {"created_at": "2025-12-01T09:00:00Z"}


def _in_project(number: int, project: int) -> Json:
    where, user = f"proj_{project:04d}", f"user-{number:04d}"
    facts: Json = {"project_id": where, "user_id": user, "membership_id": f"{where}/{user}"}
    whose: Json = {"role": "member", "email_prefix": "anna", "email_hash": None}
    return STAY | facts | whose | {"added_at": "2025-12-01T09:00:00Z"}


def _admin_key(number: int, name: str, **facts: Any) -> Json:
    row: Json = {
        "key_id": f"key_admin_{number:04d}",
        "name": name,
        "redacted_value": f"sk-admin-...{number:04d}",
        "type": "admin",
        "owner_type": "user",
        "owner_id": "user-0001",
        "owner_role": "owner",
        "created_at": "2025-10-03T10:00:00Z",
        "ever_used": True,
        "expires_at": None,
        "has_expiry": False,
    }
    return STAY | row | facts


def _invite(number: int, prefix: str, role: str, status: str) -> Json:
    facts: Json = {"invite_id": f"invite-{number:04d}", "email_prefix": prefix, "email_hash": None}
    times: Json = {"created_at": "2026-04-10T08:00:00Z", "expires_at": "2026-04-17T08:00:00Z"}
    return (
        STAY | facts | times | {"role": role, "status": status, "accepted_at": None, "projects": []}
    )
