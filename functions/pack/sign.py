"""Sign (step 3 of 6): the exact bytes of the manifest, under a key of the registry.

The seed is unwrapped, used and forgotten in one frame, and signs nothing but manifests.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import nacl.signing

from functions.shared.errors import SigningRefused
from functions.shared.signing_keys import SigningKey, SigningKeys, key_id_of
from functions.shared.vault import Vault, signing_context


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

    vault: Vault

    def sign(self, key: SigningKey, manifest: bytes) -> bytes:
        """Return the signature.

        Raises:
            SigningRefused: the seed is not the one of the registered public key. Page someone.
            KeyUnusable: KMS does not unwrap it.
            VaultUnavailable: try again.
        """
        seed = self.vault.unwrap(key.wrapped_seed, signing_context(key.key_id))
        pair = nacl.signing.SigningKey(seed)
        public_hex = pair.verify_key.encode().hex()
        # A row that was swapped or edited must not become a signature under another name.
        if public_hex != key.public_hex or key_id_of(public_hex) != key.key_id:
            raise SigningRefused(f"the seed of {key.key_id} is not the registered key's")
        return pair.sign(manifest).signature


def key_in_force(keys: SigningKeys, now: datetime, frozen: str | None) -> SigningKey:
    """Return the key frozen before a crash, while it may still sign, else the newest in force.

    Raises:
        SigningRefused: no key is in force. Page someone.
    """
    key = keys.find(frozen) if frozen else None
    if key is None or not key.may_sign(now):
        key = keys.current(now)
    if key is None:
        raise SigningRefused("no signing key is in force")
    return key


def signature_file(signature: bytes) -> bytes:
    """Return the bytes of ``manifest.sig``."""
    return base64.b64encode(signature) + b"\n"
