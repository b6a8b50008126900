"""The walk of connecting an organization: check → wrap → enrol, and what may be done to it later.

Everything that can be refused is refused before the first write.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from functions.connect.check import Line, check
from functions.connect.enrol import disconnected, enrolled, enrolled_again, hour_to_close, rekeyed
from functions.connect.form import ConnectForm, PersonForm, RenameForm, ReplaceKeyForm
from functions.connect.recognize import recognizer, require_same
from functions.connect.wrap import wrap
from functions.shared.aws.kms import Vault
from functions.shared.aws.queue import Queue
from functions.shared.canonical import Json
from functions.shared.clock import Clock
from functions.shared.errors import AlreadyConnected, Conflict, NotFound
from functions.shared.hashing import email_hash
from functions.shared.hours import rfc3339
from functions.shared.http.principal import Caller
from functions.shared.tables.account_owners import IDENTITY, Answers
from functions.shared.tables.connections import Connection, Connections
from functions.shared.tables.custody import Custody
from functions.shared.tables.hashing_keys import HashKeys
from functions.shared.tables.hour_rows import HourRows


@dataclass(frozen=True, slots=True)
class Doors:
    """What the room reaches."""

    connections: Connections
    hash_keys: HashKeys
    vault: Vault
    custody: Custody
    snapshots: Queue
    openai: Line
    clock: Clock


Step = Callable[[Caller, str, Doors], Json]


def connect(caller: Caller, form: ConnectForm, doors: Doors) -> Json:
    """Connect an organization, or connect it again, and have its first hour closed at once.

    Raises:
        AlreadyConnected: the tenant has it; nothing was asked or stored.
        UpstreamError: OpenAI's refusal in words; nothing was stored.
    """
    place, now = (caller.tenant_id, form.org_id), doors.clock()
    before = doors.connections.find(*place)
    if before and before.status != "disconnected":
        raise AlreadyConnected(
            f"{form.org_id} is connected already; to change its key, PUT it to "
            f"/orgs/{form.org_id}/admin-key"
        )
    old_key = doors.hash_keys.find(caller.tenant_id) if before else None
    recognize = recognizer(old_key, before) if before and old_key else None
    checked = check(doors.openai, form.org_id, form.admin_key, recognize)
    if before:
        require_same(checked, recognize)
    known = (doors.hash_keys.make(caller.tenant_id), before.known_projects if before else [])
    wrapped = wrap(doors.vault, place, form.admin_key, checked, known, now)
    connection = (
        enrolled_again(before, form.display_name, wrapped, caller.user, now)
        if before
        else enrolled(*place, form.display_name, wrapped, caller.user, now)
    )
    return _keep(connection, caller, doors, now, snapshot=True)


def replace_key(caller: Caller, org_id: str, form: ReplaceKeyForm, doors: Doors) -> Json:
    """Put another key of the same organization in place.

    Raises:
        Quarantined: the key does not see what this organization held; nothing was stored.
        UpstreamError: OpenAI's refusal in words; nothing was stored.
    """
    before = _living(caller, org_id, doors)
    now = doors.clock()
    hash_key = doors.hash_keys.make(caller.tenant_id)
    recognize = recognizer(hash_key, before)
    checked = check(doors.openai, before.org_id, form.admin_key, recognize)
    require_same(checked, recognize)
    known = (hash_key, before.known_projects)
    place = (before.tenant_id, before.org_id)
    wrapped = wrap(doors.vault, place, form.admin_key, checked, known, now)
    after = rekeyed(before, wrapped, caller.user, now)
    return _keep(after, caller, doors, now, snapshot=after.status == "connected")


def rename(caller: Caller, org_id: str, form: RenameForm, doors: Doors) -> Json:
    """Give an organization another name on the tenant's pages; null takes the org id."""
    before = _living(caller, org_id, doors)
    now = doors.clock()
    named = replace(before, display_name=form.display_name or before.org_id)
    # The name itself is not sealed: it is the tenant's own words, and may hold anything.
    return _keep(named.with_entry("renamed", now, by=caller.user), caller, doors, now)


def pause(caller: Caller, org_id: str, doors: Doors) -> Json:
    """Take no pictures until further notice; hours are sealed as paused. No-op where paused."""
    return _turn(caller, org_id, doors, "paused", "paused")


def resume(caller: Caller, org_id: str, doors: Doors) -> Json:
    """Take pictures again. No-op where they are being taken."""
    return _turn(caller, org_id, doors, "connected", "resumed")


def disconnect(caller: Caller, org_id: str, doors: Doors) -> Json:
    """Delete the key and end the interval; what is sealed stays. No-op where disconnected."""
    before = doors.connections.need(caller.tenant_id, org_id)
    now = doors.clock()
    if before.status == "disconnected":
        return _shown(before, doors, now)
    # One more message: what is still open is sealed as what it is, this very hour included.
    return _keep(disconnected(before, caller.user, now), caller, doors, now, snapshot=True)


def name_person(
    caller: Caller, org_id: str, service_account_id: str, form: PersonForm, doors: Doors
) -> Json:
    """Name who answers for a service account; the next seals say so, and when that person leaves.

    Whether there is such an account and such a person is for the next picture to say: this room
    sees no registers.

    Raises:
        NotFound: this tenant has no such organization, or no account can have this id.
    """
    org = _living(caller, org_id, doors).org_id
    if not re.fullmatch(IDENTITY, service_account_id, re.ASCII):
        raise NotFound("no such service account")
    now, person = doors.clock(), form.person
    if person and "@" in person:
        person = email_hash(doors.hash_keys.make(caller.tenant_id), person)
    named = {"org_id": org, "service_account_id": service_account_id, "person": person}
    # Noted first: what the log does not know must not stand.
    doors.custody.note(caller.tenant_id, caller.user, "service_account.person_named", now, **named)
    table = doors.connections.table
    Answers(table, caller.tenant_id, org).name(service_account_id, person)
    return named


def _turn(caller: Caller, org_id: str, doors: Doors, status: str, kind: str) -> Json:
    before = _living(caller, org_id, doors)
    now = doors.clock()
    if before.status == status:
        return _shown(before, doors, now)
    after = replace(before, status=status).with_entry(kind, now, by=caller.user)
    return _keep(after, caller, doors, now)


def _living(caller: Caller, org_id: str, doors: Doors) -> Connection:
    connection = doors.connections.need(caller.tenant_id, org_id)
    if connection.status == "disconnected":
        raise Conflict("this organization is disconnected; connect it again with POST /orgs")
    return connection


def _keep(
    connection: Connection, caller: Caller, doors: Doors, now: datetime, *, snapshot: bool = False
) -> Json:
    kept = doors.connections.save(connection)
    entry = kept.lifecycle[-1]
    facts = {"org_id": kept.org_id, "seq": entry["seq"]}
    action = f"organization.{entry['kind']}"
    doors.custody.note(caller.tenant_id, caller.user, action, now, **facts)
    hour = hour_to_close(kept, now) if snapshot else None
    if hour:
        place = {"tenant_id": kept.tenant_id, "org_id": kept.org_id}
        doors.snapshots.send({**place, "hour": rfc3339(hour), "attempt": 0})
    return _shown(kept, doors, now)


def _shown(connection: Connection, doors: Doors, now: datetime) -> Json:
    rows = HourRows(doors.connections.table, connection.tenant_id, connection.org_id)
    return connection.public(rows.newest(), now)
