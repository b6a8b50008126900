"""Which record a section's register holds, and which its rows in packs and API are.

Pure.
"""

from collections.abc import Mapping
from typing import Final

from functions.shared.records.entities import (
    AdminKey,
    AdminKeyRow,
    ApiKey,
    ApiKeyRow,
    Group,
    Invite,
    InviteRow,
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

# The register of each section holds episodes of one record.
EPISODES: Final[Mapping[str, type]] = {
    "users": User,
    "projects": Project,
    "api_keys": ApiKey,
    "admin_keys": AdminKey,
    "invites": Invite,
    "groups": Group,
    "roles": Role,
    "service_accounts": ServiceAccount,
    "project_users": ProjectUser,
}
# The rows of the sections that packs show.
ROWS: Final[Mapping[str, type]] = {
    "users": UserRow,
    "projects": ProjectRow,
    "api_keys": ApiKeyRow,
    "admin_keys": AdminKeyRow,
    "service_accounts": ServiceAccountRow,
    "invites": InviteRow,
    "project_users": ProjectUserRow,
}
