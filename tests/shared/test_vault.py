"""Secrets under KMS: a blob opens in its own place and nowhere else."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.shared.aws.kms import Vault, admin_key_context, hash_key_context
from functions.shared.aws.table import Table
from functions.shared.errors import KeyUnusable, VaultUnavailable
from functions.shared.tables.hashing_keys import HashKeys

SECRET = b"sk-admin-CANARY-0123456789"


@pytest.mark.parametrize(
    "context",
    [
        admin_key_context("tenant-b", "org-first"),
        admin_key_context("tenant-a", "org-other"),
        hash_key_context("tenant-a"),
        {},
    ],
    ids=str,
)
def test_a_blob_does_not_open_in_another_place(
    secrets_vault: Vault, context: dict[str, str]
) -> None:
    """Another tenant's row, another organization's, another purpose (T2)."""
    place = admin_key_context("tenant-a", "org-first")
    blob = secrets_vault.wrap(SECRET, place)
    assert secrets_vault.unwrap(blob, place) == SECRET
    with pytest.raises(KeyUnusable):
        secrets_vault.unwrap(blob, context)


class RefusingKms:
    """A KMS that fails with one error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, _name: str) -> Any:
        def call(**_: Any) -> None:
            raise self.error

        return call


def refused(code: str) -> ClientError:
    """Return KMS's error of a code, which carries the request's parameters like botocore's."""
    return ClientError({"Error": {"Code": code, "Message": SECRET.decode()}}, "Encrypt")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refused("DisabledException"), KeyUnusable),
        (refused("KMSInvalidStateException"), KeyUnusable),
        (refused("AccessDeniedException"), KeyUnusable),
        (refused("InvalidCiphertextException"), KeyUnusable),
        (refused("ThrottlingException"), VaultUnavailable),
        (refused("KMSInternalException"), VaultUnavailable),
        (refused("DependencyTimeoutException"), VaultUnavailable),
        (EndpointConnectionError(endpoint_url="https://kms"), VaultUnavailable),
    ],
    ids=str,
)
def test_what_passes_is_told_from_what_lasts_and_nothing_is_repeated(
    error: Exception, kind: type[Exception]
) -> None:
    """Disabled, pending deletion, denied; throttled, broken, unreachable (F26)."""
    vault = Vault(RefusingKms(error), "key")  # type: ignore[arg-type]
    for call in (vault.wrap, vault.unwrap):
        with pytest.raises(kind) as caught:
            call(SECRET, {})
        assert SECRET.decode() not in str(caught.value)
        assert caught.value.__cause__ is None


def test_a_hashing_key_is_made_once_and_stays(table: Table, secrets_vault: Vault) -> None:
    """Each tenant has its own; before the first connect there is none."""
    keys = HashKeys(table, secrets_vault)
    assert keys.find("tenant-a") is None
    key = keys.make("tenant-a")
    assert len(key) == 32
    assert keys.make("tenant-a") == keys.find("tenant-a") == key
    assert keys.make("tenant-b") != key


def test_a_hashing_key_copied_to_another_tenant_does_not_open(
    table: Table, secrets_vault: Vault
) -> None:
    """The context is the row's key, not the row's body."""
    keys = HashKeys(table, secrets_vault)
    keys.make("tenant-a")
    row = table.get("T#tenant-a", "HASHKEY")
    assert row is not None
    table.put(row | {"pk": "T#tenant-b"})
    with pytest.raises(KeyUnusable):
        keys.find("tenant-b")
