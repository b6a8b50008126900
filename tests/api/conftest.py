"""The api function over moto: two tenants, an organization each, sealed by the snapshot one."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.api.context import RequestContext
from functions.api.document import document
from functions.api.flow import OPEN_ROUTES, OPERATIONS
from functions.api.handler import context_from, routes
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.http.edge import answer
from functions.shared.settings import Settings
from tests.conftest import SettableClock
from tests.support.aws_state import all_items, put_objects
from tests.support.http_events import http_event
from tests.support.snapshot_fixture import SnapshotFixture
from tools.openai_simulator import World

Body = dict[str, Any]
OURS, THEIRS = "org-first", "org-other"
END = "2026-04-01T05:00:00Z"


@dataclass
class Api:
    """The function, and everything it has answered."""

    context: RequestContext
    clock: SettableClock
    replies: list[str] = field(default_factory=list)

    def reply(self, route: str, **facts: Any) -> dict[str, Any]:
        """Send a request through the handler's table; hold the answer to its schema."""
        event = http_event(route, **facts)
        log = logging.getLogger("api")
        answered = answer(event, routes(self.context), OPEN_ROUTES, log)
        self.replies.append(json.dumps(answered))
        require_documented(event["routeKey"], answered)
        return answered

    def ask(self, route: str, **facts: Any) -> tuple[int, Body]:
        """Send a request; return status and body."""
        answered = self.reply(route, **facts)
        return answered["statusCode"], json.loads(answered["body"])

    def get(self, tail: str, query: Mapping[str, str] | str | None = None, **facts: Any) -> Body:
        """Return the body of a GET that must succeed."""
        status, body = self.ask(f"GET {tail}", query=query, **facts)
        assert status == 200, body
        return body

    def pages(self, path: str, limit: int, **query: str) -> list[list[Body]]:
        """Return every page of a list, by its cursors."""
        pages: list[list[Body]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, query | {"limit": str(limit), "cursor": cursor})
            pages.append(page["items"])
            cursor = page["next_cursor"]
            assert len(pages) < 100
        return pages


def require_documented(route_key: str, answered: Mapping[str, Any]) -> None:
    """Hold an answer to what the OpenAPI document says of it."""
    operation = next((each for each in OPERATIONS if each.key == route_key), None)
    if operation is None:
        return
    method, path = route_key.split(" ")
    responses = document()["paths"][path][method.lower()]["responses"]
    response = responses.get(str(answered["statusCode"]), responses["default"])
    if "content" not in response:
        assert answered["body"] == ""
        return
    schema = response["content"][answered["headers"]["content-type"]]["schema"]
    if schema == {"type": "string"}:
        return
    whole = schema | {"components": document()["components"]}
    Draft202012Validator(whole).validate(json.loads(answered["body"]))


@pytest.fixture
def api(settings: Settings, clock: SettableClock) -> Api:
    """Open the function over an empty account."""
    return Api(replace(context_from(settings), clock=clock.now), clock)


def story() -> World:
    """Return an organization that moves: joins, a leave, keys, an archived project."""
    world = World(OURS)
    start = world.at("2026-01-02T00:00:00Z").user_joins("olga", role="owner")
    start.user_joins("ann", role="reader").project_created("web").project_created("app")
    start.key_made("old", "web", owner="ann").key_made("ci", "web", owner="olga")
    world.at("2026-03-31T12:00:00Z").key_used("ci")
    world.at("2026-04-01T01:10:00Z").user_joins("ben", role="reader")
    world.at("2026-04-01T02:10:00Z").user_leaves("ann")
    world.at("2026-04-01T03:10:00Z").project_created("lab").key_made("new", "lab", owner="ben")
    return world


MakeLab = Callable[[World, str], SnapshotFixture]


@pytest.fixture
def lab_of(
    table: Table,
    evidence: Bucket,
    work: Bucket,
    snapshot_queue: Queue,
    secrets_kms_key: KmsKey,
    clock: SettableClock,
) -> MakeLab:
    """Give what opens an organization of a world, for a tenant."""

    def make(world: World, tenant: str) -> SnapshotFixture:
        fixture = SnapshotFixture(
            table, evidence, work, snapshot_queue, secrets_kms_key, clock, world
        )
        return replace(fixture, tenant=tenant)

    return make


@dataclass
class SealedOnce:
    """What sealing has written, as DynamoDB and S3 hold it."""

    items: list[dict[str, Any]] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)

    def learn(self, table: Table, evidence: Bucket) -> None:
        """Take in the rows and all that is sealed."""
        self.items = all_items(table)
        self.objects = {key: evidence.need(key) for key in evidence.keys("")}

    def repeat(self, table: Table, evidence: Bucket) -> None:
        """Write everything again."""
        for start in range(0, len(self.items), 25):
            rows: Any = [{"PutRequest": {"Item": row}} for row in self.items[start : start + 25]]
            table.client.batch_write_item(RequestItems={table.name: rows})
        put_objects(evidence, self.objects)


@pytest.fixture(scope="session")
def sealed_once() -> SealedOnce:
    """Seal the hours once; every other test starts from a copy."""
    return SealedOnce()


@pytest.fixture
def sealed(api: Api, lab_of: MakeLab, sealed_once: SealedOnce) -> Api:
    """Give five sealed hours of tenant-a's organization, two of tenant-b's; it is 05:01 then."""
    table, evidence = api.context.table, api.context.evidence
    if sealed_once.items:
        sealed_once.repeat(table, evidence)
        api.clock.set("2026-04-01T05:01:00Z")
        return api
    other = World(THEIRS, admin_key="sk-admin-of-the-other-organization-0001")
    moment = other.at("2026-01-01T00:00:00Z").user_joins("otto", role="owner")
    moment.project_created("secret-plan").key_made("theirs", "secret-plan", owner="otto")
    theirs = lab_of(other, "tenant-b")
    theirs.connect("2026-04-01T01:00:30Z")
    theirs.ticks("2026-04-01T00:00:00Z", 2)
    ours = lab_of(story(), "tenant-a")
    ours.connect("2026-04-01T01:00:30Z")
    ours.ticks("2026-04-01T00:00:00Z", 5)
    sealed_once.learn(table, evidence)
    return api
