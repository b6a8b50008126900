"""The sections of a snapshot: where OpenAI lists each, and how often it is read.

Pure. The four required ones decide an hour's outcome. The others are read where the key's scopes
allow; each has its own status, and none of them makes an hour worse. What a row of a section holds
is declared in ``records``.
"""

from dataclasses import dataclass

from functions.shared.records import registers


@dataclass(frozen=True, slots=True)
class Section:
    """One list of OpenAI's that is kept as a register.

    Attributes:
        name: as in seals, registers and changes.
        path: below the API's base; ``{project}`` where every project has a list of its own.
        required: whether an hour without it is not complete.
        daily: read once a day instead of every hour.
    """

    name: str
    path: str
    required: bool = False
    daily: bool = False

    @property
    def per_project(self) -> bool:
        """Tell whether every project has a list of its own."""
        return "{project}" in self.path

    @property
    def id_field(self) -> str:
        """Return the name of the field that names a row's entity."""
        return registers.id_field(self.name)


# In the order in which changes are sealed.
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
)
BY_NAME = {section.name: section for section in SECTIONS}
OPTIONAL = tuple(section.name for section in SECTIONS if not section.required)
REGISTERED = tuple(BY_NAME)
