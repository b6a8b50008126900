"""The operator's orders about signing keys, as the deployed function carries them out."""

from typing import Any

import pytest

from functions.pack.keys import create as minting
from functions.pack.keys import operator_commands
from functions.pack.keys.seed import new_key
from functions.pack.sign.sign import WrappedSeed, key_in_force
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import Vault
from functions.shared.aws.table import Table
from functions.shared.errors import Conflict, SigningRefused
from functions.shared.tables.signing_keys import SigningKeys
from tests.conftest import SettableClock
from tests.pack.conftest import PackRoom
from tests.support.aws_state import all_items
from tests.support.builders import World
from tests.support.secret_scan import forms

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"


def rotated(room: PackRoom, vault: Vault, clock: SettableClock, **facts: Any) -> str:
    """Put a new key in the current one's place; return its id."""
    keys = room.doors.keys
    current = keys.current(clock.now())
    facts = {"replaces": current.key_id if current else None} | facts
    return operator_commands.rotate(keys, vault, clock.now(), **facts).key_id


def test_a_new_key_takes_over_and_the_old_one_ends_after_an_overlap(
    room: PackRoom, signing_vault: Vault, clock: SettableClock
) -> None:
    """From now on the new one signs; the published list tells when each was in force."""
    name = rotated(room, signing_vault, clock)
    old, new = room.doors.keys.all()
    assert (old.key_id, new.key_id) == (room.key.key_id, name)
    assert (old.not_before, old.not_after) == (room.key.not_before, "2026-04-02T06:01:00Z")
    assert (new.not_before, new.not_after) == ("2026-04-01T06:01:00Z", None)
    assert room.doors.keys.current(clock.now()) == new
    assert WrappedSeed(signing_vault).sign(new, b"manifest")


def test_a_pack_asked_for_before_a_rotation_is_signed_by_the_old_key(
    room: PackRoom, signing_vault: Vault, clock: SettableClock, evidence: Bucket
) -> None:
    """The list must show its key as in force when it was asked for."""
    World(evidence).has_user("user-1").chain(["complete"] * 6)
    waiting = room.request(START, END)
    clock.advance(minutes=5)
    name = rotated(room, signing_vault, clock)
    assert room.made(START, END, profile="core").signing_key_id == name
    assert room.build(waiting).signing_key_id == room.key.key_id


def test_a_pack_that_waited_past_the_overlap_is_asked_for_again(
    room: PackRoom, signing_vault: Vault, clock: SettableClock, evidence: Bucket
) -> None:
    """It would carry a key that began after it; it fails in words instead."""
    World(evidence).has_user("user-1").chain(["complete"] * 6)
    waiting = room.request(START, END)
    clock.advance(minutes=5)
    rotated(room, signing_vault, clock, overlap_hours=1)
    clock.advance(hours=1, minutes=1)
    failed = room.build(waiting)
    assert failed.state == "failed"
    assert "ask again" in str(failed.reason)
    assert room.made(START, END).state == "ready"


def test_a_pack_begun_under_a_key_keeps_it_through_the_overlap(
    room: PackRoom, signing_vault: Vault, clock: SettableClock
) -> None:
    """Built again after a crash it is the same, byte for byte."""
    pack = room.request(START, END)
    begun = room.doors.packs.update(pack, state="building", signing_key_id=room.key.key_id)
    clock.advance(hours=1)
    rotated(room, signing_vault, clock)
    assert key_in_force(room.doors.keys, begun, clock.now()) == room.doors.keys.all()[0]


def test_an_order_that_arrives_twice_makes_one_key(
    room: PackRoom, signing_vault: Vault, clock: SettableClock
) -> None:
    """It names the key it replaces; the second time that one is not the current one."""
    name = rotated(room, signing_vault, clock)
    clock.advance(hours=1)
    with pytest.raises(Conflict, match=name):
        rotated(room, signing_vault, clock, replaces=room.key.key_id)
    with pytest.raises(Conflict, match=name):
        rotated(room, signing_vault, clock, replaces=None)
    assert len(room.doors.keys.all()) == 2


def test_two_keys_never_begin_at_once(
    room: PackRoom, signing_vault: Vault, clock: SettableClock
) -> None:
    """Which of the two is the current one would be anybody's guess."""
    rotated(room, signing_vault, clock)
    with pytest.raises(Conflict, match="rotate after that"):
        rotated(room, signing_vault, clock)


def test_two_orders_at_the_same_time_end_with_one_new_key(
    room: PackRoom, signing_vault: Vault, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both read the same current key; the one that writes second changes nothing."""
    keys, fresh = room.doors.keys, new_key
    others: list[str] = []

    def meanwhile(vault: Vault, begins: str) -> Any:
        monkeypatch.setattr(operator_commands, "new_key", fresh)
        others.append(rotated(room, signing_vault, clock))
        return fresh(vault, begins)

    monkeypatch.setattr(operator_commands, "new_key", meanwhile)
    with pytest.raises(Conflict, match="at the same time"):
        rotated(room, signing_vault, clock)
    assert [key.key_id for key in keys.all()] == [room.key.key_id, *others]


@pytest.mark.parametrize("hours", [0, 721, -1, True, 1.5, "24", None])
def test_an_overlap_is_from_1_to_720_hours(
    room: PackRoom, signing_vault: Vault, clock: SettableClock, hours: object
) -> None:
    """Otherwise nothing changes."""
    answer = ordered(room, order="rotate", replaces=room.key.key_id, overlap_hours=hours)
    assert "1 to 720" in answer["refused"]
    assert room.doors.keys.all() == [room.key]


def test_a_revoked_key_says_when_and_why_and_signs_nothing_more(
    room: PackRoom, signing_vault: Vault, clock: SettableClock
) -> None:
    """For everyone to read, without a login."""
    rotated(room, signing_vault, clock)
    clock.advance(minutes=1)
    operator_commands.revoke(room.doors.keys, clock.now(), room.key.key_id, "a laptop was stolen")
    shown = room.doors.keys.all()[0].public()
    assert shown["revoked_at"] == "2026-04-01T06:02:00Z"
    assert shown["revoked_reason"] == "a laptop was stolen"
    begun = room.doors.packs.update(room.request(START, END), signing_key_id=room.key.key_id)
    assert key_in_force(room.doors.keys, begun, clock.now()).key_id != room.key.key_id


def test_revoking_twice_is_refused_in_words_and_keeps_the_first(
    room: PackRoom, signing_vault: Vault, clock: SettableClock
) -> None:
    """Also when the two come at the same time."""
    rotated(room, signing_vault, clock)
    keys = room.doors.keys
    operator_commands.revoke(keys, clock.now(), room.key.key_id, "first")
    clock.advance(hours=1)
    with pytest.raises(Conflict, match="revoked at 2026-04-01T06:01:00Z already"):
        operator_commands.revoke(keys, clock.now(), room.key.key_id, "second")
    assert keys.revoke(room.key, clock.now(), "third") is False
    assert keys.all()[0].revoked_reason == "first"


def test_the_only_key_in_force_is_not_revoked_and_it_says_what_to_do(
    room: PackRoom, clock: SettableClock
) -> None:
    """No pack could be signed; a new key takes its place first."""
    with pytest.raises(Conflict, match="rotate first"):
        operator_commands.revoke(room.doors.keys, clock.now(), room.key.key_id, "stolen")
    assert room.doors.keys.all() == [room.key]


def test_a_key_that_ended_is_revoked_though_another_is_the_only_one(
    room: PackRoom, signing_vault: Vault, clock: SettableClock
) -> None:
    """It signs nothing any more; its packs are what the revocation is about."""
    rotated(room, signing_vault, clock, overlap_hours=1)
    clock.advance(hours=2)
    operator_commands.revoke(room.doors.keys, clock.now(), room.key.key_id, "stolen")
    assert room.doors.keys.all()[0].revoked_at == "2026-04-01T08:01:00Z"


def test_where_no_key_is_in_force_a_rotation_begins_one(
    room: PackRoom, signing_vault: Vault, clock: SettableClock
) -> None:
    """The way out, however it came to that."""
    room.doors.keys.revoke(room.key, clock.now(), "by hand")
    clock.advance(minutes=1)
    with pytest.raises(SigningRefused, match="no signing key"):
        key_in_force(room.doors.keys, room.request(START, END), clock.now())
    name = rotated(room, signing_vault, clock)
    current = room.doors.keys.current(clock.now())
    assert current
    assert current.key_id == name


REFUSED: list[dict[str, Any]] = [
    {"order": "delete"},
    {"order": ["list"]},
    {"order": "list", "all": True},
    {"order": "revoke", "key_id": "key-0", "reason": "x"},
    {"order": "revoke", "key_id": 7, "reason": "x"},
    {"order": "revoke", "reason": "x"},
    {"order": "revoke", "key_id": "OURS"},
    {"order": "revoke", "key_id": "OURS", "reason": " "},
    {"order": "revoke", "key_id": "OURS", "reason": "two\nlines"},
    {"order": "revoke", "key_id": "OURS", "reason": "x" * 301},
    {"order": "rotate"},
    {"order": "rotate", "replaces": ["x"]},
]


@pytest.mark.parametrize("order", REFUSED, ids=repr)
def test_an_order_that_cannot_be_carried_out_is_refused_in_words(
    room: PackRoom, order: dict[str, Any]
) -> None:
    """And changes nothing."""
    if order.get("key_id") == "OURS":
        order = order | {"key_id": room.key.key_id}
    before = all_items(room.table)
    assert ordered(room, **order)["refused"]
    assert all_items(room.table) == before


def ordered(room: PackRoom, **order: Any) -> dict[str, Any]:
    """Give an order to the deployed function's handler."""
    answer = minting.handle(order, None)
    assert answer is not None
    return answer


@pytest.fixture(autouse=True)
def process(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the process the function's settings."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)


def test_the_function_answers_with_the_public_list_and_never_with_a_seed(
    room: PackRoom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through the handler, list, rotate and revoke; a new seed stands in no row, log or answer."""
    seeds: list[bytes] = []
    wrap = Vault.wrap

    def seen(vault: Vault, secret: bytes, context: dict[str, str]) -> bytes:
        seeds.append(secret)
        assert context == {"key_id": context["key_id"], "purpose": "pack-signing"}
        return wrap(vault, secret, context)

    monkeypatch.setattr(Vault, "wrap", seen)
    listed = ordered(room, order="list")
    assert listed["current"] == room.key.key_id
    assert listed["items"] == [room.key.public()]
    rotated_ = ordered(room, order="rotate", replaces=room.key.key_id)
    assert rotated_["current"] != room.key.key_id
    revoked = ordered(room, order="revoke", key_id=room.key.key_id, reason="test")
    assert revoked["items"][0]["revoked_reason"] == "test"
    assert revoked["items"] == [key.public() for key in SigningKeys(room.table).all()]
    (seed,) = seeds
    out = capsys.readouterr()
    said = repr(all_items(room.table)) + repr([listed, rotated_, revoked]) + out.out + out.err
    assert not [form for form in forms(seed.hex()) if form.decode() in said]
    assert repr(seed)[2:-1] not in said
    assert "wrapped" not in repr([listed, rotated_, revoked])


def test_a_fault_of_kms_is_the_functions_error(room: PackRoom, table: Table) -> None:
    """No key is registered; the answer holds no more than words."""
    before = all_items(table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Vault, "wrap", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ordered(room, order="rotate", replaces=room.key.key_id)
    assert all_items(table) == before
