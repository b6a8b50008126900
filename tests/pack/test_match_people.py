"""People matched end to end: the key by its route, a built and verified pack, the tenant's list."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from functions.connect.handler import context_from, routes
from functions.pack.publish.verify import run_verifier
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.hashing import email_hash, email_prefix
from functions.shared.http.edge import answer
from functions.shared.settings import Settings
from functions.shared.tables.hashing_keys import HashKeys
from tests.pack.conftest import PackFunction
from tests.support.full_world import FullWorld
from tests.support.http_events import http_event
from tests.tools.matcher import Done, run_on, script

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"
LIST = """id,name,email
1,Olga,Olga@Example.com
2,Ben,ben@example.com
3,Joe,joe@bücher.example
4,Zoe,zoe@example.com
5,Bad,nobody
"""


@pytest.fixture
def key(secrets_kms_key: KmsKey, function: PackFunction) -> bytes:
    """Give the tenant's hashing key, as its first connect makes it."""
    return HashKeys(function.table, secrets_kms_key).make("tenant-a")


def story(evidence: Bucket, key: bytes) -> FullWorld:
    """Five people: one who left long ago, one who leaves, one nobody knows, two who join."""
    world = FullWorld(evidence)

    def user(user_id: str, address: str, **facts: Any) -> None:
        hashed = {"email_hash": email_hash(key, address), "email_prefix": email_prefix(address)}
        world.has_user(user_id, **hashed | facts)

    user("user-olga", "olga@example.com", role="owner")
    user("user-ann", "ann@example.com")
    user("user-eve", "eve@elsewhere.example", role="owner")
    user("user-bot", "bot@example.com", email_hash=None, is_service_account=True)
    world.has_project("proj-1")
    owner = {"owner_id": "user-ann", "owner_hash": email_hash(key, "ann@example.com")}
    world.has_key("key-ann", **owner).has_key("key-olga", owner_id="user-olga", owner_hash=None)
    facts = {"name": "Eve's", "redacted_value": "sk-admin-***wxyz", "owner_id": "user-eve"}
    world.has_row("admin_keys", key_id="admin-eve", **facts)
    invited = email_hash(key, "mallory@elsewhere.example")
    world.has_row("invites", invite_id="inv-1", email_hash=invited, status="pending", role="owner")
    world.chain(["complete", "complete"])
    user("user-ben", "BEN@example.com", added_at="2026-04-01T02:10:00Z")
    world.event("event-1", actor_id="user-ann", actor_hash=email_hash(key, "ann@example.com"))
    world.event("event-2", actor_id="x", actor_hash=email_hash(key, "ghost@elsewhere.example"))
    world.chain(["complete", "complete"])
    user("user-joe", "joe@xn--bcher-kva.example", added_at=None)
    world.chain(["complete", "complete"])
    return world


def key_by_route(settings: Settings, folder: Path) -> Path:
    """Fetch the hashing key as an admin does, into a file of one's own."""
    event = http_event("POST /hashing-key")
    found = answer(event, routes(context_from(settings)), frozenset(), logging.getLogger("connect"))
    assert found["statusCode"] == 200
    path = folder / "hashing-key.json"
    path.touch(mode=0o600)
    path.write_text(found["body"])
    return path


@pytest.fixture
def matched(
    function: PackFunction, evidence: Bucket, key: bytes, settings: Settings, tmp_path: Path
) -> Done:
    """Build the pack, verify it, fetch the key, match the list; give the JSON report."""
    story(evidence, key)
    pack = function.make(START, END)
    path = tmp_path / f"pack-{pack.number}.tar.gz"
    path.write_bytes(function.archive(pack))
    code, said = run_verifier(path, function.key.public_hex)
    assert (code, said["verdict"]) == (0, "valid")
    (tmp_path / "people.csv").write_bytes(b"\xef\xbb\xbf" + LIST.encode())
    return run_on(path, tmp_path / "people.csv", key_by_route(settings, tmp_path), "--json")


def test_a_tenant_learns_who_is_who_from_its_own_list(matched: Done) -> None:
    """Names by account; strangers, of whom one has left, with role and keys; who has no account."""
    assert (matched.returncode, matched.stderr) == (1, "")
    report = json.loads(matched.stdout)
    assert (report["people"], report["warnings"]) == (4, [])
    people = {entry["name"]: entry for entry in report["matched_accounts"]}
    assert list(people) == ["Olga", "Ben", "Joe"]
    assert [key["key_id"] for key in people["Olga"]["keys"]] == ["key-olga"]
    assert people["Joe"]["address"] == "joe@bücher.example"
    assert people["Joe"]["accounts"][0]["first_seen_at"] == "2026-04-01T04:00:00Z"
    ann, eve = sorted(report["unknown_accounts"], key=lambda entry: str(entry["email_prefix"]))
    assert [(account["user_id"], account["role"]) for account in ann["accounts"]] == [
        ("user-ann", "reader")
    ]
    assert [key["key_id"] for key in ann["keys"]] == ["key-ann"]
    assert ann["last_event_at"] == "2026-04-01T02:20:00Z"
    assert [account["user_id"] for account in eve["accounts"]] == ["user-eve"]
    assert eve["email_prefix"] == "e"
    assert [(key["kind"], key["key_id"]) for key in eve["keys"]] == [("admin_key", "admin-eve")]
    assert [invite["invite_id"] for invite in report["unknown_invites"]] == ["inv-1"]
    assert [actor["n_events"] for actor in report["unknown_actors"]] == [1]
    assert report["without_account"] == ["zoe@example.com"]
    assert report["accounts_without_address"] == 1
    assert report["problems"] == [{"line": 6, "what": "not an e-mail address: nobody"}]


def test_the_report_for_a_person_says_the_same(
    matched: Done, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In lines, with what was not verified, and without any hash of a person on the list."""
    report = json.loads(matched.stdout)
    text = "\n".join(script.lines(report))
    for line in (
        "ON THE LIST: 3",
        "  Olga <Olga@Example.com>  org-Alpha user-olga (owner); keys (1): key-olga",
        "NOBODY ON THE LIST: 2",
        'address begins "e": org-Alpha user-eve (owner); keys (1): admin-eve',
        "INVITED, NOBODY ON THE LIST: 1",
        "WITHOUT AN ACCOUNT: 1",
        "line 6: not an e-mail address: nobody",
        "NOT VERIFIED HERE",
    ):
        assert line in text
    with capsys.disabled():
        print(f"\n{text}\n")


def test_where_nobody_is_to_be_looked_at_it_exits_0(
    function: PackFunction, evidence: Bucket, key: bytes, settings: Settings, tmp_path: Path
) -> None:
    """Everybody with access is on the list, and nobody who left has any."""
    address = "olga@example.com"
    hashed = {"email_hash": email_hash(key, address), "email_prefix": email_prefix(address)}
    FullWorld(evidence).has_user("user-1", **hashed).chain(["complete"] * 6)
    path = tmp_path / "pack.tar.gz"
    path.write_bytes(function.archive(function.make(START, END, profile="core")))
    (tmp_path / "people.csv").write_text("name,email\nOlga,OLGA@example.com\n")
    done = run_on(path, tmp_path / "people.csv", key_by_route(settings, tmp_path), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["somebody_to_look_at"]) == (0, False)
    assert told["without_account"] == []
