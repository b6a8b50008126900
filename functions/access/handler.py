"""AWS edge of the access function: machines' clients and tokens."""

import functools
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from functions.access import flow
from functions.access.access_tokens import AccessTokens
from functions.access.clients import Clients, is_client_id
from functions.access.flow import Context
from functions.access.records import ClientForm, RotationForm
from functions.access.token_request import TokenRefused, read_token_request
from functions.shared.aws import clients
from functions.shared.aws.keys import CLIENT_PREFIX, client_sk
from functions.shared.aws.table import Table
from functions.shared.clock import clock_from
from functions.shared.errors import BadRequest
from functions.shared.http.edge import PREFIX, Reply, Request, Route, answer, problem, reply
from functions.shared.http.idempotency import once
from functions.shared.observability import logger
from functions.shared.records.clients import DEFAULT_DAYS, DEFAULT_OLD_SECRET_HOURS
from functions.shared.settings import Settings, from_process
from functions.shared.tables.custody import Custody

log = logger("access")

_TOKEN: Final = f"POST {PREFIX}/token"
OPEN_ROUTES: Final = frozenset({_TOKEN})
_BLANK_CLIENT: Final[ClientForm] = {"label": None, "scopes": None, "days": DEFAULT_DAYS}
_BLANK_ROTATION: Final[RotationForm] = {"old_secret_hours": DEFAULT_OLD_SECRET_HOURS}


def routes(context: Context) -> dict[str, Route]:
    """Return what answers each route; all but the one for a token are for admins."""

    def issue_token(request: Request) -> Reply:
        try:
            asked = read_token_request(request.content(), request.header("authorization"))
            return reply(200, flow.issue_token(asked, context), {"pragma": "no-cache"})
        except TokenRefused as refusal:
            return _refused(refusal)

    def make(request: Request) -> Reply:
        request.principal.require_admin()

        def act() -> Reply:
            made = flow.make(request.principal, request.form(_BLANK_CLIENT), context)
            return reply(201, made, {"location": f"{PREFIX}/clients/{made['client_id']}"})

        return once(request, context.clients.table, context.clock(), act, shown_once=True)

    def list_clients(request: Request) -> Reply:
        query = request.query("cursor", "limit")
        request.principal.require_admin()
        after = query.find("cursor")
        if after and not is_client_id(after):
            raise BadRequest("the cursor is not one that this list gave; start again without it")
        page, rest = context.clients.page(
            request.principal.tenant_id,
            limit=query.limit,
            after=client_sk(after) if after else None,
        )
        more = rest.last_sk.removeprefix(CLIENT_PREFIX) if rest.last_sk else None
        now = context.clock()
        items = [machine.public(now) for machine in page]
        return reply(200, {"items": items, "next_cursor": more})

    def rotate(request: Request) -> Reply:
        request.principal.require_admin()
        form = request.form(_BLANK_ROTATION) if request.content() else _BLANK_ROTATION
        client_id = request.path("client_id")
        return reply(200, flow.rotate(request.principal, client_id, form, context))

    def revoke(request: Request) -> Reply:
        request.principal.require_admin()
        request.query()
        return reply(200, flow.revoke(request.principal, request.path("client_id"), context))

    return {
        _TOKEN: issue_token,
        f"POST {PREFIX}/clients": make,
        f"GET {PREFIX}/clients": list_clients,
        f"POST {PREFIX}/clients/{{client_id}}/secret": rotate,
        f"DELETE {PREFIX}/clients/{{client_id}}": revoke,
    }


def context_from(settings: Settings) -> Context:
    """Open what the function reaches, as its settings say."""
    table = Table(clients.dynamodb(), settings["TABLE_NAME"])
    known = Clients(table)
    return Context(
        clients=known,
        tokens=AccessTokens(table, known),
        custody=Custody(table),
        clock=clock_from(settings.environment),
    )


def handle(event: Mapping[str, Any], _context: object) -> Reply:
    """Answer one HTTP API event."""
    return answer(event, _routes(), OPEN_ROUTES, log)


@functools.cache
def _routes() -> dict[str, Route]:
    return routes(context_from(from_process()))


def _refused(refusal: TokenRefused) -> Reply:
    """Return a problem document that is RFC 6749's error response, too."""
    is_client = refusal.code == "invalid_client"
    status = HTTPStatus.UNAUTHORIZED if is_client else HTTPStatus.BAD_REQUEST
    slug = refusal.code.replace("_", "-")
    log.warning("refused", extra={"route": _TOKEN, "problem": slug})
    title = "No such client" if is_client else "No token for this request"
    return problem(status, slug, title, f"{refusal}.", error=refusal.code)
