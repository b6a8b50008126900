"""Who answers for a service account: named by the tenant, a choice of the tenant's own.

A person is a user id, or the keyed hash of an address; never the address. The row can be edited at
any time; what is evidence is the person that an hour's seal holds in its register of service
accounts.
"""

from dataclasses import dataclass
from typing import Final, cast

from functions.shared.aws.keys import ACCOUNT_OWNER_PREFIX, account_owner_sk, organization_pk
from functions.shared.aws.table import Table
from functions.shared.records.tables import AccountOwnerRow

# Of a user or a service account, as OpenAI spells them; no address has this form.
IDENTITY: Final = "[A-Za-z0-9_.:-]{1,128}"


@dataclass(frozen=True, slots=True)
class AccountOwners:
    """The accountable persons of one organization of one tenant.

    Permissions:
        dynamodb:Query for ``all``; dynamodb:PutItem for ``name``.
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

    def name(self, service_account_id: str, person: str | None) -> None:
        """Name the person who answers for a service account; None for nobody."""
        row: AccountOwnerRow = {
            "pk": organization_pk(self.tenant, self.org),
            "sk": account_owner_sk(service_account_id),
            "person": person,
        }
        self.table.put(row)
