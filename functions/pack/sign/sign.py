"""Sign (step 3 of 6): the exact bytes of the manifest, under a key of the registry.

The seed is unwrapped, used and forgotten in one frame, and signs nothing but manifests.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import nacl.signing

from functions.shared.aws.kms import KmsKey, signing_context
from functions.shared.errors import SigningRefused
from functions.shared.tables.signing_keys import SigningKey, SigningKeys, key_id_of


class Signer(Protocol):
    """Whatever can sign a manifest: a wrapped seed today, a hardware key some day."""

    def sign(self, key: SigningKey, manifest: bytes) -> bytes:
        """Return the 64 bytes of the Ed25519 signature."""


@dataclass(frozen=True, slots=True)
class WrappedSeed:
    """Signs with the seed in the key's row, unwrapped by KMS.

    Permissions:
        kms:Decrypt on the signing key, with the context ``{purpose: "pack-signing", key_id}``.
    """

    kms: KmsKey

    def sign(self, key: SigningKey, manifest: bytes) -> bytes:
        """Return the signature.

        Raises:
            SigningRefused: the seed is not the one of the registered public key. Page someone.
            KeyUnusable: KMS does not unwrap it.
            KmsUnavailable: try again.
        """
        seed = self.kms.unwrap(key.wrapped_seed, signing_context(key.key_id))
        pair = nacl.signing.SigningKey(seed)
        public_hex = pair.verify_key.encode().hex()
        # A row that was swapped or edited must not become a signature under another name.
        if public_hex != key.public_hex or key_id_of(public_hex) != key.key_id:
            raise SigningRefused(f"the seed of {key.key_id} is not the registered key's")
        return pair.sign(manifest).signature


def signing_key_in_force(
    keys: SigningKeys, asked_at: datetime, frozen_key_id: str | None, now: datetime
) -> SigningKey:
    """Return the key a pack is to be signed with.

    It must have been in force when the pack was asked for, because that is the only instant that a
    manifest holds and the list of keys can be asked about; and it must be in force still. The key
    frozen before a crash is taken again while it is; else the newest that is.

    Args:
        keys: the registry.
        asked_at: when the pack was asked for.
        frozen_key_id: of the key that an earlier try of the build chose, None for the first.
        now: the present.

    Raises:
        SigningRefused: there is none. Page someone.

    Permissions:
        dynamodb:Query.
    """
    usable = [key for key in keys.all() if key.may_sign(now) and key.may_sign(asked_at)]
    frozen = [key for key in usable if key.key_id == frozen_key_id]
    if frozen or usable:
        return (frozen or usable)[-1]
    if keys.current(now) is None:
        raise SigningRefused("no signing key is in force")
    raise SigningRefused(
        "the keys that were in force when the pack was asked for may not sign any more; ask again"
    )


def signature_file(signature: bytes) -> bytes:
    """Return the bytes of ``manifest.sig``."""
    return base64.b64encode(signature) + b"\n"
