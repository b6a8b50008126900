"""How an organization is connected: check → wrap → enrol; and what may be done to it later.

Everything that can be refused is refused before the first write.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from functions.connect.check import check
from functions.connect.context import Context
from functions.connect.enrol import disconnected, enrolled, enrolled_again, hour_to_close, rekeyed
from functions.connect.form import ConnectForm, PersonForm, RenameForm, ReplaceKeyForm
from functions.connect.recognize import recognizer, require_same
from functions.connect.wrap import wrap
from functions.shared.errors import AlreadyConnected, BadRequest, Conflict, NotFound
from functions.shared.hashing import email_hash
from functions.shared.hours import rfc3339
from functions.shared.http.principal import Principal
from functions.shared.records.statements import CustodyFacts
from functions.shared.records.tables import (
    ConnectionStatus,
    NamedAccountOwner,
    Organization,
    SnapshotMessage,
)
from functions.shared.tables.account_owners import IDENTITY, AccountOwners
from functions.shared.tables.connections import MOST_OF_A_TENANT, Connection
from functions.shared.tables.hour_rows import HourRows

Step = Callable[[Principal, str, Context], Organization]


def connect(principal: Principal, form: ConnectForm, context: Context) -> Organization:
    """Connect an organization, or connect it again, and have its first hour closed at once.

    Raises:
        AlreadyConnected: the tenant has it; nothing was asked or stored.
        Conflict: the tenant has as many as one may have; nothing was asked or stored.
        UpstreamError: OpenAI's refusal in words; nothing was stored.
    """
    tenant, now = principal.tenant_id, context.clock()
    before = context.connections.find(tenant, form.org_id)
    if before and before.status != "disconnected":
        raise AlreadyConnected(
            f"{form.org_id} is connected already; to change its key, PUT it to "
            f"/orgs/{form.org_id}/admin-key"
        )
    if before is None and len(context.connections.of(tenant)) >= MOST_OF_A_TENANT:
        raise Conflict(
            f"a tenant holds at most {MOST_OF_A_TENANT} organizations, disconnected ones included; "
            "another one needs another tenant"
        )
    old_key = context.hash_keys.find(tenant) if before else None
    recognize = recognizer(old_key, before) if before and old_key else None
    report = check(context.openai, form.org_id, form.admin_key, recognize)
    if before:
        require_same(report, recognize)
    projects = (context.hash_keys.make(tenant), before.known_projects if before else [])
    key = wrap(context.kms, (tenant, form.org_id), form.admin_key, report, projects, now)
    connection = (
        enrolled_again(before, form.display_name, key, principal.user, now)
        if before
        else enrolled(tenant, form.org_id, form.display_name, key, principal.user, now)
    )
    return _keep(connection, principal, context, now, snapshot=True)


def replace_key(
    principal: Principal, org_id: str, form: ReplaceKeyForm, context: Context
) -> Organization:
    """Put another key of the same organization in place.

    Raises:
        Quarantined: the key does not see what this organization held; nothing was stored.
        UpstreamError: OpenAI's refusal in words; nothing was stored.
    """
    before = _active(principal, org_id, context)
    now = context.clock()
    hash_key = context.hash_keys.make(principal.tenant_id)
    recognize = recognizer(hash_key, before)
    report = check(context.openai, before.org_id, form.admin_key, recognize)
    require_same(report, recognize)
    projects = (hash_key, before.known_projects)
    row_key = (before.tenant_id, before.org_id)
    key = wrap(context.kms, row_key, form.admin_key, report, projects, now)
    after = rekeyed(before, key, principal.user, now)
    return _keep(after, principal, context, now, snapshot=after.status == "connected")


def rename(principal: Principal, org_id: str, form: RenameForm, context: Context) -> Organization:
    """Give an organization another name on the tenant's pages; null takes the org id."""
    before = _active(principal, org_id, context)
    now = context.clock()
    named = replace(before, display_name=form.display_name or before.org_id)
    # The name itself is not sealed: it is the tenant's own words, and may hold anything.
    return _keep(named.with_entry("renamed", now, by=principal.user), principal, context, now)


def pause(principal: Principal, org_id: str, context: Context) -> Organization:
    """Take no snapshots until further notice; hours are sealed as paused. No-op where paused."""
    return _turn(principal, org_id, context, "paused", "paused")


def resume(principal: Principal, org_id: str, context: Context) -> Organization:
    """Take snapshots again. No-op where they are being taken."""
    return _turn(principal, org_id, context, "connected", "resumed")


def disconnect(principal: Principal, org_id: str, context: Context) -> Organization:
    """Delete the key and end the interval; what is sealed stays. No-op where disconnected."""
    before = context.connections.need(principal.tenant_id, org_id)
    now = context.clock()
    if before.status == "disconnected":
        return _public(before, context, now)
    # One more message: what is still open is sealed as what it is, this very hour included.
    return _keep(disconnected(before, principal.user, now), principal, context, now, snapshot=True)


def name_person(
    principal: Principal, org_id: str, service_account_id: str, form: PersonForm, context: Context
) -> NamedAccountOwner:
    """Name who answers for a service account; the next seals say so, and when that person leaves.

    Whether there is such an account and such a person is for the next snapshot to say: this
    function sees no registers.

    Raises:
        NotFound: this tenant has no such organization, or no account can have this id.
        BadRequest: the account itself is named.
        Conflict: the organization is disconnected, or too many others name somebody just now.
    """
    org = _active(principal, org_id, context).org_id
    if not re.fullmatch(IDENTITY, service_account_id, re.ASCII):
        raise NotFound("no such service account")
    if form.person == service_account_id:
        raise BadRequest("person must be a person: an account cannot answer for itself")
    now, person = context.clock(), form.person
    if person and "@" in person:
        person = email_hash(context.hash_keys.make(principal.tenant_id), person)
    named: NamedAccountOwner = {
        "org_id": org,
        "service_account_id": service_account_id,
        "person": person,
    }
    tenant, user = principal.tenant_id, principal.user
    # Noted first: what the log does not know must not stand.
    context.custody.note(tenant, user, "service_account.person_named", now, **named)
    owners = AccountOwners(context.connections.table, tenant, org)
    owners.name(service_account_id, person, user, rfc3339(now))
    return named


def _turn(
    principal: Principal, org_id: str, context: Context, status: ConnectionStatus, kind: str
) -> Organization:
    before = _active(principal, org_id, context)
    now = context.clock()
    if before.status == status:
        return _public(before, context, now)
    after = replace(before, status=status).with_entry(kind, now, by=principal.user)
    return _keep(after, principal, context, now)


def _active(principal: Principal, org_id: str, context: Context) -> Connection:
    connection = context.connections.need(principal.tenant_id, org_id)
    if connection.status == "disconnected":
        raise Conflict("this organization is disconnected; connect it again with POST /orgs")
    return connection


def _keep(
    connection: Connection,
    principal: Principal,
    context: Context,
    now: datetime,
    *,
    snapshot: bool = False,
) -> Organization:
    entry = connection.lifecycle[-1]
    kept = context.connections.save(connection)
    facts: CustodyFacts = {"org_id": kept.org_id, "seq": entry["seq"]}
    action = f"organization.{entry['kind']}"
    context.custody.note(principal.tenant_id, principal.user, action, now, **facts)
    hour = hour_to_close(kept, now) if snapshot else None
    if hour:
        message: SnapshotMessage = {
            "tenant_id": kept.tenant_id,
            "org_id": kept.org_id,
            "hour": rfc3339(hour),
            "attempt": 0,
        }
        context.snapshots.send(message)
    return _public(kept, context, now)


def _public(connection: Connection, context: Context, now: datetime) -> Organization:
    rows = HourRows(context.connections.table, connection.tenant_id, connection.org_id)
    return connection.public(rows.newest(), now)
