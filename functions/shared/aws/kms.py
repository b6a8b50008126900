"""The client of KMS: wrap and unwrap small secrets under an encryption context.

KMS symmetric encryption is AES-256-GCM; the context is authenticated with the ciphertext, so a
blob copied to another tenant's row, or used for another purpose, does not open.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from functions.shared.errors import KeyUnusable, KmsUnavailable

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_PASSING = frozenset(
    {"ThrottlingException", "LimitExceededException", "DependencyTimeoutException"}
    | {"KMSInternalException", "KeyUnavailableException", "RequestTimeout", "InternalFailure"}
)


def admin_key_context(tenant: str, org: str) -> dict[str, str]:
    """Return the context an organization's admin key is wrapped under."""
    return {"tenant_id": tenant, "org_id": org, "purpose": "admin-key"}


def hash_key_context(tenant: str) -> dict[str, str]:
    """Return the context a tenant's hashing key is wrapped under."""
    return {"tenant_id": tenant, "purpose": "hash-key"}


def webhook_context(tenant: str, webhook_id: str) -> dict[str, str]:
    """Return the context a webhook's secret is wrapped under."""
    return {"tenant_id": tenant, "webhook_id": webhook_id, "purpose": "webhook-secret"}


def signing_context(key_id: str) -> dict[str, str]:
    """Return the context a signing seed is wrapped under."""
    return {"key_id": key_id, "purpose": "pack-signing"}


@dataclass(frozen=True, slots=True)
class KmsKey:
    """One KMS key.

    Permissions:
        kms:Encrypt for ``wrap``, kms:Decrypt for ``unwrap``, both on this key and only with the
        contexts above.
    """

    client: "KMSClient"
    key_id: str

    def wrap(self, secret: bytes, context: dict[str, str]) -> bytes:
        """Return the ciphertext of a secret of at most 4,096 bytes.

        Raises:
            KeyUnusable: the KMS key is disabled, or the role may not use it. Page the operator.
            KmsUnavailable: try again.
        """
        try:
            answer = self.client.encrypt(
                KeyId=self.key_id, Plaintext=secret, EncryptionContext=context
            )
        except (ClientError, ConnectionError, HTTPClientError) as error:
            raise _refusal(error) from None
        return answer["CiphertextBlob"]

    def unwrap(self, ciphertext: bytes, context: dict[str, str]) -> bytes:
        """Return the secret; let it live in one frame.

        Raises:
            KeyUnusable: the context or key is not the one it was wrapped under, or the KMS key is
                disabled. Trying again does not help.
            KmsUnavailable: try again.
        """
        try:
            answer = self.client.decrypt(
                KeyId=self.key_id, CiphertextBlob=ciphertext, EncryptionContext=context
            )
        except (ClientError, ConnectionError, HTTPClientError) as error:
            raise _refusal(error) from None
        return answer["Plaintext"]


def _refusal(error: Exception) -> KeyUnusable | KmsUnavailable:
    # `from None` above: a botocore error carries the request's parameters in its traceback.
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "unknown")
        if code not in _PASSING:
            return KeyUnusable(f"KMS refused: {code}")
        return KmsUnavailable(f"KMS is busy: {code}")
    return KmsUnavailable(f"KMS was not reached: {type(error).__name__}")
