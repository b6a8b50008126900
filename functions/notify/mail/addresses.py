"""Addresses that are told by mail: an admin's choice, once whoever reads there has confirmed it."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Final, Literal

from functions.notify.changes import setting
from functions.shared.aws.alert_keys import LETTERS_COUNTER_SK, MAIL_PREFIX, mail_sk
from functions.shared.aws.keys import tenant_pk
from functions.shared.aws.table import Change, ConditionFailed, Item, Table
from functions.shared.errors import BadRequest, Conflict, NotFound
from functions.shared.hours import rfc3339
from functions.shared.records.clients import ListedMail
from functions.shared.records.tables import Key

MOST_OF_A_TENANT: Final = 10
# Whoever adds and takes away addresses again and again fills nobody's mailbox.
MOST_A_DAY: Final = 20
MAX_ADDRESS: Final = 254
_MAIL_ID: Final = re.compile(r"mail-[0-9a-f]{20}", re.ASCII)
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class MailAddress:
    """An address.

    Attributes:
        tenant_id: whose.
        mail_id: ``mail-`` and 20 random hex digits: what logs and the custody log say of it.
        address: where letters go.
        created_at: RFC 3339.
        created_by: opaque id of the user.
        expires_epoch: when the row goes by itself, None once it is confirmed.
        token_sha256: of the token in the letter that asks for confirmation, empty before it.
        asked_at: when that letter was taken.
        confirmed_at: when an admin gave the token.
        alert: number of the alert up to which it was told.
        digest_alert: the same, of the weekly letter.
        digest_at: when that one is due, empty before the confirmation.
        failing_since: first letter since the last one taken, None where that was taken.
        failures: letters since then.
        next_try_at: before it nothing is sent; whoever sends sets it before.
        dead_at: when it was given up.
        ended_at: when an admin took it away.
    """

    tenant_id: str
    mail_id: str
    address: str = field(repr=False)
    created_at: str
    created_by: str
    expires_epoch: int | None
    token_sha256: str = ""
    asked_at: str | None = None
    confirmed_at: str | None = None
    alert: int = 0
    digest_alert: int = 0
    digest_at: str = ""
    failing_since: str | None = None
    failures: int = 0
    next_try_at: str = ""
    dead_at: str | None = None
    ended_at: str | None = None

    @property
    def state(self) -> Literal["unconfirmed", "active", "failing", "dead"]:
        """Return ``unconfirmed``, ``active``, ``failing`` or ``dead``."""
        if self.dead_at is not None:
            return "dead"
        if self.confirmed_at is None:
            return "unconfirmed"
        return "active" if self.failing_since is None else "failing"

    def public(self) -> ListedMail:
        """Return what the tenant's admins may see of it."""
        return {
            "mail_id": self.mail_id,
            "address": self.address,
            "created_at": self.created_at,
            "created_by": self.created_by,
            "confirmed_at": self.confirmed_at,
            "failing_since": self.failing_since,
            "dead_at": self.dead_at,
            "state": self.state,
        }


def new_mail_id() -> str:
    """Return an id that nothing has."""
    return f"mail-{secrets.token_hex(10)}"


def check_address(text: object) -> str:
    """Return an address that letters can go to.

    Raises:
        BadRequest: it is none.
    """
    if not isinstance(text, str) or len(text) > MAX_ADDRESS or not _ADDRESS.fullmatch(text):
        raise BadRequest("address must be one plain e-mail address, like ops@example.com")
    return text


@dataclass(frozen=True, slots=True)
class MailAddresses:
    """The addresses of all tenants.

    Permissions:
        dynamodb:GetItem for ``need``; dynamodb:Query for ``of``; dynamodb:PutItem for ``add``;
        dynamodb:UpdateItem for ``set`` and ``count_letter``.
    """

    table: Table

    def add(self, address: MailAddress) -> None:
        """Keep a new address."""
        self.table.put(_to_item(address), condition="attribute_not_exists(pk)")

    def count_letter(self, tenant: str, at: datetime) -> None:
        """Count a letter that asks for confirmation.

        Raises:
            Conflict: the tenant had as many today as it may have.
        """
        try:
            self.table.update(
                tenant_pk(tenant),
                f"{LETTERS_COUNTER_SK}#{rfc3339(at)[:10]}",
                "SET expires_epoch = :gone ADD letters :one",
                {
                    ":gone": int((at + timedelta(days=2)).timestamp()),
                    ":one": 1,
                    ":most": MOST_A_DAY,
                },
                condition="attribute_not_exists(letters) OR letters < :most",
            )
        except ConditionFailed:
            raise Conflict(f"a tenant adds {MOST_A_DAY} addresses a day at most") from None

    def of(self, tenant: str) -> list[MailAddress]:
        """Return a tenant's addresses by their ids, those that ended left out."""
        items = self.table.query(tenant_pk(tenant), prefix=MAIL_PREFIX)
        every = [_from_item(item) for item in items]
        return [address for address in every if address.ended_at is None]

    def need(self, tenant: str, mail_id: str) -> MailAddress:
        """Return an address of a tenant.

        Raises:
            NotFound: it has none of this id.
        """
        named = _MAIL_ID.fullmatch(mail_id)
        item = self.table.get(tenant_pk(tenant), mail_sk(mail_id)) if named else None
        address = _from_item(item) if item else None
        if address is None or address.ended_at is not None:
            raise NotFound("no such address")
        return address

    def set(
        self, address: MailAddress, sets: Mapping[str, object], before: Mapping[str, object]
    ) -> None:
        """Set fields, unless some are others than before.

        Raises:
            Conflict: they are.
        """
        try:
            self.table.change_together([change_of(address, sets, before)])
        except ConditionFailed:
            raise Conflict("the address was changed at this moment; look again") from None


def change_of(
    address: MailAddress, sets: Mapping[str, object], before: Mapping[str, object]
) -> Change:
    """Return what sets fields of an address whose other fields are as before."""
    return setting(tenant_pk(address.tenant_id), mail_sk(address.mail_id), sets, before)


def _to_item(address: MailAddress) -> Item:
    key: Key = {"pk": tenant_pk(address.tenant_id), "sk": mail_sk(address.mail_id)}
    return {**key, **asdict(address)}


def _from_item(item: Item) -> MailAddress:
    return MailAddress(**{part.name: item[part.name] for part in fields(MailAddress)})
