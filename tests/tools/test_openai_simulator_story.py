"""The demo story and the worlds that tests build."""

import pytest

from tools.openai_simulator import DEMO_ORG_ID, DEMO_SECOND_ORG_ID, World, demo_world
from tools.openai_simulator.clock import seconds, text
from tools.openai_simulator.story.story import DEMO_START, QUIET_HOURS
from tools.openai_simulator.world.event_log import event_ids

START = seconds(DEMO_START)
HOUR = 3600


@pytest.fixture(scope="module")
def world() -> World:
    """The demo, three weeks long."""
    return demo_world(days=21)


def test_the_demo_begins_with_a_grown_organization(world: World) -> None:
    """People, projects, keys and a past, with what an auditor looks for."""
    org = world.organizations[DEMO_ORG_ID]
    assert len(org.truth("users", START)) >= 25
    projects = org.truth("projects", START)
    assert len([p for p in projects if p["status"] == "active"]) >= 6
    keys = org.all_api_keys(START)
    assert len(keys) >= 60
    stale = [k for k in keys if (k["last_used_at"] or k["created_at"]) < START - 90 * 86400]
    never_used = [k for k in keys if k["last_used_at"] is None]
    assert len(stale) >= 5
    assert len(never_used) >= 5
    assert any(key["owner_project_access"] == "inactive" for key in keys)
    past = [event for event in org.events.all() if event.effective_at < START]
    assert 400 <= len(past) <= 700
    assert len(world.organizations[DEMO_SECOND_ORG_ID].truth("users", START)) == 5


def test_the_demo_is_the_same_for_the_same_seed() -> None:
    """Same seed, same events; another seed, others."""
    ids = [
        event_ids(demo_world(seed=seed, days=3).organizations[DEMO_ORG_ID].events)
        for seed in (1, 1, 2)
    ]
    assert ids[0] == ids[1] != ids[2]


def _snapshot(world: World, now: float) -> object:
    org = world.organizations[DEMO_ORG_ID]
    return (org.truth("users", now), org.truth("projects", now), org.all_api_keys(now))


def test_quiet_hours_are_quiet_and_others_are_not(world: World) -> None:
    """In a quiet hour no list moves and no event is written; most other hours have an event."""
    events = [event.effective_at for event in world.first.events.all()]
    eventful = 0
    for hour in range(48):
        start, end = START + hour * HOUR, START + (hour + 1) * HOUR
        has_events = any(start <= at < end for at in events)
        if hour % 24 in QUIET_HOURS:
            assert not has_events
            assert _snapshot(world, start) == _snapshot(world, end - 1)
        else:
            eventful += has_events
    assert eventful >= 40


def test_the_demo_has_hidden_and_late_changes(world: World) -> None:
    """A key made without an event, and a leave that the log shows three hours later."""
    org = world.first
    new_keys = [
        key["id"]
        for key in org.all_api_keys(START + 10 * HOUR)
        if key["created_at"] >= START + 9 * HOUR
    ]
    logged = {e.record.get("api_key.created", {}).get("id") for e in org.events.all()}
    assert len(new_keys) == 1
    assert new_keys[0] not in logged
    late = [e for e in org.events.all() if e.visible_at - e.effective_at == 3 * HOUR]
    assert [event.record["type"] for event in late] == ["user.deleted"]
    hidden = [(step.type, step.target_id) for step in org.hidden if step.at < START + 10 * HOUR]
    assert hidden == [("api_key.created", new_keys[0])]


def test_the_demo_goes_on_for_weeks(world: World) -> None:
    """Something happens on every day after the scripted ones."""
    days = {(e.effective_at - int(START)) // 86400 for e in world.first.events.all()}
    assert set(range(21)) <= days


def test_a_second_in_the_demo_holds_more_than_a_page(world: World) -> None:
    """More than a hundred events in one second."""
    instants = [event.effective_at for event in world.first.events.all()]
    assert max(instants.count(at) for at in set(instants)) > 100


def test_steps_chain_and_name_their_actor() -> None:
    """The steps of one instant are done and logged the way it says."""
    world = World()
    world.at("2026-04-01T00:00:00Z").user_joins("olga", role="owner").project_created("web")
    world.at("2026-04-01T01:00:00Z").by("olga").user_joins("ann").key_made("k", "web", owner="ann")
    world.at("2026-04-01T02:00:00Z").by_key("k").login("ann")
    world.at("2026-04-01T03:00:00Z").by_nobody().event("galaxy.moved", extra={"actor": ...})
    events = world.first.events.all()
    assert [event.record["type"] for event in events[2:]] == [
        "user.added",
        "api_key.created",
        "login.succeeded",
        "galaxy.moved",
    ]
    actor = events[2].record["actor"]["session"]
    assert actor["user"]["id"] == world.user_id("olga")
    assert {"ip_address", "ja3", "ja4", "user_agent", "ip_address_details"} < set(actor)
    assert "actor" not in events[-1].record
    assert [e.record["actor"] for e in events[:1]] != [None]


def test_a_leaver_returns_and_a_service_account_leaves_keys_behind() -> None:
    """Episodes, inactive keys, and keys that nobody answers for."""
    world = World()
    steps = world.at("2026-04-01T00:00:00Z").user_joins("ann").project_created("web")
    steps.service_account_created("bot", "web").key_made("a", "web", owner="ann")
    steps.key_made("b", "web", owner="bot")
    world.at("2026-04-01T01:00:00Z").user_leaves("ann")
    world.at("2026-04-01T02:00:00Z").service_account_deleted("bot", keys_stay=True)
    world.at("2026-04-01T03:00:00Z").user_joins("ann")
    org, at = world.first, seconds("2026-04-01T03:00:00Z")
    access = {key["id"]: key["owner_project_access"] for key in org.all_api_keys(at)}
    assert access == {"key_a": "inactive", "key_b": "active"}
    assert org.truth("service_accounts", at, "proj_web") == []
    assert [user["added_at"] for user in org.truth("users", at)] == [int(at)]
    world.at("2026-04-01T04:00:00Z").member_added("web", "ann")
    keys = org.all_api_keys(at + HOUR)
    assert {key["owner_project_access"] for key in keys} == {"active"}


def test_raw_records_stand_as_they_are() -> None:
    """Hostile and half-empty records go into any list."""
    world = World()
    world.at(0).project_created("web").raw("users", {"id": "u", "name": "\ud800", "email": None})
    world.at(0).raw("api_keys", {"id": "k", "owner": None}, project="web")
    world.at(5).patched("users", "u", {"email": ..., "role": "owner"}).gone(
        "api_keys", "k", project="web"
    )
    org = world.first
    assert org.truth("users", 5) == [{"id": "u", "name": "\ud800", "role": "owner"}]
    assert org.truth("api_keys", 4, "proj_web") == [{"id": "k", "owner": None}]
    assert org.truth("api_keys", 5, "proj_web") == []


def test_steps_that_make_no_sense_are_refused() -> None:
    """A key of somebody who is not there is the author's mistake."""
    world = World()
    world.at(0).project_created("web")
    with pytest.raises(KeyError, match="user-ann is not in the organization"):
        world.at(1).key_made("k", "web", owner="ann")
    with pytest.raises(KeyError):
        world.at(1).user_role("ann", "owner")
    with pytest.raises(ValueError, match="an instant is"):
        world.at("2026-04-01T00:00:00")
    assert text(0) == "1970-01-01T00:00:00Z"
