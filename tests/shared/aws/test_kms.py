"""Secrets under KMS: a blob opens under its own context and no other."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.shared.aws.kms import KmsKey, admin_key_context, hash_key_context
from functions.shared.errors import KeyUnusable, KmsUnavailable

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
def test_a_blob_does_not_open_under_another_context(
    secrets_kms_key: KmsKey, context: dict[str, str]
) -> None:
    """Another tenant's row, another organization's, another purpose (T2)."""
    own = admin_key_context("tenant-a", "org-first")
    blob = secrets_kms_key.wrap(SECRET, own)
    assert secrets_kms_key.unwrap(blob, own) == SECRET
    with pytest.raises(KeyUnusable):
        secrets_kms_key.unwrap(blob, context)


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
        (refused("ThrottlingException"), KmsUnavailable),
        (refused("KMSInternalException"), KmsUnavailable),
        (refused("DependencyTimeoutException"), KmsUnavailable),
        (EndpointConnectionError(endpoint_url="https://kms"), KmsUnavailable),
    ],
    ids=str,
)
def test_what_passes_is_told_from_what_lasts_and_nothing_is_repeated(
    error: Exception, kind: type[Exception]
) -> None:
    """Disabled, pending deletion, denied; throttled, broken, unreachable (F26)."""
    kms_key = KmsKey(RefusingKms(error), "key")  # type: ignore[arg-type]
    for call in (kms_key.wrap, kms_key.unwrap):
        with pytest.raises(kind) as caught:
            call(SECRET, {})
        assert SECRET.decode() not in str(caught.value)
        assert caught.value.__cause__ is None
