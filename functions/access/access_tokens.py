"""Machines' access tokens: opaque, good for a quarter of an hour, known by their digest.

A token is good as long as its client is: that one's row is read with each request, so that whoever
is revoked is refused at the next.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from functions.access.clients import Client, Clients
from functions.shared.aws.keys import access_token_pk
from functions.shared.aws.table import Table
from functions.shared.canonical import sha256_hex
from functions.shared.errors import NotFound, NotSignedIn
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.http.principal import Principal
from functions.shared.records.clients import AccessTokenRow, Scope

LIFETIME: Final = timedelta(minutes=15)
PREFIX: Final = "oatok_"
_TOKEN: Final = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}", re.ASCII)
_TOKEN_BYTES: Final = 32
_SK: Final = "TOKEN"
_NOT_GOOD: Final = "this access token is not good any more; ask POST /token for another"


@dataclass(frozen=True, slots=True)
class AccessTokens:
    """The access tokens of all tenants.

    Permissions:
        dynamodb:GetItem for ``behind``; dynamodb:PutItem for ``issue``.
    """

    table: Table
    clients: Clients

    def issue(self, machine: Client, scopes: list[Scope], at: datetime) -> str:
        """Return a new token of a client, which is nowhere else."""
        token = PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
        expires = at + LIFETIME
        row: AccessTokenRow = {
            "pk": access_token_pk(sha256_hex(token.encode())),
            "sk": _SK,
            "tenant_id": machine.tenant_id,
            "client_id": machine.client_id,
            "scopes": scopes,
            "expires_at": rfc3339(expires),
            "expires_epoch": int(expires.timestamp()),
        }
        self.table.put(row)
        return token

    def behind(self, token: str, at: datetime) -> Principal:
        """Return the machine that holds a token.

        Raises:
            NotSignedIn: no such token, it has ended, or its client has.
        """
        pk = access_token_pk(sha256_hex(token.encode("utf-8", "replace")))
        item = self.table.get(pk, _SK) if _TOKEN.fullmatch(token) else None
        if item is None:
            raise NotSignedIn(_NOT_GOOD)
        row = cast("AccessTokenRow", item)
        try:
            machine = self.clients.need(row["tenant_id"], row["client_id"])
        except NotFound:
            raise NotSignedIn(_NOT_GOOD) from None
        if at >= parse_instant(row["expires_at"]) or machine.state(at) != "active":
            raise NotSignedIn(_NOT_GOOD)
        scopes = frozenset(row["scopes"]) & frozenset(machine.scopes)
        return Principal(row["tenant_id"], row["client_id"], frozenset(), scopes)
