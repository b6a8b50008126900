"""Machines' clients: an id, a secret of which only the SHA-256 is kept, scopes, an end.

Two rows make a client. The tenant's own decides; the one under the id only says whose it is, for a
machine that asks for a token names no tenant.
"""

import hmac
import re
import secrets
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Final, Literal, cast

from functions.shared.aws.keys import CLIENT_PREFIX, client_pk, client_sk, tenant_pk
from functions.shared.aws.table import ConditionFailed, Item, Page, Table
from functions.shared.canonical import sha256_hex
from functions.shared.errors import Conflict, NotFound
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.records.clients import ClientPointer, ListedClient, Scope
from functions.shared.records.tables import Key

# Known by their beginning to whoever looks for secrets in code and logs.
PREFIX: Final = "oasec_"
_SECRET_BYTES: Final = 32
_CLIENT_ID: Final = re.compile(r"client-[0-9a-f]{20}", re.ASCII)
_POINTER_SK: Final = "CLIENT"


@dataclass(frozen=True, slots=True)
class Client:
    """A machine's client.

    Attributes:
        tenant_id: whose machine.
        client_id: ``client-`` and 20 random hex digits.
        label: the tenant's own words for what it is, or None.
        scopes: what its tokens are good for.
        secret_sha256: of the secret.
        old_secret_sha256: of the one before, None where there is none that is still good.
        old_secret_until: first instant at which that one is not, RFC 3339.
        created_at: RFC 3339.
        created_by: opaque id of the user.
        expires_at: first instant at which it gets no token, RFC 3339.
        rotated_at: when it last got a new secret.
        revoked_at: when an admin ended it, None where nobody did.
    """

    tenant_id: str
    client_id: str
    label: str | None
    scopes: list[Scope]
    secret_sha256: str
    created_at: str
    created_by: str
    expires_at: str
    old_secret_sha256: str | None = None
    old_secret_until: str | None = None
    rotated_at: str | None = None
    revoked_at: str | None = None

    def state(self, at: datetime) -> Literal["active", "expired", "revoked"]:
        """Return ``active``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if at < parse_instant(self.expires_at) else "expired"

    def knows(self, secret: str, at: datetime) -> bool:
        """Tell whether this is its secret, or the one before while that is still good."""
        digest = sha256_hex(secret.encode("utf-8", "replace"))
        is_newest = hmac.compare_digest(digest, self.secret_sha256)
        until = self.old_secret_until
        is_old = hmac.compare_digest(digest, self.old_secret_sha256 or "")
        return is_newest or (is_old and until is not None and at < parse_instant(until))

    def public(self, at: datetime) -> ListedClient:
        """Return what the tenant's users may see of it."""
        return {
            "client_id": self.client_id,
            "label": self.label,
            "scopes": self.scopes,
            "created_at": self.created_at,
            "created_by": self.created_by,
            "expires_at": self.expires_at,
            "rotated_at": self.rotated_at,
            "revoked_at": self.revoked_at,
            "state": self.state(at),
        }


def is_client_id(text: str) -> bool:
    """Tell whether a text has the form of a client's id."""
    return _CLIENT_ID.fullmatch(text) is not None


def new_secret() -> str:
    """Return a secret, which is nowhere else."""
    return PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def new_client(
    tenant: str, by: str, label: str | None, scopes: list[Scope], days: int, at: datetime
) -> tuple[Client, str]:
    """Return a client and its secret.

    Args:
        tenant: whose machine.
        by: opaque id of the user.
        label: what it is, or None.
        scopes: what its tokens are good for.
        days: how long it gets any.
        at: the present.
    """
    secret = new_secret()
    return Client(
        tenant_id=tenant,
        client_id=f"client-{secrets.token_hex(10)}",
        label=label,
        scopes=scopes,
        secret_sha256=sha256_hex(secret.encode()),
        created_at=rfc3339(at),
        created_by=by,
        expires_at=rfc3339(at + timedelta(days=days)),
    ), secret


def with_new_secret(machine: Client, old_for: timedelta, at: datetime) -> tuple[Client, str]:
    """Return a client with another secret; the one it had is good for a while longer."""
    secret = new_secret()
    return replace(
        machine,
        secret_sha256=sha256_hex(secret.encode()),
        old_secret_sha256=machine.secret_sha256 if old_for else None,
        old_secret_until=rfc3339(at + old_for) if old_for else None,
        rotated_at=rfc3339(at),
    ), secret


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients of all tenants.

    Permissions:
        dynamodb:GetItem for ``need``, ``of_id``; dynamodb:Query for ``page``; dynamodb:PutItem for
        ``replace`` and, in a transaction, ``add``.
    """

    table: Table

    def add(self, machine: Client) -> None:
        """Keep a new client, under its tenant and under its id."""
        pointer: ClientPointer = {
            "pk": client_pk(machine.client_id),
            "sk": _POINTER_SK,
            "tenant_id": machine.tenant_id,
        }
        self.table.create_together([_to_item(machine), pointer])

    def page(
        self, tenant: str, *, limit: int, after: str | None = None
    ) -> tuple[list[Client], Page]:
        """Return a tenant's clients by their ids, and the page they came from."""
        page = self.table.page(tenant_pk(tenant), prefix=CLIENT_PREFIX, limit=limit, after=after)
        return [_from_item(item) for item in page.items], page

    def need(self, tenant: str, client_id: str) -> Client:
        """Return a client of a tenant.

        Raises:
            NotFound: it has none of this id.
        """
        named = is_client_id(client_id)
        item = self.table.get(tenant_pk(tenant), client_sk(client_id)) if named else None
        if item is None:
            raise NotFound("no such client")
        return _from_item(item)

    def of_id(self, client_id: str) -> Client:
        """Return a client, whoever's it is.

        Raises:
            NotFound: nobody has one of this id.
        """
        named = is_client_id(client_id)
        item = self.table.get(client_pk(client_id), _POINTER_SK) if named else None
        if item is None:
            raise NotFound("no such client")
        return self.need(cast("ClientPointer", item)["tenant_id"], client_id)

    def replace(self, before: Client, after: Client) -> None:
        """Write a client as it is now, unless somebody else changed it meanwhile.

        Raises:
            Conflict: somebody did.
        """
        try:
            self.table.put(
                _to_item(after),
                condition="secret_sha256 = :secret AND revoked_at = :revoked",
                values={":secret": before.secret_sha256, ":revoked": before.revoked_at},
            )
        except ConditionFailed:
            raise Conflict("the client was changed at this moment; look again") from None


def _to_item(machine: Client) -> Item:
    key: Key = {"pk": tenant_pk(machine.tenant_id), "sk": client_sk(machine.client_id)}
    return {**key, **asdict(machine)}


def _from_item(item: Item) -> Client:
    return Client(**{part.name: item[part.name] for part in fields(Client)})
