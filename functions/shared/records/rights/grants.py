"""Who can do what, and by which path: what is derived from the registers of one hour.

Pure. docs/who-can-do-what.md tells of each field and way.
"""

from typing import Annotated, Literal, TypedDict

from functions.shared.records.fields import (
    FILTER,
    Flag,
    Instant,
    LargeValue,
    MaybeInstant,
    MaybeName,
    MaybeText,
    Text,
    described,
)

EntityType = Literal["user", "service_account", "workload_identity_rule"]
Scope = Literal["organization", "project"]
Way = Literal[
    "listed_role",
    "assigned_role",
    "group_role",
    "admin_key",
    "project_role",
    "project_group",
    "api_key",
    "service_account_role",
    "workload_identity",
]
Level = Literal["owner", "other"]


class PathStep(TypedDict):
    """A row of the hour's registers that a grant follows from."""

    section: Text
    entity_id: Text


class Grant(TypedDict):
    """What somebody can do, for one reason; null is what the lists do not tell."""

    entity_type: Annotated[EntityType, FILTER]
    entity_id: Annotated[Text, FILTER]
    scope: Annotated[Scope, FILTER]
    project_id: Annotated[MaybeText, FILTER]
    way: Annotated[Way, FILTER]
    role_id: MaybeText
    role_name: MaybeName
    permissions: list[Text] | LargeValue | None
    level: Annotated[
        Level | None, FILTER, described("owner: can make anybody an owner of the organization")
    ]
    path: list[PathStep]


class ReadSection(TypedDict):
    """How a list that grants are derived from was read last; ``hour`` is the picture's."""

    section: Text
    status: MaybeText
    reason: MaybeText
    hour: MaybeInstant


class SealNamed(TypedDict):
    """The seal that an answer follows from."""

    hour: Instant
    sha256: Text


class AccessPage(TypedDict):
    """Some of who can do what, and the seal it follows from; null before the first one.

    ``is_whole`` is false where a list could not be read whole the last time: there may be more.
    """

    items: list[Grant]
    next_cursor: str | None
    seal: SealNamed | None
    is_whole: Flag
    sections: list[ReadSection]
