"""Seed: a new signing key, its seed wrapped by KMS before it leaves the one frame it exists in."""

import secrets

import nacl.signing

from functions.shared.aws.kms import KmsKey, signing_context
from functions.shared.tables.signing_keys import SigningKey, key_id_of


def new_key(kms: KmsKey, not_before: str) -> SigningKey:
    """Return a new key, not yet registered.

    Args:
        kms: the KMS key of signing seeds.
        not_before: first instant it may sign, RFC 3339.

    Raises:
        KeyUnusable: KMS does not wrap the seed.
        KmsUnavailable: try again.

    Permissions:
        kms:Encrypt on the signing key, with the context ``{purpose: "pack-signing", key_id}``.
    """
    seed = secrets.token_bytes(32)
    public_hex = nacl.signing.SigningKey(seed).verify_key.encode().hex()
    key_id = key_id_of(public_hex)
    wrapped = kms.wrap(seed, signing_context(key_id))
    return SigningKey(key_id, public_hex, wrapped, not_before)
