"""A chain that an earlier version sealed goes on from its last seal."""

from functions.pack.collect.seal_chain import MissingEvidence, verify_chain
from functions.shared.aws.bucket import Bucket
from functions.shared.evidence.sealed_index import SealedIndex
from functions.shared.evidence.seals import Chain, Seal
from functions.shared.hours import parse_instant, rfc3339
from tests.support.golden import FIRST_HOUR, LAST_HOUR, ORG, SEAL_3, SEAL_4, TENANT, put_evidence
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tests.support.version_2 import reseal_as_version_2
from tools.openai_simulator import World, demo_world

NEXT_HOUR = "2026-04-01T06:00:00Z"


def old_seals(fixture: SnapshotFixture) -> list[Seal]:
    """Return the seals that an earlier version wrote."""
    hours = fixture.chain.sealed_hours(parse_instant(FIRST_HOUR), parse_instant(NEXT_HOUR))
    return [fixture.seal(rfc3339(hour)) for hour in hours]


def test_the_next_hour_follows_the_last_seal_of_then(
    make_fixture: FixtureMaker, evidence: Bucket
) -> None:
    """Watermarks, registers, what is sealed are taken over; a stay goes on from its first hour."""
    put_evidence(evidence)
    fixture = make_fixture(demo_world(days=1))
    assert (fixture.tenant, fixture.org) == (TENANT, ORG)
    fixture.connect("2026-04-01T00:05:00Z")
    before = fixture.seal(LAST_HOUR)
    [seal] = fixture.tick(NEXT_HOUR)
    assert (before.content["v"], seal.content["v"]) == (2, 4)
    assert seal.content["previous_sha256"] == before.sha256
    assert (seal.content["outcome"], seal.content["lifecycle"]) == ("complete", [])
    assert seal.content["watermarks"]["proven"]
    for name, stream in seal.content["watermarks"]["streams"].items():
        reached = before.content["watermarks"]["streams"][name]["closed_through"]
        assert stream["closed_through"] == (reached or 0) + 3600
    ids = {event["event_id"] for old in old_seals(fixture) for event in fixture.events(old)}
    hours = SealedIndex(evidence, seal.content["index"]).find(ids)
    assert hours.keys() == ids
    assert None in {run["since"] for run in seal.content["index"]}
    stays = {row["user_id"]: row["first_seen_at"] for row in fixture.register(before, "users")}
    going_on = {row["user_id"]: row["first_seen_at"] for row in fixture.register(seal, "users")}
    assert stays.items() <= going_on.items()


def test_one_chain_over_both_versions_holds(make_fixture: FixtureMaker, evidence: Bucket) -> None:
    """Every link is checked, of whichever version the seal is; no event is sealed twice."""
    put_evidence(evidence)
    fixture = make_fixture(demo_world(days=1))
    fixture.connect("2026-04-01T00:05:00Z")
    fixture.ticks(NEXT_HOUR, 2)
    missing, chain = MissingEvidence(), Chain(evidence, TENANT, ORG)
    last = parse_instant("2026-04-01T07:00:00Z")
    seals = list(verify_chain(chain, parse_instant(FIRST_HOUR), last, missing))
    missing.require_none()
    assert [seal.content["v"] for seal in seals] == [2] * 7 + [4] * 2
    events = [row["event_id"] for seal in seals for row in fixture.events(seal)]
    assert len(events) == len(set(events)) > 0


def test_the_next_hour_follows_the_last_seal_of_version_3(
    make_fixture: FixtureMaker, evidence: Bucket
) -> None:
    """Numbers of statements and of the custody log go on; no event is sealed again."""
    put_evidence(evidence, SEAL_3)
    fixture = make_fixture(demo_world(days=1))
    fixture.connect("2026-04-01T00:05:00Z")
    before = fixture.seal(LAST_HOUR)
    [seal] = fixture.tick(NEXT_HOUR)
    assert (before.content["v"], seal.content["v"]) == (3, 4)
    assert seal.content["previous_sha256"] == before.sha256
    assert (seal.content["outcome"], seal.content["lifecycle"]) == ("complete", [])
    assert seal.content["statements_n"] == before.content["statements_n"] == 2
    assert seal.content["custody"] == before.content["custody"] is not None
    events = [row["event_id"] for old in (*old_seals(fixture), seal) for row in fixture.events(old)]
    assert len(events) == len(set(events)) > 0


def test_the_next_hour_follows_the_last_seal_of_version_4(
    make_fixture: FixtureMaker, evidence: Bucket
) -> None:
    """What did not change keeps its root and salt, though the tenant's key is another one here."""
    put_evidence(evidence, SEAL_4)
    fixture = make_fixture(demo_world(days=1))
    fixture.connect("2026-04-01T00:05:00Z")
    before = fixture.seal(LAST_HOUR)
    [seal] = fixture.tick(NEXT_HOUR)
    assert (before.content["v"], seal.content["v"]) == (4, 4)
    assert seal.content["previous_sha256"] == before.sha256
    kept = 0
    for name, earlier in before.content["sections"].items():
        facts = seal.content["sections"][name]
        if facts["register"] is not None:
            assert facts["salt"]
            is_same = facts["register"] == earlier["register"]
            assert (
                is_same is (facts["salt"] == earlier["salt"]) is (facts["root"] == earlier["root"])
            )
            kept += is_same
    assert kept


FIRST, LAST_BEFORE, CROSSING = (f"2026-04-01T0{n}:00:00Z" for n in (1, 3, 4))


def test_where_nothing_happens_the_crossing_shows_in_the_seal_alone(
    make_fixture: FixtureMaker, evidence: Bucket
) -> None:
    """No change, no verdict, no finding, no event again; no register is written anew."""
    world = World("org-quiet")
    early = world.at("2026-03-20T10:00:00Z")
    early.user_joins("ann", role="owner").user_joins("bob").project_created("web")
    early.key_made("key", "web", owner="ann").member_added("web", "bob").invite_sent("dan")
    world.at("2026-04-01T03:30:00Z").user_joins("cid")
    fixture = make_fixture(world)
    fixture.connect("2026-04-01T02:20:00Z")
    fixture.order(FIRST)
    fixture.ticks("2026-04-01T02:00:00Z", 2)
    before = reseal_as_version_2(fixture, FIRST, CROSSING)
    assert before.content["hour"] == LAST_BEFORE
    assert fixture.events(before)
    keys = set(evidence.keys(""))
    seals = fixture.ticks(CROSSING, 2)
    for seal in seals:
        assert seal.content["v"] == 4
        assert seal.content["outcome"] == "complete"
        assert not any(seal.content["segments"].values())
        for name, facts in seal.content["sections"].items():
            earlier = before.content["sections"][name]
            assert facts["register"] == earlier["register"], name
            assert (facts["baseline"], facts["status"]) == (earlier["baseline"], earlier["status"])
            assert (facts["root"] is None) is (facts["register"] is None), name
    new = [key.split("/")[2] for key in set(evidence.keys("")) - keys]
    # What is sealed already is read back once.
    assert sorted(new) == ["index", "seals", "seals"]
    assert seals[0].content["previous_sha256"] == before.sha256
