"""The custody log stands in the pack as the hours sealed it, once for all organizations."""

from pathlib import Path

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import custody_key
from functions.shared.evidence.custody_log import CustodyLog
from tests.pack.conftest import PackFunction
from tests.pack.stories.test_full_profile import SECOND, valid
from tests.support.full_world import FullWorld

LAST = "2026-04-01T04:59:59Z"


@pytest.fixture
def world(evidence: Bucket) -> FullWorld:
    """Give an organization, connected at midnight, whose tenant did something most hours."""
    world = FullWorld(evidence)
    world.notes("organization.connected").chain(["complete"])
    world.notes("pack.requested", "pack.signed").chain(["complete", "complete"])
    return world.notes("pack.link_made").chain(["missed", "complete"])


def test_it_begins_before_the_period_and_ends_with_what_the_seals_name(
    world: FullWorld, function: PackFunction, evidence: Bucket, tmp_path: Path
) -> None:
    """The bytes of the objects, one behind the other; what came later is not in it."""
    world.notes("pack.requested").chain(["complete"])
    pack = function.make(SECOND, LAST)
    rows = function.rows(pack, "custody.jsonl")
    assert [(row["n"], row["sealed_hour"][11:13]) for row in rows] == [
        *((1, "00"), (2, "01")),
        *((3, "01"), (4, "03")),
    ]
    log = CustodyLog(evidence, world.tenant)
    bodies = b"".join(log.need(first).body for first in (1, 2, 4))
    assert function.members(pack)["custody.jsonl"] == bodies
    assert b"custody.jsonl" in function.members(pack)["README.txt"]
    assert valid(function, pack, tmp_path)
    # From where the log begins, and an hour in which nothing was done.
    assert valid(function, function.make("2026-04-01T00:00:00Z", LAST), tmp_path)
    quiet = function.make("2026-04-01T04:00:00Z", LAST)
    assert [row["n"] for row in function.rows(quiet, "custody.jsonl")] == [4]
    assert valid(function, quiet, tmp_path)


def test_two_organizations_have_one_log(
    world: FullWorld, function: PackFunction, evidence: Bucket, tmp_path: Path
) -> None:
    """One that names less than the period begins with is held to the log as well."""
    other = FullWorld(evidence, org="org-Zulu")
    other.custody = CustodyLog(evidence, world.tenant).need(1).head
    other.chain(["complete"] * 5)
    pack = function.make("2026-04-01T04:00:00Z", LAST, org_ids=[world.org, other.org])
    assert [row["n"] for row in function.rows(pack, "custody.jsonl")] == [1, 2, 3, 4]
    assert valid(function, pack, tmp_path)


def test_where_no_seal_names_an_entry_there_is_no_log(
    function: PackFunction, evidence: Bucket, tmp_path: Path
) -> None:
    """As in the packs of before; nor is there one of profile core."""
    FullWorld(evidence).chain(["complete"] * 5)
    pack = function.make(SECOND, LAST)
    assert "custody.jsonl" not in function.members(pack)
    assert valid(function, pack, tmp_path)


@pytest.mark.parametrize("first", [1, 2, 4])
def test_a_lost_object_fails_the_pack(
    world: FullWorld, function: PackFunction, evidence: Bucket, first: int
) -> None:
    """Nothing is signed without it."""
    assert world.org
    evidence.client.delete_object(Bucket=evidence.name, Key=custody_key("tenant-a", first))
    pack = function.make(SECOND, LAST)
    assert (pack.state, "custody" in str(pack.reason)) == ("failed", True), pack.reason


def test_an_object_of_another_log_fails_the_pack(
    world: FullWorld, function: PackFunction, evidence: Bucket
) -> None:
    """Whoever put it there."""
    log = CustodyLog(evidence, world.tenant)
    key, body = custody_key(world.tenant, 4), log.need(4).body
    evidence.put(key, body.replace(b"link_made", b"requested"))
    pack = function.make(SECOND, LAST)
    assert "invalid: the custody log does not end with entry 4" in str(pack.reason)
    evidence.put(key, b"nothing of the kind")
    assert "is not a part of a custody log" in str(function.make(SECOND, LAST).reason)
