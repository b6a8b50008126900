"""What a person should look at, and what resolved it.

Pure. docs/findings.md tells of each kind.
"""

from typing import Annotated, Final, NotRequired, TypedDict

from functions.shared.records.events import SECTIONS
from functions.shared.records.fields import (
    FILTER,
    SEARCHED,
    Count,
    Instant,
    Keyword,
    MaybeCount,
    MaybeDate,
    MaybeFlag,
    MaybeInstant,
    MaybeName,
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
    "effective_owner_by_group",
    "workload_identity_wide",
    "workload_identity_unowned",
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
# What a finding may be about: also the log, and of a register that is full those without a list.
FINDING_SECTIONS: Final = (*SECTIONS, "audit_events", "findings", "open_changes")


class Cause(TypedDict):
    """What resolved a finding: a change, an event (``kind`` is ``event``), or a snapshot alone."""

    hour: Instant
    kind: Text
    fields: NotRequired[list[Text]]
    event_id: NotRequired[MaybeText]


class Resolution(Cause):
    """The same in the API."""

    actor_id: Annotated[MaybeText, described("Of the event, as sealed: who did it")]


class FindingFacts(TypedDict):
    """What the rules find in one hour."""

    finding_id: Text
    kind: Annotated[Text, FILTER, Words(FINDING_KINDS)]
    reason: Text
    severity: Annotated[Text, FILTER, Words(SEVERITIES)]
    section: Annotated[Text, FILTER, Words(FINDING_SECTIONS)]
    entity_id: Annotated[Text, FILTER, SEARCHED]
    still_works: MaybeFlag


class FindingHours(TypedDict):
    """From when to when a finding was open."""

    first_seen_hour: Instant
    resolved_hour: MaybeInstant


_OF_CAUSE: Final = described(
    "The `hour` and `kind` (of the change, or `event`, or `picture`) of what resolved it, "
    "and the event's id where one is known"
)


class FindingEpisode(FindingHours):
    """From when to when a finding was open, and what ended it."""

    resolved_by: Annotated[Cause | None, _OF_CAUSE]


class Finding(FindingFacts, FindingEpisode):
    """A finding, as its register holds it; the last two are of reconciliation's."""

    change_hour: NotRequired[MaybeInstant]
    event_id: NotRequired[MaybeText]


class FindingPlace(TypedDict):
    """What packs and API say of where a finding stands."""

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


class FindingRow(FindingFacts, FindingEpisode, FindingPlace):
    """A finding's row in packs and in the feed."""


class Subject(TypedDict):
    """What a finding is about, as the registers of the same hour have it, so that one can act.

    Null is what it has not, and what they do not tell. The owner is a key's, or who answers for a
    service account, or the person whom the finding is about.
    """

    name: MaybeName
    redacted_value: MaybeText
    project_id: MaybeText
    project_name: MaybeName
    owner_id: MaybeText
    owner_prefix: MaybeText


class FindingSaid(TypedDict):
    """What a tenant says of a finding; ``reason`` is the note, in its own words."""

    state: StateOfFinding
    reason_code: ReasonCode | None
    reason: MaybeText
    accountable: MaybeText
    due_date: MaybeDate
    review_date: MaybeDate


class SaidBy(TypedDict):
    """Who says something, by opaque id, and when."""

    by: MaybeText
    at: MaybeInstant


class FindingState(FindingSaid, SaidBy):
    """What was said last of a finding, who said it, and when; ``open`` at first.

    ``n`` is the number of the statement that it is; of one that an older version kept it is null.
    """

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


class ListedFinding(FindingFacts, FindingHours, FindingPlace, FindingStatement):
    """A finding in the API."""

    resolved_by: Annotated[Resolution | None, _OF_CAUSE]
    subject: Subject


class SeverityCounts(TypedDict):
    """Open findings by severity."""

    high: Count
    medium: Count
    low: Count


class KindCount(TypedDict):
    """Open findings of a kind and a severity."""

    kind: Text
    severity: Text
    open: Count
    late: Count


class AccountableCount(TypedDict):
    """The findings that somebody answers for, as stated; those of nobody are ``unassigned``."""

    accountable: Text
    open: Count
    late: Count
    closed_in_time: Annotated[Count, described("Resolved in the trend's days by when it was due")]
    closed_late: Annotated[Count, described("Resolved in the trend's days, after it was due")]


class TrendDay(TypedDict):
    """A day of the findings, in UTC; null before the first hour that was looked at."""

    day: Annotated[str, Keyword("format", "date")]
    opened: MaybeCount
    resolved: MaybeCount
    open: Annotated[MaybeCount, described("Not resolved when it ended, accepted ones included")]


class FindingFigures(TypedDict):
    """What the findings come to: those open, those accepted, and the last 90 days."""

    open: Annotated[Count, described("Neither resolved nor accepted, those late among them")]
    late: Annotated[Count, described("Due on a day that is over: `/findings?due_before=` today")]
    unassigned: Annotated[Count, described("Open, and nobody answers for it")]
    accepted: Annotated[
        Count,
        described("Accepted, its `review_date` not come yet, and not past a day that it is due on"),
    ]
    by_severity: SeverityCounts
    by_kind: list[KindCount]
    by_accountable: list[AccountableCount]
    trend: Annotated[list[TrendDay], described("Oldest first; the last one is not over yet")]
