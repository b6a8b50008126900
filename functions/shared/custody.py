"""The custody log: who did what to a tenant's evidence, packs and keys, and when.

Rows are only ever added. They say what was done in our own words; no value a tenant chose.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions.shared.hours import rfc3339
from functions.shared.layout import custody_sk, tenant_pk
from functions.shared.table import Table


@dataclass(frozen=True, slots=True)
class Custody:
    """The custody logs of all tenants.

    Permissions:
        dynamodb:PutItem.
    """

    table: Table

    def note(self, tenant: str, at: datetime, kind: str, **facts: Any) -> None:
        """Add an entry.

        Args:
            tenant: whose log.
            at: when it happened.
            kind: what happened: ``pack_signed``, ….
            **facts: ids, numbers and digests.
        """
        self.table.put(
            {
                **facts,
                "pk": tenant_pk(tenant),
                "sk": custody_sk(at, secrets.token_hex(8)),
                "at": rfc3339(at),
                "kind": kind,
            },
            condition="attribute_not_exists(pk)",
        )
