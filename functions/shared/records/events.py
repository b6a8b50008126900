"""What happened: audit events, the changes between two snapshots, and the verdicts on them.

Pure.
"""

from collections.abc import Iterable
from typing import Annotated, Final, Literal, NotRequired, TypedDict

from functions.shared.canonical import Json
from functions.shared.records.fields import (
    FILTER,
    SEALED_ONLY,
    Flag,
    Instant,
    MaybeFlag,
    MaybeInstant,
    MaybeName,
    MaybeText,
    OrgId,
    Text,
    Words,
)


class EntityFields(TypedDict, total=False):
    """Some fields of some entity, as a change keeps them: those it had, or has now."""

    project_id: Text
    user_id: Text
    key_id: Text
    email_hash: MaybeText
    role: MaybeText
    status: MaybeText
    owner_id: MaybeText
    owner_project_access: MaybeText
    is_service_account: MaybeFlag
    enabled: MaybeFlag
    banned: MaybeFlag
    is_scim_managed: MaybeFlag
    created_at: MaybeInstant
    expires_at: MaybeInstant
    added_at: MaybeInstant


class EventDetails(TypedDict, total=False):
    """What else may be kept of an event: of the actor, the payload, and undocumented fields.

    ``origin_digest`` is over the documented fields as OpenAI shows them, keyed, with the number of
    the schema before it. ``unreadable`` names the row's fields that are null because what OpenAI
    told cannot be read.
    """

    actor_key_id: MaybeText
    asn: object
    country: MaybeText
    ip_hash: MaybeText
    user_agent: MaybeName
    payload: object
    stream: MaybeText
    origin_digest: Text
    extra: Json
    unreadable: list[str]


class EventState(TypedDict):
    """An audit event, normalized; not sealed yet."""

    event_id: Annotated[Text, FILTER]
    event_type: Annotated[MaybeText, FILTER]
    occurred_at: MaybeInstant
    actor_type: MaybeText
    actor_id: Annotated[MaybeText, FILTER]
    actor_hash: MaybeText
    project_id: Annotated[MaybeText, FILTER]
    target_id: Annotated[MaybeText, FILTER]
    details: EventDetails


def oldest_first(events: Iterable[EventState]) -> list[EventState]:
    """Return events by time and id; those of which no time is known come first."""
    return sorted(events, key=lambda row: (row["occurred_at"] or "", row["event_id"]))


class ListedEvent(EventState):
    """An audit event in the API: also whose it is and the hour that sealed it."""

    org_id: OrgId
    sealed_hour: Instant


class Lateness(TypedDict):
    """What a pack says of an event: whether an earlier pack could have held it."""

    late: Flag


class Event(ListedEvent, Lateness):
    """An audit event as it is sealed, which is its row in a pack of its month."""


class RepeatedEvent(Event):
    """A copy of an event that was sealed before, in packs: also the hour that first sealed it."""

    first_sealed_hour: Instant


def placed_at(event: ListedEvent) -> str:
    """Return where an event stands among others: its time, or the hour that sealed it.

    Of an event without a readable time that hour is all that is known: it came no later.
    """
    return event["occurred_at"] or event["sealed_hour"]


# The sections whose changes are told.
SECTIONS: Final = (
    "users",
    "projects",
    "api_keys",
    "admin_keys",
    "invites",
    "groups",
    "roles",
    "service_accounts",
    "project_users",
    "group_members",
    "group_roles",
    "user_roles",
    "project_groups",
    "workload_identity_providers",
    "workload_identity_rules",
)
ChangeKind = Literal["added", "modified", "removed"]


class Change(TypedDict):
    """A difference between two snapshots."""

    hour: Instant
    section: Annotated[Text, FILTER, Words(SECTIONS)]
    entity_id: Annotated[Text, FILTER]
    kind: Annotated[ChangeKind, FILTER]
    fields: list[Text]
    before: EntityFields | None
    after: EntityFields | None


VerdictWord = Literal["explained", "unexplained", "cannot_tell"]


class Verdict(TypedDict):
    """What an hour decided about a change: which audit event explains it, or that none does."""

    change_id: Annotated[Text, SEALED_ONLY]
    hour: Instant
    section: Text
    entity_id: Text
    kind: Text
    verdict: VerdictWord
    reason: MaybeText
    event_id: MaybeText
    decided_hour: Instant


class FeedVerdict(TypedDict):
    """A verdict in the feed: on which change, what was decided, and by which hour."""

    hour: Instant
    section: Text
    entity_id: Text
    kind: Text
    verdict: VerdictWord
    reason: MaybeText
    event_id: MaybeText
    decided_hour: Instant


class ListedVerdict(TypedDict):
    """What the table says of a change's last verdict; all null where none was sealed."""

    verdict: Annotated[VerdictWord | None, FILTER]
    reason: MaybeText
    event_id: MaybeText


class LastVerdict(ListedVerdict):
    """The last thing sealed about a change; all null where nothing was."""

    decided_hour: MaybeInstant


class ListedChange(Change, ListedVerdict):
    """A change in the table and the API."""

    org_id: OrgId


class ChangeRow(Change, LastVerdict):
    """A change's row in packs."""

    org_id: OrgId


class ChangeFacts(TypedDict, total=False):
    """By what audit events may name a change."""

    owner_id: MaybeText
    owner_was: MaybeText
    project_id: MaybeText
    user_id: MaybeText
    group_id: MaybeText
    role_id: MaybeText
    provider_id: MaybeText
    email_hash: MaybeText
    role: MaybeText
    role_was: MaybeText
    status: MaybeText
    owner_project_access: MaybeText
    is_service_account: MaybeFlag


class OpenEventDetails(TypedDict):
    """What an open row keeps of an event's details."""

    payload: object


class OpenEvent(TypedDict):
    """What an open row keeps of an event whose effect no snapshot shows yet."""

    event_id: Text
    event_type: MaybeText
    occurred_at: Instant
    project_id: MaybeText
    target_id: MaybeText
    actor_id: MaybeText
    actor_hash: MaybeText
    actor_type: MaybeText
    details: OpenEventDetails


OpenChange = TypedDict(
    "OpenChange",
    {
        "open_id": Text,
        "of": Literal["change", "event"],
        "hour": Instant,
        "section": Text,
        "entity_id": Text,
        "kind": Text,
        "aspects": list[Text],
        "facts": ChangeFacts,
        "from": Instant,
        "to": Instant,
        "proven": Flag,
        "event": OpenEvent | None,
        "event_id": MaybeText,
        "event_reason": NotRequired[MaybeText],
        "explained_by": MaybeText,
        "verdict": VerdictWord | None,
        "reason": MaybeText,
    },
)
"""A change that no event explains yet, or an event whose effect no snapshot shows yet."""
