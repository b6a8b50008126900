"""Connections: which organizations a tenant has connected, and what happened to each.

``status`` is what the tenant wants (connected, paused, disconnected); ``health`` is what the last
run found (ok, or the reason it could not read). What the tenant does is one more lifecycle entry, a
row of its own, written together with the connection's; the next hours seal it, and expected hours
and the bill follow from the sealed entries, never from this row.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Final, TypedDict, Unpack, cast, get_args

from functions.shared.aws.keys import (
    SHARDS,
    connection_sk,
    due_shard,
    tenant_pk,
    tenants_pk,
)
from functions.shared.aws.table import Change, ConditionFailed, Item, Table
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
from functions.shared.tables.lifecycle_rows import lifecycle_rows

STATUSES: Final[tuple[ConnectionStatus, ...]] = get_args(ConnectionStatus)
# A pack's row names each of them some three times, and must stay far below 400 KB.
MOST_OF_A_TENANT: Final = 500


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
        lifecycle: entries that have no row of their own yet, oldest first: those that ``save``
            will write, and of a row that was last saved by an older version all there are.
        lifecycle_seq: number of the newest entry; the first is 1.
        disconnected_at: instant of the last disconnect, RFC 3339, None where there was none.
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
    lifecycle_seq: int = 0
    disconnected_at: str | None = None
    revision: int = 0

    def with_entry(self, kind: str, at: datetime, **facts: Unpack[LifecycleFacts]) -> "Connection":
        """Return the connection with one more lifecycle entry."""
        entry: LifecycleEntry = {
            "seq": self.lifecycle_seq + 1,
            "at": rfc3339(at),
            "kind": kind,
            **facts,
        }
        return replace(
            self,
            lifecycle=[*self.lifecycle, entry],
            lifecycle_seq=entry["seq"],
            disconnected_at=entry["at"] if kind == "disconnected" else self.disconnected_at,
        )

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
        dynamodb:GetItem, Query for reading; PutItem and UpdateItem, in a transaction, for ``save``;
        UpdateItem for ``set_health`` and ``set_due``.
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

        Its lifecycle entries are written together with it, as rows of their own.

        Raises:
            Conflict: someone else changed it meanwhile.
        """
        written = replace(connection, lifecycle=[], revision=connection.revision + 1)
        tenant, org = connection.tenant_id, connection.org_id
        if connection.revision == 0:
            listing: Key = {"pk": tenants_pk(tenant), "sk": tenant}
            self.table.put(listing)
        rows = lifecycle_rows(tenant, org, connection.lifecycle)
        try:
            self.table.create_together(rows, [_change(written, connection.revision)])
        except ConditionFailed as error:
            raise Conflict(
                "someone else changed this organization; look again and retry"
            ) from error
        return written

    def set_health(self, tenant: str, org: str, health: str) -> None:
        """Note what the last run found; the tenant's own changes are not touched."""
        self.table.update(tenant_pk(tenant), connection_sk(org), "SET health = :h", {":h": health})

    def set_due(self, connection: Connection, *, due: bool) -> None:
        """Have a disconnected organization dispatched for as long as its end is not sealed whole.

        One that was connected again meanwhile is due anyway.
        """
        tenant, org = connection.tenant_id, connection.org_id
        values = {":s": due_shard(tenant, org), ":d": _due_sk(tenant, org)} if due else {}
        with contextlib.suppress(ConditionFailed):
            self.table.update(
                tenant_pk(tenant),
                connection_sk(org),
                "SET due_shard = :s, due_sk = :d" if due else "REMOVE due_shard, due_sk",
                {**values, ":gone": "disconnected"},
                names={"#status": "status"},
                condition="#status = :gone",
            )

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


class _WithEntries(TypedDict):
    """What the row of an older version held of the lifecycle entries: all of them."""

    lifecycle: list[LifecycleEntry]


def _change(connection: Connection, before: int) -> Change:
    """Return what writes a connection over the row of a revision, or as a new one."""
    tenant, org = connection.tenant_id, connection.org_id
    item: Item = asdict(connection)
    # Not in this row: what grows without end has rows of its own.
    gone = list(_WithEntries.__annotations__)
    for name in gone:
        del item[name]
    if connection.status == "disconnected":
        # Sparse: a disconnected organization leaves the index and is never dispatched again.
        gone += ["due_shard", "due_sk"]
    else:
        item |= {"due_shard": due_shard(tenant, org), "due_sk": _due_sk(tenant, org)}
    names = {f"#{n}": name for n, name in enumerate([*item, *gone])}
    values: Item = {f":{n}": value for n, value in enumerate(item.values())}
    sets = ", ".join(f"#{n} = :{n}" for n in range(len(item)))
    removed = ", ".join(f"#{n}" for n in range(len(item), len(names)))
    new = before == 0
    return Change(
        pk=tenant_pk(tenant),
        sk=connection_sk(org),
        expression=f"SET {sets} REMOVE {removed}",
        values=values if new else values | {":r": before},
        condition="attribute_not_exists(pk)" if new else "revision = :r",
        names=names,
    )


def _due_sk(tenant: str, org: str) -> str:
    return f"{tenant}/{org}"


def _from_item(item: Item) -> Connection:
    """Return a connection from its row; one that an older version wrote holds its entries."""
    known = {name: item[name] for name in Connection.__dataclass_fields__ if name in item}
    nothing: _WithEntries = {"lifecycle": []}
    connection = Connection(**{**nothing, **known})
    if not connection.lifecycle:
        return connection
    ends = [entry["at"] for entry in connection.lifecycle if entry["kind"] == "disconnected"]
    return replace(
        connection,
        lifecycle_seq=connection.lifecycle[-1]["seq"],
        disconnected_at=ends[-1] if ends else None,
    )
