"""Machines' clients and tokens: what the API shows of them, and what the table holds.

Pure.
"""

from typing import Annotated, Final, Literal, TypedDict, get_args

from functions.shared.records.fields import Count, Instant, MaybeInstant, MaybeText, Text, described
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
