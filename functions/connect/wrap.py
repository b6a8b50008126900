"""Step 2 of 3, wrap: what of a key may be kept.

The ciphertext opens only under this tenant and this organization (KMS encryption context); project
ids are kept as keyed hashes, to recognize the organization by when the key is replaced.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import SecretStr

from functions.connect.check import Checked
from functions.shared.aws.kms import Vault, admin_key_context
from functions.shared.hashing import id_hash
from functions.shared.hours import rfc3339

WARN_BEFORE: Final = timedelta(days=14)
# A key minted with the 90 days we ask for is then 14 days from its end.
WARN_AFTER: Final = timedelta(days=76)
_KNOWN_PROJECTS = 100


@dataclass(frozen=True, slots=True)
class Wrapped:
    """What is kept of a key and of what it showed; the fields are those of the connection."""

    admin_key: bytes = field(repr=False)
    admin_key_last4: str
    admin_key_expires_at: str | None
    admin_key_warn_at: str
    known_projects: list[str]
    org_proof: str
    readable: dict[str, str]


def wrap(
    vault: Vault,
    place: tuple[str, str],
    admin_key: SecretStr,
    checked: Checked,
    known: tuple[bytes, Iterable[str]],
    now: datetime,
) -> Wrapped:
    """Return what may be stored.

    Args:
        vault: of the secrets key.
        place: (tenant, organization): the row's key, and so the context.
        admin_key: the key; its plaintext lives in this frame.
        checked: what OpenAI showed of it.
        known: the tenant's hashing key, and the hashes known before.
        now: the present.

    Raises:
        KeyUnusable: KMS does not wrap. Page the operator.
        VaultUnavailable: try again.
    """
    hash_key, known_before = known
    seen = [id_hash(hash_key, project) for project in checked.project_ids]
    secret = admin_key.get_secret_value()
    expires_at = checked.expires_at
    warn_at = expires_at - WARN_BEFORE if expires_at else now + WARN_AFTER
    return Wrapped(
        admin_key=vault.wrap(secret.encode(), admin_key_context(*place)),
        admin_key_last4=secret[-4:],
        admin_key_expires_at=rfc3339(expires_at) if expires_at else None,
        admin_key_warn_at=rfc3339(warn_at),
        known_projects=list(dict.fromkeys([*seen, *known_before]))[:_KNOWN_PROJECTS],
        org_proof=checked.org_proof,
        readable=checked.readable,
    )
