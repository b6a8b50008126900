"""Hours of one organization, the simulator behind the real client, moto below.

``Lab.tick("2026-04-01T05:00:00Z")`` moves the clock to a minute past the hour's end, gives the
order as the queue would, and returns the seals written. Everything between is the product.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx
from moto.backends import get_backend

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import HASHKEY_SK, finding_state_sk, tenant_pk
from functions.shared.aws.kms import KmsKey, admin_key_context, hash_key_context
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.canonical import Json, strict_loads
from functions.shared.evidence.seals import Chain, Seal, read_rows
from functions.shared.hashing import id_hash
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.openai.client import http_transport
from functions.shared.records.seals import LifecycleEntry
from functions.shared.records.statements import StatementFacts
from functions.shared.records.tables import OrgProof
from functions.shared.tables.account_owners import AccountOwners
from functions.shared.tables.connections import Connection
from functions.shared.tables.custody import Custody
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.lifecycle_rows import LifecycleRows
from functions.shared.tables.statements import Statements
from functions.snapshot.context import Context, Order
from functions.snapshot.flow import run
from tests.conftest import SettableClock
from tools.openai_simulator import AsyncTransport, Simulator, World

TENANT = "tenant-a"
HASH_KEY = bytes(range(32))
BASE_URL = "http://openai.test/v1"


@dataclass(frozen=True)
class _Seconds:
    """The lab's clock as the simulator reads it."""

    clock: SettableClock

    def now(self) -> float:
        return self.clock.instant.timestamp()


@dataclass
class SnapshotFixture:
    """One organization of one tenant, its hours, and the simulator it is read from."""

    table: Table
    evidence: Bucket
    work: Bucket
    queue: Queue
    secrets: KmsKey
    clock: SettableClock
    world: World
    tenant: str = TENANT
    counted: list[str] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)
    remaining_s: float = 800.0
    base_url: str | None = None
    sleep: Callable[[float], Awaitable[None]] | None = None
    elapsed: Callable[[], float] = time.monotonic
    simulator: Simulator = field(init=False)
    messages: int = 0
    keys_used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Start the simulator on the lab's clock."""
        self.keys_used.add(self.world.admin_key)
        self.simulator = Simulator(self.world, _Seconds(self.clock))

    @property
    def org(self) -> str:
        """Return the organization's id."""
        return self.world.org_id

    @property
    def chain(self) -> Chain:
        """Return the organization's seals."""
        return Chain(self.evidence, self.tenant, self.org)

    @property
    def context(self) -> Context:
        """Return the function's clients; OpenAI's asks the simulator."""
        return Context(
            table=self.table,
            evidence=self.evidence,
            work=self.work,
            secrets=self.secrets,
            queue=self.queue,
            now=self.clock.now,
            openai_base_url=self.base_url or BASE_URL,
            count=self.counted.append,
            http=self._http,
            sleep=self.sleep or self._nap,
            elapsed=self.elapsed,
        )

    def _http(self) -> httpx.AsyncBaseTransport:
        # With an address of its own the simulator is asked through a socket.
        return http_transport() if self.base_url else AsyncTransport(self.simulator)

    async def _nap(self, seconds: float) -> None:
        """Note a wait and take no time: a test has no patience for backoff."""
        self.naps.append(seconds)
        await asyncio.sleep(0)

    def seconds(self) -> float:
        """Return simulated time in seconds, for a test in which waiting takes time."""
        return self.clock.instant.timestamp()

    def connect(self, at: str, *, org_proof: OrgProof = "proven") -> Connection:
        """Connect the organization at an instant; the hour that ended before it is the first."""
        now = self.clock.set(at)
        context = admin_key_context(self.tenant, self.org)
        connection = Connection(
            tenant_id=self.tenant,
            org_id=self.org,
            display_name=self.org,
            status="connected",
            health="ok",
            connected_at=rfc3339(now),
            first_hour=rfc3339(floor_hour(now) - HOUR),
            org_proof=org_proof,
            readable={},
            admin_key=self.secrets.wrap(self.world.admin_key.encode(), context),
            admin_key_last4=self.world.admin_key[-4:],
            admin_key_expires_at=None,
            admin_key_warn_at=rfc3339(now + timedelta(days=76)),
            known_projects=[id_hash(HASH_KEY, name) for name in self._project_ids()],
            lifecycle=[],
        )
        wrapped = self.secrets.wrap(HASH_KEY, hash_key_context(self.tenant))
        self.table.put({"pk": tenant_pk(self.tenant), "sk": HASHKEY_SK, "wrapped": wrapped})
        facts = {"by": "user-1", "first_hour": connection.first_hour}
        return self.context.connections.save(connection.with_entry("connected", now, **facts))

    def wrapped(self) -> bytes:
        """Return the world's admin key, wrapped for this organization."""
        context = admin_key_context(self.tenant, self.org)
        return self.secrets.wrap(self.world.admin_key.encode(), context)

    def _project_ids(self) -> list[str]:
        now = self.clock.instant.timestamp()
        return [version.id for version in self.world.first.projects.alive(now)]

    def change(self, kind: str, at: str, **fields: Any) -> Connection:
        """Pause, resume, disconnect …: write a lifecycle entry and fields of the connection."""
        now = self.clock.set(at)
        connection = self.context.connections.need(self.tenant, self.org)
        return self.context.connections.save(
            replace(connection.with_entry(kind, now, by="user-1"), **fields)
        )

    def lifecycle(self) -> list[LifecycleEntry]:
        """Return what the tenant did with the organization, oldest first."""
        connection = self.context.connections.need(self.tenant, self.org)
        return LifecycleRows(self.table, self.tenant, self.org).after(0, connection.lifecycle)

    def name_person(self, service_account_id: str, person: str | None) -> None:
        """Name who answers for a service account, as the connect function does."""
        owners = AccountOwners(self.table, self.tenant, self.org)
        owners.name(service_account_id, person, "user-1", rfc3339(self.clock.now()))

    def say(self, finding_id: str, at: str, note: str | None = None) -> None:
        """Accept a finding at an instant, as the api function does."""
        said: StatementFacts = {
            "finding_id": finding_id,
            "first_seen_hour": "2026-04-01T02:00:00Z",
            "service_account_id": None,
            "state": "accepted",
            "reason_code": "business_need",
            "accountable": "user-olga",
            "due_date": "2026-06-30",
            "review_date": None,
            "by": "user-1",
            "at": at,
        }
        sk = finding_state_sk(finding_id, "2026-04-01T02:00:00Z")
        Statements(self.table, self.tenant, self.org).say(said, note, sk, {"state": "accepted"})

    def note(self, at: str, action: str = "pack.requested", **facts: object) -> None:
        """Note something in the tenant's custody log at an instant."""
        Custody(self.table).note(self.tenant, "user-1", action, parse_instant(at), **facts)

    def use_key(self, admin_key: str) -> None:
        """Put another admin key into the connection, as if it had been replaced unseen."""
        self.keys_used.add(admin_key)
        connection = self.context.connections.need(self.tenant, self.org)
        context = admin_key_context(self.tenant, self.org)
        wrapped = self.secrets.wrap(admin_key.encode(), context)
        self.context.connections.save(replace(connection, admin_key=wrapped))

    def order(self, hour: str, *, owner: str | None = None, attempt: int = 0) -> list[Seal]:
        """Give one order now, as the queue would."""
        self.messages += 1
        message = owner or f"message-{self.messages}"
        return run(
            Order(self.tenant, self.org, parse_instant(hour), attempt, message),
            self.context,
            remaining_s=self.remaining_s,
        )

    def tick(self, hour: str, *, minutes_late: float = 1) -> list[Seal]:
        """Close an hour a minute after its end; return the seals written."""
        self.clock.instant = parse_instant(hour) + HOUR + timedelta(minutes=minutes_late)
        return self.order(hour)

    def ticks(self, first: str, n_hours: int) -> list[Seal]:
        """Close hours one by one."""
        start = parse_instant(first)
        return [seal for n in range(n_hours) for seal in self.tick(rfc3339(start + n * HOUR))]

    def seal(self, hour: str) -> Seal:
        """Return the seal of an hour that must have one."""
        seal = self.chain.seal(parse_instant(hour))
        assert seal is not None, f"{hour} has no seal"
        return seal

    def hour_rows(self) -> HourRows:
        """Return the organization's hour rows."""
        return HourRows(self.table, self.tenant, self.org)

    def waiting(self) -> list[Json]:
        """Return the messages in the queue, delayed ones too, without taking them off."""
        return [strict_loads(message.body) for message in self._held()]

    def delays_s(self) -> list[int]:
        """Return for how many seconds each message in the queue was delayed."""
        return [
            round(max(0, message.delayed_until - message.sent_timestamp) / 1000)
            for message in self._held()
        ]

    def _held(self) -> list[Any]:
        (account,) = get_backend("sqs").values()
        queues = account[self.queue.client.meta.region_name].queues
        return list(queues[self.queue.url.rpartition("/")[2]]._messages)

    def register(self, seal: Seal, section: str) -> list[Json]:
        """Return the rows of a register that a seal names."""
        entry = seal.register(section)
        return read_rows(self.evidence, entry, dict) if entry else []

    def changes(self, seal: Seal) -> list[tuple[str, str, str]]:
        """Return (section, kind, entity) of the changes an hour sealed."""
        rows = self._segment_rows(seal, "changes")
        return [(row["section"], row["kind"], row["entity_id"]) for row in rows]

    def events(self, seal: Seal) -> list[Json]:
        """Return the events an hour sealed."""
        return self._segment_rows(seal, "events")

    def statements(self, seal: Seal) -> list[Json]:
        """Return the statements an hour sealed."""
        return self._segment_rows(seal, "statements")

    def _segment_rows(self, seal: Seal, kind: str) -> list[Json]:
        segments: Json = {**seal.content["segments"]}
        return [row for entry in segments[kind] for row in read_rows(self.evidence, entry, dict)]


FixtureMaker = Callable[[World], SnapshotFixture]
