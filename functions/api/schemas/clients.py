"""The schemas of machines' clients and tokens.

Pure.
"""

from typing import Final

from functions.api.schemas.parts import MAYBE_TEXT, TEXT, listed, one_of, record, ref
from functions.shared.http.form_values import MAX_LABEL
from functions.shared.records.clients import (
    DEFAULT_DAYS,
    DEFAULT_OLD_SECRET_HOURS,
    MAX_DAYS,
    MAX_OLD_SECRET_HOURS,
    SCOPES,
    AccessToken,
    ListedClient,
    NewSecret,
)
from functions.shared.records.fields import Schema, schema_of

CLIENT_SCHEMAS: Final[dict[str, Schema]] = {
    "TokenRequest": record(
        {
            "grant_type": one_of("client_credentials"),
            "client_id": TEXT,
            "client_secret": TEXT | {"format": "password"},
            "scope": TEXT | {"description": "Some of the client's scopes, parted by spaces"},
        },
        *("client_id", "client_secret", "scope"),
    ),
    "AccessToken": schema_of(AccessToken),
    "ClientRequest": record(
        {
            "label": MAYBE_TEXT | {"minLength": 1, "maxLength": MAX_LABEL},
            "scopes": {"type": "array", "items": one_of(*SCOPES), "minItems": 1},
            "days": {"type": "integer", "minimum": 1, "maximum": MAX_DAYS, "default": DEFAULT_DAYS},
        },
        *("label", "days"),
    ),
    "RotationRequest": record(
        {
            "old_secret_hours": {
                "type": "integer",
                "minimum": 0,
                "maximum": MAX_OLD_SECRET_HOURS,
                "default": DEFAULT_OLD_SECRET_HOURS,
            }
        },
        "old_secret_hours",
    ),
    "Client": schema_of(ListedClient),
    "NewSecret": schema_of(NewSecret),
    "ClientList": listed(ref("Client")),
}
