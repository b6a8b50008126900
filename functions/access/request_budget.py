"""How many requests a tenant may send: so many a minute, counted in the table.

One count for all of a tenant's users and machines and for every copy of the function; another
tenant's requests are counted elsewhere. The stage's own throttle stands before it, against floods.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from functions.shared.aws.keys import request_count_sk, tenant_pk
from functions.shared.aws.table import Table
from functions.shared.hours import rfc3339
from functions.shared.http.principal import Caller
from functions.shared.records.clients import RequestCount

_MINUTE_S: Final = 60
# DynamoDB drops the row within days of this.
_KEPT_S: Final = 3600


@dataclass(frozen=True, slots=True)
class RequestBudget:
    """The budgets of all tenants.

    Permissions:
        dynamodb:UpdateItem.

    Attributes:
        per_minute: requests of a tenant in a minute of the clock.
    """

    table: Table
    per_minute: int

    def take(self, tenant: str, at: datetime) -> Caller:
        """Count a request; say what the budget is, what is left, and when it is whole again.

        What is left is below zero for a request that is too many.
        """
        epoch = int(at.timestamp())
        minute = at.replace(second=0, microsecond=0)
        counted = self.table.update(
            tenant_pk(tenant),
            request_count_sk(rfc3339(minute)),
            "SET expires_epoch = :gone ADD requests :one",
            {":gone": epoch + _KEPT_S, ":one": 1},
        )
        left = self.per_minute - cast("RequestCount", counted)["requests"]
        return {
            "limit": str(self.per_minute),
            "remaining": str(left),
            "reset_s": str(_MINUTE_S - epoch % _MINUTE_S),
        }
