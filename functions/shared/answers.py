"""Who answers for a service account: named by the tenant, a choice of the tenant's own.

The row can be edited at any time; what is evidence is the name that an hour's seal holds in its
register of service accounts.
"""

from dataclasses import dataclass

from functions.shared.layout import ANSWERS_PREFIX, answers_sk, organization_pk
from functions.shared.table import Table


@dataclass(frozen=True, slots=True)
class Answers:
    """The accountable persons of one organization of one tenant.

    Permissions:
        dynamodb:Query for ``all``; dynamodb:PutItem for ``name``.
    """

    table: Table
    tenant: str
    org: str

    def all(self) -> dict[str, str]:
        """Return user id by service account id."""
        rows = self.table.query(organization_pk(self.tenant, self.org), prefix=ANSWERS_PREFIX)
        return {
            row["sk"].removeprefix(ANSWERS_PREFIX): row["user_id"] for row in rows if row["user_id"]
        }

    def name(self, service_account_id: str, user_id: str | None) -> None:
        """Name the person who answers for a service account; None for nobody."""
        self.table.put(
            {
                "pk": organization_pk(self.tenant, self.org),
                "sk": answers_sk(service_account_id),
                "user_id": user_id,
            }
        )
