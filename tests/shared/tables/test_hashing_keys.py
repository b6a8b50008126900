"""A tenant's hashing key: made once, opened for that tenant alone."""

import pytest

from functions.shared.aws.kms import KmsKey
from functions.shared.aws.table import Table
from functions.shared.errors import KeyUnusable
from functions.shared.tables.hashing_keys import HashKeys


def test_a_hashing_key_is_made_once_and_stays(table: Table, secrets_kms_key: KmsKey) -> None:
    """Each tenant has its own; before the first connect there is none."""
    keys = HashKeys(table, secrets_kms_key)
    assert keys.find("tenant-a") is None
    key = keys.make("tenant-a")
    assert len(key) == 32
    assert keys.make("tenant-a") == keys.find("tenant-a") == key
    assert keys.make("tenant-b") != key


def test_a_hashing_key_copied_to_another_tenant_does_not_open(
    table: Table, secrets_kms_key: KmsKey
) -> None:
    """The context is the row's key, not the row's body."""
    keys = HashKeys(table, secrets_kms_key)
    keys.make("tenant-a")
    row = table.get("T#tenant-a", "HASHKEY")
    assert row is not None
    table.put(row | {"pk": "T#tenant-b"})
    with pytest.raises(KeyUnusable):
        keys.find("tenant-b")
