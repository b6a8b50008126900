"""A wake, step by step: what happened becomes alerts, alerts get numbers, and are sent.

One tenant's trouble, and one receiver's, cost no other its alerts: each is taken by itself, in an
order that chance makes anew each minute, for a bounded time; of what is sent, whoever has waited
longest comes first.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from functions.notify.context import Context
from functions.notify.deliver.deliver import deliver, give_numbers
from functions.notify.mail.send import send_next
from functions.notify.watch.watch import WATCH_UNTIL_S, watch_anchors, watch_organization
from functions.notify.webhooks import Webhook
from functions.shared.errors import AuditError, Conflict
from functions.shared.observability import logger

log = logger("notify")

# Of a wake, in seconds: what is not begun by then waits for the next one, a minute later.
SEND_UNTIL_S: Final = 45.0
MAIL_UNTIL_S: Final = 75.0
_THREADS: Final = 12
# A tenant whose receivers are all slow holds so many of them at most.
_THREADS_OF_A_TENANT: Final = 3


class WakeIncomplete(AuditError):
    """Something could not be done. The next wake does it; should none, page the operator."""


def wake(context: Context) -> None:
    """Tell every tenant that asked for it what happened.

    Raises:
        WakeIncomplete: some could not be told everything; the others were.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        tenants = context.webhooks.told()
        random.shuffle(tenants)
        failed = sum(pool.map(partial(_watch, context), tenants))
        lanes = _lanes(_due([tenant for tenant, _ in tenants], context))
        failed += sum(pool.map(partial(_send, context), lanes))
        failed += sum(pool.map(partial(_mail, context), [tenant for tenant, _ in tenants]))
    if failed:
        raise WakeIncomplete(f"{failed} things could not be told")


def _watch(context: Context, told: tuple[str, str]) -> int:
    """Make alerts of what happened, and give them their numbers; return how much failed."""
    tenant, since = told
    failed = 0
    connections = context.connections.of(tenant)
    random.shuffle(connections)
    for connection in connections:
        if context.elapsed_s() < WATCH_UNTIL_S:
            failed += _tried(partial(watch_organization, connection, since, context))
    failed += _tried(partial(watch_anchors, tenant, context))
    for hook in context.webhooks.of(tenant):
        failed += _tried(partial(give_numbers, hook, context))
    return failed


def _due(tenants: Iterable[str], context: Context) -> list[Webhook]:
    """Return the webhooks that something is to be sent to, those that wait longest first."""
    now = context.clock()
    hooks = [hook for tenant in tenants for hook in context.webhooks.of(tenant) if hook.is_due(now)]
    return sorted(hooks, key=lambda hook: hook.next_try_at)


def _lanes(hooks: Iterable[Webhook]) -> list[list[Webhook]]:
    """Return what is sent to one after the other: a few lanes a tenant, beside those of others."""
    of_tenant: dict[str, list[list[Webhook]]] = defaultdict(list)
    lanes: list[list[Webhook]] = []
    for hook in hooks:
        own = of_tenant[hook.tenant_id]
        if len(own) < _THREADS_OF_A_TENANT:
            own.append([])
            lanes.append(own[-1])
        min(own, key=len).append(hook)
    return lanes


def _send(context: Context, lane: Iterable[Webhook]) -> int:
    failed = 0
    for hook in lane:
        if context.elapsed_s() < SEND_UNTIL_S:
            failed += _tried(partial(deliver, hook, SEND_UNTIL_S, context))
    return failed


def _mail(context: Context, tenant: str) -> int:
    """Send each address of a tenant its next letter; return how much failed."""
    failed = 0
    for address in context.addresses.of(tenant) if context.mail else []:
        if context.mail and context.elapsed_s() < MAIL_UNTIL_S:
            failed += _tried(partial(send_next, address, context.mail, context))
    return failed


def _tried(act: Callable[[], None]) -> int:
    """Do something; return 1 where it failed, which the log says."""
    try:
        act()
    except Conflict:
        # Another run, or an admin, was faster: what is left is the next wake's.
        return 0
    except Exception:  # whatever it is, it must cost the others nothing
        log.exception("not told")
        return 1
    return 0
