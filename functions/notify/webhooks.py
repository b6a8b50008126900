"""Webhooks: an address, a secret that is kept wrapped, and how far the receiver has come.

Numbers are a webhook's own, 1, 2, 3 … without a gap. ``last_number`` is the newest that was given,
``delivered_number`` the one up to which the receiver has taken them; a replay sets that one back.
"""

import contextlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Final, Literal, cast

from functions.notify.changes import setting
from functions.notify.records import ToldTenant
from functions.shared.aws.alert_keys import TOLD_PK, WEBHOOK_PREFIX, webhook_sk
from functions.shared.aws.keys import tenant_pk
from functions.shared.aws.table import Change, ConditionFailed, Item, Table
from functions.shared.errors import Conflict, NotFound
from functions.shared.hours import rfc3339
from functions.shared.records.clients import ListedWebhook
from functions.shared.records.tables import Key

MOST_OF_A_TENANT: Final = 10
# Two runs at once do not send to one receiver; after one that broke off somebody else may.
LEASE: Final = timedelta(minutes=3)
_WEBHOOK_ID: Final = re.compile(r"hook-[0-9a-f]{20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver of alerts.

    Attributes:
        tenant_id: whose.
        webhook_id: ``hook-`` and 20 random hex digits.
        url: where alerts are posted.
        label: the tenant's own words for what it is, or None.
        secret: ciphertext.
        created_at: RFC 3339.
        created_by: opaque id of the user.
        alert: number of the tenant's alert up to which all have a number here.
        last_number: see the module.
        delivered_number: see the module.
        old_secret: ciphertext of the secret before, None where there is none that is still used.
        old_secret_until: first instant at which that one is not, RFC 3339.
        rotated_at: when it last got a new secret.
        failing_since: first attempt since the last that arrived, None where that arrived.
        failures: attempts since then.
        next_try_at: before it nothing is sent, empty: at once.
        dead_at: when it was given up, None where it was not.
        ended_at: when an admin took it away, None where nobody did.
        lease_until: until when one run sends to it, empty: nobody does.
    """

    tenant_id: str
    webhook_id: str
    url: str
    label: str | None
    secret: bytes = field(repr=False)
    created_at: str
    created_by: str
    alert: int
    last_number: int = 0
    delivered_number: int = 0
    old_secret: bytes | None = field(default=None, repr=False)
    old_secret_until: str | None = None
    rotated_at: str | None = None
    failing_since: str | None = None
    failures: int = 0
    next_try_at: str = ""
    dead_at: str | None = None
    ended_at: str | None = None
    lease_until: str = ""

    @property
    def state(self) -> Literal["active", "failing", "dead"]:
        """Return ``active``, ``failing`` or ``dead``."""
        if self.dead_at is not None:
            return "dead"
        return "active" if self.failing_since is None else "failing"

    def is_due(self, at: datetime) -> bool:
        """Tell whether something is to be sent now."""
        is_behind = self.delivered_number < self.last_number
        return is_behind and self.dead_at is None and self.next_try_at <= rfc3339(at)

    def public(self) -> ListedWebhook:
        """Return what the tenant's admins may see of it."""
        return {
            "webhook_id": self.webhook_id,
            "url": self.url,
            "label": self.label,
            "created_at": self.created_at,
            "created_by": self.created_by,
            "rotated_at": self.rotated_at,
            "last_number": self.last_number,
            "delivered_number": self.delivered_number,
            "failing_since": self.failing_since,
            "dead_at": self.dead_at,
            "state": self.state,
        }


def new_webhook_id() -> str:
    """Return an id that nothing has."""
    return f"hook-{secrets.token_hex(10)}"


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The webhooks of all tenants.

    Permissions:
        dynamodb:GetItem for ``need``; dynamodb:Query for ``of`` and ``told``; dynamodb:PutItem for
        ``add`` and ``tell``; dynamodb:UpdateItem for ``set``, ``lease`` and
        ``release``.
    """

    table: Table

    def add(self, hook: Webhook) -> None:
        """Keep a new webhook."""
        self.table.put(_to_item(hook), condition="attribute_not_exists(pk)")

    def tell(self, tenant: str, at: datetime) -> None:
        """Have a tenant told of what happens from now on; no-op where it is already."""
        row: ToldTenant = {"pk": TOLD_PK, "sk": tenant, "since": rfc3339(at)}
        try:
            self.table.put(row, condition="attribute_not_exists(pk)")
        except ConditionFailed:
            return

    def told(self) -> list[tuple[str, str]]:
        """Return every tenant that is told, with the instant from which on it is."""
        rows = [cast("ToldTenant", item) for item in self.table.query(TOLD_PK)]
        return [(row["sk"], row["since"]) for row in rows]

    def of(self, tenant: str) -> list[Webhook]:
        """Return a tenant's webhooks by their ids, those that ended left out."""
        items = self.table.query(tenant_pk(tenant), prefix=WEBHOOK_PREFIX)
        hooks = [_from_item(item) for item in items]
        return [hook for hook in hooks if hook.ended_at is None]

    def need(self, tenant: str, webhook_id: str) -> Webhook:
        """Return a webhook of a tenant.

        Raises:
            NotFound: it has none of this id.
        """
        named = _WEBHOOK_ID.fullmatch(webhook_id)
        item = self.table.get(tenant_pk(tenant), webhook_sk(webhook_id)) if named else None
        hook = _from_item(item) if item else None
        if hook is None or hook.ended_at is not None:
            raise NotFound("no such webhook")
        return hook

    def lease(self, hook: Webhook, at: datetime) -> str | None:
        """Take a webhook for one run that sends to it; say until when, None: another run has it."""
        until = rfc3339(at + LEASE)
        free = "(lease_until < :now OR lease_until = :nobody) AND ended_at = :null"
        try:
            self.table.update(
                tenant_pk(hook.tenant_id),
                webhook_sk(hook.webhook_id),
                "SET lease_until = :until",
                {
                    ":until": until,
                    ":now": rfc3339(at),
                    ":nobody": "",
                    ":null": None,
                },
                condition=free,
            )
        except ConditionFailed:
            return None
        return until

    def release(self, hook: Webhook, until: str) -> None:
        """Give a webhook back; no-op where another run has it meanwhile."""
        with contextlib.suppress(Conflict):
            self.set(hook, {"lease_until": ""}, {"lease_until": until})

    def set(self, hook: Webhook, sets: Mapping[str, object], before: Mapping[str, object]) -> None:
        """Set fields, unless some are others than before.

        Raises:
            Conflict: they are.
        """
        try:
            self.table.change_together([change_of(hook, sets, before)])
        except ConditionFailed:
            raise Conflict("the webhook was changed at this moment; look again") from None


def change_of(hook: Webhook, sets: Mapping[str, object], before: Mapping[str, object]) -> Change:
    """Return what sets fields of a webhook whose other fields are as before."""
    return setting(tenant_pk(hook.tenant_id), webhook_sk(hook.webhook_id), sets, before)


def _to_item(hook: Webhook) -> Item:
    key: Key = {"pk": tenant_pk(hook.tenant_id), "sk": webhook_sk(hook.webhook_id)}
    return {**key, **asdict(hook)}


def _from_item(item: Item) -> Webhook:
    return Webhook(**{part.name: item[part.name] for part in fields(Webhook)})
