"""AWS edge of the notify function: webhooks and mail, for admins."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from functions.notify import manage, manage_mail
from functions.notify.deliver.deliveries import Deliveries
from functions.notify.mail.addresses import MailAddresses
from functions.notify.records import (
    ConfirmationForm,
    MailForm,
    ReplayForm,
    RotationForm,
    WebhookForm,
)
from functions.notify.watch.alerts import Alerts
from functions.notify.webhooks import Webhooks
from functions.shared.aws import clients
from functions.shared.aws.alert_keys import numbered_sk
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.table import Table
from functions.shared.clock import clock_from
from functions.shared.errors import BadRequest
from functions.shared.http.edge import PREFIX, Reply, Request, Route, answer, reply
from functions.shared.http.idempotency import once
from functions.shared.observability import logger
from functions.shared.records.clients import DEFAULT_OLD_SECRET_HOURS
from functions.shared.settings import Settings, from_process
from functions.shared.tables.custody import Custody

log = logger("notify")

_ONE: Final = f"{PREFIX}/webhooks/{{webhook_id}}"
_BLANK_WEBHOOK: Final[WebhookForm] = {"url": None, "label": None}
_BLANK_ROTATION: Final[RotationForm] = {"old_secret_hours": DEFAULT_OLD_SECRET_HOURS}
_BLANK_REPLAY: Final[ReplayForm] = {"from_number": None}
_BLANK_MAIL: Final[MailForm] = {"address": None}
_BLANK_CONFIRMATION: Final[ConfirmationForm] = {"token": None}


@dataclass(frozen=True, slots=True)
class Context:
    """What the function reaches."""

    webhooks: manage.Context
    mail: manage_mail.Context


def routes(context: Context) -> dict[str, Route]:
    """Return what answers each route; all are for admins."""
    return {**webhook_routes(context.webhooks), **mail_routes(context.mail)}


def webhook_routes(context: manage.Context) -> dict[str, Route]:
    """Return what answers each route of webhooks."""

    def make(request: Request) -> Reply:
        request.principal.require_admin()

        def act() -> Reply:
            made = manage.make(request.principal, request.form(_BLANK_WEBHOOK), context)
            return reply(201, made, {"location": f"{PREFIX}/webhooks/{made['webhook_id']}"})

        return once(request, context.webhooks.table, context.clock(), act, shown_once=True)

    def list_webhooks(request: Request) -> Reply:
        request.query()
        request.principal.require_admin()
        hooks = context.webhooks.of(request.principal.tenant_id)
        return reply(200, {"items": [hook.public() for hook in hooks], "next_cursor": None})

    def show(request: Request) -> Reply:
        request.query()
        request.principal.require_admin()
        tenant, webhook_id = request.principal.tenant_id, request.path("webhook_id")
        return reply(200, context.webhooks.need(tenant, webhook_id).public())

    def end(request: Request) -> Reply:
        request.query()
        request.principal.require_admin()
        return reply(200, manage.end(request.principal, request.path("webhook_id"), context))

    def rotate(request: Request) -> Reply:
        request.principal.require_admin()
        form = request.form(_BLANK_ROTATION) if request.content() else _BLANK_ROTATION
        webhook_id = request.path("webhook_id")
        return reply(200, manage.rotate(request.principal, webhook_id, form, context))

    def test(request: Request) -> Reply:
        request.principal.require_admin()
        request.query()
        webhook_id = request.path("webhook_id")

        def act() -> Reply:
            given = manage.send_test(request.principal, webhook_id, context)
            location = f"{PREFIX}/webhooks/{webhook_id}/deliveries"
            return reply(202, given, {"location": location})

        return once(request, context.webhooks.table, context.clock(), act)

    def replay(request: Request) -> Reply:
        request.principal.require_admin()
        webhook_id = request.path("webhook_id")
        form = request.form(_BLANK_REPLAY)
        return reply(200, manage.replay(request.principal, webhook_id, form, context))

    def list_deliveries(request: Request) -> Reply:
        query = request.query("cursor", "limit")
        request.principal.require_admin()
        limit, after = query.limit, _number(query.find("cursor"))
        hook = context.webhooks.need(request.principal.tenant_id, request.path("webhook_id"))
        sk = numbered_sk(after) if after is not None else None
        items, page = context.deliveries.page(hook, limit=limit, after=sk)
        more = str(items[-1]["number"]) if page.last_sk else None
        return reply(200, {"items": items, "next_cursor": more})

    return {
        f"POST {PREFIX}/webhooks": make,
        f"GET {PREFIX}/webhooks": list_webhooks,
        f"GET {_ONE}": show,
        f"DELETE {_ONE}": end,
        f"POST {_ONE}/secret": rotate,
        f"POST {_ONE}/test": test,
        f"POST {_ONE}/replay": replay,
        f"GET {_ONE}/deliveries": list_deliveries,
    }


def mail_routes(context: manage_mail.Context) -> dict[str, Route]:
    """Return what answers each route of mail."""

    def add(request: Request) -> Reply:
        request.principal.require_admin()

        def act() -> Reply:
            added = manage_mail.add(request.principal, request.form(_BLANK_MAIL), context)
            return reply(201, added, {"location": f"{PREFIX}/mail/{added['mail_id']}"})

        return once(request, context.addresses.table, context.clock(), act)

    def list_addresses(request: Request) -> Reply:
        request.query()
        request.principal.require_admin()
        addresses = context.addresses.of(request.principal.tenant_id)
        items = [address.public() for address in addresses]
        return reply(200, {"items": items, "next_cursor": None})

    def confirm(request: Request) -> Reply:
        request.principal.require_admin()
        form, mail_id = request.form(_BLANK_CONFIRMATION), request.path("mail_id")
        return reply(200, manage_mail.confirm(request.principal, mail_id, form, context))

    def end(request: Request) -> Reply:
        request.query()
        request.principal.require_admin()
        return reply(200, manage_mail.end(request.principal, request.path("mail_id"), context))

    return {
        f"POST {PREFIX}/mail": add,
        f"GET {PREFIX}/mail": list_addresses,
        f"POST {PREFIX}/mail/{{mail_id}}/confirmation": confirm,
        f"DELETE {PREFIX}/mail/{{mail_id}}": end,
    }


def context_from(settings: Settings) -> Context:
    """Open what the function reaches, as its settings say."""
    table = Table(clients.dynamodb(), settings["TABLE_NAME"])
    hooks, alerts, custody = Webhooks(table), Alerts(table), Custody(table)
    clock = clock_from(settings.environment)
    return Context(
        webhooks=manage.Context(
            webhooks=hooks,
            deliveries=Deliveries(table, settings["DASHBOARD_URL"]),
            alerts=alerts,
            custody=custody,
            kms=KmsKey(clients.when_used(clients.kms), settings["SECRETS_KEY_ID"]),
            clock=clock,
            loopback=settings.webhooks_on_loopback,
        ),
        mail=manage_mail.Context(
            addresses=MailAddresses(table),
            webhooks=hooks,
            alerts=alerts,
            custody=custody,
            clock=clock,
            sends=settings.mail_from is not None,
        ),
    )


def handle(event: Mapping[str, Any], _context: object) -> Reply:
    """Answer one HTTP API event."""
    return answer(event, _routes(), frozenset(), log)


@functools.cache
def _routes() -> dict[str, Route]:
    return routes(context_from(from_process()))


def _number(cursor: str | None) -> int | None:
    """Return the number that a list goes on behind, None at its beginning."""
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= len("9999999999")):
        raise BadRequest("the cursor is not one that this list gave; start again without it")
    return int(cursor)
