"""AWS edge of the connect function: what each route does, and what the function reaches."""

import functools
from collections.abc import Mapping
from typing import Any

from functions.connect import flow
from functions.connect.check import Endpoint
from functions.connect.context import Context
from functions.connect.form import (
    AnyForm,
    ConnectForm,
    PersonForm,
    RenameForm,
    ReplaceKeyForm,
    read,
)
from functions.connect.hashing_key import hashing_key
from functions.shared.aws import clients
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.clock import clock_from
from functions.shared.http.edge import PREFIX, Reply, Request, Route, answer, reply
from functions.shared.http.idempotency import once
from functions.shared.http.principal import Principal
from functions.shared.observability import logger
from functions.shared.settings import Settings, from_process
from functions.shared.tables.connections import Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hashing_keys import HashKeys

log = logger("connect")


def routes(context: Context) -> dict[str, Route]:
    """Return what answers each route; all of them are for admins."""

    def connect(request: Request) -> Reply:
        asked = _asked(request, ConnectForm)

        def act() -> Reply:
            body = flow.connect(*asked, context)
            return reply(201, body, {"location": f"{PREFIX}/orgs/{body['org_id']}"})

        return once(request, context.connections.table, context.clock(), act)

    def rename(request: Request) -> Reply:
        principal, form = _asked(request, RenameForm)
        return reply(200, flow.rename(principal, request.path("org_id"), form, context))

    def replace_key(request: Request) -> Reply:
        principal, form = _asked(request, ReplaceKeyForm)
        return reply(200, flow.replace_key(principal, request.path("org_id"), form, context))

    def name_person(request: Request) -> Reply:
        principal, form = _asked(request, PersonForm)
        account = request.path("service_account_id")
        org = request.path("org_id")
        return reply(200, flow.name_person(principal, org, account, form, context))

    def fetch_hashing_key(request: Request) -> Reply:
        request.principal.require_admin()
        request.query()
        return reply(200, hashing_key(request.principal, context))

    def step(take: flow.Step) -> Route:
        def act(request: Request) -> Reply:
            request.principal.require_admin()
            request.query()
            return reply(200, take(request.principal, request.path("org_id"), context))

        return act

    organization = f"{PREFIX}/orgs/{{org_id}}"
    return {
        f"POST {PREFIX}/orgs": connect,
        f"PATCH {organization}": rename,
        f"PUT {organization}/admin-key": replace_key,
        f"PUT {organization}/service-accounts/{{service_account_id}}/person": name_person,
        f"POST {organization}/pause": step(flow.pause),
        f"POST {organization}/resume": step(flow.resume),
        f"DELETE {organization}": step(flow.disconnect),
        f"POST {PREFIX}/hashing-key": fetch_hashing_key,
    }


def context_from(settings: Settings) -> Context:
    """Open what the function reaches, as its settings say."""
    table = Table(clients.dynamodb(), settings["TABLE_NAME"])
    kms = KmsKey(clients.kms(), settings["SECRETS_KEY_ID"])
    clock = clock_from(settings.environment)
    return Context(
        connections=Connections(table),
        hash_keys=HashKeys(table, kms),
        kms=kms,
        custody=Custody(table),
        snapshots=Queue(clients.sqs(), settings["SNAPSHOT_QUEUE_URL"]),
        openai=Endpoint(settings.openai_base_url, clock),
        clock=clock,
    )


def handle(event: Mapping[str, Any], _context: object) -> Reply:
    """Answer one HTTP API event."""
    return answer(event, _routes(), frozenset(), log)


@functools.cache
def _routes() -> dict[str, Route]:
    return routes(context_from(from_process()))


def _asked(request: Request, form: type[AnyForm]) -> tuple[Principal, AnyForm]:
    request.principal.require_admin()
    return request.principal, read(form, request.body(*form.model_fields))
