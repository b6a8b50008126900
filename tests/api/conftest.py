"""The api room over moto: two tenants with an organization each, sealed by the snapshot room."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.api.context import Doors
from functions.api.document import document
from functions.api.flow import OPEN_ROUTES, OPERATIONS
from functions.api.handler import doors_from, routes
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import seal_key
from functions.shared.aws.kms import Vault
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.evidence.seals import Chain
from functions.shared.hours import parse_instant
from functions.shared.http.edge import answer
from functions.shared.settings import Settings
from tests.conftest import SettableClock
from tests.support.aws_state import all_items
from tests.support.http_events import http_event
from tests.support.snapshot_fixture import Lab
from tools.openai_simulator import World

Body = dict[str, Any]
OURS, THEIRS = "org-first", "org-other"
END = "2026-04-01T05:00:00Z"


@dataclass
class Api:
    """The room, and everything it has answered."""

    doors: Doors
    clock: SettableClock
    replies: list[str] = field(default_factory=list)

    def reply(self, route: str, **facts: Any) -> dict[str, Any]:
        """Send a request through the handler's table; hold the answer to its schema."""
        event = http_event(route, **facts)
        log = logging.getLogger("api-room")
        found = answer(event, routes(self.doors), OPEN_ROUTES, log)
        self.replies.append(json.dumps(found))
        require_documented(event["routeKey"], found)
        return found

    def ask(self, route: str, **facts: Any) -> tuple[int, Body]:
        """Send a request; return status and body."""
        found = self.reply(route, **facts)
        return found["statusCode"], json.loads(found["body"])

    def get(self, tail: str, query: Mapping[str, str] | str | None = None, **facts: Any) -> Body:
        """Return the body of a GET that must succeed."""
        status, body = self.ask(f"GET {tail}", query=query, **facts)
        assert status == 200, body
        return body

    def pages(self, path: str, limit: int, **query: str) -> list[list[Body]]:
        """Return every page of a list, by its cursors."""
        found: list[list[Body]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, query | {"limit": str(limit), "cursor": cursor})
            found.append(page["items"])
            cursor = page["next_cursor"]
            assert len(found) < 100
        return found


def require_documented(route_key: str, found: Mapping[str, Any]) -> None:
    """Hold an answer to what the OpenAPI document says of it."""
    operation = next((one for one in OPERATIONS if one.key == route_key), None)
    if operation is None or found["statusCode"] == 303:
        return
    method, path = route_key.split(" ")
    responses = document()["paths"][path][method.lower()]["responses"]
    response = responses.get(str(found["statusCode"]), responses["default"])
    schema = response["content"][found["headers"]["content-type"]]["schema"]
    whole = schema | {"components": document()["components"]}
    Draft202012Validator(whole).validate(json.loads(found["body"]))


@pytest.fixture
def api(settings: Settings, clock: SettableClock) -> Api:
    """Open the room over an empty account."""
    return Api(replace(doors_from(settings), clock=clock.now), clock)


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


MakeLab = Callable[[World, str], Lab]


@pytest.fixture
def lab_of(
    table: Table,
    evidence: Bucket,
    work: Bucket,
    snapshot_queue: Queue,
    secrets_vault: Vault,
    clock: SettableClock,
) -> MakeLab:
    """Give a function that opens a laboratory on a world, for a tenant."""

    def make(world: World, tenant: str) -> Lab:
        lab = Lab(table, evidence, work, snapshot_queue, secrets_vault, clock, world)
        return replace(lab, tenant=tenant)

    return make


@dataclass
class Remembered:
    """What sealing has written, as DynamoDB and S3 hold it."""

    items: list[dict[str, Any]] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)

    def learn(self, table: Table, evidence: Bucket) -> None:
        """Take in the rows, the newest seals, and what those name: all that this room reads."""
        self.items = all_items(table)
        for tenant, org in (("tenant-a", OURS), ("tenant-b", THEIRS)):
            seal = Chain(evidence, tenant, org).last_before(parse_instant(END))
            assert seal is not None
            named = [seal.register(section) for section in seal.content["sections"]]
            keys = [entry["key"] for entry in named if entry]
            for key in (seal_key(tenant, org, seal.hour), *keys):
                self.objects[key] = evidence.need(key)

    def repeat(self, table: Table, evidence: Bucket) -> None:
        """Write everything again."""
        for start in range(0, len(self.items), 25):
            rows: Any = [{"PutRequest": {"Item": row}} for row in self.items[start : start + 25]]
            table.client.batch_write_item(RequestItems={table.name: rows})
        for key, body in self.objects.items():
            evidence.put(key, body)


@pytest.fixture(scope="session")
def remembered() -> Remembered:
    """Seal the hours once; every other test starts from a copy."""
    return Remembered()


@pytest.fixture
def sealed(api: Api, lab_of: MakeLab, remembered: Remembered) -> Api:
    """Give five sealed hours of tenant-a's organization, two of tenant-b's; it is 05:01 then."""
    table, evidence = api.doors.table, api.doors.evidence
    if remembered.items:
        remembered.repeat(table, evidence)
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
    remembered.learn(table, evidence)
    return api
