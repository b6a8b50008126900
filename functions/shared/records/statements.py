"""Statements and custody: what a tenant says, and what is done with what it has, kept and sealed.

Pure. Each statement is made once and never changed: who says another thing makes another one,
which names the one that it replaces. Prose is not among what is sealed: of a statement's note a
keyed hash stands there, of a custody entry's nothing.
"""

import re
from typing import Annotated, Final, Literal, NotRequired, TypedDict, get_args

from functions.shared.records.fields import (
    Count,
    Digest,
    Instant,
    Keyword,
    MaybeCount,
    MaybeDate,
    MaybeDigest,
    MaybeInstant,
    MaybeText,
    OrgId,
    Text,
    described,
)

NumberFrom1 = Annotated[int, Keyword("minimum", 1)]
"""1, 2, 3 …: without a gap."""
StateOfFinding = Literal["open", "acknowledged", "accepted"]
STATES: Final[tuple[StateOfFinding, ...]] = get_args(StateOfFinding)
ReasonCode = Literal[
    "business_need",
    "compensating_control",
    "expected_change",
    "false_positive",
    "fix_planned",
    "risk_accepted",
    "other",
]
"""Why it stands as it does, in a word; docs/findings.md tells of each."""
REASON_CODES: Final[tuple[ReasonCode, ...]] = get_args(ReasonCode)
OTHER: Final[ReasonCode] = "other"

# A team answers by a code of the tenant's own: short, and no name of a person has this form by
# chance.
TEAM_PREFIX: Final = "team:"
TEAM: Final = f"{TEAM_PREFIX}[a-z0-9][a-z0-9-]{{0,31}}"
_TEAM: Final = re.compile(TEAM, re.ASCII)


def is_team(text: str) -> bool:
    """Tell whether who answers for something is a team, by its code."""
    return _TEAM.fullmatch(text) is not None


class StatementSubject(TypedDict):
    """What a statement is about: a finding as of its first hour, or a service account."""

    finding_id: MaybeText
    first_seen_hour: MaybeInstant
    service_account_id: MaybeText


class StatementFacts(StatementSubject):
    """What is said, by whom and when; ``state`` is of findings alone."""

    state: StateOfFinding | None
    reason_code: ReasonCode | None
    accountable: MaybeText
    due_date: MaybeDate
    review_date: MaybeDate
    by: Text
    at: Instant


class Statement(StatementFacts):
    """A statement with its number, 1, 2, 3 … of its organization, and that of the one before."""

    n: NumberFrom1
    replaces: MaybeCount


class KeptStatement(Statement):
    """A statement in the table: with the note itself, which is nowhere else than there."""

    note: MaybeText


class SealedStatement(Statement):
    """A statement as it is sealed; ``note_hash`` stands for the note, null where there is none."""

    note_hash: Digest | None


class StatementRow(SealedStatement):
    """A statement's row in packs."""

    org_id: OrgId
    sealed_hour: Instant


class StatementCounter(TypedDict):
    """How many statements an organization's tenant has made.

    What those behind ``states_behind`` say of findings may not stand in the findings' rows yet.
    """

    n: Count
    states_behind: NotRequired[Count]


class StatementBatch(TypedDict):
    """Statements that were made together, in one row of the table; ``n`` is the last one's."""

    n: NumberFrom1
    many: list[KeptStatement]


# --- the custody log ------------------------------------------------------------------------------


class CustodyFinding(TypedDict):
    """One of the findings of which something was said together; what, its statement tells."""

    org_id: OrgId
    finding_id: Text
    first_seen_hour: Instant


class SealedCustodyFacts(TypedDict, total=False):
    """What an entry of the custody log says of what was done: ids, digests, words of closed lists.

    It may be sealed, and then lies under a lock of years.
    """

    org_id: Text
    seq: int
    number: int
    replaces: int | None
    link_id: Text
    service_account_id: Text
    person: MaybeText
    key_id: Text
    client_id: Text
    webhook_id: Text
    mail_id: Text
    body_sha256: Text
    scopes: Text
    expires_at: Instant
    finding_id: Text
    first_seen_hour: Instant
    findings: list[CustodyFinding]
    state: Text
    reason_code: MaybeText
    accountable: MaybeText
    due_date: MaybeText
    review_date: MaybeText
    high_days: MaybeCount
    medium_days: MaybeCount
    low_days: MaybeCount
    manifest_sha256: Text
    objects: int
    uses: int
    last_at: Instant


class CustodyFacts(SealedCustodyFacts, total=False):
    """The same in the table, with what is not sealed: prose, and names that anybody may choose."""

    reason: MaybeText
    keys: list[Text]


class CustodyEntryFacts(TypedDict):
    """What an entry of the custody log says."""

    at: Instant
    by: Annotated[
        Text, described("Opaque id of a user or a machine's client, `schedule`, or `link`")
    ]
    action: Text
    facts: Annotated[CustodyFacts, described("Ids and digests of what it was done to")]


class CustodyEntry(CustodyEntryFacts):
    """An entry of the custody log; one that an older version made has no number."""

    n: Annotated[MaybeCount, described("1, 2, 3 … of the tenant; null where it is not sealed")]


class KeptCustodyEntry(CustodyEntryFacts):
    """An entry of the custody log that has a number."""

    n: NumberFrom1


class CustodyCount(TypedDict):
    """Which entry counts what is done to something: of an hour, and its number."""

    hour: Instant
    n: NumberFrom1


class SealedCustodyEntry(TypedDict):
    """An entry as it is sealed, and its row in packs.

    ``previous_sha256`` is the digest of the entry before, as a canonical line without its newline.
    """

    n: NumberFrom1
    at: Instant
    by: Text
    action: Text
    facts: SealedCustodyFacts
    previous_sha256: MaybeDigest
    sealed_hour: Instant
