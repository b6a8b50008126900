"""What an hour is sealed as when OpenAI, the tenant or the calendar gets in the way."""

from typing import Any

import pytest

from functions.shared.hours import parse_instant
from functions.shared.observability import FAILED_HOURS, MISSED_HOURS
from tests.snapshot.stories.test_crash import FIRST, SECOND, THIRD, eventful_world
from tests.support.aws_state import received
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import READ_AUDIT_LOGS, READ_MANAGEMENT, World

FOURTH = "2026-04-01T05:00:00Z"


@pytest.fixture
def fixture(make_fixture: FixtureMaker) -> SnapshotFixture:
    """Give an organization connected and with its first hour sealed."""
    fixture = make_fixture(eventful_world())
    fixture.connect("2026-04-01T03:20:00Z")
    fixture.order(FIRST)
    return fixture


def event_ids(fixture: SnapshotFixture, *hours: str) -> list[str]:
    """Return the ids of the events that these hours sealed."""
    return [event["event_id"] for hour in hours for event in fixture.events(fixture.seal(hour))]


def test_three_hours_down_are_failed_with_reason_and_lose_nothing(fixture: SnapshotFixture) -> None:
    """Down for three hours: each is sealed failed after its grace, then all events are there."""
    down = fixture.simulator.faults.add("status", status=503)
    hours = (SECOND, THIRD, FOURTH)
    for hour in hours:
        assert fixture.tick(hour) == []
        assert fixture.chain.seal(parse_instant(hour)) is None
        (seal,) = fixture.tick(hour, minutes_late=121)
        assert (seal.content["outcome"], seal.content["reason"]) == ("failed", "server_error")
        assert {part["status"] for part in seal.content["sections"].values()} == {
            "failed",
            "derived",
        }
    assert fixture.counted == [FAILED_HOURS] * 3
    fixture.simulator.faults.remove(down)
    (back,) = fixture.tick("2026-04-01T06:00:00Z")
    assert back.content["outcome"] == "complete"
    ids = event_ids(fixture, FIRST, *hours, "2026-04-01T06:00:00Z")
    assert len(ids) == len(set(ids)) == len(fixture.world.first.events)


def test_an_open_hour_comes_back_as_a_new_message(fixture: SnapshotFixture) -> None:
    """A try that cannot close its hour sends a delayed message and leaves no seal."""
    fixture.simulator.faults.add("status", status=503)
    fixture.tick(SECOND)
    messages = fixture.queue.client.get_queue_attributes(
        QueueUrl=fixture.queue.url, AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    assert messages["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"
    assert received(fixture.queue) == []


def test_an_hour_without_a_snapshot_is_missed(fixture: SnapshotFixture) -> None:
    """Nothing ran within the grace: the hour is missed, its events come with the next."""
    seals = fixture.tick("2026-04-01T06:00:00Z")
    outcomes = [(seal.content["hour"][11:13], seal.content["outcome"]) for seal in seals]
    # 05:00 and 06:00 are still within their two hours of grace at 07:01.
    assert outcomes == [("03", "missed"), ("04", "missed"), ("05", "complete"), ("06", "complete")]
    assert fixture.counted == [MISSED_HOURS] * 2
    ids = event_ids(fixture, FIRST, SECOND, THIRD, FOURTH, "2026-04-01T06:00:00Z")
    assert len(ids) == len(set(ids)) == len(fixture.world.first.events)


def test_missed_hour_carries_registers_and_watermarks(fixture: SnapshotFixture) -> None:
    """A missed hour says nothing new and forgets nothing."""
    first = fixture.seal(FIRST)
    missed = fixture.tick("2026-04-01T06:00:00Z")[0]
    for section in ("users", "projects", "api_keys", "findings"):
        assert missed.register(section) == first.register(section)
    assert missed.content["watermarks"] == first.content["watermarks"]


def test_rejected_key_fails_at_once_and_is_noted(fixture: SnapshotFixture) -> None:
    """401 does not mend within the hour: sealed at once, the connection says so."""
    fixture.simulator.faults.add("status", status=401, code="invalid_api_key")
    (seal,) = fixture.tick(SECOND)
    assert (seal.content["outcome"], seal.content["reason"]) == ("failed", "key_rejected")
    assert fixture.context.connections.need(fixture.tenant, fixture.org).health == "key_rejected"
    fixture.simulator.faults.clear()
    fixture.tick(THIRD)
    assert fixture.context.connections.need(fixture.tenant, fixture.org).health == "ok"


def scoped(make_fixture: FixtureMaker, *scopes: str) -> SnapshotFixture:
    """Return an organization whose key has these scopes only."""
    world = eventful_world()
    world.credential("sk-admin-narrow", scopes=scopes)
    world.admin_key = "sk-admin-narrow"
    fixture = make_fixture(world)
    fixture.connect("2026-04-01T03:20:00Z")
    return fixture


def test_key_without_audit_scope_is_partial_and_forbidden(make_fixture: FixtureMaker) -> None:
    """Forbidden is not empty, and is sealed at once."""
    (seal,) = scoped(make_fixture, READ_MANAGEMENT).order(FIRST)
    statuses = {name: part["status"] for name, part in seal.content["sections"].items()}
    assert seal.content["outcome"] == "partial"
    assert statuses["audit_events"] == "forbidden"
    assert statuses["users"] == "complete"


def test_key_with_audit_scope_only(make_fixture: FixtureMaker) -> None:
    """What the key cannot read is forbidden; its counts are not zero but unknown."""
    (seal,) = scoped(make_fixture, READ_AUDIT_LOGS).order(FIRST)
    assert seal.content["sections"]["users"]["status"] == "forbidden"
    assert seal.content["sections"]["api_keys"]["status"] == "forbidden"
    assert seal.content["sections"]["audit_events"]["status"] == "complete"
    kpi = seal.content["kpi"]
    assert kpi and kpi["users"] is None


def test_empty_audit_log_is_unproven(make_fixture: FixtureMaker) -> None:
    """No event ever seen: the log may be off. That is unknown, not clean."""
    world = World("org-quiet")
    world.at("2026-03-20T10:00:00Z").hidden().user_joins("ann").project_created("web")
    fixture = make_fixture(world)
    fixture.connect("2026-04-01T03:20:00Z")
    (seal,) = fixture.order(FIRST)
    assert seal.content["sections"]["audit_events"]["status"] == "unproven"
    assert seal.content["outcome"] == "complete"
    kinds = [row["kind"] for row in fixture.register(seal, "findings")]
    assert "audit_log_unproven" in kinds


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("status", {"status": 500}),
        ("server_error", {}),
        ("truncated", {}),
        ("has_more", {"value": True}),
    ],
)
def test_a_list_cut_short_removes_nothing(
    fixture: SnapshotFixture, kind: str, options: dict[str, Any]
) -> None:
    """A list that ends early is partial or failed; nobody in it is taken for removed."""
    fixture.simulator.faults.add(kind, path="/organization/users", **options)
    assert fixture.tick(SECOND) == []
    (seal,) = fixture.tick(SECOND, minutes_late=121)
    assert seal.content["sections"]["users"]["status"] in ("partial", "failed")
    assert seal.content["outcome"] == "partial"
    assert not [
        change
        for change in fixture.changes(seal)
        if change[1] == "removed" and change[0] == "users"
    ]


def test_partial_snapshot_of_a_try_is_sealed_after_the_grace(fixture: SnapshotFixture) -> None:
    """What a try could read within the grace is kept, even if nothing can be read later."""
    fixture.simulator.faults.add("status", status=500, path="/organization/users")
    fixture.tick(SECOND)
    fixture.simulator.faults.add("status", status=500)
    (seal,) = fixture.tick(SECOND, minutes_late=121)
    assert seal.content["sections"]["api_keys"]["status"] == "complete"
    assert ("api_keys", "removed", fixture.world.key_id("old-key")) in fixture.changes(seal)


def test_archived_project_keeps_its_keys(fixture: SnapshotFixture) -> None:
    """An archived project's keys are not listed; that removes none but whom an event says so of."""
    fixture.world.at("2026-04-01T03:50:00Z").project_archived("web")
    (seal,) = fixture.tick(SECOND)
    removed = [change for change in fixture.changes(seal) if change[1] == "removed"]
    assert removed == [("api_keys", "removed", fixture.world.key_id("old-key"))]
    present = [row for row in fixture.register(seal, "api_keys") if row["removed_at"] is None]
    assert present
    findings = {row["kind"] for row in fixture.register(seal, "findings")}
    assert "key_in_archived_project" in findings


def test_paused_hours_are_sealed_paused(fixture: SnapshotFixture) -> None:
    """A pause is said in the seal of its hour; OpenAI is not asked meanwhile."""
    fixture.change("paused", "2026-04-01T03:40:00Z", status="paused")
    asked = sum(fixture.simulator.counts().values())
    (seal,) = fixture.tick(SECOND)
    assert (seal.content["outcome"], seal.content["lifecycle"][-1]["kind"]) == ("paused", "paused")
    assert sum(fixture.simulator.counts().values()) == asked
    fixture.change("resumed", "2026-04-01T04:20:00Z", status="connected")
    (after,) = fixture.tick(THIRD)
    assert after.content["outcome"] == "complete"
    ids = event_ids(fixture, FIRST, SECOND, THIRD)
    assert len(ids) == len(set(ids)) == len(fixture.world.first.events)


def test_reconnect_continues_the_chain(fixture: SnapshotFixture) -> None:
    """The hour of the disconnect ends the chain; the reconnect goes on from it."""
    sealed = fixture.context.connections.need(fixture.tenant, fixture.org).admin_key
    fixture.change("disconnected", "2026-04-01T03:40:00Z", status="disconnected", admin_key=b"")
    (last,) = fixture.tick(SECOND)
    assert (last.content["outcome"], last.content["reason"]) == ("paused", "disconnected")
    assert fixture.tick(THIRD) == []
    fixture.change(
        "reconnected",
        "2026-04-01T07:20:00Z",
        status="connected",
        admin_key=sealed,
        first_hour="2026-04-01T06:00:00Z",
    )
    (again,) = fixture.order("2026-04-01T06:00:00Z")
    assert again.content["previous_sha256"] == last.sha256
    assert again.content["outcome"] == "complete"
    assert [entry["kind"] for entry in again.content["lifecycle"]] == ["reconnected"]


def test_another_organizations_snapshot_is_quarantined(make_fixture: FixtureMaker) -> None:
    """Where OpenAI does not check the organization, a snapshot of strangers is not merged."""
    world = eventful_world()
    other = world.organization("org-other", admin_key="sk-admin-other")
    world.at("2026-03-01T00:00:00Z", other.id).user_joins("eve").project_created("spy")
    fixture = make_fixture(world)
    fixture.connect("2026-04-01T03:20:00Z", org_proof="none")
    fixture.order(FIRST)
    fixture.simulator.faults.add("any_organization")
    fixture.simulator.faults.add("without_header", name="openai-organization")
    fixture.use_key("sk-admin-other")
    (seal,) = fixture.tick(SECOND)
    assert (seal.content["outcome"], seal.content["reason"]) == ("failed", "quarantined")
    assert seal.register("users") == fixture.seal(FIRST).register("users")
