"""People matched end to end: the key by its route, a built and verified pack, the tenant's list."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from functions.connect.handler import doors_from, routes
from functions.pack.publish.verify import run_script
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import Vault
from functions.shared.hashing import email_hash, email_prefix
from functions.shared.http.edge import answer
from functions.shared.settings import Settings
from functions.shared.tables.hashing_keys import HashKeys
from tests.pack.conftest import PackRoom
from tests.support.full_world import FullWorld
from tests.support.http_events import http_event
from tests.tools.matcher import Done, run_on, script

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"
LIST = """Name;E-Mail;Austritt
Olga;Olga@Example.com;
Ben;ben@example.com;
Ann;ann@example.com;31.03.2026
Rob;rob@example.com;2026-04-01
Joe;joe@bücher.example;
Zoe;zoe@example.com;
Bad;nobody;
"""


@pytest.fixture
def key(secrets_vault: Vault, room: PackRoom) -> bytes:
    """Give the tenant's hashing key, as its first connect makes it."""
    return HashKeys(room.table, secrets_vault).make("tenant-a")


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
    found = answer(event, routes(doors_from(settings)), frozenset(), logging.getLogger("connect"))
    assert found["statusCode"] == 200
    path = folder / "hashing-key.json"
    path.touch(mode=0o600)
    path.write_text(found["body"])
    return path


@pytest.fixture
def matched(
    room: PackRoom, evidence: Bucket, key: bytes, settings: Settings, tmp_path: Path
) -> Done:
    """Build the pack, verify it, fetch the key, match the list; give the JSON report."""
    story(evidence, key)
    pack = room.made(START, END)
    path = tmp_path / f"pack-{pack.number}.tar.gz"
    path.write_bytes(room.archive(pack))
    code, said = run_script(path, room.key.public_hex)
    assert (code, said["verdict"]) == (0, "valid")
    (tmp_path / "people.csv").write_bytes(b"\xef\xbb\xbf" + LIST.encode())
    return run_on(path, tmp_path / "people.csv", key_by_route(settings, tmp_path), "--json")


def test_a_tenant_learns_who_is_who_from_its_own_list(matched: Done) -> None:
    """Leavers with role, keys and what they did after; strangers; joiners; who has no account."""
    assert (matched.returncode, matched.stderr) == (1, "")
    told = json.loads(matched.stdout)
    assert (told["people"], told["left"], told["warnings"]) == (6, 2, [])
    [ann] = told["leavers_with_access"]
    assert (ann["address"], ann["left_on"]) == ("ann@example.com", "2026-03-31")
    assert [(one["user_id"], one["role"]) for one in ann["accounts"]] == [("user-ann", "reader")]
    assert [one["key_id"] for one in ann["keys"]] == ["key-ann"]
    assert (ann["events_after_leaving"], ann["last_event_at"]) == (1, "2026-04-01T02:20:00Z")
    [eve] = told["unknown_accounts"]
    assert [one["user_id"] for one in eve["accounts"]] == ["user-eve"]
    assert eve["email_prefix"] == "e"
    assert [(one["kind"], one["key_id"]) for one in eve["keys"]] == [("admin_key", "admin-eve")]
    assert [one["invite_id"] for one in told["unknown_invites"]] == ["inv-1"]
    assert [one["n_events"] for one in told["unknown_actors"]] == [1]
    # Olga was there in the very first picture: when she came is not known from it.
    assert [(one["address"], one["first_seen_at"]) for one in told["joiners"]] == [
        ("ben@example.com", "2026-04-01T02:00:00Z"),
        ("joe@bücher.example", "2026-04-01T04:00:00Z"),
    ]
    assert told["without_account"] == ["zoe@example.com"]
    assert told["accounts_without_address"] == 1
    assert [(one["line"], one["what"]) for one in told["problems"]] == [
        (8, "not an e-mail address: nobody")
    ]


def test_the_report_for_a_person_says_the_same(
    matched: Done, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In lines, with what was not verified, and without any hash of a person on the list."""
    told = json.loads(matched.stdout)
    text = "\n".join(script.lines(told))
    for line in (
        "LEFT, AND STILL THERE: 1",
        "  ann@example.com  left 2026-03-31: org-Alpha user-ann (reader); keys (1): key-ann",
        'org-Alpha user-eve (owner), address begins "e"; keys (1): admin-eve',
        "INVITED, NOBODY ON THE LIST: 1",
        "JOINED IN THE PERIOD: 2",
        "WITHOUT AN ACCOUNT: 1",
        "people.csv line 8: not an e-mail address: nobody",
        "NOT VERIFIED HERE",
    ):
        assert line in text
    with capsys.disabled():
        print(f"\n{text}\n")


def test_where_nobody_is_to_be_looked_at_it_exits_0(
    room: PackRoom, evidence: Bucket, key: bytes, settings: Settings, tmp_path: Path
) -> None:
    """Everybody with access is on the list, and nobody who left has any."""
    address = "olga@example.com"
    hashed = {"email_hash": email_hash(key, address), "email_prefix": email_prefix(address)}
    FullWorld(evidence).has_user("user-1", **hashed).chain(["complete"] * 6)
    path = tmp_path / "pack.tar.gz"
    path.write_bytes(room.archive(room.made(START, END, profile="core")))
    (tmp_path / "people.csv").write_text("email\nOLGA@example.com\n")
    done = run_on(path, tmp_path / "people.csv", key_by_route(settings, tmp_path), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["somebody_to_look_at"]) == (0, False)
    assert told["joiners"] == told["without_account"] == []
