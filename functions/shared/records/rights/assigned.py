"""Who is in which group, and who has which role: one record a section.

Pure. As in ``entities.py``, of each section there is a *state* and an *episode*.
"""

from typing import Annotated, TypedDict

from functions.shared.records.fields import (
    FILTER,
    IDENTITY,
    VOLATILE,
    Episode,
    LargeValue,
    MaybeFlag,
    MaybeInstant,
    MaybeName,
    MaybeText,
    Text,
    Unreadable,
)


class GroupMemberState(TypedDict):
    """Who is in a group, as one snapshot shows it; its id is ``<group_id>/<user_id>``."""

    group_id: Annotated[Text, FILTER]
    membership_id: Annotated[Text, IDENTITY]
    user_id: Annotated[Text, FILTER]
    email_hash: MaybeText
    email_prefix: MaybeText
    unreadable: Unreadable


class GroupMember(GroupMemberState, Episode):
    """One stay in a group."""


class AssignedRole(TypedDict):
    """A role of the organization, as the list of who has it tells of it.

    What a role is called and what it permits are facts of the role: no change of who has it.
    """

    role_id: Annotated[Text, FILTER]
    role_name: Annotated[MaybeName, VOLATILE]
    permissions: Annotated[list[Text] | LargeValue, VOLATILE]
    resource_type: Annotated[MaybeText, VOLATILE]
    predefined_role: Annotated[MaybeFlag, VOLATILE]


class GroupRoleState(AssignedRole):
    """A role that a group has, as one snapshot shows it; its id is ``<group_id>/<role_id>``."""

    group_id: Annotated[Text, FILTER]
    assignment_id: Annotated[Text, IDENTITY]
    unreadable: Unreadable


class GroupRole(GroupRoleState, Episode):
    """One stay of a role with a group."""


class UserRoleState(AssignedRole):
    """A role that a user has, as one snapshot shows it; its id is ``<user_id>/<role_id>``.

    ``inherited_from`` names the principals it comes from, null where OpenAI does not tell.
    """

    user_id: Annotated[Text, FILTER]
    assignment_id: Annotated[Text, IDENTITY]
    inherited_from: list[Text] | LargeValue | None
    unreadable: Unreadable


class UserRole(UserRoleState, Episode):
    """One stay of a role with a user."""


class ProjectGroupState(TypedDict):
    """A group with access to a project, as one snapshot shows it.

    Its id is ``<project_id>/<group_id>``. Which role the group has there is not told.
    """

    project_id: Annotated[Text, FILTER]
    membership_id: Annotated[Text, IDENTITY]
    group_id: Annotated[Text, FILTER]
    created_at: MaybeInstant
    unreadable: Unreadable


class ProjectGroup(ProjectGroupState, Episode):
    """One stay of a group in a project."""
