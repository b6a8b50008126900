"""What each webhook is sent under its numbers: written down, to the byte, before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict, cast

from functions.notify.changes import setting
from functions.notify.deliver.message import body_of, message_id
from functions.notify.records import AlertData, DeliveryRow
from functions.notify.watch.alerts import KEPT
from functions.notify.webhooks import Webhook, change_of
from functions.shared.aws.alert_keys import deliveries_pk, numbered_sk
from functions.shared.aws.table import Change, ConditionFailed, Page, Table
from functions.shared.canonical import sha256_hex
from functions.shared.errors import Conflict
from functions.shared.hours import rfc3339
from functions.shared.records.clients import AlertType, DeliveryFailure, ListedDelivery
from functions.shared.records.fields import shown

_LAST: Final = 9_999_999_999


class AlertToSend(TypedDict):
    """An alert that is to get a number at a webhook."""

    type: AlertType
    at: str
    data: AlertData


class Attempted(TypedDict):
    """What an attempt changes of a delivery."""

    delivered_at: str | None
    tries: int
    status: int | None
    failure: DeliveryFailure | None


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What the webhooks of all tenants are sent.

    Permissions:
        dynamodb:Query for ``after`` and ``page``; in transactions dynamodb:PutItem and UpdateItem
        for ``give_numbers``; dynamodb:UpdateItem for ``attempted``.

    Attributes:
        dashboard_url: what links in messages begin with.
    """

    table: Table
    dashboard_url: str

    def give_numbers(
        self, hook: Webhook, alerts: Sequence[AlertToSend], alert: int, at: datetime
    ) -> None:
        """Give alerts the next numbers at a webhook, and write down what will be sent.

        Args:
            hook: the webhook.
            alerts: in their order; at most 90.
            alert: number of the tenant's alert up to which all have one then.
            at: the present.

        Raises:
            Conflict: somebody else gave these numbers.
        """
        rows = [
            self._row(hook, number, each, at)
            for number, each in enumerate(alerts, start=hook.last_number + 1)
        ]
        sets = {"last_number": hook.last_number + len(rows), "alert": alert}
        before = {"last_number": hook.last_number, "alert": hook.alert, "ended_at": None}
        try:
            self.table.create_together(rows, [change_of(hook, sets, before)])
        except ConditionFailed:
            raise Conflict("the webhook was changed at this moment; look again") from None

    def after(self, hook: Webhook, number: int, most: int) -> list[DeliveryRow]:
        """Return what comes behind a number of a webhook, in order; what is kept no more lacks."""
        pk = deliveries_pk(hook.tenant_id, hook.webhook_id)
        between = (numbered_sk(number + 1), numbered_sk(_LAST))
        items = self.table.page(pk, between=between, limit=most).items
        return [cast("DeliveryRow", item) for item in items]

    def page(
        self, hook: Webhook, *, limit: int, after: str | None
    ) -> tuple[list[ListedDelivery], Page]:
        """Return what a webhook was sent, newest first, and the page that it came from."""
        pk = deliveries_pk(hook.tenant_id, hook.webhook_id)
        page = self.table.page(pk, limit=limit, after=after, newest_first=True)
        return [shown(ListedDelivery, item) for item in page.items], page

    @staticmethod
    def attempted(row: DeliveryRow, made: Attempted) -> Change:
        """Return what notes an attempt."""
        return setting(row["pk"], row["sk"], {**made}, {"number": row["number"]})

    def _row(self, hook: Webhook, number: int, alert: AlertToSend, at: datetime) -> DeliveryRow:
        body = body_of(alert["type"], alert["at"], alert["data"], number, self.dashboard_url)
        return {
            "pk": deliveries_pk(hook.tenant_id, hook.webhook_id),
            "sk": numbered_sk(number),
            "number": number,
            "message_id": message_id(hook.webhook_id, number),
            "type": alert["type"],
            "committed_at": rfc3339(at),
            "body": body.decode(),
            "body_sha256": sha256_hex(body),
            "delivered_at": None,
            "tries": 0,
            "status": None,
            "failure": None,
            "expires_epoch": int((at + KEPT).timestamp()),
        }
