"""Connections: which organizations a tenant has connected, and what happened to each.

``status`` is what the tenant wants (connected, paused, disconnected); ``health`` is what the last
run found (ok, or the reason it could not read). The lifecycle entries in the row are sealed by the
next hour; expected hours and the bill follow from the sealed ones, never from this row.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Final, Unpack, cast, get_args

from functions.shared.aws.keys import SHARDS, connection_sk, due_shard, tenant_pk, tenants_pk
from functions.shared.aws.table import ConditionFailed, Item, Table
from functions.shared.errors import Conflict, MalformedOrganization, NotFound
from functions.shared.hints import hints
from functions.shared.hours import rfc3339
from functions.shared.records.seals import LifecycleEntry, LifecycleFacts
from functions.shared.records.tables import (
    ConnectionKey,
    ConnectionStatus,
    HourRow,
    Key,
    Organization,
    OrgProof,
    Readable,
)

STATUSES: Final[tuple[ConnectionStatus, ...]] = get_args(ConnectionStatus)


@dataclass(frozen=True, slots=True)
class Connection:
    """One organization of one tenant.

    Attributes:
        tenant_id: from the verified token.
        org_id: ``org-…``.
        display_name: the tenant's own words, else the org id.
        status: ``connected``, ``paused`` or ``disconnected``.
        health: ``ok`` or the reason the last run could not read.
        connected_at: instant of the (last) connect, RFC 3339.
        first_hour: first hour to close after that connect, RFC 3339.
        org_proof: ``proven`` (OpenAI refused a wrong org id with this key) or ``none``.
        readable: per section ``ok``, ``forbidden``, ``unavailable``, ``unproven`` or ``partial``.
        admin_key: ciphertext; empty once disconnected.
        admin_key_last4: last four characters.
        admin_key_expires_at: as OpenAI shows it, None where it does not.
        admin_key_warn_at: when to remind the tenant to replace the key.
        known_projects: keyed hashes of project ids seen with the key.
        lifecycle: oldest first; ``seq`` from 1.
        revision: grows with every change; two changes at once: one wins.
    """

    tenant_id: str
    org_id: str
    display_name: str
    status: ConnectionStatus
    health: str
    connected_at: str
    first_hour: str
    org_proof: OrgProof
    readable: Readable
    admin_key: bytes = field(repr=False)
    admin_key_last4: str
    admin_key_expires_at: str | None
    admin_key_warn_at: str
    known_projects: list[str]
    lifecycle: list[LifecycleEntry]
    revision: int = 0

    def with_entry(self, kind: str, at: datetime, **facts: Unpack[LifecycleFacts]) -> "Connection":
        """Return the connection with one more lifecycle entry."""
        entry: LifecycleEntry = {
            "seq": len(self.lifecycle) + 1,
            "at": rfc3339(at),
            "kind": kind,
            **facts,
        }
        return replace(self, lifecycle=[*self.lifecycle, entry])

    def public(self, newest: HourRow | None, now: datetime) -> Organization:
        """Return what the tenant's users may see: never the key, known or wrapped.

        Args:
            newest: the row of the newest closed hour, None where there is none yet.
            now: the present; reminders of the key's expiry start by it.
        """
        return {
            "org_id": self.org_id,
            "display_name": self.display_name,
            "status": self.status,
            "health": self.health,
            "connected_at": self.connected_at,
            "admin_key_last4": self.admin_key_last4,
            "admin_key_expires_at": self.admin_key_expires_at,
            "admin_key_warn_at": self.admin_key_warn_at,
            "org_proof": self.org_proof,
            "readable": self.readable,
            "last_hour": newest["hour"] if newest else None,
            "outcome": newest["outcome"] if newest else None,
            "hints": self._hints(newest, rfc3339(now)),
        }

    def _hints(self, newest: HourRow | None, now: str) -> list[str]:
        if self.status == "disconnected":
            return ["Disconnected: the key is deleted, the history is kept. Connect it again."]
        reason = newest["reason"] if newest else None
        key = (self.readable, self.org_proof, self.health, self.admin_key_warn_at)
        return hints(*key, now, reason)


@dataclass(frozen=True, slots=True)
class Connections:
    """The connections of all tenants.

    Permissions:
        dynamodb:GetItem, Query for reading; PutItem for ``save``; UpdateItem for ``set_health``.
    """

    table: Table

    def find(self, tenant: str, org: str) -> Connection | None:
        """Return a connection, None where the tenant has none to this organization."""
        item = self.table.get(tenant_pk(tenant), connection_sk(org))
        return _from_item(item) if item else None

    def need(self, tenant: str, org: str) -> Connection:
        """Return a connection.

        Raises:
            NotFound: this tenant has none to this organization, whoever else may; a malformed id
                is nobody's and reads the same.
        """
        try:
            connection = self.find(tenant, org)
        except MalformedOrganization as error:
            raise NotFound("no such organization") from error
        if connection is None:
            raise NotFound("no such organization")
        return connection

    def of(self, tenant: str) -> list[Connection]:
        """Return a tenant's connections by org id, disconnected ones included."""
        rows = self.table.query(tenant_pk(tenant), prefix="ORG#")
        return [_from_item(item) for item in rows]

    def save(self, connection: Connection) -> Connection:
        """Write a connection whose ``revision`` is the one in the table; return the new one.

        Raises:
            Conflict: someone else changed it meanwhile.
        """
        written = replace(connection, revision=connection.revision + 1)
        tenant = connection.tenant_id
        condition, values = "revision = :r", {":r": connection.revision}
        if connection.revision == 0:
            condition, values = "attribute_not_exists(pk)", {}
            listing: Key = {"pk": tenants_pk(tenant), "sk": tenant}
            self.table.put(listing)
        try:
            self.table.put(_to_item(written), condition=condition, values=values)
        except ConditionFailed as error:
            raise Conflict(
                "someone else changed this organization; look again and retry"
            ) from error
        return written

    def set_health(self, tenant: str, org: str, health: str) -> None:
        """Note what the last run found; the tenant's own changes are not touched."""
        self.table.update(tenant_pk(tenant), connection_sk(org), "SET health = :h", {":h": health})

    def due(self) -> Iterator[tuple[str, str]]:
        """Yield (tenant, org) of every organization that is not disconnected."""
        for shard in range(SHARDS):
            for item in self.table.index("due", "due_shard", f"DUE#{shard:02d}"):
                due = cast("ConnectionKey", item)
                yield due["tenant_id"], due["org_id"]

    def tenants(self) -> Iterator[str]:
        """Yield every tenant that ever connected an organization."""
        for shard in range(SHARDS):
            for item in self.table.query(f"TENANTS#{shard:02d}"):
                yield cast("Key", item)["sk"]


def _to_item(connection: Connection) -> Item:
    tenant, org = connection.tenant_id, connection.org_id
    key: Key = {"pk": tenant_pk(tenant), "sk": connection_sk(org)}
    item: Item = {**asdict(connection), **key}
    if connection.status != "disconnected":
        # Sparse: a disconnected organization leaves the index and is never dispatched again.
        item |= {"due_shard": due_shard(tenant, org), "due_sk": f"{tenant}/{org}"}
    return item


def _from_item(item: Item) -> Connection:
    return Connection(**{name: item[name] for name in Connection.__dataclass_fields__})
