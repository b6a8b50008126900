"""The custody log: who did what to a tenant's connections and packs, and when.

Entries are numbered per tenant and only ever added; what somebody without an account does again and
again is counted, one entry an hour. They hold ids, and the reason a tenant gives for what it
accepts; never a key, a name or an address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict, cast

from functions.shared.aws.keys import (
    CUSTODY_COUNTER_SK,
    CUSTODY_PREFIX,
    custody_count_sk,
    custody_sk,
    tenant_pk,
)
from functions.shared.aws.table import Change, ConditionFailed, Item, Page, Table
from functions.shared.errors import Conflict
from functions.shared.hours import floor_hour, rfc3339
from functions.shared.records.fields import shown
from functions.shared.records.statements import (
    CustodyCount,
    CustodyEntry,
    CustodyFacts,
    KeptCustodyEntry,
)
from functions.shared.records.tables import CountedCustodyRow, CustodyRow
from functions.shared.tables.numbering import TRIES, Numbered, numbered, without_gap

_LAST_N: Final = 9_999_999_999


class _CountedHour(TypedDict):
    """Of which hour an entry counts."""

    hour: str


class _Uses(TypedDict):
    """What a counted entry begins with."""

    uses: int
    last_at: str


@dataclass(frozen=True, slots=True)
class Custody:
    """The custody log of all tenants.

    Permissions:
        dynamodb:GetItem, PutItem and UpdateItem for ``note``, ``note_with`` and ``count``;
        dynamodb:Query for ``page`` and ``after``.
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

        Raises:
            Conflict: too many others were made at the same moment; try again.
        """
        self.note_with((), tenant, by, action, at, **facts)

    def note_with(
        self,
        changes: Sequence[Change],
        tenant: str,
        by: str,
        action: str,
        at: datetime,
        **facts: object,
    ) -> None:
        """Add an entry together with changes of other rows, all or none.

        Raises:
            Conflict: as for ``note``; or one of the rows is not in the state its change asks for.
        """
        for _ in range(TRIES):
            n, raised = self._next(tenant_pk(tenant))
            if self._add(_row(tenant, n, by, action, at, facts), raised, *changes):
                return
        raise _too_many()

    def count(
        self, tenant: str, by: str, action: str, at: datetime, key: str, **facts: object
    ) -> int:
        """Count what was done once more in its hour; return how often it was, this time included.

        Args:
            tenant: whose log.
            by: as for ``note``.
            action: as for ``note``.
            at: when; the entry says the start of its hour, and when it was last.
            key: what it was done to: one entry each.
            **facts: as for ``note``.

        Raises:
            Conflict: as for ``note``.
        """
        pk, sk, hour = tenant_pk(tenant), custody_count_sk(action, key), floor_hour(at)
        first: _Uses = {"uses": 1, "last_at": rfc3339(at)}
        for _ in range(TRIES):
            newest = cast("CustodyCount | None", self.table.get(pk, sk))
            if newest and newest["hour"] >= rfc3339(hour):
                return self._count_up(pk, newest["n"], at)
            n, raised = self._next(pk)
            row: CountedCustodyRow = {**_row(tenant, n, by, action, hour, facts), **first}
            sets: _CountedHour = {"hour": rfc3339(hour)}
            before = newest["n"] if newest else None
            if self._add(row, raised, numbered(pk, sk, sets, n, before)):
                return row["uses"]
        raise _too_many()

    def _next(self, pk: str) -> tuple[int, Change]:
        """Return the next number, and what raises the counter to it unless somebody else does."""
        counter = cast("Numbered | None", self.table.get(pk, CUSTODY_COUNTER_SK))
        before = counter["n"] if counter else None
        n = (before or 0) + 1
        return n, numbered(pk, CUSTODY_COUNTER_SK, {}, n, before)

    def _add(self, row: CustodyRow, *changes: Change) -> bool:
        try:
            self.table.create_together([row], changes)
        except ConditionFailed:
            # Somebody else was given this number, or began to count the same thing.
            return False
        return True

    def _count_up(self, pk: str, n: int, at: datetime) -> int:
        row = self.table.update(
            pk,
            custody_sk(n),
            "SET last_at = :last ADD uses :one",
            {":last": rfc3339(at), ":one": 1},
        )
        return cast("CountedCustodyRow", row)["uses"]

    def after(self, tenant: str, n: int, most: int) -> list[KeptCustodyEntry]:
        """Return the entries behind a number, in order, as far as none between is missing.

        One of which ``facts`` has ``uses`` is counted up until its hour ends.

        Args:
            tenant: whose log.
            n: of the last entry that is sealed.
            most: as many at most.
        """
        between = (custody_sk(n + 1), custody_sk(_LAST_N))
        page = self.table.page(tenant_pk(tenant), between=between, limit=most)
        return list(without_gap(n, (_kept(item) for item in page.items)))

    def page(
        self, tenant: str, *, limit: int, after: str | None = None
    ) -> tuple[list[CustodyEntry], Page]:
        """Return a tenant's entries, newest first, and the page they came from."""
        page = self.table.page(
            tenant_pk(tenant), prefix=CUSTODY_PREFIX, limit=limit, after=after, newest_first=True
        )
        return [_entry(item) for item in page.items], page


def _row(
    tenant: str, n: int, by: str, action: str, at: datetime, facts: Mapping[str, object]
) -> CustodyRow:
    return {
        "pk": tenant_pk(tenant),
        "sk": custody_sk(n),
        "n": n,
        "at": rfc3339(at),
        "by": by,
        "action": action,
        "facts": cast("CustodyFacts", facts),
    }


def _kept(item: Item) -> KeptCustodyEntry:
    return cast("KeptCustodyEntry", _entry(item))


def _entry(item: Item) -> CustodyEntry:
    entry = shown(CustodyEntry, item)
    if "uses" in item:
        row = cast("CountedCustodyRow", item)
        entry["facts"] = {**entry["facts"], "uses": row["uses"], "last_at": row["last_at"]}
    return entry


def _too_many() -> Conflict:
    return Conflict("others are noted in the custody log at this moment; try again")
