"""What the API is asked with, and what it answers that no pack and no other function has.

Pure. The forms' fields are what callers send, unchecked: whoever reads one checks it.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, TypedDict

from functions.shared.records.fields import (
    Count,
    Flag,
    Instant,
    Keyword,
    MaybeCount,
    MaybeDigest,
    MaybeInstant,
    MaybeText,
    OrgId,
    Text,
    described,
)
from functions.shared.records.findings import FindingFigures
from functions.shared.records.seals import Outcome
from functions.shared.records.tables import ConnectionStatus, Key, Number, Readable


class PackForm(TypedDict):
    """The body that asks for a pack."""

    period_start: object
    period_end: object
    org_ids: object
    profile: object
    replaces: object


class DeadlinesForm(TypedDict):
    """The body that sets deadlines."""

    high_days: object
    medium_days: object
    low_days: object


class ShareLinkForm(TypedDict):
    """The body that makes a share link."""

    days: object
    label: object


class FindingStateForm(TypedDict):
    """The body that says what becomes of a finding."""

    state: object
    reason_code: object
    reason: object
    accountable: object
    due_date: object
    review_date: object


MOST_STATES: Final = 100
"""Findings of which something may be said in one request."""


class FindingStatesForm(TypedDict):
    """The body that says what becomes of several findings."""

    states: object


class FindingOfForm(FindingStateForm):
    """One of them."""

    org_id: object
    finding_id: object


class SectionStatus(TypedDict):
    """How an organization's newest hour was read: a failed read is no empty list."""

    org_id: OrgId
    status: MaybeText
    reason: MaybeText
    hour: MaybeInstant


FeedKind = Literal[
    "event", "change", "verdict", "finding_opened", "finding_resolved", "hour", "pack"
]


MOST_OF_FEED: Final = 1000
"""Entries in one answer."""


class FeedEntry(TypedDict):
    """One entry of the feed, with the seal that vouches for it; a pack has its own signature."""

    kind: FeedKind
    org_id: OrgId | None
    sealed_hour: MaybeInstant
    seal_sha256: MaybeDigest
    data: Mapping[str, object]


class FeedPage(TypedDict):
    """Some entries of the feed; the cursor is there also where nothing is behind them yet."""

    items: list[FeedEntry]
    next_cursor: Text
    has_more: Flag


class FeedHour(TypedDict):
    """How an hour was closed that is not whole."""

    outcome: Outcome
    reason: MaybeText
    sections: Readable


class ListPage(TypedDict):
    """One page of a list, and how each organization's newest hour was read."""

    items: Sequence[Mapping[str, object]]
    next_cursor: str | None
    sections: list[SectionStatus]


class FindingSummary(FindingFigures):
    """What the findings come to, and how each organization's newest hour was read."""

    sections: list[SectionStatus]


class Figures(TypedDict):
    """The figures of the summary."""

    users: MaybeCount
    billable_users: Annotated[
        MaybeCount, described("The users who are persons; service accounts are not billed")
    ]
    active_projects: MaybeCount
    api_keys: MaybeCount
    stale_keys: MaybeCount
    open_findings: MaybeCount


class Freshness(TypedDict):
    """Whether anybody is looking; an hour is late half an hour after it could be closed."""

    late_hours: Annotated[Count, described("Hours that should be closed by now and are not")]
    late_since: Annotated[MaybeInstant, described("The first instant that nobody has looked at")]
    missed_24h: Annotated[Count, described("Hours of the last 24 that were closed unpictured")]
    missed_30d: Annotated[Count, described("The same of the last 30 days")]
    lag_hours: Annotated[
        MaybeCount, described("Hours that the audit log is read short of the newest hour's end")
    ]


class OrganizationFigures(Freshness):
    """What the summary says of one organization."""

    org_id: OrgId
    last_hour: MaybeText
    outcome: MaybeText
    reason: MaybeText
    display_name: Text
    status: ConnectionStatus
    health: Text
    sections: Readable


class Summary(Figures, Freshness):
    """The figures over all organizations; ``carried`` and ``unknown`` name some of them.

    Of late hours and lags the worst, of missed hours the sum.
    """

    expected_hour: Annotated[Instant, described("The newest hour that should be closed by now")]
    orgs: Count
    carried: list[Text]
    unknown: list[Text]
    last_closed_hour: MaybeInstant
    organizations: list[OrganizationFigures]


HourInDay = Literal["complete", "partial", "failed", "missed", "paused", "late", "open", "none"]
"""How an hour was closed; ``late`` and ``open``: not yet; ``none``: it was nobody's."""


class ListedDay(TypedDict):
    """A day of an organization: what became of each of its 24 hours."""

    org_id: OrgId
    day: Annotated[str, Keyword("format", "date")]
    hours: list[HourInDay]


class BillShare(TypedDict):
    """What one organization adds to a bill."""

    org_id: OrgId
    user_hours: Count
    project_hours: Count
    average_users: Text
    average_projects: Text


BillRun = TypedDict(
    "BillRun",
    {
        "org_id": OrgId,
        "section": Text,
        "from": Instant,
        "to": Instant,
        "hours": Count,
        "counted": Literal["read", "carried", "zero"],
        "reason": MaybeText,
    },
)
"""Consecutive hours of one organization that count alike, for the same reason."""


class BilledDay(TypedDict):
    """A day of a bill, over all organizations."""

    day: Annotated[str, Keyword("format", "date")]
    user_hours: Count
    project_hours: Count
    amount_cents: Annotated[Count, described("What the bill grew by; the days add up to it")]


class BillDocument(TypedDict):
    """A month's bill, and its working."""

    month: Text
    currency: Literal["EUR"]
    amount_cents: Count
    final: Flag
    hours: Count
    per_org: list[BillShare]
    per_day: list[BilledDay]
    working: list[Text]
    runs: list[BillRun]


class ListedShareLink(TypedDict):
    """A share link as the tenant's users see it."""

    number: Number
    link_id: Text
    label: MaybeText
    created_at: Instant
    expires_at: Instant
    revoked_at: MaybeInstant
    state: Literal["active", "expired", "revoked"]


class NewShareLink(ListedShareLink):
    """A share link that was just made, with its address."""

    url: Annotated[
        Text,
        Keyword("format", "uri-reference"),
        described("Below the address this API is reached at; shown this once"),
    ]


class ShareLinkKey(TypedDict):
    """Which link of which pack of which tenant."""

    tenant_id: Text
    number: int
    link_id: Text


class ShareLinkPointer(ShareLinkKey, Key):
    """Where the row of the link with a token lies; gone by itself some time after its end."""

    expires_epoch: int


class PackNumber(TypedDict):
    """Which pack a redirect leads to."""

    number: Number


class PackDownload(TypedDict):
    """Where an archive can be fetched from, for some minutes."""

    url: Annotated[Text, Keyword("format", "uri")]
    expires_at: Instant
