"""The operations and the schemas of webhooks and mail.

Pure.
"""

from typing import Final

from functions.api.schemas.operation import NOTIFY, Operation
from functions.api.schemas.parts import MAYBE_TEXT, TEXT, listed, record, ref
from functions.shared.http.form_values import MAX_LABEL
from functions.shared.records.clients import (
    AlertNumber,
    ListedDelivery,
    ListedMail,
    ListedWebhook,
    NewWebhookSecret,
)
from functions.shared.records.fields import Schema, schema_of

_PAGE: Final = ("cursor", "limit")
_ONE: Final = "/webhooks/{webhook_id}"

TOLD_OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        *("POST", "/webhooks", NOTIFY, "makeWebhook"),
        *("Have what happens posted to an address", "NewWebhookSecret"),
        status=201,
        body="WebhookRequest",
        admin=True,
        problems=(409, 503),
    ),
    Operation(
        *("GET", "/webhooks", NOTIFY, "listWebhooks", "List webhooks", "WebhookList"), admin=True
    ),
    Operation(*("GET", _ONE, NOTIFY, "showWebhook", "Show a webhook", "Webhook"), admin=True),
    Operation(
        *("DELETE", _ONE, NOTIFY, "endWebhook", "Take a webhook away", "Webhook"),
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("POST", f"{_ONE}/secret", NOTIFY, "rotateWebhookSecret"),
        *("Give a webhook a new secret; for some hours the old one signs as well",),
        "NewWebhookSecret",
        body="RotationRequest",
        is_bodiless=True,
        admin=True,
        problems=(409, 503),
    ),
    Operation(
        *("POST", f"{_ONE}/test", NOTIFY, "testWebhook"),
        *("Send a webhook a test alert, within a minute", "AlertNumber"),
        status=202,
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("POST", f"{_ONE}/replay", NOTIFY, "replayWebhook"),
        *("Send a webhook everything once more from a number on", "Webhook"),
        body="ReplayRequest",
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("GET", f"{_ONE}/deliveries", NOTIFY, "listDeliveries"),
        *("List what a webhook was sent, newest first", "DeliveryList"),
        query=_PAGE,
        admin=True,
    ),
    Operation(
        *("POST", "/mail", NOTIFY, "addMail"),
        *("Have an address told by mail, once it is confirmed", "Mail"),
        status=201,
        body="MailRequest",
        admin=True,
        problems=(409,),
    ),
    Operation(*("GET", "/mail", NOTIFY, "listMail", "List addresses", "MailList"), admin=True),
    Operation(
        *("POST", "/mail/{mail_id}/confirmation", NOTIFY, "confirmMail"),
        *("Confirm an address, with the token that was sent there", "Mail"),
        body="ConfirmationRequest",
        admin=True,
        problems=(409,),
    ),
    Operation(
        *("DELETE", "/mail/{mail_id}", NOTIFY, "endMail", "Take an address away", "Mail"),
        admin=True,
        problems=(409,),
    ),
)

TOLD_SCHEMAS: Final[dict[str, Schema]] = {
    "WebhookRequest": record(
        {
            "url": TEXT
            | {
                "minLength": 1,
                "maxLength": 500,
                "pattern": "^https?://[!-~]+$",
                "description": "https, a name of the internet, the usual port",
                "examples": ["https://siem.example/alerts"],
            },
            "label": MAYBE_TEXT | {"minLength": 1, "maxLength": MAX_LABEL},
        },
        "label",
    ),
    "ReplayRequest": record(
        {"from_number": {"type": "integer", "minimum": 1, "maximum": 9_999_999_998}}
    ),
    "MailRequest": record(
        {"address": TEXT | {"format": "email", "maxLength": 254, "examples": ["ops@example.com"]}}
    ),
    "ConfirmationRequest": record({"token": TEXT | {"pattern": "^[A-Za-z0-9_-]{22}$"}}),
    "Mail": schema_of(ListedMail),
    "MailList": listed(ref("Mail")),
    "Webhook": schema_of(ListedWebhook),
    "NewWebhookSecret": schema_of(NewWebhookSecret),
    "WebhookList": listed(ref("Webhook")),
    "AlertNumber": schema_of(AlertNumber),
    "Delivery": schema_of(ListedDelivery),
    "DeliveryList": listed(ref("Delivery")),
}
