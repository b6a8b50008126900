"""A story of hours, and what each hour's seal says of it."""

from tests.support.secret_scan import found_in, left_behind
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import World, private_texts

CONNECTED = "2026-04-01T03:20:00Z"


def _world() -> World:
    world = World("org-story")
    early = world.at("2026-03-20T10:00:00Z")
    early.user_joins("olga", name="Olga Orlova", role="owner").user_joins("ann", name="Ann Lee")
    early.project_created("web").project_created("lab")
    early.key_made("web-key", "web", owner="ann").key_made("old-key", "lab", owner="olga")
    return world


def _connected(make_fixture: FixtureMaker, world: World) -> SnapshotFixture:
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    return fixture


def test_first_hour_is_a_baseline_without_changes(make_fixture: FixtureMaker) -> None:
    """The first snapshot shows everything and changes nothing."""
    fixture = _connected(make_fixture, _world())
    (seal,) = fixture.order("2026-04-01T02:00:00Z")
    assert seal.content["outcome"] == "complete", seal.content
    assert fixture.changes(seal) == []
    counts = {name: part["count"] for name, part in seal.content["sections"].items()}
    assert (counts["users"], counts["projects"], counts["api_keys"]) == (2, 2, 2)
    assert [entry["kind"] for entry in seal.content["lifecycle"]] == ["connected"]
    assert seal.content["previous_sha256"] is None


def test_history_is_sealed_once_by_the_first_hours(make_fixture: FixtureMaker) -> None:
    """Events from before the connect are walked back to where history ends, each once."""
    fixture = _connected(make_fixture, _world())
    seals = fixture.order("2026-04-01T02:00:00Z") + fixture.ticks("2026-04-01T03:00:00Z", 3)
    ids = [event["event_id"] for seal in seals for event in fixture.events(seal)]
    assert len(ids) == len(set(ids)) == len(fixture.world.first.events)
    assert seals[0].content["watermarks"]["streams"]["organization"]["backfill_done"]


def test_each_change_shows_in_its_hour(make_fixture: FixtureMaker) -> None:
    """Joins, leaves, a return, key creation and removal stand in the hour that saw them first."""
    world = _world()
    world.at("2026-04-01T03:30:00Z").user_joins("bob", name="Bob Ray")
    world.at("2026-04-01T04:10:00Z").key_made("new-key", "web", owner="bob")
    world.at("2026-04-01T05:10:00Z").user_leaves("ann")
    world.at("2026-04-01T06:40:00Z").key_removed("old-key")
    world.at("2026-04-01T07:40:00Z").user_joins("ann", name="Ann Lee")
    fixture = _connected(make_fixture, world)
    fixture.order("2026-04-01T02:00:00Z")
    seals = fixture.ticks("2026-04-01T03:00:00Z", 6)
    told = [fixture.changes(seal) for seal in seals]
    ann, bob = world.user_id("ann"), world.user_id("bob")
    assert told[0] == [("users", "added", bob)]
    assert told[1] == [("api_keys", "added", world.key_id("new-key"))]
    assert told[2] == [
        ("users", "removed", ann),
        ("api_keys", "modified", world.key_id("web-key")),
    ]
    assert told[3] == [("api_keys", "removed", world.key_id("old-key"))]
    assert told[4] == [("users", "added", ann)]
    assert told[5] == []
    episodes = [row for row in fixture.register(seals[-1], "users") if row["user_id"] == ann]
    assert [(row["first_seen_at"], row["removed_at"]) for row in episodes] == [
        ("2026-04-01T02:00:00Z", "2026-04-01T05:00:00Z"),
        ("2026-04-01T07:00:00Z", None),
    ]


def test_chain_links_every_hour(make_fixture: FixtureMaker) -> None:
    """Each seal names the digest of the one before it."""
    fixture = _connected(make_fixture, _world())
    seals = fixture.order("2026-04-01T02:00:00Z") + fixture.ticks("2026-04-01T03:00:00Z", 5)
    digests = [None, *(seal.sha256 for seal in seals)]
    assert [seal.content["previous_sha256"] for seal in seals] == digests[:-1]


def test_no_person_is_left_in_what_is_stored(make_fixture: FixtureMaker) -> None:
    """No address, name or IP address of the story stands in any sealed object or table row."""
    fixture = _connected(make_fixture, _world())
    fixture.order("2026-04-01T02:00:00Z")
    fixture.ticks("2026-04-01T03:00:00Z", 2)
    private = private_texts(fixture.world)
    secrets = private.emails | private.names | private.ip_addresses | private.secrets
    stored = left_behind(fixture.table, (fixture.evidence, fixture.work), "")
    assert len(secrets) > 5
    assert list(found_in(stored, secrets)) == []
