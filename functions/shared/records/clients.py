"""Machines: their clients and tokens, and what is told to them and by mail.

What the API shows, and what the table holds of it.

Pure.
"""

from typing import Annotated, Final, Literal, TypedDict, get_args

from functions.shared.records.fields import (
    Count,
    Digest,
    Instant,
    Keyword,
    MaybeCount,
    MaybeInstant,
    MaybeText,
    Text,
    described,
)
from functions.shared.records.tables import Key

Scope = Literal["read", "packs", "write"]
"""What a machine's token is good for."""
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

DEFAULT_DAYS: Final = 90
MAX_DAYS: Final = 365
DEFAULT_OLD_SECRET_HOURS: Final = 24
MAX_OLD_SECRET_HOURS: Final = 7 * 24


class ListedClient(TypedDict):
    """A machine's client as the tenant's users see it: never its secret."""

    client_id: Text
    label: MaybeText
    scopes: list[Scope]
    created_at: Instant
    created_by: Annotated[Text, described("Opaque id of the user who made it")]
    expires_at: Instant
    rotated_at: Annotated[MaybeInstant, described("When it last got a new secret")]
    revoked_at: MaybeInstant
    state: Literal["active", "expired", "revoked"]


class NewSecret(ListedClient):
    """A client with a secret that was just made."""

    client_secret: Annotated[Text, described("Shown this once; only its SHA-256 is kept")]


class AccessToken(TypedDict):
    """What a machine gets for its secret (RFC 6749, section 5.1)."""

    access_token: Text
    token_type: Literal["Bearer"]
    expires_in: Annotated[Count, described("Seconds")]
    scope: Annotated[Text, described("Parted by spaces")]


class ClientPointer(Key):
    """Whose client an id is."""

    tenant_id: Text


class AccessTokenRow(Key):
    """An access token, by its digest; it goes by itself some time after its end."""

    tenant_id: Text
    client_id: Text
    scopes: list[Scope]
    expires_at: Instant
    expires_epoch: int


class RequestCount(TypedDict):
    """How many requests of a tenant one minute has had."""

    requests: int


# --- what is told: webhooks and mail --------------------------------------------------------------

AlertType = Literal[
    "findings.opened",
    "admin_key.expiring",
    "admin_key.dead",
    "hours.late",
    "hour.not_whole",
    "log.behind",
    "anchor.made",
    "evidence.damaged",
    "webhook.dead",
    "test",
]
"""What an alert is about; docs/notifications.md tells of each."""
ALERT_TYPES: Final[tuple[AlertType, ...]] = get_args(AlertType)
DeliveryFailure = Literal[
    "name_not_found",
    "address_refused",
    "connection_failed",
    "timed_out",
    "redirected",
    "refused",
]
"""Why a delivery did not arrive; ``refused``: the answer was none of success."""


class ListedWebhook(TypedDict):
    """A webhook as the tenant's admins see it: never its secret."""

    webhook_id: Text
    url: Text
    label: MaybeText
    created_at: Instant
    created_by: Annotated[Text, described("Opaque id of the user who made it")]
    rotated_at: Annotated[MaybeInstant, described("When it last got a new secret")]
    last_number: Annotated[Count, described("Of the newest alert that has a number here")]
    delivered_number: Annotated[Count, described("Up to which the receiver has taken them")]
    failing_since: MaybeInstant
    dead_at: Annotated[MaybeInstant, described("When it was given up; a replay revives it")]
    state: Literal["active", "failing", "dead"]


class NewWebhookSecret(ListedWebhook):
    """A webhook with a secret that was just made."""

    secret: Annotated[Text, described("`whsec_…`, to verify signatures with; shown this once")]


class AlertNumber(TypedDict):
    """Which number an alert has at a webhook."""

    number: Annotated[int, Keyword("minimum", 1)]


class ListedDelivery(AlertNumber):
    """An alert as a webhook's receiver was sent it, or will be."""

    message_id: Annotated[Text, described("Its `webhook-id`, the same however often it is sent")]
    type: AlertType
    committed_at: Instant
    body_sha256: Digest
    delivered_at: Annotated[MaybeInstant, described("When the receiver first took it")]
    tries: Count
    status: Annotated[MaybeCount, described("Of the receiver's last answer")]
    failure: Annotated[DeliveryFailure | None, described("Why the last attempt did not arrive")]


class ListedMail(TypedDict):
    """An address that is told by mail, as the tenant's admins see it."""

    mail_id: Text
    address: Text
    created_at: Instant
    created_by: Annotated[Text, described("Opaque id of the user who added it")]
    confirmed_at: Annotated[MaybeInstant, described("Nothing but one question is sent before")]
    failing_since: MaybeInstant
    dead_at: Annotated[
        MaybeInstant, described("When it was given up; take it away and add it anew")
    ]
    state: Literal["unconfirmed", "active", "failing", "dead"]
