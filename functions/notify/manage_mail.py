"""Addresses, step by step: added, confirmed, taken away by an admin.

Everything that is done stands in the custody log before it is done.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.notify.mail.addresses import (
    MOST_OF_A_TENANT,
    MailAddress,
    MailAddresses,
    check_address,
    new_mail_id,
)
from functions.notify.mail.send import next_digest
from functions.notify.records import ConfirmationForm, MailForm
from functions.notify.watch.alerts import KEPT, Alerts
from functions.notify.webhooks import Webhooks
from functions.shared.canonical import sha256_hex
from functions.shared.clock import Clock
from functions.shared.errors import BadRequest, Conflict
from functions.shared.hours import rfc3339
from functions.shared.http.principal import Principal
from functions.shared.records.clients import ListedMail
from functions.shared.tables.custody import Custody

_CONFIRM_WITHIN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Context:
    """What the function reaches.

    Attributes:
        sends: whether the stage sends mail at all.
    """

    addresses: MailAddresses
    webhooks: Webhooks
    alerts: Alerts
    custody: Custody
    clock: Clock
    sends: bool


def add(principal: Principal, form: MailForm, context: Context) -> ListedMail:
    """Add an address; one letter goes there, with a token that confirms it.

    Raises:
        BadRequest: it is no address.
        Conflict: the stage sends no mail, or the tenant has as many as it may have.
    """
    tenant, now = principal.tenant_id, context.clock()
    text = check_address(form["address"])
    if not context.sends:
        raise Conflict("this deployment sends no mail: its operator has named no sender")
    if len(context.addresses.of(tenant)) >= MOST_OF_A_TENANT:
        raise Conflict(f"a tenant has {MOST_OF_A_TENANT} addresses at most; take one away first")
    context.addresses.count_letter(tenant, now)
    address = MailAddress(
        tenant_id=tenant,
        mail_id=new_mail_id(),
        address=text,
        created_at=rfc3339(now),
        created_by=principal.user,
        expires_epoch=int((now + _CONFIRM_WITHIN).timestamp()),
    )
    _note(principal, "mail.added", address, context, now)
    context.webhooks.tell(tenant, now)
    context.addresses.add(address)
    return address.public()


def confirm(
    principal: Principal, mail_id: str, form: ConfirmationForm, context: Context
) -> ListedMail:
    """Have an address told of what happens from now on; no-op where it is already.

    Raises:
        BadRequest: the token is not the one that was sent there.
        NotFound: the tenant has no such address.
        Conflict: somebody changed it at this moment.
    """
    address, now = context.addresses.need(principal.tenant_id, mail_id), context.clock()
    token = form["token"] if isinstance(form["token"], str) else ""
    digest = sha256_hex(token.encode("utf-8", "replace"))
    if not address.token_sha256 or not hmac.compare_digest(digest, address.token_sha256):
        raise BadRequest("token must be the one in the last letter to this address")
    if address.confirmed_at is not None:
        return address.public()
    newest = context.alerts.newest(address.tenant_id)
    sets = {
        "confirmed_at": rfc3339(now),
        "expires_epoch": None,
        "alert": newest,
        "digest_alert": newest,
        "digest_at": next_digest(now),
    }
    _note(principal, "mail.confirmed", address, context, now)
    context.addresses.set(address, sets, {"confirmed_at": None, "ended_at": None})
    return context.addresses.need(address.tenant_id, mail_id).public()


def end(principal: Principal, mail_id: str, context: Context) -> ListedMail:
    """Take an address away: no letter goes there any more, and it is kept nowhere.

    Raises:
        NotFound: the tenant has no such address.
        Conflict: somebody changed it at this moment.
    """
    address, now = context.addresses.need(principal.tenant_id, mail_id), context.clock()
    _note(principal, "mail.ended", address, context, now)
    gone = {
        "ended_at": rfc3339(now),
        "address": "",
        "expires_epoch": int((now + KEPT).timestamp()),
    }
    context.addresses.set(address, gone, {"ended_at": None})
    return address.public()


def _note(
    principal: Principal, action: str, address: MailAddress, context: Context, now: datetime
) -> None:
    by, mail_id = principal.user, address.mail_id
    context.custody.note(principal.tenant_id, by, action, now, mail_id=mail_id)
