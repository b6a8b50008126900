"""The tenant's own hashing key, handed to its admin, to match people with packs on its own machine.

The one secret that leaves this product, and only to whom it belongs: with it, a tenant's list of
addresses becomes the hashes in its packs (``tools/match-people.py``). Nobody gets it unseen: what
the custody log does not take is not handed out.
"""

from functions.connect.context import Context
from functions.shared.errors import Conflict
from functions.shared.hashing import NORMALIZATION, SCHEME
from functions.shared.http.principal import Principal
from functions.shared.records.statements import CustodyFacts
from functions.shared.records.tables import HashingKey


def hashing_key(principal: Principal, context: Context) -> HashingKey:
    """Return the key, and what a hash is made of; manifests name the same as ``hash_scheme``.

    Raises:
        Conflict: the tenant has none: nothing was connected yet, or it was erased.
        KeyUnusable: KMS does not unwrap it. Page the operator.
        KmsUnavailable: try again.

    Permissions:
        dynamodb:GetItem and PutItem; kms:Decrypt on the secrets key with the context
        ``purpose: hash-key``.
    """
    key = context.hash_keys.find(principal.tenant_id)
    if key is None:
        raise Conflict(
            "there is no hashing key: it is made when the first organization is connected, and "
            "gone for good once it was erased"
        )
    key_id = SCHEME.partition(":")[2]
    facts: CustodyFacts = {"key_id": key_id}
    now = context.clock()
    context.custody.note(principal.tenant_id, principal.user, "hashing_key.fetched", now, **facts)
    return {
        "key_id": key_id,
        "algorithm": "hmac-sha256",
        "normalization": NORMALIZATION,
        "key_hex": key.hex(),
    }
