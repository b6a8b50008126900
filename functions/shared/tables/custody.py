"""The custody log: who did what to a tenant's connections and packs, and when.

Entries are only ever added. They hold ids, and the reason a tenant gives for what it accepts; never
a key, a name or an address.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from functions.shared.aws.keys import CUSTODY_PREFIX, custody_sk, tenant_pk
from functions.shared.aws.table import Page, Table
from functions.shared.hours import rfc3339
from functions.shared.records.fields import shown
from functions.shared.records.tables import CustodyEntry, CustodyFacts, CustodyRow


@dataclass(frozen=True, slots=True)
class Custody:
    """The custody log of all tenants.

    Permissions:
        dynamodb:PutItem for ``note``; dynamodb:Query for ``page``.
    """

    table: Table

    def note(self, tenant: str, by: str, action: str, at: datetime, **facts: object) -> None:
        """Add an entry.

        Args:
            tenant: whose log.
            by: opaque id of the user, or ``schedule``.
            action: ``organization.connected``, ``pack.downloaded`` and the like.
            at: when.
            **facts: ids and digests that say what it was done to, of ``CustodyFacts``.
        """
        # Entries of one second stand in the order they were made in.
        unique = f"{at.microsecond:06d}-{secrets.token_hex(6)}"
        row: CustodyRow = {
            "pk": tenant_pk(tenant),
            "sk": custody_sk(at, unique),
            "at": rfc3339(at),
            "by": by,
            "action": action,
            "facts": cast("CustodyFacts", facts),
        }
        self.table.put(row, condition="attribute_not_exists(pk)")

    def page(
        self, tenant: str, *, limit: int, after: str | None = None
    ) -> tuple[list[CustodyEntry], Page]:
        """Return a tenant's entries, newest first, and the page they came from."""
        page = self.table.page(
            tenant_pk(tenant), prefix=CUSTODY_PREFIX, limit=limit, after=after, newest_first=True
        )
        return [shown(CustodyEntry, item) for item in page.items], page
