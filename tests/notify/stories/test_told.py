"""What is told of what happens to an organization."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from functions.notify.mail.letters import WORDS
from functions.notify.watch.watch import WATCH_UNTIL_S, watch_organization
from functions.shared.aws.table import Table
from functions.shared.evidence.anchors import Anchor, Anchors, Head
from functions.shared.records.clients import AlertType
from tests.api.conftest import Api, Body, MakeLab, api, lab_of, story
from tests.notify.conftest import Notify
from tests.support.snapshot_fixture import SnapshotFixture
from tools.openai_simulator import World

__all__ = ["api", "lab_of"]
HOURS = [f"2026-04-01T{n:02}:00:00Z" for n in range(12)]


@dataclass
class Stage:
    """An organization that is pictured hour by hour, and whoever is told."""

    fixture: SnapshotFixture
    notify: Notify
    api: Api
    hook: Body

    def tick(self, hour: str, *, minutes_late: float = 1) -> None:
        """Close an hour, and let two wakes pass."""
        self.fixture.tick(hour, minutes_late=minutes_late)
        self.wake()

    def wake(self) -> None:
        """Let two wakes pass."""
        for _ in range(2):
            self.notify.wake()

    def told(self, kind: AlertType) -> tuple[int, int]:
        """Return how often a kind of alert was told, by webhook and by mail."""
        by_mail = sum(letter["text"].count(WORDS[kind]) for letter in self.notify.post.letters)
        return self.notify.of(self.hook).types.count(kind), by_mail

    def fed(self, kind: str, hour: str) -> int:
        """Return how many entries of a kind the feed has of an hour."""
        items = self.api.get("/feed", {"limit": "1000"})["items"]
        return sum(item["kind"] == kind and item["sealed_hour"] == hour for item in items)

    def organization(self) -> Body:
        """Return what the summary says of the organization."""
        (figures,) = self.api.get("/summary")["organizations"]
        assert isinstance(figures, dict)
        return figures


def told_of(world: World, api: Api, lab_of: MakeLab, notify: Notify) -> Stage:
    """Give a world whose first hour is closed, and a tenant that is told from then on."""
    fixture = lab_of(world, "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.tick(HOURS[0])
    hook = notify.hook()
    notify.address()
    stage = Stage(fixture, notify, api, hook)
    stage.wake()
    return stage


@pytest.fixture
def stage(api: Api, lab_of: MakeLab, notify: Notify) -> Stage:
    """Give the organization of the story."""
    return told_of(story(), api, lab_of, notify)


def test_a_key_that_dies(stage: Stage) -> None:
    """Told as what it is, and not as an hour that failed besides."""
    stage.fixture.simulator.faults.add("status", status=401, code="invalid_api_key")
    for hour in HOURS[1:3]:
        stage.tick(hour)
    assert stage.organization()["health"] == "key_rejected"
    assert stage.fed("hour", HOURS[1]) == 1
    assert stage.told("admin_key.dead") == (1, 1)
    assert stage.told("hour.not_whole") == (0, 0)
    (alert,) = [
        body for body in stage.notify.of(stage.hook).arrived if body["type"] == "admin_key.dead"
    ]
    assert alert["data"]["seal_sha256"] == stage.fixture.seal(HOURS[1]).sha256


def test_findings_of_severity_high_and_an_anchor(api: Api, lab_of: MakeLab, notify: Notify) -> None:
    """The findings by their ids, as the feed has them; the anchor with its digest."""
    world = story()
    world.at("2026-04-01T02:12:00Z").user_joins("eve", role="owner")
    world.at("2026-04-01T02:40:00Z").user_leaves("eve")
    stage = told_of(world, api, lab_of, notify)
    chain = Anchors(stage.fixture.evidence, "tenant-a")
    seal = stage.fixture.seal(HOURS[0])
    now = stage.notify.clock.now()
    heads = [Head(seal.content["org_id"], HOURS[0], seal.sha256)]
    anchor = Anchor.of("tenant-a", now, heads, None)
    chain.write(anchor.stamped(None, None, "none_chosen"))
    for hour in HOURS[1:5]:
        stage.tick(hour)
    assert stage.told("anchor.made") == (1, 1)
    items = stage.api.get("/feed", {"limit": "1000"})["items"]
    high = [
        item["data"]["finding_id"]
        for item in items
        if item["kind"] == "finding_opened" and item["data"]["severity"] == "high"
    ]
    arrived = stage.notify.of(stage.hook).arrived
    told = [row["finding_id"] for body in arrived for row in body["data"].get("findings", [])]
    assert high
    assert sorted(told) == sorted(high)
    text = str(arrived) + str(stage.notify.post.letters)
    assert not [word for word in ("olga", "user-eve", "user-ben") if word in text]


def test_sealed_evidence_that_is_gone_is_told_and_stops_nothing(stage: Stage) -> None:
    """The hour is passed over; the next one is read."""
    stage.fixture.tick(HOURS[1])
    stage.fixture.tick(HOURS[2])
    table: Table = stage.fixture.table
    pk = f"T#tenant-a#O#{stage.fixture.org}"
    values = {":other": "0" * 64, ":n": 9}
    sets = "SET sha256 = :other, open_findings = :n"
    table.update(pk, f"HOUR#{HOURS[1]}", sets, values)
    stage.wake()
    assert stage.told("evidence.damaged") == (1, 1)
    row = table.get(pk, "WATCH")
    assert row is not None
    assert row["through"] == HOURS[2]


def test_hours_that_take_all_of_a_wake_are_read_one_by_one(stage: Stage) -> None:
    """However much each holds: no wake reads what the one before has read, and none says late."""
    for hour in HOURS[1:4]:
        stage.fixture.tick(hour)
    context = replace(stage.notify.context, elapsed_s=lambda: WATCH_UNTIL_S)
    connection = context.connections.need("tenant-a", stage.fixture.org)
    pk = f"T#tenant-a#O#{stage.fixture.org}"
    for hour in (*HOURS[1:4], HOURS[3]):
        watch_organization(connection, HOURS[0], context)
        row = stage.fixture.table.get(pk, "WATCH")
        assert row is not None
        assert (row["through"], row["is_late"]) == (hour, False)


def test_a_run_of_wakes_without_news_tells_nothing(stage: Stage) -> None:
    """However many."""
    before = len(stage.notify.of(stage.hook).arrived), len(stage.notify.post.letters)
    for _ in range(5):
        stage.notify.clock.instant += timedelta(minutes=2)
        stage.wake()
    after = len(stage.notify.of(stage.hook).arrived), len(stage.notify.post.letters)
    assert after == before
