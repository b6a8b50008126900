"""What a tenant says of its findings: seen, accepted and why, who answers for it, until when.

A choice of the tenant's own, which can be changed at any time: it is no evidence and is in no pack.
What was said when, and by whom, stands in the custody log.
"""

from dataclasses import dataclass
from typing import Final, cast, get_args

from functions.shared.aws.keys import FINDING_STATE_PREFIX, finding_state_sk, organization_pk
from functions.shared.aws.table import Table
from functions.shared.records.fields import shown
from functions.shared.records.findings import Finding, FindingState, StateOfFinding
from functions.shared.records.tables import Key

STATES: Final[tuple[StateOfFinding, ...]] = get_args(StateOfFinding)
MAX_REASON: Final = 500
NOTHING_SAID: Final[FindingState] = {
    "state": "open",
    "reason": None,
    "accountable": None,
    "due_date": None,
    "by": None,
    "at": None,
}


class _Row(FindingState, Key):
    """A row of the table: also which finding it is about."""

    finding_id: str
    first_seen_hour: str


@dataclass(frozen=True, slots=True)
class FindingStates:
    """What a tenant says of the findings of one of its organizations.

    A finding that comes back after it was resolved is a new one with the same id: what was said of
    the first does not hold for it. So each goes by its id and the hour that first showed it.

    Permissions:
        dynamodb:Query for ``all``; dynamodb:PutItem for ``say``.
    """

    table: Table
    tenant: str
    org: str

    def all(self) -> dict[tuple[str, str], FindingState]:
        """Return what was said, by finding id and first seen hour."""
        pk = organization_pk(self.tenant, self.org)
        items = self.table.query(pk, prefix=FINDING_STATE_PREFIX)
        rows = (cast("_Row", item) for item in items)
        return {
            (row["finding_id"], row["first_seen_hour"]): shown(FindingState, row) for row in rows
        }

    def say(self, finding: Finding, said: FindingState) -> None:
        """Keep what is said of a finding, in place of what was said before."""
        row: _Row = {
            "pk": organization_pk(self.tenant, self.org),
            "sk": finding_state_sk(finding["finding_id"], finding["first_seen_hour"]),
            "finding_id": finding["finding_id"],
            "first_seen_hour": finding["first_seen_hour"],
            **said,
        }
        self.table.put(row)
