"""What a person should look at, and what resolved it.

Pure. docs/findings.md tells of each kind.
"""

from typing import Annotated, Final, NotRequired, TypedDict

from functions.shared.records.fields import (
    FILTER,
    Instant,
    Keyword,
    MaybeCount,
    MaybeDate,
    MaybeFlag,
    MaybeInstant,
    MaybeText,
    OrgId,
    Text,
    Words,
    described,
)
from functions.shared.records.statements import STATES, ReasonCode, StateOfFinding

# In the order of docs/findings.md.
FINDING_KINDS: Final = (
    "orphan_key",
    "stale_key",
    "never_used_key",
    "key_in_archived_project",
    "disabled_owner_key",
    "admin_key_owner_disabled",
    "secret_in_name",
    "admin_key_old",
    "admin_key_no_expiry",
    "admin_key_never_used",
    "admin_key_idle",
    "own_key_expiring",
    "owner_invite_pending",
    "many_owners",
    "service_account_person_left",
    "audit_log_unproven",
    "audit_log_behind",
    "register_full",
    "log_entry_changed",
    "log_entry_gone",
    "short_lived_key",
    "short_lived_owner",
    "allowlist_opened",
    "audit_logging_switched_off",
    "unexplained_change",
    "event_without_change",
)
# The most severe first.
SEVERITIES: Final = ("high", "medium", "low")


class Cause(TypedDict):
    """What resolved a finding: a change, an event (``kind`` is ``event``), or a snapshot alone."""

    hour: Instant
    kind: Text
    fields: NotRequired[list[Text]]
    event_id: NotRequired[MaybeText]


class FindingFacts(TypedDict):
    """What the rules find in one hour."""

    finding_id: Text
    kind: Annotated[Text, FILTER, Words(FINDING_KINDS)]
    reason: Text
    severity: Annotated[Text, FILTER, Words(SEVERITIES)]
    section: Text
    entity_id: Text
    still_works: MaybeFlag


class FindingEpisode(TypedDict):
    """From when to when a finding was open."""

    first_seen_hour: Instant
    resolved_hour: MaybeInstant
    resolved_by: Annotated[
        Cause | None,
        described(
            "The `hour` and `kind` (of the change, or `event`, or `picture`) of what resolved it, "
            "and the event's id where one is known"
        ),
    ]


class Finding(FindingFacts, FindingEpisode):
    """A finding, as its register holds it; the last two are of reconciliation's."""

    change_hour: NotRequired[MaybeInstant]
    event_id: NotRequired[MaybeText]


class FindingRow(FindingFacts, FindingEpisode):
    """A finding's row in packs and API."""

    change_hour: Annotated[
        MaybeInstant,
        described("Of an unexplained change: the hour whose changes hold it"),
    ]
    event_id: Annotated[
        MaybeText,
        described("Of what the audit log tells: the audit event, of a short life the first"),
    ]
    org_id: OrgId
    state_at: MaybeInstant


class FindingSaid(TypedDict):
    """What a tenant says of a finding; ``reason`` is the note, in its own words."""

    state: StateOfFinding
    reason_code: ReasonCode | None
    reason: MaybeText
    accountable: MaybeText
    due_date: MaybeDate
    review_date: MaybeDate


class FindingState(FindingSaid):
    """What was said last of a finding, who said it, by opaque id, and when; ``open`` at first.

    ``n`` is the number of the statement that it is; of one that an older version kept it is null.
    """

    by: MaybeText
    at: MaybeInstant
    n: MaybeCount


Days = Annotated[int, Keyword("minimum", 1), Keyword("maximum", 3650)]


class Deadlines(TypedDict):
    """Within how many days of its first hour a tenant closes a finding; null: no deadline."""

    high_days: Days | None
    medium_days: Days | None
    low_days: Days | None


class FindingStatement(TypedDict):
    """What the API adds to a finding."""

    stated: Annotated[FindingState, FILTER, Words(STATES)]
    due_by: Annotated[
        MaybeDate,
        described("Until when it is to be closed: the day stated, else by the tenant's deadline"),
    ]


class ListedFinding(FindingRow, FindingStatement):
    """A finding in the API."""
