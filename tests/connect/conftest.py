"""The connect function over moto, with the simulator as OpenAI."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from functions.connect.check import Endpoint
from functions.connect.context import Context
from functions.connect.handler import context_from, routes
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.http.edge import answer
from functions.shared.records.seals import LifecycleEntry
from functions.shared.settings import Settings
from functions.shared.tables.lifecycle_rows import LifecycleRows
from tests.conftest import SettableClock
from tests.support.http_events import http_event
from tools.openai_simulator.http.transport import AsyncTransport
from tools.openai_simulator.simulator import Simulator
from tools.openai_simulator.story.world import World

CANARY = "sk-admin-CANARY7f3b9d2e4c8a1056-AbCd"
OTHER_KEY = "sk-admin-OTHER-organization-0002-EfGh"
SECOND_KEY = "sk-admin-SECOND-of-the-first-0003-IjKl"


def make_world() -> World:
    """Return two organizations with a key each; the first has users, projects and a key."""
    world = World("org-first", admin_key=CANARY)
    moment = world.at("2026-03-01T00:00:00Z")
    moment.user_joins("olga", role="owner").project_created("web").project_created("app")
    world.at("2026-03-02T00:00:00Z").key_made("ci", "web", owner="olga")
    world.organization("org-other", admin_key=OTHER_KEY)
    world.at("2026-03-01T00:00:00Z", "org-other").user_joins("otto", role="owner").project_created(
        "elsewhere"
    )
    world.credential(SECOND_KEY, org_id="org-first")
    return world


@dataclass
class ConnectApi:
    """The api, its world and everything that can be looked at afterwards."""

    simulator: Simulator
    context: Context
    clock: SettableClock
    table: Table
    queue: Queue
    replies: list[str] = field(default_factory=list)

    def ask(self, route: str, **facts: Any) -> tuple[int, dict[str, Any]]:
        """Send a request through the handler's table; return status and body."""
        reply = answer(
            http_event(route, **facts),
            routes(self.context),
            frozenset(),
            logging.getLogger("connect"),
        )
        self.replies.append(json.dumps(reply))
        return reply["statusCode"], json.loads(reply["body"])

    def connect(self, org: str = "org-first", key: str = CANARY, **facts: Any) -> Any:
        """Connect an organization."""
        return self.ask("POST /orgs", body={"org_id": org, "admin_key": key}, **facts)

    def at(self, instant: str) -> None:
        """Set the function's clock and the simulator's."""
        self.clock.set(instant)
        self.simulator.set_now(instant)

    def entries(self, tenant: str = "tenant-a", org: str = "org-first") -> list[LifecycleEntry]:
        """Return the lifecycle entries, oldest first."""
        return LifecycleRows(self.table, tenant, org).after(0)

    def lifecycle(self, tenant: str = "tenant-a", org: str = "org-first") -> list[str]:
        """Return the kinds of the lifecycle entries, oldest first."""
        return [entry["kind"] for entry in self.entries(tenant, org)]


async def _no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


@pytest.fixture
def api(
    settings: Settings, table: Table, snapshot_queue: Queue, clock: SettableClock
) -> ConnectApi:
    """Open the function at 2026-04-01T06:01:00Z."""
    simulator = Simulator(make_world())
    simulator.set_now("2026-04-01T06:01:00Z")
    transport: Callable[[], AsyncTransport] = lambda: AsyncTransport(simulator, sleep=_no_wait)  # noqa: E731
    endpoint = Endpoint("https://api.openai.com/v1", clock.now, transport)
    context = replace(context_from(settings), openai=endpoint, clock=clock.now)
    return ConnectApi(simulator, context, clock, table, snapshot_queue)
