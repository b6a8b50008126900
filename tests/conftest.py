"""What the functions' tests share: AWS in process (moto), named as in the functions' settings.

``aws`` starts moto and makes the table, the buckets, the keys and the queues of the template; every
other fixture opens one of them through its door. ``settings`` names them all as a function's
environment would. ``clock`` stands still until a test moves it (``clock.set(…)``,
``clock.advance(hours=1)``); hand ``clock.now`` to whatever takes a ``Clock``.
"""

import gc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.hours import parse_instant
from functions.shared.settings import Settings
from tests.support.aws_in_process import ENVIRONMENT, aws_in_process

START = datetime(2026, 4, 1, 6, 1, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the stages and the stories: a long file at the end leaves the other cores idle."""
    long = {"walk": 0, "tools": 1, "infra": 1, "stories": 2, "audit": 2}
    items.sort(key=lambda item: min((long[p] for p in item.path.parts if p in long), default=3))


def pytest_collection_finish() -> None:
    """Keep the collector from walking over thousands of tests again and again: a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@dataclass(slots=True)
class SettableClock:
    """A clock that stands still until it is told to move."""

    instant: datetime = START

    def now(self) -> datetime:
        """Return the present, as set."""
        return self.instant

    def set(self, instant: str) -> datetime:
        """Set the present: ``2026-04-01T06:01:00Z``."""
        self.instant = parse_instant(instant)
        return self.instant

    def advance(self, **by: float) -> datetime:
        """Move on by ``hours=``, ``minutes=``, ``seconds=`` …."""
        self.instant += timedelta(**by)
        return self.instant


@pytest.fixture
def clock() -> SettableClock:
    """Give a clock at 2026-04-01T06:01:00Z."""
    return SettableClock()


@pytest.fixture(scope="session")
def _clients() -> Iterator[None]:
    """Keep one set of AWS clients for all tests: moto resets what is behind them, not them."""
    _forget_clients()
    yield
    _forget_clients()


@pytest.fixture
def aws(_clients: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Start moto, make what the template makes, and give the environment that names it."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "OPENAI_BASE_URL", "CLOCK_FILE"):
        monkeypatch.delenv(name, raising=False)
    with aws_in_process() as names:
        yield names


@pytest.fixture
def settings(aws: dict[str, str]) -> Settings:
    """Give a function's settings."""
    return Settings(aws)


@pytest.fixture
def table(aws: dict[str, str]) -> Table:
    """Open the table."""
    return Table(clients.dynamodb(), aws["TABLE_NAME"])


@pytest.fixture
def evidence(aws: dict[str, str]) -> Bucket:
    """Open the evidence bucket (Object Lock on, no default retention)."""
    return Bucket(clients.s3(), aws["EVIDENCE_BUCKET"])


@pytest.fixture
def work(aws: dict[str, str]) -> Bucket:
    """Open the work bucket."""
    return Bucket(clients.s3(), aws["WORK_BUCKET"])


@pytest.fixture
def packs_bucket(aws: dict[str, str]) -> Bucket:
    """Open the packs bucket (Object Lock on, no default retention)."""
    return Bucket(clients.s3(), aws["PACKS_BUCKET"])


@pytest.fixture
def secrets_kms_key(aws: dict[str, str]) -> KmsKey:
    """Open the KMS key of admin keys and hashing keys."""
    return KmsKey(clients.kms(), aws["SECRETS_KEY_ID"])


@pytest.fixture
def signing_kms_key(aws: dict[str, str]) -> KmsKey:
    """Open the KMS key of signing seeds."""
    return KmsKey(clients.kms(), aws["SIGNING_KEY_ID"])


@pytest.fixture
def snapshot_queue(aws: dict[str, str]) -> Queue:
    """Open the snapshot queue; ``tests.support.aws_state.received`` reads it."""
    return Queue(clients.sqs(), aws["SNAPSHOT_QUEUE_URL"])


@pytest.fixture
def pack_queue(aws: dict[str, str]) -> Queue:
    """Open the pack queue; ``tests.support.aws_state.received`` reads it."""
    return Queue(clients.sqs(), aws["PACK_QUEUE_URL"])


def _forget_clients() -> None:
    for service in clients.SERVICES:
        getattr(clients, service).cache_clear()
