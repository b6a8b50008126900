"""What an organization has: users, projects, keys and the rest, one record a section.

Pure. Of each section there are three: its *state* in a snapshot (``UserState``), the *episode* that
a register holds (``User``: a stay, with its last known state), and the *row* of packs and API
(``UserRow``). An unknown fact is null. docs/evidence-pack-format.md tells of each field.
"""

from typing import Annotated, TypedDict

from functions.shared.canonical import Json
from functions.shared.records.fields import (
    FILTER,
    IDENTITY,
    OF_EPISODE,
    SEALED_ONLY,
    SEARCHED,
    SINCE_3,
    VOLATILE,
    Instant,
    LargeValue,
    MaybeFlag,
    MaybeInstant,
    MaybeName,
    MaybeText,
    OrgId,
    Text,
    Unreadable,
    Words,
)
from functions.shared.records.fields import Episode as Episode
from functions.shared.records.rights import Right, RightState


class Placement(TypedDict):
    """What a pack or the API adds to an episode: whose it is, and the hour of its state."""

    org_id: OrgId
    state_at: MaybeInstant


RoleHeld = TypedDict("RoleHeld", {"role": MaybeText, "from": Instant, "to": MaybeInstant})
"""A role that a user had, from the hour that first showed it to the one that first did not."""


class RolesHeld(TypedDict):
    """The roles of one stay, oldest first."""

    roles_held: Annotated[list[RoleHeld], OF_EPISODE]


class UserState(TypedDict):
    """A member of the organization, as one snapshot shows them."""

    user_id: Annotated[Text, IDENTITY]
    email_hash: Annotated[MaybeText, SEARCHED]
    email_prefix: Annotated[MaybeText, SEARCHED]
    role: Annotated[MaybeText, FILTER, Words(("owner", "reader", "member"))]
    added_at: MaybeInstant
    is_service_account: MaybeFlag
    enabled: Annotated[MaybeFlag, SINCE_3]
    banned: Annotated[MaybeFlag, SINCE_3]
    is_scim_managed: Annotated[MaybeFlag, SINCE_3]
    api_key_last_used_at: Annotated[MaybeInstant, VOLATILE, SINCE_3]
    unreadable: Unreadable


class User(UserState, RolesHeld, Episode):
    """One stay of a member of the organization."""


class UserRow(User, Placement):
    """A user's row in packs and API."""


class ProjectState(TypedDict):
    """A project, as one snapshot shows it."""

    project_id: Annotated[Text, IDENTITY]
    name: MaybeName
    status: Annotated[MaybeText, FILTER, Words(("active", "archived"))]
    created_at: MaybeInstant
    archived_at: MaybeInstant
    extra: Annotated[Json, SEALED_ONLY]
    unreadable: Unreadable


class Project(ProjectState, Episode):
    """One stay of a project."""


class ProjectRow(Project, Placement):
    """A project's row in packs and API."""


class ApiKeyState(TypedDict):
    """A project's API key, as one snapshot shows it; never its value."""

    project_id: Annotated[Text, FILTER, SEARCHED]
    key_id: Annotated[Text, IDENTITY]
    name: MaybeName
    redacted_value: Annotated[MaybeText, SEARCHED]
    type: Text
    owner_type: MaybeText
    owner_id: Annotated[MaybeText, FILTER, SEARCHED]
    owner_hash: Annotated[MaybeText, SEARCHED]
    owner_project_access: MaybeText
    created_at: MaybeInstant
    last_used_at: Annotated[MaybeInstant, VOLATILE]
    expires_at: MaybeInstant
    extra: Annotated[Json, SEALED_ONLY]
    unreadable: Unreadable


class ApiKey(ApiKeyState, Episode):
    """One stay of a project's API key."""


class KeyFinding(TypedDict):
    """What a key's row says of a finding."""

    finding_id: Text
    kind: Text
    reason: Text
    severity: Text


class KeyFindings(TypedDict):
    """What packs and API add to a key: its findings that are open at its state's hour."""

    findings: list[KeyFinding]


class ApiKeyRow(ApiKey, KeyFindings, Placement):
    """An API key's row in packs and API."""


class KeyNames(TypedDict):
    """What the API adds to a key: what its project is called, and how its owner's mail begins."""

    project_name: MaybeName
    owner_prefix: MaybeText


class ListedApiKey(ApiKeyRow, KeyNames):
    """An API key in the API."""


class AdminKeyState(TypedDict):
    """An Organization Admin Key, as one snapshot shows it."""

    key_id: Annotated[Text, IDENTITY]
    name: MaybeName
    redacted_value: Annotated[MaybeText, SEARCHED]
    type: Text
    owner_type: MaybeText
    owner_id: Annotated[MaybeText, FILTER, SEARCHED]
    owner_role: MaybeText
    created_at: MaybeInstant
    last_used_at: Annotated[MaybeInstant, VOLATILE]
    ever_used: Annotated[MaybeFlag, VOLATILE]
    expires_at: MaybeInstant
    has_expiry: MaybeFlag
    extra: Annotated[Json, SEALED_ONLY]
    unreadable: Unreadable


class OwnKey(TypedDict):
    """Whether an admin key is the one that we read with; null where nobody can tell."""

    is_own: Annotated[MaybeFlag, VOLATILE]


class AdminKey(AdminKeyState, OwnKey, Episode):
    """One stay of an admin key."""


class AdminKeyRow(AdminKey, Placement):
    """An admin key's row in packs and API."""


class ServiceAccountState(TypedDict):
    """A project's service account, as one snapshot shows it."""

    project_id: Annotated[Text, FILTER, SEARCHED]
    service_account_id: Annotated[Text, IDENTITY]
    name: MaybeName
    role: MaybeText
    created_at: MaybeInstant
    extra: Annotated[Json, SEALED_ONLY]
    unreadable: Unreadable


class AccountOwner(TypedDict):
    """Who answers for a service account, by the tenant's own word: a user id or a keyed hash."""

    person_id: Annotated[MaybeText, VOLATILE, FILTER, SEARCHED]


class ServiceAccount(ServiceAccountState, AccountOwner, Episode):
    """One stay of a service account."""


class ServiceAccountRow(ServiceAccount, Placement):
    """A service account's row in packs and API."""


class ProjectGrant(TypedDict):
    """A project, and a role in it, that an invite promises."""

    project_id: MaybeText
    role: MaybeText


class InviteState(TypedDict):
    """An invitation into the organization, as one snapshot shows it."""

    invite_id: Annotated[Text, IDENTITY]
    email_hash: Annotated[MaybeText, SEARCHED]
    email_prefix: Annotated[MaybeText, SEARCHED]
    role: MaybeText
    status: Annotated[MaybeText, FILTER, Words(("pending", "accepted", "expired"))]
    created_at: MaybeInstant
    expires_at: MaybeInstant
    accepted_at: MaybeInstant
    projects: list[ProjectGrant] | LargeValue
    unreadable: Unreadable


class Invite(InviteState, Episode):
    """One stay of an invitation."""


class InviteRow(Invite, Placement):
    """An invite's row in packs and API."""


class ProjectUserState(TypedDict):
    """A membership in a project, as one snapshot shows it; its id is ``<project_id>/<user_id>``."""

    project_id: Annotated[Text, FILTER, SEARCHED]
    membership_id: Annotated[Text, IDENTITY]
    user_id: Annotated[Text, FILTER, SEARCHED]
    email_hash: Annotated[MaybeText, SEARCHED]
    email_prefix: Annotated[MaybeText, SEARCHED]
    role: MaybeText
    added_at: MaybeInstant
    unreadable: Unreadable


class ProjectUser(ProjectUserState, Episode):
    """One stay in a project."""


class ProjectUserRow(ProjectUser, Placement):
    """A project membership's row in packs and API."""


class GroupState(TypedDict):
    """A group of users, as one snapshot shows it."""

    group_id: Annotated[Text, IDENTITY]
    name: MaybeName
    group_type: MaybeText
    is_scim_managed: MaybeFlag
    created_at: MaybeInstant
    extra: Annotated[Json, SEALED_ONLY]
    unreadable: Unreadable


class Group(GroupState, Episode):
    """One stay of a group."""


class RoleState(TypedDict):
    """A role and its permissions, as one snapshot shows it."""

    role_id: Annotated[Text, IDENTITY]
    name: MaybeName
    description: MaybeText
    permissions: list[Text] | LargeValue
    resource_type: MaybeText
    predefined_role: MaybeFlag
    extra: Annotated[Json, SEALED_ONLY]
    unreadable: Unreadable


class Role(RoleState, Episode):
    """One stay of a role."""


# fmt: off
EntityState = (
    UserState | ProjectState | ApiKeyState | AdminKeyState | ServiceAccountState | InviteState
    | ProjectUserState | GroupState | RoleState | RightState
)
Entity = (
    User | Project | ApiKey | AdminKey | ServiceAccount | Invite | ProjectUser | Group | Role
    | Right
)
# fmt: on
