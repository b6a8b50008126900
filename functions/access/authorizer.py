"""Who sends a request: API Gateway asks before each one and keeps no answer.

It lets everybody through, with who they are or why they are nobody: a refusal of its own would be
the gateway's text, where the functions answer problem documents. No function takes a request for
signed in unless this one named a tenant.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypedDict

from functions.access.access_tokens import PREFIX, AccessTokens
from functions.access.clients import Clients
from functions.access.id_tokens import IdTokens, fetch_keys
from functions.access.request_budget import RequestBudget
from functions.shared.aws import clients
from functions.shared.aws.table import Table
from functions.shared.clock import Clock, clock_from
from functions.shared.errors import NotSignedIn, SignInUnavailable
from functions.shared.http.principal import HOW_TO_SIGN_IN, Caller, Principal, caller_of, person_of
from functions.shared.observability import logger
from functions.shared.settings import Settings, from_process

log = logger("authorizer")
MAX_TOKEN: Final = 8192


class Decision(TypedDict):
    """API Gateway's simple response, payload version 2.0."""

    isAuthorized: bool
    context: Caller


@dataclass(frozen=True, slots=True)
class Context:
    """What tells who somebody is."""

    id_tokens: IdTokens
    access_tokens: AccessTokens
    budget: RequestBudget
    clock: Clock


def decide(event: Mapping[str, Any], context: Context) -> Decision:
    """Say who sends a request, and what is left of the tenant's budget.

    Args:
        event: the authorizer's, payload version 2.0.
        context: what tells who somebody is.
    """
    headers: Mapping[str, str] = event.get("headers") or {}
    now = context.clock()
    try:
        principal = _principal(str(headers.get("authorization", "")), context, now)
    except NotSignedIn as refusal:
        return {"isAuthorized": True, "context": {"refusal": str(refusal)}}
    except SignInUnavailable as fault:
        log.exception("nobody can be told apart")
        return {"isAuthorized": True, "context": {"unavailable": str(fault)}}
    caller: Caller = {**caller_of(principal), **context.budget.take(principal.tenant_id, now)}
    return {"isAuthorized": True, "context": caller}


def _principal(authorization: str, context: Context, now: datetime) -> Principal:
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= MAX_TOKEN:
        raise NotSignedIn(HOW_TO_SIGN_IN)
    if token.startswith(PREFIX):
        return context.access_tokens.behind(token, now)
    return person_of(context.id_tokens.claims(token))


def context_from(settings: Settings, fetch: Callable[[str], Mapping[str, Any]]) -> Context:
    """Open what tells who somebody is, as the settings say."""
    table = Table(clients.dynamodb(), settings["TABLE_NAME"])
    keys_url = settings.user_pool_keys_url
    return Context(
        id_tokens=IdTokens(settings["ISSUER"], settings["CLIENT_ID"], lambda: fetch(keys_url)),
        access_tokens=AccessTokens(table, Clients(table)),
        budget=RequestBudget(table, int(settings["REQUESTS_PER_MINUTE"])),
        clock=clock_from(settings.environment),
    )


def handle(event: Mapping[str, Any], _context: object) -> Decision:
    """Answer API Gateway's question."""
    return decide(event, _opened())


@functools.cache
def _opened() -> Context:
    return context_from(from_process(), fetch_keys)
