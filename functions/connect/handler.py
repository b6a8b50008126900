"""AWS edge of the connect room: what each route does, and what the room reaches."""

import functools
from collections.abc import Mapping
from typing import Any

from functions.connect import flow
from functions.connect.check import Line
from functions.connect.flow import Doors
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
from functions.shared.aws.kms import Vault
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.clock import clock_from
from functions.shared.http.edge import PREFIX, Reply, Request, Route, answer, reply
from functions.shared.http.principal import Caller
from functions.shared.observability import logger
from functions.shared.settings import Settings, from_process
from functions.shared.tables.connections import Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hashing_keys import HashKeys

log = logger("connect")


def routes(doors: Doors) -> dict[str, Route]:
    """Return what answers each route; all of them are for admins."""

    def connect(request: Request) -> Reply:
        body = flow.connect(*_asked(request, ConnectForm), doors)
        return reply(201, body, {"location": f"{PREFIX}/orgs/{body['org_id']}"})

    def rename(request: Request) -> Reply:
        caller, form = _asked(request, RenameForm)
        return reply(200, flow.rename(caller, request.path("org_id"), form, doors))

    def replace_key(request: Request) -> Reply:
        caller, form = _asked(request, ReplaceKeyForm)
        return reply(200, flow.replace_key(caller, request.path("org_id"), form, doors))

    def name_person(request: Request) -> Reply:
        caller, form = _asked(request, PersonForm)
        account = request.path("service_account_id")
        return reply(200, flow.name_person(caller, request.path("org_id"), account, form, doors))

    def fetch_hashing_key(request: Request) -> Reply:
        request.caller.require_admin()
        request.query()
        return reply(200, hashing_key(request.caller, doors))

    def step(take: flow.Step) -> Route:
        def act(request: Request) -> Reply:
            request.caller.require_admin()
            return reply(200, take(request.caller, request.path("org_id"), doors))

        return act

    one = f"{PREFIX}/orgs/{{org_id}}"
    return {
        f"POST {PREFIX}/orgs": connect,
        f"PATCH {one}": rename,
        f"PUT {one}/admin-key": replace_key,
        f"PUT {one}/service-accounts/{{service_account_id}}/person": name_person,
        f"POST {one}/pause": step(flow.pause),
        f"POST {one}/resume": step(flow.resume),
        f"DELETE {one}": step(flow.disconnect),
        f"POST {PREFIX}/hashing-key": fetch_hashing_key,
    }


def doors_from(settings: Settings) -> Doors:
    """Open what the room reaches, as its settings say."""
    table = Table(clients.dynamodb(), settings["TABLE_NAME"])
    vault = Vault(clients.kms(), settings["SECRETS_KEY_ID"])
    clock = clock_from(settings.environment)
    return Doors(
        connections=Connections(table),
        hash_keys=HashKeys(table, vault),
        vault=vault,
        custody=Custody(table),
        snapshots=Queue(clients.sqs(), settings["SNAPSHOT_QUEUE_URL"]),
        openai=Line(settings.openai_base_url, clock),
        clock=clock,
    )


def handle(event: Mapping[str, Any], _context: object) -> Reply:
    """Answer one HTTP API event."""
    return answer(event, _routes(), frozenset(), log)


@functools.cache
def _routes() -> dict[str, Route]:
    return routes(doors_from(from_process()))


def _asked(request: Request, form: type[AnyForm]) -> tuple[Caller, AnyForm]:
    request.caller.require_admin()
    return request.caller, read(form, request.body(*form.model_fields))
