"""The tenant's hashing key, handed to its admin and to nobody else, and never unnoticed."""

import json
import logging
from typing import Any

import pytest

from functions.shared.aws.kms import KmsKey
from functions.shared.hashing import email_hash
from functions.shared.tables.custody import Custody
from tests.connect.conftest import ConnectApi
from tests.support.aws_state import all_items, received
from tests.support.secret_scan import forms

ROUTE = "POST /hashing-key"


def custody(api: ConnectApi, tenant: str = "tenant-a") -> list[tuple[str, str, Any]]:
    """Return a tenant's entries that tell of hashing keys."""
    rows = api.table.query(f"T#{tenant}", prefix="CUSTODY#")
    result = [(row["action"], row["by"], row["facts"]) for row in rows]
    return [each for each in result if each[0].startswith("hashing_key")]


def test_an_admin_gets_the_key_the_hashes_are_made_with(api: ConnectApi) -> None:
    """With what a manifest's `hash_scheme` says of it; each time is noted, without the key."""
    api.connect()
    for _ in range(2):
        status, body = api.ask(ROUTE)
        assert status == 200
    assert set(body) == {"key_id", "algorithm", "normalization", "key_hex"}
    assert (body["algorithm"], body["key_id"]) == ("hmac-sha256", "v1")
    earlier = api.context.hash_keys.find("tenant-a")
    assert earlier
    key = bytes.fromhex(body["key_hex"])
    assert email_hash(key, "Ann@x.org") == email_hash(earlier, "ann@X.org")
    assert json.loads(api.replies[-1])["headers"]["cache-control"] == "no-store"
    assert custody(api) == [("hashing_key.fetched", "user-1", {"key_id": "v1"})] * 2


def test_an_auditor_does_not_get_it(api: ConnectApi) -> None:
    """403, and nothing is noted: nothing was handed out."""
    api.connect()
    assert api.ask(ROUTE, group="auditor")[0] == 403
    assert api.ask(ROUTE, tenant=None)[0] == 401
    assert custody(api) == []


def test_a_tenant_gets_its_own(api: ConnectApi) -> None:
    """Another tenant's admin gets another key; a tenant can be named nowhere."""
    api.connect()
    ours = api.ask(ROUTE)[1]["key_hex"]
    api.context.hash_keys.make("tenant-b")
    theirs = api.ask(ROUTE, tenant="tenant-b")[1]["key_hex"]
    assert theirs != ours
    assert len(custody(api, "tenant-b")) == 1
    assert api.ask(ROUTE, query={"tenant_id": "tenant-a"}, tenant="tenant-b")[0] == 400
    facts: Any = {"headers": {"x-tenant-id": "tenant-a"}, "body": {"tenant_id": "tenant-a"}}
    assert api.ask(ROUTE, tenant="tenant-b", **facts)[1].get("key_hex") != ours


def test_before_the_first_connect_there_is_none(api: ConnectApi) -> None:
    """409 in words; the question makes no key and is no use of one."""
    before = all_items(api.table)
    status, problem = api.ask(ROUTE)
    assert (status, problem["type"]) == (409, "/problems/conflict")
    assert "first organization" in problem["detail"]
    assert all_items(api.table) == before


def test_what_the_log_does_not_take_is_not_handed_out(
    api: ConnectApi, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The custody log failing: 500, no key, and none in the traceback that is logged."""
    api.connect()
    earlier = api.context.hash_keys.find("tenant-a")
    assert earlier

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Custody, "note", fail)
    assert api.ask(ROUTE)[0] == 500
    assert "broken" in caplog.text
    assert not [form for form in forms(earlier.hex()) if form.decode() in api.replies[-1]]
    assert earlier.hex() not in caplog.text


def test_kms_refusing_hands_nothing_out(api: ConnectApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our fault, logged; nothing is noted as fetched."""
    api.connect()

    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("AccessDeniedException")

    monkeypatch.setattr(KmsKey, "unwrap", refuse)
    assert api.ask(ROUTE)[0] == 500
    assert custody(api) == []


def test_the_key_is_in_its_answer_alone(
    api: ConnectApi, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """No row, message, log line or other answer holds it, in whatever spelling."""
    caplog.set_level(logging.DEBUG)
    api.connect()
    key = api.ask(ROUTE)[1]["key_hex"]
    api.replies.pop()
    api.ask("PATCH /orgs/{org_id}", path={"org_id": "org-first"}, body={"display_name": "x"})
    out = capsys.readouterr()
    ours = [r for r in caplog.records if not r.name.startswith(("botocore", "boto3", "moto"))]
    logged = "\n".join(logging.Formatter().format(record) for record in ours)
    seen = logged + out.out + out.err + "".join(api.replies)
    seen += repr(all_items(api.table)) + repr(received(api.queue))
    raw = bytes.fromhex(key).decode("latin-1")
    assert not [form for form in forms(key) if form.decode() in seen]
    assert raw not in seen
