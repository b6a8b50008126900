"""Lifecycle entries: what a tenant did with an organization, in rows of their own.

They lie in the organization's partition, by number. Nobody keeps a list of them, so that no row
grows with how often a tenant changes its mind; a run reads those that no seal carries yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from functions.shared.aws.keys import lifecycle_sk, organization_pk
from functions.shared.aws.table import Table
from functions.shared.records.seals import LifecycleEntry
from functions.shared.records.tables import LifecycleRow

# Some 50 KB; DynamoDB takes 400 KB a row, 100 rows and 4 MB a transaction.
_ENTRIES_A_ROW: Final = 256
_LAST_SEQ: Final = 99_999_999


def lifecycle_rows(tenant: str, org: str, entries: Sequence[LifecycleEntry]) -> list[LifecycleRow]:
    """Return the rows that hold entries: one for a new one, some for an older version's list.

    Each goes by the number of its last entry, so that whoever looks from a number on finds every
    row that holds a later one.
    """
    parts = [entries[n : n + _ENTRIES_A_ROW] for n in range(0, len(entries), _ENTRIES_A_ROW)]
    return [
        {
            "pk": organization_pk(tenant, org),
            "sk": lifecycle_sk(part[-1]["seq"]),
            "entries": list(part),
        }
        for part in parts
    ]


@dataclass(frozen=True, slots=True)
class LifecycleRows:
    """The lifecycle entries of one organization of one tenant.

    Permissions:
        dynamodb:Query.
    """

    table: Table
    tenant: str
    org: str

    def after(self, seq: int, kept: Sequence[LifecycleEntry] = ()) -> list[LifecycleEntry]:
        """Return the entries behind a number, oldest first.

        Args:
            seq: of the last entry that is sealed.
            kept: entries that the connection's row still held when it was read; each counts once,
                also where they were turned into rows since.
        """
        pk = organization_pk(self.tenant, self.org)
        between = (lifecycle_sk(seq + 1), lifecycle_sk(_LAST_SEQ))
        by_seq = {entry["seq"]: entry for entry in kept}
        last: str | None = None
        while True:
            page = self.table.page(pk, between=between, after=last)
            for item in page.items:
                entries = cast("LifecycleRow", item)["entries"]
                by_seq |= {entry["seq"]: entry for entry in entries}
            if page.last_sk is None:
                return [by_seq[number] for number in sorted(by_seq) if number > seq]
            last = page.last_sk
