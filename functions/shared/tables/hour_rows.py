"""The hour's row: a lease while the hour is open, what the seal says once it is closed.

The row is a projection: what it says of evidence is looked up, never decided by. The lease only
saves work; what keeps two copies apart is that a seal is written once.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from functions.shared.aws.keys import hour_sk, organization_pk
from functions.shared.aws.table import ConditionFailed, Table
from functions.shared.errors import LeaseHeld
from functions.shared.hours import rfc3339
from functions.shared.records.fields import shown
from functions.shared.records.tables import ClosedHour, HourFacts, HourRow, LeasedHour


@dataclass(frozen=True, slots=True)
class HourRows:
    """The hour rows of one organization of one tenant.

    Permissions:
        dynamodb:Query for reading; dynamodb:UpdateItem for ``lease`` and ``release``;
        dynamodb:PutItem for ``close``.
    """

    table: Table
    tenant: str
    org: str

    def lease(self, hour: datetime, owner: str, now: datetime, length: timedelta) -> int:
        """Take the hour for one run, and return how many runs have had it, this one included.

        The same owner may take it again after a crash.

        Raises:
            LeaseHeld: another run has it, or it is closed.
        """
        try:
            row = self.table.update(
                organization_pk(self.tenant, self.org),
                hour_sk(hour),
                "SET #state = :open, lease_owner = :owner, lease_until = :until ADD runs :one",
                {
                    ":one": 1,
                    ":open": "open",
                    ":nobody": "",
                    ":owner": owner,
                    ":until": rfc3339(now + length),
                    ":now": rfc3339(now),
                },
                names={"#state": "state"},
                condition="attribute_not_exists(pk) OR "
                "(#state = :open AND (lease_owner IN (:owner, :nobody) OR lease_until < :now))",
            )
        except ConditionFailed as error:
            raise LeaseHeld(f"another run has the hour {rfc3339(hour)}") from error
        return cast("LeasedHour", row)["runs"]

    def release(self, hour: datetime, owner: str) -> None:
        """Give back an hour that could not be closed, so that the next run need not wait."""
        # Where another run has taken it meanwhile it is not this one's to give back.
        with contextlib.suppress(ConditionFailed):
            self.table.update(
                organization_pk(self.tenant, self.org),
                hour_sk(hour),
                "SET lease_owner = :nobody",
                {":nobody": "", ":owner": owner},
                condition="lease_owner = :owner",
            )

    def close(self, hour: datetime, facts: HourFacts) -> None:
        """Write what the seal says; this also ends the lease."""
        row: ClosedHour = {
            **facts,
            "hour": rfc3339(hour),
            "pk": organization_pk(self.tenant, self.org),
            "sk": hour_sk(hour),
            "state": "sealed",
        }
        self.table.put(row)

    def newest(self) -> HourRow | None:
        """Return the row of the newest closed hour, None where there is none."""
        # A few more than one: the hours after it may be open.
        return next(self.between(None, None, newest_first=True, at_once=4), None)

    def between(
        self,
        start: datetime | None,
        end: datetime | None,
        *,
        newest_first: bool = False,
        at_once: int = 200,
    ) -> Iterator[HourRow]:
        """Yield the rows of closed hours, ``start <= hour < end``, as the API shows them.

        Args:
            start: first hour, None for the first there is.
            end: the hour after the last, None for the last there is.
            newest_first: from the newest hour down.
            at_once: rows to read at a time; every row read costs, seen or not.
        """
        pk = organization_pk(self.tenant, self.org)
        low = hour_sk(start) if start else "HOUR#"
        # '~' sorts after every digit, and an hour's own key before it followed by anything.
        high = hour_sk(end) if end else "HOUR#~"
        after: str | None = None
        while True:
            page = self.table.page(
                pk, between=(low, high), after=after, limit=at_once, newest_first=newest_first
            )
            for item in page.items:
                row = cast("ClosedHour", item)
                if row["state"] == "sealed" and row["sk"] != high:
                    yield shown(HourRow, row)
            if page.last_sk is None:
                return
            after = page.last_sk
