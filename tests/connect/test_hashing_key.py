"""The tenant's hashing key, handed to its admin and to nobody else, and never unnoticed."""

import json
import logging
from typing import Any

import pytest

from functions.shared.aws.kms import Vault
from functions.shared.hashing import email_hash
from functions.shared.tables.custody import Custody
from tests.connect.conftest import Room
from tests.support.aws_state import all_items, received
from tests.support.secret_scan import forms

ROUTE = "POST /hashing-key"


def custody(room: Room, tenant: str = "tenant-a") -> list[tuple[str, str, Any]]:
    """Return a tenant's entries that tell of hashing keys."""
    rows = room.table.query(f"T#{tenant}", prefix="CUSTODY#")
    found = [(row["action"], row["by"], row["facts"]) for row in rows]
    return [one for one in found if one[0].startswith("hashing_key")]


def test_an_admin_gets_the_key_the_hashes_are_made_with(room: Room) -> None:
    """With what a manifest's `hash_scheme` says of it; each time is noted, without the key."""
    room.connect()
    for _ in range(2):
        status, body = room.ask(ROUTE)
        assert status == 200
    assert set(body) == {"key_id", "algorithm", "normalization", "key_hex"}
    assert (body["algorithm"], body["key_id"]) == ("hmac-sha256", "v1")
    known = room.doors.hash_keys.find("tenant-a")
    assert known
    key = bytes.fromhex(body["key_hex"])
    assert email_hash(key, "Ann@x.org") == email_hash(known, "ann@X.org")
    assert json.loads(room.replies[-1])["headers"]["cache-control"] == "no-store"
    assert custody(room) == [("hashing_key.fetched", "user-1", {"key_id": "v1"})] * 2


def test_an_auditor_does_not_get_it(room: Room) -> None:
    """403, and nothing is noted: nothing was handed out."""
    room.connect()
    assert room.ask(ROUTE, group="auditor")[0] == 403
    assert room.ask(ROUTE, tenant=None)[0] == 401
    assert custody(room) == []


def test_a_tenant_gets_its_own(room: Room) -> None:
    """Another tenant's admin gets another key; a tenant can be named nowhere."""
    room.connect()
    ours = room.ask(ROUTE)[1]["key_hex"]
    room.doors.hash_keys.make("tenant-b")
    theirs = room.ask(ROUTE, tenant="tenant-b")[1]["key_hex"]
    assert theirs != ours
    assert len(custody(room, "tenant-b")) == 1
    assert room.ask(ROUTE, query={"tenant_id": "tenant-a"}, tenant="tenant-b")[0] == 400
    facts: Any = {"headers": {"x-tenant-id": "tenant-a"}, "body": {"tenant_id": "tenant-a"}}
    assert room.ask(ROUTE, tenant="tenant-b", **facts)[1].get("key_hex") != ours


def test_before_the_first_connect_there_is_none(room: Room) -> None:
    """409 in words; the question makes no key and is no use of one."""
    before = all_items(room.table)
    status, problem = room.ask(ROUTE)
    assert (status, problem["type"]) == (409, "/problems/conflict")
    assert "first organization" in problem["detail"]
    assert all_items(room.table) == before


def test_what_the_log_does_not_take_is_not_handed_out(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The custody log failing: 500, no key, and none in the traceback that is logged."""
    room.connect()
    known = room.doors.hash_keys.find("tenant-a")
    assert known

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Custody, "note", fail)
    assert room.ask(ROUTE)[0] == 500
    assert "broken" in caplog.text
    assert not [form for form in forms(known.hex()) if form.decode() in room.replies[-1]]
    assert known.hex() not in caplog.text


def test_kms_refusing_hands_nothing_out(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our fault, logged; nothing is noted as fetched."""
    room.connect()

    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("AccessDeniedException")

    monkeypatch.setattr(Vault, "unwrap", refuse)
    assert room.ask(ROUTE)[0] == 500
    assert custody(room) == []


def test_the_key_is_in_its_answer_alone(
    room: Room, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """No row, message, log line or other answer holds it, in whatever spelling."""
    caplog.set_level(logging.DEBUG)
    room.connect()
    key = room.ask(ROUTE)[1]["key_hex"]
    room.replies.pop()
    room.ask("PATCH /orgs/{org_id}", path={"org_id": "org-first"}, body={"display_name": "x"})
    out = capsys.readouterr()
    ours = [r for r in caplog.records if not r.name.startswith(("botocore", "boto3", "moto"))]
    logged = "\n".join(logging.Formatter().format(record) for record in ours)
    seen = logged + out.out + out.err + "".join(room.replies)
    seen += repr(all_items(room.table)) + repr(received(room.queue))
    raw = bytes.fromhex(key).decode("latin-1")
    assert not [form for form in forms(key) if form.decode() in seen]
    assert raw not in seen
