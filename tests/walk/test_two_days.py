"""Two days of the demo organization: from the first hour to the auditor's verdict."""

import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from functions.shared.aws.gzip_member import unpack_gzip
from functions.shared.evidence.seals import Seal
from functions.shared.hours import parse_instant
from tests.pack.conftest import PackFunction
from tests.support.aws_state import all_items
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tests.tools.verifier import Verdict, run_script, verify
from tests.walk import contents
from tools.openai_simulator import DEMO_ADMIN_KEY, DEMO_ORG_ID, DEMO_START, demo_world
from tools.openai_simulator.story.private import private_texts

CONNECTED = "2026-04-01T01:05:00Z"
FIRST, LAST = "2026-04-01T00:00:00Z", "2026-04-02T23:59:59Z"


@pytest.fixture
def fixture(make_fixture: FixtureMaker) -> SnapshotFixture:
    """Open an organization on the demo organization, connected in its first minutes."""
    world = demo_world(DEMO_START, days=4)
    world.org_id, world.admin_key = DEMO_ORG_ID, DEMO_ADMIN_KEY
    world.first = world.organizations[DEMO_ORG_ID]
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    fixture.order(FIRST)
    return fixture


def build_and_verify(
    fixture: SnapshotFixture, function: PackFunction, folder: Path, last: str = LAST
) -> tuple[Any, Verdict]:
    """Make the pack up to the last hour's end and verify it as an auditor would."""
    fixture.clock.advance(minutes=4)
    pack = function.make(FIRST, last, tenant=fixture.tenant, orgs=(fixture.org,))
    assert pack.state == "ready", pack.reason
    path = folder / "pack-1.tar.gz"
    path.write_bytes(function.archive(pack))
    return pack, verify(path, key=function.key.public_hex)


@pytest.mark.slow
def test_two_days_of_the_demo_story(
    fixture: SnapshotFixture,
    function: PackFunction,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each event once, each hour accounted for, nobody named, and the verifier says VALID."""
    seals = [fixture.seal(FIRST), *fixture.ticks("2026-04-01T01:00:00Z", 47)]
    assert Counter(seal.content["outcome"] for seal in seals) == {"complete": 48}
    for before, seal in itertools.pairwise(seals):
        assert _sealed_changes(fixture, seal) == _true_changes(fixture, before, seal), seal.content[
            "hour"
        ]
    pack, verdict = build_and_verify(fixture, function, tmp_path)
    assert verdict.code == 0, verdict.text
    assert verdict.last_line.startswith("VALID")
    _require_the_same_of_a_process(tmp_path / "pack-1.tar.gz", function.key.public_hex)

    end = 1775174400  # 2026-04-03T00:00:00Z
    start = 1775001600
    logged = {
        event.id
        for log in (fixture.world.first.events, fixture.world.first.tenant_events)
        for event in log.all()
        if start <= event.effective_at < end
    }
    rows = function.rows(pack, "events.jsonl")
    ids = [row["event_id"] for row in rows]
    assert len(ids) == len(set(ids))
    # What shows late can still be under way when the pack is cut.
    assert set(ids) <= logged
    assert len(logged - set(ids)) <= 1

    users = function.rows(pack, "users.jsonl")
    thomas = [row for row in users if row["user_id"] == fixture.world.user_id("thomas.lindqvist")]
    assert len(thomas) == 2
    assert [row["removed_at"] is None for row in thomas] == [False, True]

    contents.require_changes(fixture, function, pack, seals)
    contents.require_findings(fixture, function, pack, seals[-1])
    contents.require_optional_lists(fixture, function, pack, seals[-1])
    contents.require_requests_listed(fixture, function, pack)

    stored_text = _stored_text(fixture, function, pack) + capsys.readouterr().out
    private = private_texts(fixture.world)
    for kind in ("emails", "ip_addresses", "fingerprints", "secrets"):
        texts = getattr(private, kind)
        assert texts
        assert not [text for text in texts if text in stored_text], kind


def _require_the_same_of_a_process(path: Path, key: str) -> None:
    """What an auditor runs is what we ran."""
    verified = run_script(str(path), "--expected-pubkey", key)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert verified.stdout.splitlines()[-1].startswith("VALID")
    unpinned = run_script(str(path))
    assert unpinned.returncode == 2
    assert "valid" not in (unpinned.stdout + unpinned.stderr).lower()


def _sealed_changes(fixture: SnapshotFixture, seal: Seal) -> set[tuple[str, str, str]]:
    """Return what the seal says of who and what came and went."""
    changes = fixture.changes(seal)
    return {
        change
        for change in changes
        if change[0] in ("users", "api_keys") and change[1] != "modified"
    }


def _true_changes(fixture: SnapshotFixture, before: Seal, seal: Seal) -> set[tuple[str, str, str]]:
    """Return what came and went between two pictures, by the simulator's own knowledge."""
    changes = set()
    ids = {}
    for instant, pictured in (("then", before), ("now", seal)):
        assert pictured.content["pictured_from"]
        at = parse_instant(pictured.content["pictured_from"]).timestamp()
        org = fixture.world.first
        ids["users", instant] = {user["id"] for user in org.truth("users", at)}
        ids["api_keys", instant] = {key["id"] for key in org.all_api_keys(at)}
    for section in ("users", "api_keys"):
        then, now = ids[section, "then"], ids[section, "now"]
        changes |= {(section, "added", name) for name in now - then}
        changes |= {(section, "removed", name) for name in then - now}
    return changes


def _stored_text(fixture: SnapshotFixture, function: PackFunction, pack: Any) -> str:
    """Return every stored byte as text: objects, unpacked, table, queue, pack."""
    parts = []
    for bucket in (fixture.evidence, fixture.work):
        for key in bucket.keys(""):
            body = bucket.need(key)
            parts.append(unpack_gzip(body) if key.endswith(".gz") else body)
    parts += function.members(pack).values()
    text = b"\n".join(parts).decode("utf-8", "replace")
    return text + json.dumps(all_items(fixture.table), default=repr)


@pytest.mark.slow
def test_a_pack_names_the_hours_that_openai_was_down(
    fixture: SnapshotFixture, function: PackFunction, tmp_path: Path
) -> None:
    """Three failed hours stand in the pack by name, with their reason; nothing is lost."""
    fixture.simulator.faults.add(
        "status", status=503, since="2026-04-01T04:00:00Z", until="2026-04-01T07:00:00Z"
    )
    fixture.ticks("2026-04-01T01:00:00Z", 2)
    for hour in range(3, 6):
        name = f"2026-04-01T{hour:02d}:00:00Z"
        assert fixture.tick(name) == []
        fixture.simulator.faults.add("status", status=503)
        fixture.tick(name, minutes_late=121)
        fixture.simulator.faults.clear()
        fixture.simulator.faults.add(
            "status", status=503, since="2026-04-01T04:00:00Z", until="2026-04-01T07:00:00Z"
        )
    fixture.ticks("2026-04-01T06:00:00Z", 6)
    pack, verdict = build_and_verify(fixture, function, tmp_path, "2026-04-01T11:59:59Z")
    assert verdict.code == 0, verdict.text
    manifest = function.manifest(pack)
    assert manifest["coverage"]["failed"] == 3
    assert manifest["coverage"]["longest_gap_hours"] == 3
    rows = {row["hour"]: row for row in function.rows(pack, "coverage.jsonl")}
    for hour in range(3, 6):
        row = rows[f"2026-04-01T{hour:02d}:00:00Z"]
        assert (row["outcome"], row["seal"]["reason"]) == ("failed", "server_error")
    assert rows["2026-04-01T06:00:00Z"]["outcome"] == "complete"
    print(verdict.text)
    assert "failed" in verdict.text
    assert "2026-04-01T03:00:00Z" in verdict.text
