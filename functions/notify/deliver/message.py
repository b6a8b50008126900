"""What is posted to a webhook, and how it is signed.

Pure. Source: Standard Webhooks 1.0.0: the signature is HMAC-SHA256 over ``id.timestamp.body``, in
base64 behind ``v1,``; while a secret is rotated there are two, parted by a space. The secret is
``whsec_`` and 24 to 64 bytes in base64.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from functions.notify.records import AlertData
from functions.shared.canonical import canonical, sha256_hex
from functions.shared.records.clients import AlertType, DeliveryFailure

PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32
# Of the dashboard: where a person sees what an alert is about.
_VIEWS: Final[dict[AlertType, str]] = {
    "findings.opened": "findings",
    "hours.late": "organizations",
}


class MessageData(AlertData, total=False):
    """What a message says: the alert's ids, its number at this webhook, and where to look."""

    number: int
    link: str


class MessageBody(TypedDict):
    """The body of a message, in the form that Standard Webhooks recommends."""

    type: AlertType
    timestamp: str
    data: MessageData


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its body to the byte, and the headers beside it."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of posting: the answer's status, or why there was none that counts."""

    status: int | None
    failure: DeliveryFailure | None

    @property
    def is_taken(self) -> bool:
        """Tell whether the receiver has it."""
        return self.failure is None


def new_secret() -> str:
    """Return a secret, which is nowhere else."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def message_id(webhook_id: str, number: int) -> str:
    """Return the id of a message: the same whenever it is sent, so that a receiver knows it."""
    return f"msg_{sha256_hex(f'{webhook_id}/{number}'.encode())[:32]}"


def body_of(alert: AlertType, at: str, data: AlertData, number: int, dashboard_url: str) -> bytes:
    """Return the body of a message."""
    view = _VIEWS[alert] if alert in _VIEWS else "overview"
    body: MessageBody = {
        "type": alert,
        "timestamp": at,
        "data": {**data, "number": number, "link": f"{dashboard_url}/#{view}"},
    }
    return canonical(body)


def signed(name: str, timestamp: int, body: bytes, wanted: Sequence[str]) -> Message:
    """Return a message, signed with each of some secrets.

    Args:
        name: the message's id.
        timestamp: of this attempt, in seconds.
        body: what is sent.
        wanted: the secrets, ``whsec_…``.
    """
    content = b"%s.%d.%s" % (name.encode(), timestamp, body)
    signatures = [
        base64.b64encode(hmac.digest(_key(secret), content, hashlib.sha256)).decode()
        for secret in wanted
    ]
    return Message(
        body,
        {
            "content-type": "application/json",
            "user-agent": "OpenAI-Audit",
            "webhook-id": name,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
        },
    )


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
