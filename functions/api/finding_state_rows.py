"""What a tenant says of its findings: seen, accepted and why, who answers for it, until when.

What holds now, for lists; each statement that made it so is a row of its own, which an hour seals.
And by when findings are to be closed of which it says no day: deadlines, one row a tenant.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypedDict, cast

from functions.shared.aws.keys import (
    DEADLINES_SK,
    FINDING_STATE_PREFIX,
    finding_state_sk,
    organization_pk,
    tenant_pk,
)
from functions.shared.aws.table import Table
from functions.shared.hours import parse_instant
from functions.shared.records.fields import shown
from functions.shared.records.findings import Deadlines, Finding, FindingSaid, FindingState, SaidBy
from functions.shared.records.statements import StatementFacts
from functions.shared.records.tables import Key
from functions.shared.tables.statements import Statements, state_of

MAX_REASON: Final = 500
NOTHING_SAID: Final[FindingState] = {
    "state": "open",
    "reason_code": None,
    "reason": None,
    "accountable": None,
    "due_date": None,
    "review_date": None,
    "by": None,
    "at": None,
    "n": None,
}

NO_DEADLINES: Final[Deadlines] = {"high_days": None, "medium_days": None, "low_days": None}


class _FindingKey(TypedDict):
    finding_id: str
    first_seen_hour: str


class _Row(FindingState, _FindingKey, Key):
    """A row of the table: also which finding it is about."""


@dataclass(frozen=True, slots=True)
class FindingStates:
    """What a tenant says of the findings of one of its organizations.

    A finding that comes back after it was resolved is a new one with the same id: what was said of
    the first does not hold for it. So each goes by its id and the hour that first showed it.

    Permissions:
        dynamodb:GetItem and Query for ``all``; also PutItem and UpdateItem for ``say``.
    """

    table: Table
    tenant: str
    org: str

    def all(self) -> dict[tuple[str, str], FindingState]:
        """Return what was said, by finding id and first seen hour."""
        statements = Statements(self.table, self.tenant, self.org)
        # Asked first: what is not among these stands in the rows.
        unset = statements.unset()
        pk = organization_pk(self.tenant, self.org)
        items = self.table.query(pk, prefix=FINDING_STATE_PREFIX)
        rows = (cast("_Row", item) for item in items)
        states = {
            (row["finding_id"], row["first_seen_hour"]): shown(FindingState, row) for row in rows
        }
        for statement in unset:
            about = str(statement["finding_id"]), str(statement["first_seen_hour"])
            state, held = state_of(statement), states.get(about)
            if state is not None and (held is None or (held["n"] or 0) < statement["n"]):
                states[about] = state
        return states

    def say(self, finding: Finding, said: FindingSaid, by: str, at: str) -> None:
        """Keep what is said of a finding in a statement, in place of what was said before.

        Args:
            finding: an open one.
            said: what is said of it.
            by: opaque id of who says it.
            at: when, RFC 3339.

        Raises:
            Conflict: too many others say something at this moment; try again.
        """
        statement = statement_about(finding, said, by, at)
        about: _FindingKey = {
            "finding_id": finding["finding_id"],
            "first_seen_hour": finding["first_seen_hour"],
        }
        sk = finding_state_sk(finding["finding_id"], finding["first_seen_hour"])
        whose: SaidBy = {"by": by, "at": at}
        sets = {**about, **said, **whose}
        Statements(self.table, self.tenant, self.org).say(statement, said["reason"], sk, sets)


def statement_about(finding: Finding, said: FindingSaid, by: str, at: str) -> StatementFacts:
    """Return the statement that says something of a finding; arguments as for ``say``."""
    return {
        "finding_id": finding["finding_id"],
        "first_seen_hour": finding["first_seen_hour"],
        "service_account_id": None,
        "state": said["state"],
        "reason_code": said["reason_code"],
        "accountable": said["accountable"],
        "due_date": said["due_date"],
        "review_date": said["review_date"],
        "by": by,
        "at": at,
    }


class _DeadlinesRow(Deadlines, Key):
    """The row of the table."""


def find_deadlines(table: Table, tenant: str) -> Deadlines:
    """Return a tenant's deadlines; none are set at first.

    Permissions:
        dynamodb:GetItem.
    """
    row = cast("_DeadlinesRow | None", table.get(tenant_pk(tenant), DEADLINES_SK))
    return shown(Deadlines, row) if row else NO_DEADLINES


def put_deadlines(table: Table, tenant: str, deadlines: Deadlines) -> None:
    """Set a tenant's deadlines.

    Permissions:
        dynamodb:PutItem.
    """
    row: _DeadlinesRow = {**deadlines, "pk": tenant_pk(tenant), "sk": DEADLINES_SK}
    table.put(row)


def due_by(deadlines: Deadlines) -> Callable[[Finding], str | None]:
    """Return what gives the last day on which a finding is in time, in UTC; None: no deadline."""
    days = {
        "high": deadlines["high_days"],
        "medium": deadlines["medium_days"],
        "low": deadlines["low_days"],
    }

    def last_day(finding: Finding) -> str | None:
        n_days = days.get(finding["severity"])
        if n_days is None:
            return None
        first: date = parse_instant(finding["first_seen_hour"]).date()
        return (first + timedelta(days=n_days)).isoformat()

    return last_day
