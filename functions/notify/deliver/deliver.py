"""Send a webhook what it has not taken yet: in the order of its numbers, one after the other.

What is sent was written down under its number before. It is noted as delivered, and in the custody
log, once the receiver has said that it has it; a run that breaks off between sends it once more,
with the same number, id and bytes.
"""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from functions.notify.context import Context
from functions.notify.deliver.deliveries import AlertToSend, Attempted, Deliveries
from functions.notify.deliver.message import Answer, signed
from functions.notify.records import Alert, DeliveryRow
from functions.notify.webhooks import Webhook, change_of
from functions.shared.aws.kms import webhook_context
from functions.shared.hours import parse_instant, rfc3339

MOST_AT_ONCE: Final = 20
_MOST_NUMBERS: Final = 50
# Of one wake: a receiver that takes its time with each message gets the next ones a minute later.
_MOST_S: Final = 20.0
GIVEN_UP_AFTER: Final = timedelta(days=1)
_MINUTES: Final = (1, 2, 5, 10, 20, 30)
BY: Final = "schedule"


def give_numbers(hook: Webhook, context: Context) -> None:
    """Give the tenant's new alerts their numbers at a webhook, dead ones included.

    Raises:
        Conflict: another run does the same.
    """
    alerts = context.alerts.after(hook.tenant_id, hook.alert, _MOST_NUMBERS)
    to_send: list[AlertToSend] = [
        {"type": alert["type"], "at": alert["at"], "data": alert["data"]} for alert in alerts
    ]
    if to_send:
        deliveries = Deliveries(context.table, context.dashboard_url)
        deliveries.give_numbers(hook, to_send, alerts[-1]["n"], context.clock())


def deliver(hook: Webhook, until_s: float, context: Context) -> None:
    """Send a webhook what is next, until one attempt fails, nothing is left, or time is over.

    Args:
        hook: the webhook, which something is to be sent to.
        until_s: seconds of the wake after which nothing is begun.
        context: the function's.

    Raises:
        Conflict: the webhook was changed meanwhile; a later wake goes on.
        KeyUnusable: its secret does not open. Page the operator.
        KmsUnavailable: a later wake goes on.
    """
    lease = context.webhooks.lease(hook, context.clock())
    if lease is None:
        return
    try:
        # As it is now that no other run sends to it.
        leased = context.webhooks.need(hook.tenant_id, hook.webhook_id)
        _deliver(leased, min(until_s, context.elapsed_s() + _MOST_S), context)
    finally:
        context.webhooks.release(hook, lease)


def _deliver(hook: Webhook, until_s: float, context: Context) -> None:
    if not hook.is_due(context.clock()):
        return
    deliveries = Deliveries(context.table, context.dashboard_url)
    delivered = hook.delivered_number
    secrets = _secrets(hook, context)
    for row in deliveries.after(hook, delivered, MOST_AT_ONCE):
        if context.elapsed_s() >= until_s:
            return
        at = context.clock()
        message = signed(row["message_id"], int(at.timestamp()), row["body"].encode(), secrets)
        answer = context.post(hook.url, message)
        if not answer.is_taken:
            _failed(hook, row, delivered, answer, context)
            return
        _taken(hook, row, delivered, answer, context)
        delivered = row["number"]


def _secrets(hook: Webhook, context: Context) -> list[str]:
    """Return the secrets to sign with, the newest first; the one before for a while."""
    until = hook.old_secret_until
    both = [hook.secret]
    if hook.old_secret is not None and until and context.clock() < parse_instant(until):
        both.append(hook.old_secret)
    where = webhook_context(hook.tenant_id, hook.webhook_id)
    return [context.kms.unwrap(wrapped, where).decode() for wrapped in both]


def _taken(hook: Webhook, row: DeliveryRow, before: int, answer: Answer, context: Context) -> None:
    now = context.clock()
    sets = {
        "delivered_number": row["number"],
        "failing_since": None,
        "failures": 0,
        "next_try_at": "",
    }
    context.custody.note_with(
        [
            change_of(hook, sets, {"delivered_number": before, "ended_at": None}),
            Deliveries.attempted(row, _attempted(row, answer, now)),
        ],
        hook.tenant_id,
        BY,
        "alert.sent",
        now,
        webhook_id=hook.webhook_id,
        number=row["number"],
        body_sha256=row["body_sha256"],
    )


def _failed(hook: Webhook, row: DeliveryRow, before: int, answer: Answer, context: Context) -> None:
    """Note an attempt that failed; after a day of them, or where it is gone, give it up."""
    now = context.clock()
    failing_since = hook.failing_since if before == hook.delivered_number else None
    failures = hook.failures + 1 if failing_since else 1
    since = failing_since or rfc3339(now)
    minutes = _MINUTES[min(failures, len(_MINUTES)) - 1]
    is_gone = answer.status == HTTPStatus.GONE
    is_dead = is_gone or now - parse_instant(since) >= GIVEN_UP_AFTER
    sets = {
        "failing_since": since,
        "failures": failures,
        "next_try_at": rfc3339(now + timedelta(minutes=minutes)),
        "dead_at": rfc3339(now) if is_dead else None,
    }
    changes = [
        change_of(hook, sets, {"delivered_number": before, "ended_at": None}),
        Deliveries.attempted(row, _attempted(row, answer, now)),
    ]
    alerts: list[Alert] = []
    if is_dead:
        context.custody.note(hook.tenant_id, BY, "webhook.dead", now, webhook_id=hook.webhook_id)
        alerts.append({"type": "webhook.dead", "data": {"webhook_id": hook.webhook_id}})
    context.alerts.add(hook.tenant_id, alerts, now, changes)


def _attempted(row: DeliveryRow, answer: Answer, now: datetime) -> Attempted:
    first = row["delivered_at"]
    return {
        "delivered_at": first or (rfc3339(now) if answer.is_taken else None),
        "tries": row["tries"] + 1,
        "status": answer.status,
        "failure": answer.failure,
    }
