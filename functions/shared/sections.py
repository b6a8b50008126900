"""The sections of a snapshot: where OpenAI lists each, and how often it is read.

Pure. The four required ones decide an hour's outcome. The others are read where the key's scopes
allow; each has its own status, and none of them makes an hour worse. What a row of a section holds
is declared in ``records``.
"""

from dataclasses import dataclass
from typing import Final

from functions.shared.records import registers

# What stands in a path for the entity that has a list of its own, and the section that lists those.
_PARENTS: Final = {
    "{project}": "projects",
    "{group}": "groups",
    "{user}": "users",
    "{provider}": "workload_identity_providers",
}


@dataclass(frozen=True, slots=True)
class Section:
    """One list of OpenAI's that is kept as a register.

    Attributes:
        name: as in seals, registers and changes.
        path: below the API's base; ``{project}`` where every project has a list of its own, and so
            for groups, users and providers.
        required: whether an hour without it is not complete.
        daily: read once a day instead of every hour.
        id_key: what OpenAI calls the id of its records.
    """

    name: str
    path: str
    required: bool = False
    daily: bool = False
    id_key: str = "id"

    @property
    def parent(self) -> str | None:
        """Return the section each of whose entities has a list of its own, None for one list."""
        return next((name for mark, name in _PARENTS.items() if mark in self.path), None)

    def path_of(self, parent_in_path: str) -> str:
        """Return the path of one parent's list, its id as a segment of a path."""
        (mark,) = [mark for mark in _PARENTS if mark in self.path]
        return self.path.replace(mark, parent_in_path)

    @property
    def id_field(self) -> str:
        """Return the name of the field that names a row's entity."""
        return registers.id_field(self.name)


_PROVIDERS: Final = "/organization/workload_identity_providers"
# In the order in which changes are sealed; what has a list of its own before what is on it.
SECTIONS = (
    Section("users", "/organization/users", required=True),
    Section("projects", "/organization/projects", required=True),
    Section("api_keys", "/organization/projects/{project}/api_keys", required=True),
    Section("admin_keys", "/organization/admin_api_keys"),
    Section("invites", "/organization/invites"),
    Section("groups", "/organization/groups"),
    Section("roles", "/organization/roles"),
    Section("service_accounts", "/organization/projects/{project}/service_accounts", daily=True),
    Section("project_users", "/organization/projects/{project}/users", daily=True),
    Section("group_members", "/organization/groups/{group}/users", daily=True),
    Section("group_roles", "/organization/groups/{group}/roles", daily=True),
    Section("user_roles", "/organization/users/{user}/roles", daily=True),
    Section(
        "project_groups", "/organization/projects/{project}/groups", daily=True, id_key="group_id"
    ),
    Section("workload_identity_providers", _PROVIDERS, daily=True),
    Section("workload_identity_rules", f"{_PROVIDERS}/{{provider}}/federation_rules", daily=True),
)
BY_NAME = {section.name: section for section in SECTIONS}
OPTIONAL = tuple(section.name for section in SECTIONS if not section.required)
REGISTERED = tuple(BY_NAME)
