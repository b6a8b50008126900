"""What an hour is sealed as when OpenAI, the tenant or the calendar gets in the way."""

from typing import Any

import pytest

from functions.shared.hours import parse_instant
from functions.shared.observability import FAILED_HOURS, MISSED_HOURS
from tests.snapshot.test_crash import FIRST, SECOND, THIRD, eventful_world
from tests.support.aws_state import received
from tests.support.snapshot_fixture import Lab, LabMaker
from tools.openai_simulator import READ_AUDIT_LOGS, READ_MANAGEMENT, World

FOURTH = "2026-04-01T05:00:00Z"


@pytest.fixture
def lab(make_lab: LabMaker) -> Lab:
    """Give a laboratory connected and with its first hour sealed."""
    lab = make_lab(eventful_world())
    lab.connect("2026-04-01T03:20:00Z")
    lab.order(FIRST)
    return lab


def event_ids(lab: Lab, *hours: str) -> list[str]:
    """Return the ids of the events that these hours sealed."""
    return [event["event_id"] for hour in hours for event in lab.events(lab.seal(hour))]


def test_three_hours_down_are_failed_with_reason_and_lose_nothing(lab: Lab) -> None:
    """Down for three hours: each is sealed failed after its grace, then all events are there."""
    down = lab.simulator.faults.add("status", status=503)
    hours = (SECOND, THIRD, FOURTH)
    for hour in hours:
        assert lab.tick(hour) == []
        assert lab.chain.seal(parse_instant(hour)) is None
        (seal,) = lab.tick(hour, minutes_late=121)
        assert (seal.content["outcome"], seal.content["reason"]) == ("failed", "server_error")
        assert {part["status"] for part in seal.content["sections"].values()} == {
            "failed",
            "derived",
        }
    assert lab.counted == [FAILED_HOURS] * 3
    lab.simulator.faults.remove(down)
    (back,) = lab.tick("2026-04-01T06:00:00Z")
    assert back.content["outcome"] == "complete"
    ids = event_ids(lab, FIRST, *hours, "2026-04-01T06:00:00Z")
    assert len(ids) == len(set(ids)) == len(lab.world.first.events)


def test_an_open_hour_comes_back_as_a_new_message(lab: Lab) -> None:
    """A try that cannot close its hour sends a delayed message and leaves no seal."""
    lab.simulator.faults.add("status", status=503)
    lab.tick(SECOND)
    messages = lab.queue.client.get_queue_attributes(
        QueueUrl=lab.queue.url, AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    assert messages["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"
    assert received(lab.queue) == []


def test_an_hour_nobody_pictured_is_missed(lab: Lab) -> None:
    """Nothing ran within the grace: the hour is missed, its events come with the next."""
    seals = lab.tick("2026-04-01T06:00:00Z")
    outcomes = [(seal.content["hour"][11:13], seal.content["outcome"]) for seal in seals]
    # 05:00 and 06:00 are still within their two hours of grace at 07:01.
    assert outcomes == [("03", "missed"), ("04", "missed"), ("05", "complete"), ("06", "complete")]
    assert lab.counted == [MISSED_HOURS] * 2
    ids = event_ids(lab, FIRST, SECOND, THIRD, FOURTH, "2026-04-01T06:00:00Z")
    assert len(ids) == len(set(ids)) == len(lab.world.first.events)


def test_missed_hour_carries_registers_and_frontiers(lab: Lab) -> None:
    """A missed hour says nothing new and forgets nothing."""
    first = lab.seal(FIRST)
    missed = lab.tick("2026-04-01T06:00:00Z")[0]
    for section in ("users", "projects", "api_keys", "findings"):
        assert missed.register(section) == first.register(section)
    assert missed.content["frontiers"] == first.content["frontiers"]


def test_rejected_key_fails_at_once_and_is_noted(lab: Lab) -> None:
    """401 does not mend within the hour: sealed at once, the connection says so."""
    lab.simulator.faults.add("status", status=401, code="invalid_api_key")
    (seal,) = lab.tick(SECOND)
    assert (seal.content["outcome"], seal.content["reason"]) == ("failed", "key_rejected")
    assert lab.room.connections.need(lab.tenant, lab.org).health == "key_rejected"
    lab.simulator.faults.clear()
    lab.tick(THIRD)
    assert lab.room.connections.need(lab.tenant, lab.org).health == "ok"


def scoped(make_lab: LabMaker, *scopes: str) -> Lab:
    """Return a laboratory whose key has these scopes only."""
    world = eventful_world()
    world.credential("sk-admin-narrow", scopes=scopes)
    world.admin_key = "sk-admin-narrow"
    lab = make_lab(world)
    lab.connect("2026-04-01T03:20:00Z")
    return lab


def test_key_without_audit_scope_is_partial_and_forbidden(make_lab: LabMaker) -> None:
    """Forbidden is not empty, and is sealed at once."""
    (seal,) = scoped(make_lab, READ_MANAGEMENT).order(FIRST)
    statuses = {name: part["status"] for name, part in seal.content["sections"].items()}
    assert seal.content["outcome"] == "partial"
    assert statuses["audit_events"] == "forbidden"
    assert statuses["users"] == "complete"


def test_key_with_audit_scope_only(make_lab: LabMaker) -> None:
    """What the key cannot read is forbidden; its counts are not zero but unknown."""
    (seal,) = scoped(make_lab, READ_AUDIT_LOGS).order(FIRST)
    assert seal.content["sections"]["users"]["status"] == "forbidden"
    assert seal.content["sections"]["api_keys"]["status"] == "forbidden"
    assert seal.content["sections"]["audit_events"]["status"] == "complete"
    assert seal.content["kpi"]["users"] is None


def test_empty_audit_log_is_unproven(make_lab: LabMaker) -> None:
    """No event ever seen: the log may be off. That is unknown, not clean."""
    world = World("org-quiet")
    world.at("2026-03-20T10:00:00Z").hidden().user_joins("ann").project_created("web")
    lab = make_lab(world)
    lab.connect("2026-04-01T03:20:00Z")
    (seal,) = lab.order(FIRST)
    assert seal.content["sections"]["audit_events"]["status"] == "unproven"
    assert seal.content["outcome"] == "complete"
    kinds = [row["kind"] for row in lab.register(seal, "findings")]
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
def test_a_list_cut_short_removes_nothing(lab: Lab, kind: str, options: dict[str, Any]) -> None:
    """A list that ends early is partial or failed; nobody in it is taken for removed."""
    lab.simulator.faults.add(kind, path="/organization/users", **options)
    assert lab.tick(SECOND) == []
    (seal,) = lab.tick(SECOND, minutes_late=121)
    assert seal.content["sections"]["users"]["status"] in ("partial", "failed")
    assert seal.content["outcome"] == "partial"
    assert not [
        change for change in lab.changes(seal) if change[1] == "removed" and change[0] == "users"
    ]


def test_partial_picture_of_a_try_is_sealed_after_the_grace(lab: Lab) -> None:
    """What a try could read within the grace is kept, even if nothing can be read later."""
    lab.simulator.faults.add("status", status=500, path="/organization/users")
    lab.tick(SECOND)
    lab.simulator.faults.add("status", status=500)
    (seal,) = lab.tick(SECOND, minutes_late=121)
    assert seal.content["sections"]["api_keys"]["status"] == "complete"
    assert ("api_keys", "removed", lab.world.key_id("old-key")) in lab.changes(seal)


def test_archived_project_keeps_its_keys(lab: Lab) -> None:
    """An archived project's keys are not listed; that does not remove them."""
    lab.world.at("2026-04-01T03:50:00Z").project_archived("web")
    (seal,) = lab.tick(SECOND)
    removed = [change for change in lab.changes(seal) if change[1] == "removed"]
    assert removed == []
    findings = {row["kind"] for row in lab.register(seal, "findings")}
    assert "key_in_archived_project" in findings


def test_paused_hours_are_sealed_paused(lab: Lab) -> None:
    """A pause is said in the seal of its hour; OpenAI is not asked meanwhile."""
    lab.change("paused", "2026-04-01T03:40:00Z", status="paused")
    asked = sum(lab.simulator.counts().values())
    (seal,) = lab.tick(SECOND)
    assert (seal.content["outcome"], seal.content["lifecycle"][-1]["kind"]) == ("paused", "paused")
    assert sum(lab.simulator.counts().values()) == asked
    lab.change("resumed", "2026-04-01T04:20:00Z", status="connected")
    (after,) = lab.tick(THIRD)
    assert after.content["outcome"] == "complete"
    ids = event_ids(lab, FIRST, SECOND, THIRD)
    assert len(ids) == len(set(ids)) == len(lab.world.first.events)


def test_reconnect_continues_the_chain(lab: Lab) -> None:
    """The hour of the disconnect ends the chain; the reconnect goes on from it."""
    sealed = lab.room.connections.need(lab.tenant, lab.org).admin_key
    lab.change("disconnected", "2026-04-01T03:40:00Z", status="disconnected", admin_key=b"")
    (last,) = lab.tick(SECOND)
    assert (last.content["outcome"], last.content["reason"]) == ("paused", "disconnected")
    assert lab.tick(THIRD) == []
    lab.change(
        "reconnected",
        "2026-04-01T07:20:00Z",
        status="connected",
        admin_key=sealed,
        first_hour="2026-04-01T06:00:00Z",
    )
    (again,) = lab.order("2026-04-01T06:00:00Z")
    assert again.content["previous_sha256"] == last.sha256
    assert again.content["outcome"] == "complete"
    assert [entry["kind"] for entry in again.content["lifecycle"]] == ["reconnected"]


def test_another_organizations_picture_is_quarantined(make_lab: LabMaker) -> None:
    """Where OpenAI does not check the organization, a picture of strangers is not merged."""
    world = eventful_world()
    other = world.organization("org-other", admin_key="sk-admin-other")
    world.at("2026-03-01T00:00:00Z", other.id).user_joins("eve").project_created("spy")
    lab = make_lab(world)
    lab.connect("2026-04-01T03:20:00Z", org_proof="none")
    lab.order(FIRST)
    lab.simulator.faults.add("any_organization")
    lab.simulator.faults.add("without_header", name="openai-organization")
    lab.use_key("sk-admin-other")
    (seal,) = lab.tick(SECOND)
    assert (seal.content["outcome"], seal.content["reason"]) == ("failed", "quarantined")
    assert seal.register("users") == lab.seal(FIRST).register("users")
