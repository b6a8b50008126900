"""A tenant's hashing key: 32 random bytes, wrapped by KMS, made once and never changed in place.

A second key would give one person two hashes, so two connects at once must end with one key: the
row is written once, and whoever comes second takes what is there.
"""

import secrets
from dataclasses import dataclass
from typing import cast

from functions.shared.aws.keys import HASHKEY_SK, tenant_pk
from functions.shared.aws.kms import KmsKey, hash_key_context
from functions.shared.aws.table import ConditionFailed, Table
from functions.shared.hashing import HASH_KEY_BYTES
from functions.shared.records.tables import HashKeyRow


@dataclass(frozen=True, slots=True)
class HashKeys:
    """The hashing keys of all tenants.

    Permissions:
        dynamodb:GetItem and kms:Decrypt for ``find``; also dynamodb:PutItem and kms:Encrypt for
        ``make``; the KMS actions with the context ``purpose: hash-key``.
    """

    table: Table
    kms: KmsKey

    def find(self, tenant: str) -> bytes | None:
        """Return a tenant's key, None before its first connect or after its erasure.

        Raises:
            KeyUnusable: KMS does not unwrap it. Page the operator.
            KmsUnavailable: try again.
        """
        item = self.table.get(tenant_pk(tenant), HASHKEY_SK)
        if item is None:
            return None
        return self.kms.unwrap(cast("HashKeyRow", item)["wrapped"], hash_key_context(tenant))

    def make(self, tenant: str) -> bytes:
        """Return a tenant's key, made now where there is none yet.

        Raises:
            KeyUnusable: KMS does not wrap or unwrap it. Page the operator.
            KmsUnavailable: try again.
        """
        existing = self.find(tenant)
        if existing:
            return existing
        key = secrets.token_bytes(HASH_KEY_BYTES)
        wrapped = self.kms.wrap(key, hash_key_context(tenant))
        row: HashKeyRow = {"pk": tenant_pk(tenant), "sk": HASHKEY_SK, "wrapped": wrapped}
        try:
            self.table.put(row, condition="attribute_not_exists(pk)")
        except ConditionFailed:
            return self.find(tenant) or key
        return key
