"""Statements: what a tenant says of a finding or a service account, as kept, sealed and in packs.

Pure. Each is said once and never changed: who says another thing makes another one, which names the
one that it replaces. Prose is not among what is sealed: of a note a keyed hash stands there.
"""

import re
from typing import Annotated, Final, Literal, TypedDict, get_args

from functions.shared.records.fields import (
    Count,
    Digest,
    Instant,
    Keyword,
    MaybeCount,
    MaybeDate,
    MaybeInstant,
    MaybeText,
    OrgId,
    Text,
)

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

    n: Annotated[int, Keyword("minimum", 1)]
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
    """How many statements an organization's tenant has made."""

    n: Count
