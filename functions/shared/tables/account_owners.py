"""Who answers for a service account: named by the tenant, a choice of the tenant's own.

A person is a user id, or the keyed hash of an address; never the address. Instead of a person a
team may answer, by its code. The row can be edited at any time; what is evidence is the statement
that an hour seals, and whom its register of service accounts holds.
"""

from dataclasses import dataclass
from typing import Final, cast

from functions.shared.aws.keys import ACCOUNT_OWNER_PREFIX, account_owner_sk, organization_pk
from functions.shared.aws.table import Table
from functions.shared.records.statements import StatementFacts
from functions.shared.records.tables import AccountOwner, AccountOwnerRow
from functions.shared.tables.statements import Statements

# Of a user or a service account, as OpenAI spells them; no address has this form.
IDENTITY: Final = "[A-Za-z0-9_.:-]{1,128}"


@dataclass(frozen=True, slots=True)
class AccountOwners:
    """The accountable persons of one organization of one tenant.

    Permissions:
        dynamodb:Query for ``all``; dynamodb:GetItem, PutItem and UpdateItem for ``name``.
    """

    table: Table
    tenant: str
    org: str

    def all(self) -> dict[str, str]:
        """Return the person by service account id."""
        pk = organization_pk(self.tenant, self.org)
        items = self.table.query(pk, prefix=ACCOUNT_OWNER_PREFIX)
        rows = (cast("AccountOwnerRow", item) for item in items)
        return {
            row["sk"].removeprefix(ACCOUNT_OWNER_PREFIX): row["person"]
            for row in rows
            if row["person"]
        }

    def name(self, service_account_id: str, person: str | None, by: str, at: str) -> None:
        """Name who answers for a service account, in a statement; None for nobody.

        Args:
            service_account_id: the account.
            person: user id, keyed hash of an address, or a team's code.
            by: opaque id of who says so.
            at: when, RFC 3339.

        Raises:
            Conflict: too many others say something at this moment; try again.
        """
        said: StatementFacts = {
            "finding_id": None,
            "first_seen_hour": None,
            "service_account_id": service_account_id,
            "state": None,
            "reason_code": None,
            "accountable": person,
            "due_date": None,
            "review_date": None,
            "by": by,
            "at": at,
        }
        statements = Statements(self.table, self.tenant, self.org)
        owner: AccountOwner = {"person": person}
        statements.say(said, None, account_owner_sk(service_account_id), owner)
