"""The operator's orders about signing keys, as the deployed function carries them out."""

from typing import Any

import pytest

from functions.pack.keys import create, operator_commands
from functions.pack.keys.seed import new_key
from functions.pack.sign.sign import WrappedSeed
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.table import Table
from functions.shared.errors import Conflict, SigningRefused
from functions.shared.tables.signing_keys import SigningKeys
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.aws_state import all_items
from tests.support.builders import World
from tests.support.secret_scan import forms

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"


def rotated(function: PackFunction, kms_key: KmsKey, clock: SettableClock, **facts: Any) -> str:
    """Put a new key in the current one's place; return its id."""
    keys = function.context.keys
    current = keys.current(clock.now())
    facts = {"replaces": current.key_id if current else None} | facts
    return operator_commands.rotate(keys, kms_key, clock.now(), **facts).key_id


def test_a_new_key_takes_over_and_the_old_one_ends_after_an_overlap(
    function: PackFunction, signing_kms_key: KmsKey, clock: SettableClock
) -> None:
    """From now on the new one signs; the published list tells when each was in force."""
    name = rotated(function, signing_kms_key, clock)
    old, new = function.context.keys.all()
    assert (old.key_id, new.key_id) == (function.key.key_id, name)
    assert (old.not_before, old.not_after) == (function.key.not_before, "2026-04-02T06:01:00Z")
    assert (new.not_before, new.not_after) == ("2026-04-01T06:01:00Z", None)
    assert function.context.keys.current(clock.now()) == new
    assert WrappedSeed(signing_kms_key).sign(new, b"manifest")


def test_a_pack_asked_for_before_a_rotation_is_signed_by_the_old_key(
    function: PackFunction, signing_kms_key: KmsKey, clock: SettableClock, evidence: Bucket
) -> None:
    """The list must show its key as in force when it was asked for."""
    World(evidence).has_user("user-1").chain(["complete"] * 6)
    waiting = function.request(START, END)
    clock.advance(minutes=5)
    name = rotated(function, signing_kms_key, clock)
    assert function.make(START, END, profile="core").signing_key_id == name
    assert function.build(waiting).signing_key_id == function.key.key_id


def test_a_pack_that_waited_past_the_overlap_is_asked_for_again(
    function: PackFunction, signing_kms_key: KmsKey, clock: SettableClock, evidence: Bucket
) -> None:
    """It would carry a key that began after it; it fails in words instead."""
    World(evidence).has_user("user-1").chain(["complete"] * 6)
    waiting = function.request(START, END)
    clock.advance(minutes=5)
    rotated(function, signing_kms_key, clock, overlap_hours=1)
    clock.advance(hours=1, minutes=1)
    failed = function.build(waiting)
    assert failed.state == "failed"
    assert "ask again" in str(failed.reason)
    assert function.make(START, END).state == "ready"


def test_a_pack_begun_under_a_key_keeps_it_through_the_overlap(
    function: PackFunction, signing_kms_key: KmsKey, clock: SettableClock
) -> None:
    """Built again after a crash it is the same, byte for byte."""
    pack = function.request(START, END)
    begun = function.context.packs.update(
        pack, state="building", signing_key_id=function.key.key_id
    )
    clock.advance(hours=1)
    rotated(function, signing_kms_key, clock)
    assert function.signing_key(begun) == function.context.keys.all()[0]


def test_an_order_that_arrives_twice_makes_one_key(
    function: PackFunction, signing_kms_key: KmsKey, clock: SettableClock
) -> None:
    """It names the key it replaces; the second time that one is not the current one."""
    name = rotated(function, signing_kms_key, clock)
    clock.advance(hours=1)
    with pytest.raises(Conflict, match=name):
        rotated(function, signing_kms_key, clock, replaces=function.key.key_id)
    with pytest.raises(Conflict, match=name):
        rotated(function, signing_kms_key, clock, replaces=None)
    assert len(function.context.keys.all()) == 2


def test_two_keys_never_begin_at_once(
    function: PackFunction, signing_kms_key: KmsKey, clock: SettableClock
) -> None:
    """Which of the two is the current one would be anybody's guess."""
    rotated(function, signing_kms_key, clock)
    with pytest.raises(Conflict, match="rotate after that"):
        rotated(function, signing_kms_key, clock)


def test_two_orders_at_the_same_time_end_with_one_new_key(
    function: PackFunction,
    signing_kms_key: KmsKey,
    clock: SettableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both read the same current key; the one that writes second changes nothing."""
    keys, fresh = function.context.keys, new_key
    others: list[str] = []

    def meanwhile(kms_key: KmsKey, begins: str) -> Any:
        monkeypatch.setattr(operator_commands, "new_key", fresh)
        others.append(rotated(function, signing_kms_key, clock))
        return fresh(kms_key, begins)

    monkeypatch.setattr(operator_commands, "new_key", meanwhile)
    with pytest.raises(Conflict, match="at the same time"):
        rotated(function, signing_kms_key, clock)
    assert [key.key_id for key in keys.all()] == [function.key.key_id, *others]


@pytest.mark.parametrize("hours", [0, 721, -1, True, 1.5, "24", None])
def test_an_overlap_is_from_1_to_720_hours(
    function: PackFunction, signing_kms_key: KmsKey, clock: SettableClock, hours: object
) -> None:
    """Otherwise nothing changes."""
    answer = ordered(function, order="rotate", replaces=function.key.key_id, overlap_hours=hours)
    assert "1 to 720" in answer["refused"]
    assert function.context.keys.all() == [function.key]


def test_a_revoked_key_says_when_and_why_and_signs_nothing_more(
    function: PackFunction, signing_kms_key: KmsKey, clock: SettableClock
) -> None:
    """For everyone to read, without a login."""
    rotated(function, signing_kms_key, clock)
    clock.advance(minutes=1)
    operator_commands.revoke(
        function.context.keys, clock.now(), function.key.key_id, "a laptop was stolen"
    )
    shown = function.context.keys.all()[0].public()
    assert shown["revoked_at"] == "2026-04-01T06:02:00Z"
    assert shown["revoked_reason"] == "a laptop was stolen"
    begun = function.context.packs.update(
        function.request(START, END), signing_key_id=function.key.key_id
    )
    assert function.signing_key(begun).key_id != function.key.key_id


def test_revoking_twice_is_refused_in_words_and_keeps_the_first(
    function: PackFunction, signing_kms_key: KmsKey, clock: SettableClock
) -> None:
    """Also when the two come at the same time."""
    rotated(function, signing_kms_key, clock)
    keys = function.context.keys
    operator_commands.revoke(keys, clock.now(), function.key.key_id, "first")
    clock.advance(hours=1)
    with pytest.raises(Conflict, match="revoked at 2026-04-01T06:01:00Z already"):
        operator_commands.revoke(keys, clock.now(), function.key.key_id, "second")
    assert keys.revoke(function.key, clock.now(), "third") is False
    assert keys.all()[0].revoked_reason == "first"


def test_the_only_key_in_force_is_not_revoked_and_it_says_what_to_do(
    function: PackFunction, clock: SettableClock
) -> None:
    """No pack could be signed; a new key takes its place first."""
    with pytest.raises(Conflict, match="rotate first"):
        operator_commands.revoke(function.context.keys, clock.now(), function.key.key_id, "stolen")
    assert function.context.keys.all() == [function.key]


def test_a_key_that_ended_is_revoked_though_another_is_the_only_one(
    function: PackFunction, signing_kms_key: KmsKey, clock: SettableClock
) -> None:
    """It signs nothing any more; its packs are what the revocation is about."""
    rotated(function, signing_kms_key, clock, overlap_hours=1)
    clock.advance(hours=2)
    operator_commands.revoke(function.context.keys, clock.now(), function.key.key_id, "stolen")
    assert function.context.keys.all()[0].revoked_at == "2026-04-01T08:01:00Z"


def test_where_no_key_is_in_force_a_rotation_begins_one(
    function: PackFunction, signing_kms_key: KmsKey, clock: SettableClock
) -> None:
    """The way out, however it came to that."""
    function.context.keys.revoke(function.key, clock.now(), "by hand")
    clock.advance(minutes=1)
    with pytest.raises(SigningRefused, match="no signing key"):
        function.signing_key(function.request(START, END))
    name = rotated(function, signing_kms_key, clock)
    current = function.context.keys.current(clock.now())
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
    function: PackFunction, order: dict[str, Any]
) -> None:
    """And changes nothing."""
    if order.get("key_id") == "OURS":
        order = order | {"key_id": function.key.key_id}
    before = all_items(function.table)
    assert ordered(function, **order)["refused"]
    assert all_items(function.table) == before


def ordered(function: PackFunction, **order: Any) -> dict[str, Any]:
    """Give an order to the deployed function's handler."""
    answer = create.handle(order, None)
    assert answer is not None
    return dict(answer)


@pytest.fixture(autouse=True)
def process(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the process the function's settings."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)


def test_the_function_answers_with_the_public_list_and_never_with_a_seed(
    function: PackFunction, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through the handler, list, rotate and revoke; a new seed stands in no row, log or answer."""
    seeds: list[bytes] = []
    wrap = KmsKey.wrap

    def noted(kms: KmsKey, secret: bytes, context: dict[str, str]) -> bytes:
        seeds.append(secret)
        assert context == {"key_id": context["key_id"], "purpose": "pack-signing"}
        return wrap(kms, secret, context)

    monkeypatch.setattr(KmsKey, "wrap", noted)
    key_list = ordered(function, order="list")
    assert key_list["current"] == function.key.key_id
    assert key_list["items"] == [function.key.public()]
    rotated_ = ordered(function, order="rotate", replaces=function.key.key_id)
    assert rotated_["current"] != function.key.key_id
    revoked = ordered(function, order="revoke", key_id=function.key.key_id, reason="test")
    assert revoked["items"][0]["revoked_reason"] == "test"
    assert revoked["items"] == [key.public() for key in SigningKeys(function.table).all()]
    (seed,) = seeds
    out = capsys.readouterr()
    output = (
        repr(all_items(function.table)) + repr([key_list, rotated_, revoked]) + out.out + out.err
    )
    assert not [form for form in forms(seed.hex()) if form.decode() in output]
    assert repr(seed)[2:-1] not in output
    assert "wrapped" not in repr([key_list, rotated_, revoked])


def test_a_fault_of_kms_is_the_functions_error(function: PackFunction, table: Table) -> None:
    """No key is registered; the answer holds no more than words."""
    before = all_items(table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KmsKey, "wrap", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ordered(function, order="rotate", replaces=function.key.key_id)
    assert all_items(table) == before
