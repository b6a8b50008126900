"""Webhooks, step by step: made, listed, tried, replayed, given a new secret, ended by an admin.

Everything that is done stands in the custody log before it is done.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.notify.deliver.deliveries import AlertToSend, Deliveries
from functions.notify.deliver.message import new_secret
from functions.notify.deliver.target import check_url
from functions.notify.records import AlertData, ReplayForm, RotationForm, WebhookForm
from functions.notify.watch.alerts import KEPT, Alerts
from functions.notify.webhooks import MOST_OF_A_TENANT, Webhook, Webhooks, new_webhook_id
from functions.shared.aws.kms import KmsKey, webhook_context
from functions.shared.clock import Clock
from functions.shared.errors import BadRequest, Conflict
from functions.shared.hours import rfc3339
from functions.shared.http.form_values import label_of, whole_number
from functions.shared.http.principal import Principal
from functions.shared.records.clients import (
    MAX_OLD_SECRET_HOURS,
    AlertNumber,
    ListedWebhook,
    NewWebhookSecret,
)
from functions.shared.records.statements import CustodyFacts
from functions.shared.tables.custody import Custody

_MOST_NUMBER: Final = 9_999_999_998
# A test is an alert like any other: whoever presses the button again and again waits for it.
_MOST_WAITING: Final = 100


@dataclass(frozen=True, slots=True)
class Context:
    """What the function reaches.

    Attributes:
        kms: the secrets key.
        loopback: a laptop's stage: receivers on this machine are let in.
    """

    webhooks: Webhooks
    deliveries: Deliveries
    alerts: Alerts
    custody: Custody
    kms: KmsKey
    clock: Clock
    loopback: bool


def make(principal: Principal, form: WebhookForm, context: Context) -> NewWebhookSecret:
    """Make a webhook, which is told of what happens from now on; its secret is shown this once.

    Raises:
        BadRequest: the form cannot be used.
        Conflict: the tenant has as many as it may have.
    """
    tenant = principal.tenant_id
    url, label = check_url(form["url"], loopback=context.loopback), label_of(form["label"])
    if len(context.webhooks.of(tenant)) >= MOST_OF_A_TENANT:
        raise Conflict(f"a tenant has {MOST_OF_A_TENANT} webhooks at most; end one first")
    now, webhook_id, secret = context.clock(), new_webhook_id(), new_secret()
    hook = Webhook(
        tenant_id=tenant,
        webhook_id=webhook_id,
        url=url,
        label=label,
        secret=context.kms.wrap(secret.encode(), webhook_context(tenant, webhook_id)),
        created_at=rfc3339(now),
        created_by=principal.user,
        alert=context.alerts.newest(tenant),
    )
    _note(principal, "webhook.created", hook, context, now)
    context.webhooks.tell(tenant, now)
    context.webhooks.add(hook)
    return {**hook.public(), "secret": secret}


def rotate(
    principal: Principal, webhook_id: str, form: RotationForm, context: Context
) -> NewWebhookSecret:
    """Give a webhook a new secret; for some hours messages are signed with the old one as well.

    Raises:
        BadRequest: the form cannot be used.
        NotFound: the tenant has no such webhook.
        Conflict: somebody changed it at this moment.
    """
    hours = whole_number("old_secret_hours", form["old_secret_hours"], 0, MAX_OLD_SECRET_HOURS)
    hook = context.webhooks.need(principal.tenant_id, webhook_id)
    now, secret = context.clock(), new_secret()
    wrapped = context.kms.wrap(secret.encode(), webhook_context(hook.tenant_id, webhook_id))
    sets = {
        "secret": wrapped,
        "old_secret": hook.secret if hours else None,
        "old_secret_until": rfc3339(now + timedelta(hours=hours)) if hours else None,
        "rotated_at": rfc3339(now),
    }
    _note(principal, "webhook.rotated", hook, context, now)
    context.webhooks.set(hook, sets, {"secret": hook.secret, "ended_at": None})
    after = context.webhooks.need(hook.tenant_id, webhook_id)
    return {**after.public(), "secret": secret}


def end(principal: Principal, webhook_id: str, context: Context) -> ListedWebhook:
    """Take a webhook away: nothing is sent any more, and its secrets are gone.

    Raises:
        NotFound: the tenant has no such webhook.
        Conflict: somebody changed it at this moment.
    """
    hook = context.webhooks.need(principal.tenant_id, webhook_id)
    now = context.clock()
    _note(principal, "webhook.ended", hook, context, now)
    sets = {
        "ended_at": rfc3339(now),
        "secret": b"",
        "old_secret": None,
        "expires_epoch": int((now + KEPT).timestamp()),
    }
    context.webhooks.set(hook, sets, {"ended_at": None})
    return hook.public()


def send_test(principal: Principal, webhook_id: str, context: Context) -> AlertNumber:
    """Give a test alert the next number; it is sent with the next wake.

    Raises:
        NotFound: the tenant has no such webhook.
        Conflict: it is dead, much waits to be sent, or somebody changed it at this moment.
    """
    hook = context.webhooks.need(principal.tenant_id, webhook_id)
    if hook.state == "dead":
        raise Conflict("the webhook was given up; a replay revives it")
    if hook.last_number - hook.delivered_number >= _MOST_WAITING:
        raise Conflict("many alerts wait to be sent to it already")
    now, number = context.clock(), hook.last_number + 1
    _note(principal, "webhook.tested", hook, context, now, number=number)
    data: AlertData = {"webhook_id": webhook_id}
    test: AlertToSend = {"type": "test", "at": rfc3339(now), "data": data}
    context.deliveries.give_numbers(hook, [test], hook.alert, now)
    return {"number": number}


def replay(
    principal: Principal, webhook_id: str, form: ReplayForm, context: Context
) -> ListedWebhook:
    """Have a webhook sent everything once more from a number on; one that was dead is revived.

    Raises:
        BadRequest: the number is none that was given, or its message is kept no more.
        NotFound: the tenant has no such webhook.
        Conflict: somebody changed it at this moment.
    """
    first = whole_number("from_number", form["from_number"], 1, _MOST_NUMBER)
    hook = context.webhooks.need(principal.tenant_id, webhook_id)
    if first > hook.last_number + 1:
        raise BadRequest(f"from_number must be at most {hook.last_number + 1}, the next number")
    kept = context.deliveries.after(hook, first - 1, 1)
    if first <= hook.last_number and (not kept or kept[0]["number"] != first):
        oldest = kept[0]["number"] if kept else hook.last_number + 1
        raise BadRequest(f"messages are kept for 90 days; the oldest here is number {oldest}")
    now = context.clock()
    _note(principal, "webhook.replayed", hook, context, now, number=first)
    sets = {
        "delivered_number": first - 1,
        "failing_since": None,
        "failures": 0,
        "next_try_at": "",
        "dead_at": None,
    }
    before = {"delivered_number": hook.delivered_number, "ended_at": None}
    context.webhooks.set(hook, sets, before)
    return context.webhooks.need(hook.tenant_id, webhook_id).public()


def _note(
    principal: Principal,
    action: str,
    hook: Webhook,
    context: Context,
    now: datetime,
    **more: int,
) -> None:
    facts: CustodyFacts = {"webhook_id": hook.webhook_id}
    context.custody.note(principal.tenant_id, principal.user, action, now, **facts, **more)
