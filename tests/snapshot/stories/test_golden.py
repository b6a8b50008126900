"""A chain that an earlier version sealed goes on from its last seal."""

from functions.shared.aws.bucket import Bucket
from tests.support.golden import LAST_HOUR, ORG, TENANT, needs_seal_2, put_evidence
from tests.support.snapshot_fixture import FixtureMaker
from tools.openai_simulator import demo_world

NEXT_HOUR = "2026-04-01T06:00:00Z"


@needs_seal_2
def test_the_next_hour_follows_the_last_seal_of_then(
    make_fixture: FixtureMaker, evidence: Bucket
) -> None:
    """Watermarks and registers are taken over; a stay goes on from its first hour."""
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
    stays = {row["user_id"]: row["first_seen_at"] for row in fixture.register(before, "users")}
    going_on = {row["user_id"]: row["first_seen_at"] for row in fixture.register(seal, "users")}
    assert stays.items() <= going_on.items()
