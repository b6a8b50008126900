"""Evidence that is lost: the pack fails and names the hour; a gap is recorded instead."""

import gzip

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.canonical import canonical
from functions.shared.evidence.seals import Seal
from functions.shared.hours import parse_instant
from tests.pack.conftest import PackFunction
from tests.support.builders import World

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"


@pytest.fixture
def world(evidence: Bucket) -> World:
    """Six complete hours with an event in the third."""
    world = World(evidence).has_user("user-1").has_key("key-1").chain(["complete"] * 2)
    return world.event("event-1").chain(["complete"] * 4)


def remove(bucket: Bucket, key: str) -> None:
    """Remove an object as an insider with every permission would."""
    bucket.client.delete_object(Bucket=bucket.name, Key=key)


def replace(bucket: Bucket, key: str, body: bytes) -> None:
    """Put other bytes over an object, as an insider with every permission would."""
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=body)


def failure(function: PackFunction) -> str:
    """Build the pack of the six hours and return the reason why it failed."""
    pack = function.make(START, END)
    assert pack.state == "failed"
    assert pack.object_key is None
    assert list(function.context.archives.keys("")) == []
    assert function.counted == ["FailedPacks"]
    return str(pack.reason)


def test_a_removed_seal_is_missing_evidence_and_no_gap(
    function: PackFunction, world: World, evidence: Bucket
) -> None:
    """The next seal names it, so it was there."""
    remove(evidence, world.key_of("2026-04-01T03:00:00Z"))
    reason = failure(function)
    assert "org-Alpha 2026-04-01T03:00:00Z: missing" in reason
    assert "which that of 2026-04-01T04:00:00Z follows" in reason
    assert world.seals[3].sha256 in reason


def test_removed_first_seals_are_missing_evidence(
    function: PackFunction, world: World, evidence: Bucket
) -> None:
    """A chain cannot begin with a seal that follows another."""
    for seal in world.seals[:2]:
        remove(evidence, world.key_of(seal.hour))
    assert "2026-04-01T02:00:00Z: missing: the seal before it" in failure(function)


def test_an_edited_seal_is_invalid_evidence(
    function: PackFunction, world: World, evidence: Bucket
) -> None:
    """Its content does not have its digest any more."""
    body = world.seals[2].encode().replace(b'"complete"', b'"partial"', 1)
    replace(evidence, world.key_of(world.seals[2].hour), body)
    assert "2026-04-01T02:00:00Z: invalid" in failure(function)


def test_a_seal_of_a_newer_version_fails_the_pack_and_is_called_newer(
    function: PackFunction, world: World, evidence: Bucket
) -> None:
    """After a deployment was taken back: nobody altered anything."""
    seal = world.seals[2]
    newer = canonical({"run": {}, "seal": seal.content | {"v": 5}, "sha256": seal.sha256})
    replace(evidence, world.key_of(seal.hour), newer)
    reason = failure(function)
    assert "made by a newer version than this one knows" in reason
    assert "invalid" not in reason


def test_a_seal_sealed_anew_does_not_fit_the_next(
    function: PackFunction, world: World, evidence: Bucket
) -> None:
    """Whoever recomputes one digest would have to recompute all that follow."""
    old = world.seals[2]
    forged = Seal.of(old.content | {"reason": "forged"}, old.run)
    replace(evidence, world.key_of(old.hour), forged.encode())
    assert "2026-04-01T03:00:00Z: missing" in failure(function)


def test_a_seal_moved_to_another_hour_is_invalid(
    function: PackFunction, world: World, evidence: Bucket
) -> None:
    """A seal says which hour it closes."""
    replace(evidence, world.key_of(world.seals[3].hour), world.seals[2].encode())
    assert "2026-04-01T03:00:00Z: invalid" in failure(function)


def test_every_lost_object_is_listed(
    function: PackFunction, world: World, evidence: Bucket
) -> None:
    """The operator sees all that has to be found again, not only the first."""
    register = world.seals[5].register("users")
    segment = world.seals[2].content["segments"]["events"][0]
    assert register
    remove(evidence, register["key"])
    replace(evidence, segment["key"], gzip.compress(b"{}\n"))
    reason = failure(function)
    assert f"missing: {evidence.name}/{register['key']}" in reason
    assert f"2026-04-01T02:00:00Z: invalid: {segment['key']}" in reason


def test_lost_evidence_outside_the_period_does_not_matter_to_it(
    function: PackFunction, world: World, evidence: Bucket
) -> None:
    """A pack answers for its period: the seal before it is all it needs of what came before."""
    remove(evidence, world.key_of("2026-04-01T00:00:00Z"))
    pack = function.make("2026-04-01T03:00:00Z", END)
    assert pack.state == "ready", pack.reason
    chain = function.manifest(pack)["chain"][0]
    assert chain["first_previous_sha256"] == world.seals[2].sha256
    assert parse_instant(pack.period_start) == world.seals[3].hour


def test_a_planted_seal_does_not_lead_to_another_tenants_objects(
    function: PackFunction, world: World, evidence: Bucket
) -> None:
    """Whoever can write one seal, its digests and its link right, still gets nothing of others."""
    theirs = World(evidence, tenant="tenant-b").has_user("user-of-b").chain(["complete"])
    last = world.seals[-1]
    sections = dict(last.content["sections"])
    sections["users"] = theirs.last.content["sections"]["users"]
    planted = Seal.of(last.content | {"sections": sections}, last.run)
    replace(evidence, world.key_of(last.hour), planted.encode())
    reason = failure(function)
    assert "invalid" in reason
    assert "names an object of another organization" in reason
