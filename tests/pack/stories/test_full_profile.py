"""Profile full: changes with their verdicts, findings with what resolved them, optional lists."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.pack.publish.verify import run_verifier
from functions.shared.aws.bucket import Bucket
from functions.shared.canonical import Json
from functions.shared.tables.packs import Pack
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.full_world import FullWorld

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"
FIRST, SECOND, THIRD = (f"2026-04-01T{hour:02d}:00:00Z" for hour in range(3))


def document(function: PackFunction, pack: Pack, name: str) -> Any:
    """Return one of a pack's JSON documents."""
    return json.loads(function.members(pack)[name])


def valid(function: PackFunction, pack: Pack, folder: Path) -> bool:
    """Tell whether the auditors' script accepts a pack."""
    file = folder / "pack.tar.gz"
    file.write_bytes(function.archive(pack))
    return run_verifier(file, function.key.public_hex)[0] == 0


def test_a_change_has_the_last_verdict_sealed_up_to_the_cut(
    function: PackFunction, evidence: Bucket, clock: SettableClock, tmp_path: Path
) -> None:
    """Verdicts come hours later, more than one; those behind the cut belong to another pack."""
    world = FullWorld(evidence)
    world.has_user("user-1").chain(["complete"])
    world.change("users", "user-2", "added").change("api_keys", "key-1", "removed")
    world.change("users", "user-1", "modified")
    for name, entity, kind in (("users", "user-2", "added"), ("api_keys", "key-1", "removed")):
        world.verdict(SECOND, name, entity, kind, "cannot_tell", reason="settling")
    world.chain(["complete"])
    world.verdict(SECOND, "users", "user-2", "added", "explained", "event-1")
    world.chain(["complete", "complete", "complete", "complete", "complete", "complete"])
    clock.set("2026-04-01T08:01:00Z")
    before = function.request(START, END)
    world.verdict(SECOND, "api_keys", "key-1", "removed", "unexplained", reason="no_event")
    world.chain(["complete"])
    rows = function.rows(function.build(before), "changes.jsonl")
    assert [(row["section"], row["entity_id"], row["kind"]) for row in rows] == [
        ("api_keys", "key-1", "removed"),
        ("users", "user-1", "modified"),
        ("users", "user-2", "added"),
    ]
    key, renamed, user = rows
    assert (key["verdict"], key["reason"], key["event_id"]) == ("cannot_tell", "settling", None)
    assert (user["verdict"], user["reason"], user["event_id"]) == ("explained", None, "event-1")
    assert user["decided_hour"] == THIRD
    assert (renamed["verdict"], renamed["decided_hour"]) == (None, None)
    assert (key["before"], key["after"]) == ({"role": "reader"}, None)

    clock.set("2026-04-01T09:01:00Z")
    later = function.make(START, END)
    assert function.rows(later, "changes.jsonl")[0]["verdict"] == "unexplained"
    assert valid(function, later, tmp_path)


def test_changes_of_other_hours_stay_out(function: PackFunction, evidence: Bucket) -> None:
    """A change belongs to the period whose hour sealed it."""
    world = FullWorld(evidence)
    for hour in range(6):
        world.change("users", f"user-{hour}", "added").chain(["complete"])
    pack = function.make("2026-04-01T02:00:00Z", "2026-04-01T03:59:59Z")
    assert [row["entity_id"] for row in function.rows(pack, "changes.jsonl")] == [
        "user-2",
        "user-3",
    ]


def test_a_change_survives_an_odd_name(
    function: PackFunction, evidence: Bucket, tmp_path: Path
) -> None:
    """Lone surrogates and separators in an id neither break the join nor the rows."""
    odd = "us\u2028er\ud800"
    world = FullWorld(evidence)
    world.change("users", odd, "added").verdict(
        FIRST, "users", odd, "added", "explained", "event-1"
    )
    world.chain(["complete"] * 6)
    pack = function.make(START, END)
    [row] = [json.loads(line) for line in _lines(function, pack, "changes.jsonl")]
    assert (row["entity_id"], row["event_id"]) == (odd, "event-1")
    assert valid(function, pack, tmp_path)


def _lines(function: PackFunction, pack: Pack, name: str) -> list[bytes]:
    return function.members(pack)[name].split(b"\n")[:-1]


def test_findings_are_those_open_in_the_period_or_resolved_in_it(
    function: PackFunction, evidence: Bucket, tmp_path: Path
) -> None:
    """One resolved before it stays out; one resolved in its first hour is in."""
    world = FullWorld(evidence)
    world.finding("stale_key", "key-1").finding("stale_key", "key-2").finding("stale_key", "key-3")
    world.chain(["complete"]).finding("stale_key", "key-1", resolved=True).chain(["complete"])
    world.finding("stale_key", "key-2", resolved=True).chain(["complete", "complete"])
    world.finding("stale_key", "key-4").chain(["complete", "missed"])
    pack = function.make(THIRD, END)
    rows = function.rows(pack, "findings.jsonl")
    assert [(row["entity_id"], row["resolved_hour"]) for row in rows] == [
        ("key-2", THIRD),
        ("key-3", None),
        ("key-4", None),
    ]
    assert {row["state_at"] for row in rows} == {"2026-04-01T04:00:00Z"}
    assert valid(function, pack, tmp_path)


def test_a_finding_names_the_change_and_the_event_that_resolved_it(
    function: PackFunction, evidence: Bucket
) -> None:
    """The event may be sealed after the finding was resolved; the pack knows it up to its cut."""
    world = FullWorld(evidence)
    world.finding("orphan_key", "key-1").chain(["complete"])
    world.change("api_keys", "key-1", "removed").finding("orphan_key", "key-1", resolved=True)
    cause = {"hour": SECOND, "kind": "removed", "fields": ["name"]}
    world._rows["findings"][0]["resolved_by"] = cause
    world.chain(["complete"])
    world.verdict(SECOND, "api_keys", "key-1", "removed", "explained", "event-9")
    world.chain(["complete"] * 4)
    [row] = function.rows(function.make(START, END), "findings.jsonl")
    assert row["resolved_by"] == {**cause, "event_id": "event-9"}


def test_a_finding_that_an_event_or_a_snapshot_resolved_says_which(
    function: PackFunction, evidence: Bucket
) -> None:
    """A late event explains a change after all; a snapshot shows at last what an event told of."""
    world = FullWorld(evidence)
    world.finding("unexplained_change", "key-1").finding("event_without_change", "key-2")
    causes: list[Json] = [
        {"hour": SECOND, "kind": "event", "event_id": "event-7"},
        {"hour": SECOND, "kind": "picture", "event_id": None},
    ]
    world.chain(["complete"])
    for row, cause in zip(world._rows["findings"], causes, strict=True):
        row |= {"resolved_hour": SECOND, "resolved_by": cause, "change_hour": FIRST}
    world.chain(["complete"] * 5)
    rows = function.rows(function.make(START, END), "findings.jsonl")
    assert [(row["resolved_by"], row["change_hour"]) for row in rows] == [
        (causes[1], FIRST),
        (causes[0], FIRST),
    ]


def test_optional_lists_are_there_when_they_were_ever_read(
    function: PackFunction, evidence: Bucket, tmp_path: Path
) -> None:
    """An empty list is an empty file, one that nobody could read is none; README.txt says which."""
    world = FullWorld(evidence)
    world.has_user("user-1").chain(["complete", "complete"])
    account = {"project_id": "proj-1", "name": "bot", "role": "member", "person_id": "user-1"}
    world.has_row("service_accounts", service_account_id="svc-1", created_at=None, **account)
    world.reads("invites").chain(["complete"])
    # Service accounts are asked for once a day: the next hours repeat what that one said.
    world.asked.discard("service_accounts")
    world.chain(["complete"] * 3)
    pack = function.make(START, END)
    members = function.members(pack)
    shown = [name for name in members if not name.startswith("sealed/")]
    assert shown[6:] == [
        *("coverage.jsonl", "changes.jsonl", "findings.jsonl", "statements.jsonl"),
        *(
            "service_accounts.jsonl",
            "invites.jsonl",
            "anchors.jsonl",
            "collection.json",
            "controls.json",
            "README.txt",
        ),
    ]
    assert members["invites.jsonl"] == b""
    [row] = function.rows(pack, "service_accounts.jsonl")
    assert row == account | {
        "org_id": "org-Alpha",
        "service_account_id": "svc-1",
        "created_at": None,
        "first_seen_at": THIRD,
        "removed_at": None,
        "added_not_before": None,
        "removed_not_before": None,
        "state_at": THIRD,
    }
    assert b"Absent here: admin_keys.jsonl, project_users.jsonl." in members["README.txt"]
    files = {entry["file"] for entry in document(function, pack, "controls.json")["files"]}
    assert "invites.jsonl" in files
    assert "admin_keys.jsonl" not in files
    assert valid(function, pack, tmp_path)


def test_how_the_hours_were_read_is_told_from_their_runs(
    function: PackFunction, evidence: Bucket
) -> None:
    """Sums, the largest skew either way, the keys by their ends; what no run tells is null."""
    world = FullWorld(evidence)
    key = {"name": "k", "redacted_value": "sk-admin-***wxyz", "is_own": True}
    world.has_row("admin_keys", key_id="key_own", **key).chain(["complete"])
    world.run |= {"skew_s": -9, "key_last4": "wxyz", "api_base": "https://api.example/v1"}
    world.chain(["complete", "missed", "partial"])
    world.run |= {"skew_s": 4, "key_last4": "9876", "region": "eu-central-1", "clock": "system"}
    world.chain(["complete", "complete"])
    report = document(function, function.make(START, END), "collection.json")
    assert report["api"]["bases"] == ["https://api.example/v1"]
    assert report["clock"]["largest_skew_s"] == -9
    assert (report["clock"]["sources"], report["regions"]) == (["system"], ["eu-central-1"])
    [org] = report["organizations"]
    assert (org["requests"], org["pages"], org["retries"]) == (42, 36, 6)
    assert org["admin_keys"] == [
        _key(None, "9876", "2026-04-01T04:00:00Z", "2026-04-01T05:00:00Z"),
        _key("key_own", "wxyz", SECOND, "2026-04-01T03:00:00Z"),
    ]
    assert org["sections"]["users"] == {"complete": 4, "failed": 1, "partial": 1}
    assert "findings" not in org["sections"]


def _key(key_id: str | None, last4: str, first: str, last: str) -> dict[str, str | None]:
    return {"key_id": key_id, "last4": last4, "first_hour": first, "last_hour": last}


def test_nothing_is_made_up_about_runs_that_tell_nothing(
    function: PackFunction, evidence: Bucket
) -> None:
    """Hours without a snapshot have an empty run block."""
    world = FullWorld(evidence)
    world.run = {}
    world.chain(["missed"] * 6)
    report = document(function, function.make(START, END), "collection.json")
    assert report["api"]["bases"] is None
    assert report["clock"]["largest_skew_s"] is None
    assert (report["clock"]["sources"], report["regions"]) == (None, None)
    assert report["organizations"][0]["admin_keys"] == []


def test_two_builds_have_the_same_bytes(function: PackFunction, evidence: Bucket) -> None:
    """Members that are joined from many objects are no exception."""
    world = FullWorld(evidence)
    for hour in range(6):
        world.has_row("invites", invite_id=f"invite-{hour}", projects=[], role="owner")
        world.change("users", f"user-{hour}", "added").finding("stale_key", f"key-{hour}")
        world.verdict(FIRST, "users", "user-0", "added", "explained", f"event-{hour}")
        world.chain(["complete"])
    first, second = (function.members(function.make(START, END)) for _ in range(2))
    same = first.keys() - {"manifest.json", "manifest.sig", "README.txt"}
    assert {name: first[name] for name in same} == {name: second[name] for name in same}
    assert json.loads(_rows(first)[0])["event_id"] == "event-5"


def _rows(members: dict[str, bytes]) -> list[bytes]:
    return members["changes.jsonl"].split(b"\n")[:-1]


def test_controls_are_supported_and_never_met(function: PackFunction, evidence: Bucket) -> None:
    """The document says "supports"; it never says that anybody complies."""
    FullWorld(evidence).chain(["complete"] * 6)
    pack = function.make(START, END)
    controls = document(function, pack, "controls.json")
    for entry in (*controls["files"], *controls["findings"]):
        assert entry["supports"] or entry["why_none"]
        for clause in entry["supports"]:
            named = {"clause", "edition", "framework", "only", "source", "title"}
            assert set(clause) == named
    members = {"sealed/" if name.startswith("sealed/") else name for name in function.members(pack)}
    assert {entry["file"] for entry in controls["files"]} == members
    text = function.members(pack)["controls.json"].decode().lower()
    for word in ("comply", "complies", "compliant", "compliance", "satisf", "fulfil", "certif"):
        assert word not in text
    for framework in ("SOC 2", "ISO/IEC 27001", "NIS2", "DORA"):
        assert framework in controls["frameworks"]


@pytest.mark.parametrize("profile", ["core"])
def test_profile_core_has_none_of_it(
    function: PackFunction, evidence: Bucket, profile: str
) -> None:
    """The documented six members only."""
    FullWorld(evidence).has_row("invites", invite_id="invite-1").chain(["complete"] * 6)
    assert len(function.members(function.make(START, END, profile=profile))) == 6
