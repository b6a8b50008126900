"""A chain that an earlier version sealed goes on from its last seal."""

from functions.shared.aws.bucket import Bucket
from functions.shared.evidence.sealed_index import SealedIndex
from functions.shared.evidence.seals import Seal
from functions.shared.hours import parse_instant, rfc3339
from tests.support.golden import FIRST_HOUR, LAST_HOUR, ORG, TENANT, needs_seal_2, put_evidence
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import demo_world

NEXT_HOUR = "2026-04-01T06:00:00Z"


def old_seals(fixture: SnapshotFixture) -> list[Seal]:
    """Return the seals that an earlier version wrote."""
    hours = fixture.chain.sealed_hours(parse_instant(FIRST_HOUR), parse_instant(NEXT_HOUR))
    return [fixture.seal(rfc3339(hour)) for hour in hours]


@needs_seal_2
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
