"""Connections: rows, revisions, the sparse index of what is due."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from functions.shared.aws.table import Table
from functions.shared.errors import Conflict, MalformedOrganization, NotFound
from functions.shared.tables.connections import Connection, Connections

NOW = datetime(2026, 4, 1, 6, 1, tzinfo=UTC)


def connection(tenant: str = "tenant-a", org: str = "org-first") -> Connection:
    """Return a fresh connection."""
    fresh = Connection(
        tenant_id=tenant,
        org_id=org,
        display_name="First",
        status="connected",
        health="ok",
        connected_at="2026-04-01T06:01:00Z",
        first_hour="2026-04-01T05:00:00Z",
        org_proof="proven",
        readable={"users": "ok", "audit_events": "unproven"},
        admin_key=b"CIPHERTEXT",
        admin_key_last4="AbCd",
        admin_key_expires_at=None,
        admin_key_warn_at="2026-06-16T06:01:00Z",
        known_projects=["00" * 32],
        lifecycle=[],
    )
    return fresh.with_entry("connected", NOW, by="user-1")


def test_a_connection_comes_back_as_it_was_saved(table: Table) -> None:
    """With its revision one higher."""
    connections = Connections(table)
    saved = connections.save(connection())
    assert saved.revision == 1
    assert connections.find("tenant-a", "org-first") == saved
    assert connections.of("tenant-a") == [saved]
    assert list(connections.tenants()) == ["tenant-a"]


def test_of_two_changes_at_once_one_wins_and_the_other_is_told(table: Table) -> None:
    """Nobody's change is silently lost."""
    connections = Connections(table)
    first = connections.save(connection())
    connections.save(replace(first, display_name="one"))
    with pytest.raises(Conflict):
        connections.save(replace(first, display_name="two"))
    with pytest.raises(Conflict):
        connections.save(connection())
    assert connections.need("tenant-a", "org-first").display_name == "one"


def test_only_what_is_not_disconnected_is_due(table: Table) -> None:
    """The index is sparse: a disconnected organization leaves it."""
    connections = Connections(table)
    rows = [connections.save(connection(f"tenant-{n}", f"org-{n}{n}{n}")) for n in ("a", "b", "c")]
    connections.save(replace(rows[0], status="paused"))
    connections.save(replace(rows[1], status="disconnected"))
    assert sorted(connections.due()) == [("tenant-a", "org-aaa"), ("tenant-c", "org-ccc")]


def test_a_runs_health_does_not_disturb_the_tenants_changes(table: Table) -> None:
    """It touches one attribute, not the revision."""
    connections = Connections(table)
    saved = connections.save(connection())
    connections.set_health("tenant-a", "org-first", "key_rejected")
    after = connections.save(replace(saved, display_name="renamed"))
    assert after.revision == 2


@pytest.mark.parametrize("org", ["org-other", "first", "", "org-first#x", "org-" + "x" * 65])
def test_what_a_tenant_does_not_have_is_not_found_whatever_it_looks_like(
    table: Table, org: str
) -> None:
    """Malformed or another tenant's: the same error."""
    connections = Connections(table)
    connections.save(connection("tenant-b", "org-other"))
    with pytest.raises(NotFound) as caught:
        connections.need("tenant-a", org)
    assert not isinstance(caught.value, MalformedOrganization)


def test_what_is_shown_never_holds_the_key() -> None:
    """Neither ciphertext nor hashes nor lifecycle."""
    shown = connection().public(None, NOW)
    assert {"admin_key", "known_projects", "lifecycle", "revision"}.isdisjoint(shown)
    assert "CIPHERTEXT" not in repr(connection())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Audit logging"),
        ({"org_proof": "none"}, "not proven"),
        ({"health": "key_rejected"}, "replace it"),
        ({"admin_key_warn_at": "2026-04-01T06:00:00Z"}, "expires soon"),
        ({"status": "disconnected"}, "Connect it again"),
        ({"readable": {"audit_events": "forbidden"}}, "api.audit_logs.read"),
    ],
    ids=str,
)
def test_hints_say_what_to_do(changes: dict[str, object], words: str) -> None:
    """Each state of a connection has its sentence."""
    hints = replace(connection(), **changes).public(None, NOW)["hints"]  # type: ignore[arg-type]
    assert any(words in hint for hint in hints)
