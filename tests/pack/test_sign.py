"""Signing: the registered key or none; minting: one first key, whoever comes at once."""

import json
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from nacl.signing import VerifyKey

from functions.pack.keys import create as minting
from functions.pack.keys.seed import new_key
from functions.pack.sign.sign import WrappedSeed, key_in_force
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import Vault
from functions.shared.aws.table import Table
from functions.shared.errors import KeyUnusable, SigningRefused
from functions.shared.tables.signing_keys import SigningKeys, key_id_of
from tests.conftest import SettableClock
from tests.pack.conftest import PackRoom
from tests.support.builders import World

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"


def test_the_signature_holds_over_the_exact_bytes(room: PackRoom) -> None:
    """Ed25519, deterministic."""
    signature = room.doors.signer.sign(room.key, b"manifest")
    VerifyKey(bytes.fromhex(room.key.public_hex)).verify(b"manifest", signature)
    assert room.doors.signer.sign(room.key, b"manifest") == signature


def test_a_seed_that_is_not_the_registered_keys_signs_nothing(
    room: PackRoom, evidence: Bucket, table: Table, signing_vault: Vault
) -> None:
    """A row with another key's seed, or another public half, is refused before it is used."""
    other = new_key(signing_vault, minting.FROM_THE_BEGINNING)
    for wrong in (
        replace(other, public_hex=room.key.public_hex),
        replace(room.key, public_hex=other.public_hex),
    ):
        with pytest.raises(SigningRefused):
            WrappedSeed(signing_vault).sign(wrong, b"manifest")
    with pytest.raises(KeyUnusable):
        # Wrapped for another key's id: KMS itself refuses.
        room.doors.signer.sign(replace(room.key, wrapped_seed=other.wrapped_seed), b"manifest")
    row = table.get("SIGNING", f"KEY#{room.key.key_id}")
    assert row
    table.put(row | {"public_hex": other.public_hex})
    World(evidence).has_user("user-1").chain(["complete"] * 6)
    pack = room.made(START, END)
    assert pack.state == "failed"
    assert "could not be signed" in str(pack.reason)
    assert list(room.doors.archives.keys("")) == []


def test_a_revoked_key_signs_nothing_more(
    room: PackRoom, table: Table, clock: SettableClock
) -> None:
    """Not even a pack that was begun under it."""
    row = table.get("SIGNING", f"KEY#{room.key.key_id}")
    assert row
    table.put(row | {"revoked_at": "2026-04-01T01:00:00Z"})
    begun = replace(room.request(START, END), signing_key_id=room.key.key_id)
    with pytest.raises(SigningRefused):
        key_in_force(room.doors.keys, begun, clock.now())


def test_minting_again_changes_nothing(room: PackRoom, signing_vault: Vault) -> None:
    """A deployment may run as often as it likes."""
    assert minting.mint(room.doors.keys, signing_vault) == room.key
    assert [key.key_id for key in room.doors.keys.all()] == [room.key.key_id]
    assert room.key.key_id == key_id_of(room.key.public_hex)


def test_two_mints_at_once_agree_on_one_key(table: Table, signing_vault: Vault) -> None:
    """Whoever registers second takes the first one's key; its own is nowhere."""
    keys = SigningKeys(table)
    one, other = (new_key(signing_vault, minting.FROM_THE_BEGINNING) for _ in range(2))
    assert keys.add_first(one) == one
    assert keys.add_first(other) == one
    assert keys.all() == [one]


class Receiver(BaseHTTPRequestHandler):
    """Stands for the presigned address that CloudFormation gives."""

    answers: list[dict[str, Any]]

    def do_PUT(self) -> None:
        """Keep the answer."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == ""
        self.answers.append(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("request_type", ["Create", "Update", "Delete"])
def test_cloudformation_gets_its_answer(
    table: Table, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch, request_type: str
) -> None:
    """Create and update make sure of the key; delete keeps whatever there is."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    [answer] = answered(request_type)
    assert answer["Status"] == "SUCCESS"
    assert answer["RequestId"] == "request-1"
    known = SigningKeys(table).first()
    if request_type == "Delete":
        assert (known, answer["Data"]) == (None, {})
    else:
        assert known
        assert answer["Data"] == {"KeyId": known.key_id, "PublicHex": known.public_hex}


def test_cloudformation_learns_why_there_is_no_key(
    aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deployment that cannot mint fails at once, not after its timeout."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SIGNING_KEY_ID")
    [answer] = answered("Create")
    assert answer["Status"] == "FAILED"
    assert "SIGNING_KEY_ID" in answer["Reason"]


def answered(request_type: str) -> list[dict[str, Any]]:
    """Run the custom resource once and return what CloudFormation was told."""
    answers: list[dict[str, Any]] = []
    receiver = type("One", (Receiver,), {"answers": answers})
    with HTTPServer(("127.0.0.1", 0), receiver) as server:
        Thread(target=server.handle_request, daemon=True).start()
        minting.handle(
            {
                "RequestType": request_type,
                "ResponseURL": f"http://127.0.0.1:{server.server_port}/answer",
                "StackId": "stack-1",
                "RequestId": "request-1",
                "LogicalResourceId": "FirstSigningKey",
            },
            None,
        )
    return answers
