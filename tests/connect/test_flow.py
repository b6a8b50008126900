"""Connecting an organization: what is stored, what is sent, what is answered."""

import pytest

from functions.shared.aws.kms import KmsKey, admin_key_context
from functions.shared.hashing import id_hash
from functions.shared.tables.hashing_keys import HashKeys
from tests.connect.conftest import CANARY, OTHER_KEY, ConnectApi
from tests.support.aws_state import all_items, received


def test_a_connect_stores_the_wrapped_key_and_sends_the_first_hour(
    api: ConnectApi, secrets_kms_key: KmsKey
) -> None:
    """The hour that ended last is closed at once; the key opens only under its own context."""
    status, body = api.connect()
    assert status == 201
    assert body["org_id"] == "org-first"
    assert body["display_name"] == "org-first"
    assert body["status"] == "connected"
    assert body["admin_key_last4"] == "AbCd"
    assert body["org_proof"] == "proven"
    assert body["last_hour"] is None
    assert body["outcome"] is None
    assert body["readable"] == {
        "users": "ok",
        "projects": "ok",
        "api_keys": "ok",
        "audit_events": "ok",
    }
    row = api.context.connections.need("tenant-a", "org-first")
    assert row.first_hour == "2026-04-01T05:00:00Z"
    context = admin_key_context("tenant-a", "org-first")
    assert secrets_kms_key.unwrap(row.admin_key, context).decode() == CANARY
    assert received(api.queue) == [
        {
            "tenant_id": "tenant-a",
            "org_id": "org-first",
            "hour": "2026-04-01T05:00:00Z",
            "attempt": 0,
        }
    ]


def test_the_lifecycle_says_who_connected_with_which_key(api: ConnectApi) -> None:
    """These facts are sealed; none of them is a name or a key."""
    api.connect(user="user-9")
    assert api.entries() == [
        {
            "seq": 1,
            "at": "2026-04-01T06:01:00Z",
            "kind": "connected",
            "by": "user-9",
            "first_hour": "2026-04-01T05:00:00Z",
            "key_last4": "AbCd",
            "org_proof": "proven",
        }
    ]


def test_projects_are_known_by_keyed_hash(api: ConnectApi, secrets_kms_key: KmsKey) -> None:
    """The hashes open with the tenant's own key, and the ids stand nowhere."""
    api.connect()
    key = HashKeys(api.table, secrets_kms_key).find("tenant-a")
    assert key is not None
    row = api.context.connections.need("tenant-a", "org-first")
    assert sorted(row.known_projects) == sorted(id_hash(key, p) for p in ("proj_web", "proj_app"))


def test_every_action_stands_in_the_custody_log(api: ConnectApi) -> None:
    """Who, what, when, to which organization."""
    api.connect()
    api.ask("POST /orgs/{org_id}/pause", path={"org_id": "org-first"}, user="user-2")
    entries = list(api.table.query("T#tenant-a", prefix="CUSTODY#"))
    assert sorted((entry["facts"]["seq"], entry["action"], entry["by"]) for entry in entries) == [
        (1, "organization.connected", "user-1"),
        (2, "organization.paused", "user-2"),
    ]


def test_the_reminder_comes_14_days_before_the_keys_own_expiry(api: ConnectApi) -> None:
    """OpenAI lists the key among the admin keys, redacted; the visible ends tell it."""
    api.simulator.world.at("2026-03-03T00:00:00Z").admin_key_made(
        "audit", secret=CANARY, expires_at="2026-06-01T00:00:00Z"
    )
    body = api.connect()[1]
    assert body["admin_key_expires_at"] == "2026-06-01T00:00:00Z"
    assert body["admin_key_warn_at"] == "2026-05-18T00:00:00Z"


def test_without_a_known_expiry_the_reminder_comes_after_76_days(api: ConnectApi) -> None:
    """Where the list is not offered, the 90 days asked for are assumed."""
    api.simulator.faults.add("status", path="/organization/admin_api_keys", status=404)
    body = api.connect()[1]
    assert body["admin_key_expires_at"] is None
    assert body["admin_key_warn_at"] == "2026-06-16T06:01:00Z"


def test_an_empty_audit_log_is_unproven_and_the_hint_says_where_the_switch_is(
    api: ConnectApi,
) -> None:
    """Empty is not clean: logging is off by default."""
    api.simulator.faults.add("audit_logging_off")
    body = api.connect()[1]
    assert body["readable"]["audit_events"] == "unproven"
    hints = " ".join(body["hints"])
    assert "Data controls → Data retention → Audit logging" in hints
    assert "cannot be proven" in hints


def test_a_key_without_the_audit_scope_connects_and_is_told(api: ConnectApi) -> None:
    """The section is forbidden, the rest can be read."""
    api.simulator.world.credential(CANARY, scopes={"api.management.read"})
    status, body = api.connect()
    assert status == 201
    assert body["readable"]["audit_events"] == "forbidden"
    assert any("api.audit_logs.read" in hint for hint in body["hints"])


def test_an_organization_openai_does_not_check_is_recorded_as_not_proven(api: ConnectApi) -> None:
    """A deliberately wrong organization id was accepted: packs will say so."""
    api.simulator.faults.add("any_organization")
    status, body = api.connect()
    assert status == 201
    assert body["org_proof"] == "none"
    assert any("not proven" in hint for hint in body["hints"])


def test_the_second_connect_of_an_organization_points_to_the_key(api: ConnectApi) -> None:
    """Nothing is asked of OpenAI a second time."""
    api.connect()
    asked = len(api.simulator.log)
    status, problem = api.connect()
    assert (status, problem["type"]) == (409, "/problems/already-connected")
    assert "/orgs/org-first/admin-key" in problem["detail"]
    assert len(api.simulator.log) == asked


def test_two_tenants_may_hold_one_organization_and_neither_is_told(api: ConnectApi) -> None:
    """Each has its own row, hashing key and chain."""
    first, second = api.connect()[1], api.connect(tenant="tenant-b")[1]
    assert first == second
    hashes = [
        api.context.connections.need(tenant, "org-first").known_projects
        for tenant in ("tenant-a", "tenant-b")
    ]
    assert not set(hashes[0]) & set(hashes[1])


def test_two_organizations_of_a_tenant_share_one_hashing_key(api: ConnectApi) -> None:
    """One person must have one hash."""
    api.connect()
    api.connect("org-other", OTHER_KEY)
    rows = [item for item in all_items(api.table) if item["sk"]["S"] == "HASHKEY"]
    assert len(rows) == 1


def test_two_first_connects_at_once_end_with_one_hashing_key(
    api: ConnectApi, secrets_kms_key: KmsKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second takes the key that is there."""
    keys = HashKeys(api.table, secrets_kms_key)
    honest = HashKeys.find
    answers = iter([None])
    monkeypatch.setattr(
        HashKeys, "find", lambda self, tenant: next(answers, None) or honest(self, tenant)
    )
    first = keys.make("tenant-a")
    late = iter([True])
    monkeypatch.setattr(
        HashKeys,
        "find",
        lambda self, tenant: None if next(late, False) else honest(self, tenant),
    )
    assert keys.make("tenant-a") == first


def test_an_auditor_may_not_connect(api: ConnectApi) -> None:
    """Refused before the body is read."""
    assert api.connect(group="auditor")[0] == 403
    assert len(api.simulator.log) == 0


def test_a_connect_with_a_key_is_answered_again_after_a_lost_reply(api: ConnectApi) -> None:
    """Without the key the repeat is told that the organization is connected already."""
    headers = {"idempotency-key": "k-1"}
    first = api.connect(headers=headers)
    assert first[0] == 201
    assert api.connect(headers=headers) == first
    assert api.lifecycle() == ["connected"]
    assert len(received(api.queue)) == 1
    assert api.connect()[0] == 409
    status, problem = api.connect("org-other", OTHER_KEY, headers=headers)
    assert (status, problem["type"]) == (409, "/problems/idempotency-key-reused")
    assert CANARY not in str(all_items(api.table))


def test_a_connect_that_openai_refused_may_be_tried_again_with_its_key(api: ConnectApi) -> None:
    """Nothing was stored, and nothing is remembered."""
    headers = {"idempotency-key": "k-1"}
    assert api.connect(key=f"{CANARY}x", headers=headers)[0] == 422
    assert api.connect(headers=headers)[0] == 201
