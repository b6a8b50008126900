"""One order under way: what it does without the tenant's key."""

from types import SimpleNamespace
from typing import Any

import pytest

from functions.shared.errors import AuditError, KeyUnusable, KmsUnavailable
from functions.shared.tables.hashing_keys import HashKeys
from functions.snapshot.hour_run import HourRun


@pytest.mark.parametrize("error", [KeyUnusable, KmsUnavailable])
def test_a_key_that_cannot_be_had_stops_no_hour(
    monkeypatch: pytest.MonkeyPatch, error: type[AuditError]
) -> None:
    """It is asked for once, and the hour is sealed with plain rows."""
    asked: list[str] = []

    def find(_self: HashKeys, tenant: str) -> bytes:
        asked.append(tenant)
        raise error

    monkeypatch.setattr(HashKeys, "find", find)
    order: Any = SimpleNamespace(tenant_id="tenant-a", org_id="org-Alpha")
    context: Any = SimpleNamespace(table=None, secrets=None, evidence=None)
    nobody: Any = None
    store = HourRun(order, context, nobody, 0.0).store
    assert [store.salt_key(), store.salt_key()] == [None, None]
    assert asked == ["tenant-a"]
