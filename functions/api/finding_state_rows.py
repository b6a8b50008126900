"""What a tenant says of its findings: seen, accepted and why, who answers for it, until when.

A choice of the tenant's own, which can be changed at any time: it is no evidence and is in no pack.
What was said when, and by whom, stands in the custody log.
"""

from dataclasses import asdict, dataclass
from typing import Final

from functions.shared.aws.keys import FINDING_STATE_PREFIX, finding_state_sk, organization_pk
from functions.shared.aws.table import Table
from functions.shared.canonical import Json

OPEN, ACKNOWLEDGED, ACCEPTED = "open", "acknowledged", "accepted"
STATES: Final = (OPEN, ACKNOWLEDGED, ACCEPTED)
MAX_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Stated:
    """What was said last.

    Attributes:
        state: ``open``, ``acknowledged`` or ``accepted``.
        reason: the tenant's own words, without an address.
        accountable: opaque id of a person: a user of the organization's, or of the tenant's.
        due_date: ``2026-04-30``.
        by: opaque id of the user who said it.
        at: when, RFC 3339.
    """

    state: str = OPEN
    reason: str | None = None
    accountable: str | None = None
    due_date: str | None = None
    by: str | None = None
    at: str | None = None


NOTHING_SAID: Final = Stated()


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

    def all(self) -> dict[tuple[str, str], Stated]:
        """Return what was said, by finding id and first seen hour."""
        rows = self.table.query(organization_pk(self.tenant, self.org), prefix=FINDING_STATE_PREFIX)
        return {(row["finding_id"], row["first_seen_hour"]): _of(row) for row in rows}

    def say(self, finding: Json, stated: Stated) -> None:
        """Keep what is said of a finding, in place of what was said before."""
        about = {name: finding[name] for name in ("finding_id", "first_seen_hour")}
        key = {
            "pk": organization_pk(self.tenant, self.org),
            "sk": finding_state_sk(finding["finding_id"], finding["first_seen_hour"]),
        }
        self.table.put(key | about | asdict(stated))


def _of(row: Json) -> Stated:
    return Stated(**{name: row[name] for name in Stated.__dataclass_fields__})
