"""What the snapshot function works with: its clients, made once and handed down, and an order."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.clock import SYSTEM_CLOCK, Clock
from functions.shared.openai.client import http_transport
from functions.shared.tables.connections import Connections


@dataclass(frozen=True, slots=True)
class Order:
    """One message: close this hour of this organization, and what is open before it.

    Attributes:
        tenant_id: the tenant.
        org_id: the organization.
        hour: start of the hour.
        attempt: how often it was put off.
        owner: the message's id: a redelivery has the same one, and so may take its lease again.
    """

    tenant_id: str
    org_id: str
    hour: datetime
    attempt: int
    owner: str


@dataclass(frozen=True, slots=True)
class Context:
    """The clients and the clock of the function: everything outside that it touches.

    Attributes:
        table: the table.
        evidence: write-once bucket.
        work: bucket of checkpoints between runs.
        secrets: the KMS key that wraps admin keys and hashing keys.
        queue: where this function gets its orders from.
        now: the clock.
        clock: what the clock is, in a word; it is sealed.
        region: where the function runs, None where nobody says.
        code_sha256: digest of the deployed code, None where the deployment does not say.
        openai_base_url: without a final slash.
        count: adds to a metric.
        http: makes what a run's calls go through.
        sleep: waits between tries.
        elapsed: seconds on a clock that never goes back, for deadlines.
    """

    table: Table
    evidence: Bucket
    work: Bucket
    secrets: KmsKey
    queue: Queue
    now: Clock
    openai_base_url: str
    count: Callable[[str], None]
    clock: str = SYSTEM_CLOCK
    region: str | None = None
    code_sha256: str | None = None
    http: Callable[[], httpx.AsyncBaseTransport] = http_transport
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    elapsed: Callable[[], float] = time.monotonic

    @property
    def connections(self) -> Connections:
        """Return the connections."""
        return Connections(self.table)
