"""The sections of a picture: one table of what each is called by, and how often it is read.

Pure. The four required ones decide an hour's outcome. The others are read where the key's scopes
allow; each has its own status, and none of them makes an hour worse.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """One list of OpenAI's that is kept as a register.

    Attributes:
        name: as in seals, registers and changes.
        id_field: the field of a row that names its entity.
        path: below the API's base; ``{project}`` where every project has a list of its own.
        required: whether an hour without it is not complete.
        daily: read once a day instead of every hour.
        volatile: fields that are facts of the register and never changes.
    """

    name: str
    id_field: str
    path: str
    required: bool = False
    daily: bool = False
    volatile: frozenset[str] = frozenset()

    @property
    def per_project(self) -> bool:
        """Tell whether every project has a list of its own."""
        return "{project}" in self.path


# In the order in which changes are sealed.
SECTIONS = (
    Section("users", "user_id", "/organization/users", required=True),
    Section("projects", "project_id", "/organization/projects", required=True),
    Section(
        "api_keys",
        "key_id",
        "/organization/projects/{project}/api_keys",
        required=True,
        volatile=frozenset({"last_used_at"}),
    ),
    Section(
        "admin_keys",
        "key_id",
        "/organization/admin_api_keys",
        # Which key is our own is told by the connection, not by OpenAI.
        volatile=frozenset({"last_used_at", "ever_used", "is_own"}),
    ),
    Section("invites", "invite_id", "/organization/invites"),
    Section("groups", "group_id", "/organization/groups"),
    Section("roles", "role_id", "/organization/roles"),
    Section(
        "service_accounts",
        "service_account_id",
        "/organization/projects/{project}/service_accounts",
        daily=True,
        # Who answers for an account is named by the tenant, not by OpenAI.
        volatile=frozenset({"person_id"}),
    ),
    # A person is in many projects: the id is "<project_id>/<user_id>".
    Section("project_users", "membership_id", "/organization/projects/{project}/users", daily=True),
)
BY_NAME = {section.name: section for section in SECTIONS}
OPTIONAL = tuple(section.name for section in SECTIONS if not section.required)
REGISTERED = tuple(BY_NAME)
