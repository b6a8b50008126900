"""The custody log: who did what to a tenant's connections and packs, and when.

Entries are only ever added; what somebody without an account does again and again is counted, one
entry an hour. They hold ids, and the reason a tenant gives for what it accepts; never a key, a name
or an address.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from functions.shared.aws.keys import CUSTODY_PREFIX, custody_sk, tenant_pk
from functions.shared.aws.table import Item, Page, Table
from functions.shared.hours import floor_hour, rfc3339
from functions.shared.records.fields import shown
from functions.shared.records.tables import (
    CountedCustodyRow,
    CustodyEntry,
    CustodyFacts,
    CustodyRow,
)


@dataclass(frozen=True, slots=True)
class Custody:
    """The custody log of all tenants.

    Permissions:
        dynamodb:PutItem for ``note``; dynamodb:UpdateItem for ``count``; dynamodb:Query for
        ``page``.
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

    def count(
        self, tenant: str, by: str, action: str, at: datetime, key: str, **facts: object
    ) -> int:
        """Count what was done once more in its hour; return how often it was, this time included.

        Args:
            tenant: whose log.
            by: as for ``note``.
            action: as for ``note``.
            at: when; the entry stands under the start of its hour, and says when it was last.
            key: what it was done to: one entry each.
            **facts: as for ``note``.
        """
        hour = floor_hour(at)
        row = self.table.update(
            tenant_pk(tenant),
            custody_sk(hour, f"{action}-{key}"),
            "SET #at = :hour, #by = :by, #action = :action, facts = :facts, last_at = :last "
            "ADD uses :one",
            {
                ":hour": rfc3339(hour),
                ":by": by,
                ":action": action,
                ":facts": facts,
                ":last": rfc3339(at),
                ":one": 1,
            },
            names={"#at": "at", "#by": "by", "#action": "action"},
        )
        return cast("CountedCustodyRow", row)["uses"]

    def page(
        self, tenant: str, *, limit: int, after: str | None = None
    ) -> tuple[list[CustodyEntry], Page]:
        """Return a tenant's entries, newest first, and the page they came from."""
        page = self.table.page(
            tenant_pk(tenant), prefix=CUSTODY_PREFIX, limit=limit, after=after, newest_first=True
        )
        return [_entry(item) for item in page.items], page


def _entry(item: Item) -> CustodyEntry:
    entry = shown(CustodyEntry, item)
    if "uses" in item:
        row = cast("CountedCustodyRow", item)
        entry["facts"] = {**entry["facts"], "uses": row["uses"], "last_at": row["last_at"]}
    return entry
