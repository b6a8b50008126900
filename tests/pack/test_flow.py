"""A pack from request to list: what an auditor finds in it, and that their own script agrees."""

import json
from pathlib import Path

import pytest

from functions.pack.publish.verify import run_verifier
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import Table
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.aws_state import all_items, received
from tests.support.builders import World

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"


def story(evidence: Bucket) -> World:
    """Six hours: two users, one leaves; a key with a finding; an event in each of two hours."""
    world = World(evidence)
    world.has_user("user-1", role="owner").has_user("user-2").has_project("proj-1")
    world.has_key("key-1").event("event-1").chain(["complete", "complete"])
    world.loses("users", "user-2").finding("stale_key", "key-1").event("event-2")
    return world.chain(["complete", "partial", "missed", "complete"])


@pytest.mark.parametrize("profile", ["full", "core"])
def test_a_pack_passes_the_auditors_script(
    function: PackFunction, evidence: Bucket, tmp_path: Path, profile: str
) -> None:
    """What is listed was downloaded and accepted; an auditor gets the same answer again."""
    story(evidence)
    pack = function.make(START, END, profile=profile)
    assert (pack.state, pack.reason) == ("ready", None)
    file = tmp_path / "pack-1.tar.gz"
    file.write_bytes(function.archive(pack))
    code, answer = run_verifier(file, function.key.public_hex)
    assert (code, answer["verdict"]) == (0, "valid")
    statuses = {check["number"]: check["status"] for check in answer["checks"]}
    assert statuses[10] == ("ok" if profile == "full" else "not_checked")
    assert list(function.members(pack))[:6] == [
        *("manifest.json", "manifest.sig", "users.jsonl"),
        *("projects.jsonl", "api_keys.jsonl", "events.jsonl"),
    ]


def test_rows_tell_the_last_state_of_each_episode(function: PackFunction, evidence: Bucket) -> None:
    """Who left keeps the hour of the last snapshot that showed them; findings stand on the key."""
    story(evidence)
    pack = function.make(START, END)
    first, second = function.rows(pack, "users.jsonl")
    assert (first["user_id"], first["removed_at"]) == ("user-1", None)
    assert first["state_at"] == "2026-04-01T05:00:00Z"
    assert (second["removed_at"], second["state_at"]) == (
        "2026-04-01T02:00:00Z",
        "2026-04-01T01:00:00Z",
    )
    [key] = function.rows(pack, "api_keys.jsonl")
    assert [finding["kind"] for finding in key["findings"]] == ["stale_key"]
    assert "extra" not in key
    events = function.rows(pack, "events.jsonl")
    assert [(row["event_id"], row["sealed_hour"], row["late"]) for row in events] == [
        ("event-1", "2026-04-01T00:00:00Z", False),
        ("event-2", "2026-04-01T02:00:00Z", False),
    ]


def test_the_manifest_begins_with_the_documented_keys_in_their_order(
    function: PackFunction, evidence: Bucket
) -> None:
    """Readers of the documented format find what they know, where they know it."""
    story(evidence)
    pack = function.make(START, END)
    manifest = function.manifest(pack)
    documented = (
        "schema_version module pack_id tenant_id period_start period_end org_ids user_count "
        "project_count api_key_count event_count users_sha256 projects_sha256 api_keys_sha256 "
        "events_sha256 signing_public_hex"
    )
    assert list(manifest)[:16] == documented.split()
    assert manifest["pack_id"] == "1"
    assert manifest["coverage"] == {
        "expected_hours": 6,
        "complete": 4,
        "partial": 1,
        "failed": 0,
        "missed": 1,
        "paused": 0,
        "longest_gap_hours": 1,
    }
    assert manifest["settled"] is False
    assert manifest["audit_log"] == {"org-Alpha": "proven"}
    assert manifest["previous_pack_id"] is None


def test_a_month_tells_its_gap_its_absence_and_who_came_back(
    function: PackFunction, evidence: Bucket, clock: SettableClock
) -> None:
    """Hours nobody sealed are gaps; hours while disconnected were never expected."""
    world = World(evidence)
    world.has_user("user-1").chain(["complete", "gap", "gap", "complete"])
    world.loses("users", "user-1").chain(["complete", "disconnect", "away", "away"])
    world.has_user("user-1").chain(["reconnect", "failed", "complete"])
    clock.set("2026-04-01T11:30:00Z")
    pack = function.make(START, "2026-04-01T10:59:59Z")
    assert pack.state == "ready", pack.reason
    coverage = function.rows(pack, "coverage.jsonl")
    assert [row["outcome"] for row in coverage] == [
        *("complete", "gap", "gap", "complete", "complete", "paused"),
        *("complete", "failed", "complete"),
    ]
    assert function.manifest(pack)["coverage"]["longest_gap_hours"] == 2
    stays = [
        (row["first_seen_at"][11:13], row["removed_at"])
        for row in function.rows(pack, "users.jsonl")
    ]
    assert stays == [("00", "2026-04-01T04:00:00Z"), ("08", None)]


def test_a_gap_at_the_end_is_recorded(
    function: PackFunction, evidence: Bucket, clock: SettableClock
) -> None:
    """Hours that closed without a seal are expected as long as nobody disconnected."""
    World(evidence).has_user("user-1").chain(["complete"])
    clock.set("2026-04-01T09:30:00Z")
    pack = function.make(START, "2026-04-01T03:59:59Z")
    assert [row["outcome"] for row in function.rows(pack, "coverage.jsonl")] == ["complete"] + [
        "gap"
    ] * 3


def test_a_pack_waits_for_seals_that_are_on_their_way(
    function: PackFunction, evidence: Bucket, clock: SettableClock
) -> None:
    """A request right after the hour does not turn an hour that is being sealed into a gap."""
    world = World(evidence).has_user("user-1").until("2026-04-01T05:00:00Z")
    pack = function.request(START, END)
    received(function.context.queue)
    assert function.build(pack).state == "queued"
    world.chain(["complete"])
    assert function.build(pack).state == "ready"
    assert len(function.rows(function.context.packs.need("tenant-a", 1), "coverage.jsonl")) == 6


def test_packs_name_the_one_that_became_ready_before_them(
    function: PackFunction, evidence: Bucket
) -> None:
    """The chain of packs follows readiness, not numbers; a failed pack is no link."""
    story(evidence)
    first, second = function.request(START, END), function.request(START, END)
    built_second = function.build(second)
    built_first = function.build(first)
    assert (built_second.ready_order, built_first.ready_order) == (1, 2)
    manifest = function.manifest(built_first)
    assert manifest["previous_pack_id"] == "2"
    assert manifest["previous_manifest_sha256"] == built_second.manifest_sha256


def test_a_second_tenant_with_the_same_organization_gets_its_own(
    function: PackFunction, evidence: Bucket
) -> None:
    """Nothing of one tenant is in the other's pack, whoever shares the organization."""
    story(evidence)
    World(evidence, tenant="tenant-b").has_user("user-9").until("2026-04-01T06:00:00Z")
    pack = function.make(START, END, tenant="tenant-b")
    assert pack.number == 1
    text = b"".join(function.members(pack).values())
    assert b"user-9" in text
    assert b"tenant-a" not in text
    assert b"user-1" not in text
    assert pack.object_key
    assert pack.object_key.startswith("tenant=tenant-b/")


def test_a_ready_pack_is_not_touched_by_its_message_coming_again(
    function: PackFunction, evidence: Bucket, table: Table
) -> None:
    """SQS delivers at least once."""
    story(evidence)
    pack = function.make(START, END)
    before = all_items(table)
    assert function.build(pack) == pack
    assert all_items(table) == before


def test_signing_stands_in_the_custody_log(
    function: PackFunction, evidence: Bucket, table: Table
) -> None:
    """Each use of the seed is on record, with what it signed."""
    story(evidence)
    pack = function.make(START, END)
    [entry] = list(table.query("T#tenant-a", prefix="CUSTODY#"))
    assert (entry["action"], entry["by"]) == ("pack.signed", "user-sub-1")
    assert entry["facts"]["manifest_sha256"] == pack.manifest_sha256


def test_an_organization_without_any_seal_has_no_expected_hour(
    function: PackFunction, evidence: Bucket
) -> None:
    """A pack for an organization that was connected this minute is empty, and says so."""
    story(evidence)
    pack = function.make(START, END, orgs=("org-Alpha", "org-Newborn"))
    chain = function.manifest(pack)["chain"]
    assert [(link["org_id"], link["seals"]) for link in chain] == [
        ("org-Alpha", 6),
        ("org-Newborn", 0),
    ]
    assert json.loads(function.members(pack)["manifest.json"])["user_count"] == 2
