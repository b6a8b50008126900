"""Step 2 of 3, wrap: what of a key may be kept.

The ciphertext opens only under this tenant and this organization (KMS encryption context); project
ids are kept as keyed hashes, to recognize the organization by when the key is replaced.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr

from functions.connect.check import KeyReport
from functions.shared.aws.kms import KmsKey, admin_key_context
from functions.shared.hashing import id_hash
from functions.shared.hours import rfc3339
from functions.shared.records.tables import OrgProof, Readable

WARN_BEFORE: Final = timedelta(days=14)
# A key minted with the 90 days we ask for is then 14 days from its end.
WARN_AFTER: Final = timedelta(days=76)
_KNOWN_PROJECTS = 100


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What is kept of a key and of what it showed; the fields are those of the connection."""

    admin_key: bytes = field(repr=False)
    admin_key_last4: str
    admin_key_expires_at: str | None
    admin_key_warn_at: str
    known_projects: list[str]
    org_proof: OrgProof
    readable: Readable


def wrap(
    kms: KmsKey,
    tenant_and_org: tuple[str, str],
    admin_key: SecretStr,
    report: KeyReport,
    known_projects: tuple[bytes, Iterable[str]],
    now: datetime,
) -> StoredKey:
    """Return what may be stored.

    Args:
        kms: the secrets key.
        tenant_and_org: the row's key, and so the encryption context.
        admin_key: the key; its plaintext lives in this frame.
        report: what OpenAI showed of it.
        known_projects: the tenant's hashing key, and the hashes kept before.
        now: the present.

    Raises:
        KeyUnusable: KMS does not wrap. Page the operator.
        KmsUnavailable: try again.
    """
    hash_key, kept = known_projects
    hashes = [id_hash(hash_key, project) for project in report.project_ids]
    secret = admin_key.get_secret_value()
    expires_at = report.expires_at
    warn_at = expires_at - WARN_BEFORE if expires_at else now + WARN_AFTER
    return StoredKey(
        admin_key=kms.wrap(secret.encode(), admin_key_context(*tenant_and_org)),
        admin_key_last4=secret[-4:],
        admin_key_expires_at=rfc3339(expires_at) if expires_at else None,
        admin_key_warn_at=rfc3339(warn_at),
        known_projects=list(dict.fromkeys([*hashes, *kept]))[:_KNOWN_PROJECTS],
        org_proof=report.org_proof,
        readable=report.readable,
    )
