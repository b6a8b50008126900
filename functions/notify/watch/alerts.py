"""A tenant's alerts, numbered 1, 2, 3 … without a gap: what webhooks and mail are told from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from functions.notify.records import Alert, AlertRow, KeptAlert
from functions.shared.aws.alert_keys import ALERT_COUNTER_SK, alerts_pk, numbered_sk
from functions.shared.aws.keys import tenant_pk
from functions.shared.aws.table import Change, ConditionFailed, Table
from functions.shared.errors import Conflict
from functions.shared.hours import rfc3339
from functions.shared.tables.numbering import Numbered, numbered, without_gap

# Whoever was away for less than this is told of everything.
KEPT: Final = timedelta(days=90)
_LAST: Final = 9_999_999_999


@dataclass(frozen=True, slots=True)
class Alerts:
    """The alerts of all tenants.

    Permissions:
        dynamodb:GetItem for ``newest``, dynamodb:Query for ``after``; in transactions
        dynamodb:PutItem and UpdateItem for ``add``.
    """

    table: Table

    def newest(self, tenant: str) -> int:
        """Return the number of a tenant's newest alert, 0 before the first."""
        return self._counted(tenant) or 0

    def add(
        self, tenant: str, alerts: Sequence[Alert], at: datetime, changes: Sequence[Change]
    ) -> None:
        """Give alerts their numbers, together with changes of other rows, all or none.

        Raises:
            Conflict: somebody else changed one of the rows, or gave the numbers.
        """
        before = self._counted(tenant)
        rows: list[AlertRow] = [
            {
                **alert,
                "pk": alerts_pk(tenant),
                "sk": numbered_sk(n),
                "n": n,
                "at": rfc3339(at),
                "expires_epoch": int((at + KEPT).timestamp()),
            }
            for n, alert in enumerate(alerts, start=(before or 0) + 1)
        ]
        counted = [
            numbered(tenant_pk(tenant), ALERT_COUNTER_SK, {}, row["n"], before) for row in rows[-1:]
        ]
        try:
            self.table.create_together(rows, [*counted, *changes])
        except ConditionFailed:
            raise Conflict("another run tells of the same at this moment") from None

    def after(self, tenant: str, n: int, most: int) -> list[KeptAlert]:
        """Return the alerts behind a number, in order, as far as none between is missing."""
        between = (numbered_sk(n + 1), numbered_sk(_LAST))
        page = self.table.page(alerts_pk(tenant), between=between, limit=most)
        return list(without_gap(n, (cast("KeptAlert", item) for item in page.items)))

    def _counted(self, tenant: str) -> int | None:
        item = self.table.get(tenant_pk(tenant), ALERT_COUNTER_SK)
        return cast("Numbered", item)["n"] if item else None
