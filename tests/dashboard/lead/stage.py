"""The functions themselves behind the page: hours sealed of the simulator, packs built, over moto.

They run in threads of their own: the browser's own loop is in the test's.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

import pytest

from functions.api.handler import context_from, routes
from functions.api.schemas.operation import API
from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.http.edge import PREFIX
from functions.shared.settings import Settings
from functions.shared.tables.packs import Pack
from tests.conftest import SettableClock
from tests.dashboard.lead.seeds import Leak, leaking_world
from tests.dashboard.site import ADMIN, Site, serve
from tests.dashboard.world import World
from tests.pack.conftest import PackFunction, open_function
from tests.support.aws_in_process import ENVIRONMENT, aws_in_process
from tests.support.http_api import HttpApi, event_of
from tests.support.snapshot_fixture import SnapshotFixture

# Who signs in: the user whom the functions behind the page are told of.
USER: Final = "user-admin"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Stage:
    """One organization, its hours, what answers the page, and what builds packs.

    Attributes:
        fixture: the organization, and the hours that are sealed.
        packs: the pack function.
        seeded: the leaks in its world.
        http: what answers the page.
        threads: where all of it runs.
        connected_at: since when.
    """

    fixture: SnapshotFixture
    packs: PackFunction
    seeded: list[Leak]
    http: HttpApi
    threads: ThreadPoolExecutor
    connected_at: datetime

    def pass_hours(self, n: int) -> list[Seal]:
        """Let hours pass, each sealed a minute after its end."""
        first = floor_hour(self.fixture.clock.instant)
        hours = (rfc3339(first + k * HOUR) for k in range(n))
        return self._apart(lambda: [seal for hour in hours for seal in self.fixture.tick(hour)])

    def take_first(self) -> None:
        """Seal the hour before it was connected, as happens at once."""
        hour = rfc3339(floor_hour(self.fixture.clock.instant) - HOUR)
        self._apart(lambda: self.fixture.order(hour))

    def mend(self, seeded: Sequence[Leak], *, is_hidden: bool = False) -> None:
        """End leaks twenty minutes from now, a second after the other; those that stay do not."""
        at = self.fixture.clock.instant + timedelta(minutes=20)
        for n, mend in enumerate(leak.mend for leak in seeded if leak.mend):
            steps = self.fixture.world.at(at + timedelta(seconds=n))
            mend(steps.hidden() if is_hidden else steps)

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Return what the API answers an administrator."""
        return self.ask("GET", f"{path}?{urlencode(query)}")

    def ask(self, method: str, address: str, body: object = None) -> dict[str, Any]:
        """Send what an administrator asks for, which must succeed; return the answer."""
        sent = b"" if body is None else json.dumps(body).encode()
        reply = self.http.reply(event_of(method, PREFIX + address, ADMIN, sent))
        assert reply["statusCode"] < 300, reply
        return dict(json.loads(reply["body"]))

    def say(self, leak: Leak, **said: str) -> None:
        """Say something of the finding that tells of a leak."""
        (row,) = self.findings(kind=leak.kind, entity_id=leak.entity_id)
        address = f"/orgs/{row['org_id']}/findings/{row['finding_id']}/state"
        self.ask("PUT", address, said)

    def findings(self, **query: str) -> list[dict[str, Any]]:
        """Return every open finding, or those that are asked for."""
        items: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.get("/findings", limit="100", cursor=cursor, **query)
            items += page["items"]
            cursor = page["next_cursor"]
        return items

    def build_packs(self) -> list[Pack]:
        """Build the packs that were asked for."""
        packs = self.packs.context.packs
        asked, _ = packs.page(self.fixture.tenant, limit=10, after=None)
        queued = [each for each in asked if each.state == "queued"]
        return self._apart(lambda: [self.packs.build(each) for each in queued])

    @contextmanager
    def served(self) -> Iterator[Site]:
        """Serve the page before it."""
        with serve(World(), functions=self.http.reply) as site:
            site.sign_in.override["claims"] = {"sub": USER}
            yield site

    def _apart(self, work: Callable[[], Result]) -> Result:
        return self.threads.submit(work).result()


@contextmanager
def opened_stage(connected: str, n_hours: int) -> Iterator[Stage]:
    """Open a stage on the demo's world with its leaks, some hours sealed.

    Args:
        connected: when, five minutes past an hour; the hour before is the first.
        n_hours: how many are sealed, at least three: a project is archived in the third.
    """
    connected_at = parse_instant(connected)
    with (
        pytest.MonkeyPatch.context() as patch,
        ThreadPoolExecutor(1) as threads,
    ):
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "OPENAI_BASE_URL", "CLOCK_FILE"):
            patch.delenv(name, raising=False)
        with aws_in_process() as names:
            stage = _stage(names, threads, connected_at)
            stage.fixture.connect(connected)
            stage.take_first()
            stage.pass_hours(n_hours - 1)
            yield stage


def _stage(names: dict[str, str], threads: ThreadPoolExecutor, connected_at: datetime) -> Stage:
    archived_at = rfc3339(connected_at + timedelta(minutes=85))
    clock, (world, seeded) = SettableClock(), leaking_world(archived_at)
    table = Table(clients.dynamodb(), names["TABLE_NAME"])
    evidence = Bucket(clients.s3(), names["EVIDENCE_BUCKET"])
    fixture = SnapshotFixture(
        table,
        evidence,
        Bucket(clients.s3(), names["WORK_BUCKET"]),
        Queue(clients.sqs(), names["SNAPSHOT_QUEUE_URL"]),
        KmsKey(clients.kms(), names["SECRETS_KEY_ID"]),
        clock,
        world,
    )
    packs = open_function(
        table,
        evidence,
        Bucket(clients.s3(), names["PACKS_BUCKET"]),
        KmsKey(clients.kms(), names["SIGNING_KEY_ID"]),
        Queue(clients.sqs(), names["PACK_QUEUE_URL"]),
        clock,
    )
    context = replace(context_from(Settings(names)), clock=clock.now)
    return Stage(fixture, packs, seeded, HttpApi({API: routes(context)}), threads, connected_at)
