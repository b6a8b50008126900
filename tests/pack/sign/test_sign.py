"""Signing: the registered key or none."""

from dataclasses import replace

import pytest
from nacl.signing import VerifyKey

from functions.pack.keys.create import FROM_THE_BEGINNING
from functions.pack.keys.seed import new_key
from functions.pack.sign.sign import WrappedSeed
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.table import Table
from functions.shared.errors import KeyUnusable, SigningRefused
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.builders import World

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"


def test_the_signature_holds_over_the_exact_bytes(function: PackFunction) -> None:
    """Ed25519, deterministic."""
    signature = function.context.signer.sign(function.key, b"manifest")
    VerifyKey(bytes.fromhex(function.key.public_hex)).verify(b"manifest", signature)
    assert function.context.signer.sign(function.key, b"manifest") == signature


def test_a_seed_that_is_not_the_registered_keys_signs_nothing(
    function: PackFunction, evidence: Bucket, table: Table, signing_kms_key: KmsKey
) -> None:
    """A row with another key's seed, or another public half, is refused before it is used."""
    other = new_key(signing_kms_key, FROM_THE_BEGINNING)
    for wrong in (
        replace(other, public_hex=function.key.public_hex),
        replace(function.key, public_hex=other.public_hex),
    ):
        with pytest.raises(SigningRefused):
            WrappedSeed(signing_kms_key).sign(wrong, b"manifest")
    with pytest.raises(KeyUnusable):
        # Wrapped for another key's id: KMS itself refuses.
        function.context.signer.sign(
            replace(function.key, wrapped_seed=other.wrapped_seed), b"manifest"
        )
    row = table.get("SIGNING", f"KEY#{function.key.key_id}")
    assert row
    table.put(row | {"public_hex": other.public_hex})
    World(evidence).has_user("user-1").chain(["complete"] * 6)
    pack = function.make(START, END)
    assert pack.state == "failed"
    assert "could not be signed" in str(pack.reason)
    assert list(function.context.archives.keys("")) == []


def test_a_revoked_key_signs_nothing_more(
    function: PackFunction, table: Table, clock: SettableClock
) -> None:
    """Not even a pack that was begun under it."""
    row = table.get("SIGNING", f"KEY#{function.key.key_id}")
    assert row
    table.put(row | {"revoked_at": "2026-04-01T01:00:00Z"})
    begun = replace(function.request(START, END), signing_key_id=function.key.key_id)
    with pytest.raises(SigningRefused):
        function.signing_key(begun)
