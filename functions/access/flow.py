"""Machines' clients, step by step: made, listed, given a new secret and ended by an admin.

Everything that is done stands in the custody log before it is done.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.access.access_tokens import LIFETIME, AccessTokens
from functions.access.clients import Client, Clients, new_client, with_new_secret
from functions.access.records import ClientForm, RotationForm
from functions.access.token_request import TokenRefused, TokenRequest, granted
from functions.shared.clock import Clock
from functions.shared.errors import BadRequest, Conflict, NotFound
from functions.shared.hours import rfc3339
from functions.shared.http.form_values import label_of, whole_number
from functions.shared.http.principal import Principal
from functions.shared.records.clients import (
    MAX_DAYS,
    MAX_OLD_SECRET_HOURS,
    SCOPES,
    AccessToken,
    ListedClient,
    NewSecret,
    Scope,
)
from functions.shared.records.statements import CustodyFacts
from functions.shared.tables.custody import Custody


@dataclass(frozen=True, slots=True)
class Context:
    """What the function reaches."""

    clients: Clients
    tokens: AccessTokens
    custody: Custody
    clock: Clock


def make(principal: Principal, form: ClientForm, context: Context) -> NewSecret:
    """Make a client; its secret is shown this once.

    Raises:
        BadRequest: the form cannot be used.
    """
    label, scopes = label_of(form["label"]), _scopes(form["scopes"])
    days = whole_number("days", form["days"], 1, MAX_DAYS)
    now = context.clock()
    machine, secret = new_client(principal.tenant_id, principal.user, label, scopes, days, now)
    _note(principal, "client.created", machine, context, now)
    context.clients.add(machine)
    return {**machine.public(now), "client_secret": secret}


def rotate(principal: Principal, client_id: str, form: RotationForm, context: Context) -> NewSecret:
    """Give a client a new secret; the old one is good for some hours more.

    Raises:
        BadRequest: the form cannot be used.
        NotFound: the tenant has no such client.
        Conflict: it has ended, or somebody changed it at this moment.
    """
    hours = whole_number("old_secret_hours", form["old_secret_hours"], 0, MAX_OLD_SECRET_HOURS)
    now = context.clock()
    before = context.clients.need(principal.tenant_id, client_id)
    if before.state(now) != "active":
        raise Conflict(f"the client is {before.state(now)}; make another")
    machine, secret = with_new_secret(before, timedelta(hours=hours), now)
    _note(principal, "client.rotated", machine, context, now)
    context.clients.replace(before, machine)
    return {**machine.public(now), "client_secret": secret}


def revoke(principal: Principal, client_id: str, context: Context) -> ListedClient:
    """End a client, and with it its tokens, at once; no-op where it was revoked before.

    Raises:
        NotFound: the tenant has no such client.
        Conflict: somebody changed it at this moment.
    """
    now = context.clock()
    machine = context.clients.need(principal.tenant_id, client_id)
    if machine.revoked_at is None:
        _note(principal, "client.revoked", machine, context, now)
        ended = replace(machine, revoked_at=rfc3339(now))
        context.clients.replace(machine, ended)
        machine = ended
    return machine.public(now)


def issue_token(request: TokenRequest, context: Context) -> AccessToken:
    """Return an access token for a secret.

    Raises:
        TokenRefused: unknown client, wrong secret, ended: nobody is told which; or a scope that
            the client has not.
    """
    now = context.clock()
    machine = _known(request, now, context)
    scopes = granted(request.scopes, machine.scopes)
    # Counted: a machine may ask as often as it can, and each time is a row no more.
    facts: CustodyFacts = {"client_id": machine.client_id}
    id_ = machine.client_id
    context.custody.count(machine.tenant_id, id_, "token.issued", now, id_, **facts)
    return {
        "access_token": context.tokens.issue(machine, scopes, now),
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "scope": " ".join(scopes),
    }


def _known(request: TokenRequest, now: datetime, context: Context) -> Client:
    refused = TokenRefused("invalid_client", "no active client has this id and secret")
    try:
        machine = context.clients.of_id(request.client_id)
    except NotFound:
        raise refused from None
    if not machine.knows(request.client_secret, now) or machine.state(now) != "active":
        raise refused
    return machine


def _note(
    principal: Principal, action: str, machine: Client, context: Context, now: datetime
) -> None:
    facts: CustodyFacts = {
        "client_id": machine.client_id,
        "scopes": " ".join(machine.scopes),
        "expires_at": machine.expires_at,
    }
    context.custody.note(principal.tenant_id, principal.user, action, now, **facts)


def _scopes(scopes: object) -> list[Scope]:
    """Return the scopes in their one order."""
    asked = scopes if isinstance(scopes, list) else []
    if not asked or [scope for scope in asked if scope not in SCOPES]:
        raise BadRequest(f"scopes must be a list of one or more of: {', '.join(SCOPES)}")
    return [scope for scope in SCOPES if scope in asked]
