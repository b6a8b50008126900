"""A signing key revoked while a pack under it is on its way: signed, perhaps, but never listed."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.pack import flow
from functions.pack.keys import operator_commands
from functions.pack.publish.verify import verify
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.tables.packs import Pack
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.aws_calls import Killed, killing, watched
from tests.support.aws_state import all_items
from tests.support.builders import World

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"
MOMENTS = ("before", pytest.param("after", marks=pytest.mark.slow))


@pytest.fixture
def revoke(
    function: PackFunction, evidence: Bucket, signing_kms_key: KmsKey, clock: SettableClock
) -> Callable[[], None]:
    """Seal six hours; give what the operator does when a copy of the seed was found."""
    World(evidence).has_user("user-1").chain(["complete"] * 6)
    clock.set("2026-04-01T06:30:00Z")

    def orders() -> None:
        clock.advance(minutes=1)
        keys = function.context.keys
        operator_commands.rotate(keys, signing_kms_key, clock.now(), function.key.key_id)
        operator_commands.revoke(
            keys, clock.now(), function.key.key_id, "a copy of the seed was found"
        )

    return orders


def after_signing(monkeypatch: pytest.MonkeyPatch, orders: Callable[[], None]) -> None:
    """Have the operator act when the next pack is signed, published and verified."""

    def and_then(*arguments: Any) -> None:
        verify(*arguments)
        monkeypatch.setattr(flow, "verify", verify)
        orders()

    monkeypatch.setattr(flow, "verify", and_then)


def require_not_listed(function: PackFunction, pack: Pack) -> None:
    """Demand a failed pack that says what to do, and a chain of packs that knows nothing of it."""
    assert pack.state == "failed"
    assert "ask" in str(pack.reason).lower()
    assert (pack.object_key, pack.manifest_sha256, pack.ready_order) == (None, None, None)
    head = function.table.get("T#tenant-a", "PACKCHAIN") or {}
    assert {"holder", "last_manifest_sha256"}.isdisjoint(head)


def test_revoked_between_signing_and_listing_the_pack_is_not_listed(
    function: PackFunction, revoke: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what to do; whoever does it has a pack under the new key."""
    after_signing(monkeypatch, revoke)
    pack = function.make(START, END)
    require_not_listed(function, pack)
    assert pack.reason == (
        f"the pack was signed with {function.key.key_id}, which was revoked before the pack could "
        "be listed; nothing was listed. Ask for it again: another key signs it, and it gets a new "
        "number"
    )
    assert function.counted == ["FailedPacks"]
    again = function.make(START, END)
    assert (again.number, again.state, again.previous_number) == (2, "ready", None)
    assert again.signing_key_id == function.context.keys.all()[-1].key_id != function.key.key_id


def test_revoked_after_the_listing_the_pack_stays_listed(
    function: PackFunction, revoke: Callable[[], None]
) -> None:
    """Also when its message comes again; the list of keys is what refuses it."""
    pack = function.request(START, END)
    with watched() as calls:
        ready = function.build(pack)
    revoke()
    assert "dynamodb.TransactWriteItems" in calls.names
    assert function.build(pack) == ready
    assert ready.state == "ready"


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_while_the_key_is_revoked_the_pack_fails_all_the_same(
    function: PackFunction,
    revoke: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    """At each call from the signing on; nothing is ever listed, and the chain is free."""
    pack = function.request(START, END)
    before = all_items(function.table)

    def back() -> None:
        client, name = function.table.client, function.table.name
        for item in all_items(function.table):
            client.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
        for item in before:
            client.put_item(TableName=name, Item=item)

    with monkeypatch.context() as patched, watched() as calls:
        after_signing(patched, revoke)
        require_not_listed(function, function.build(pack))
    signing = calls.names.index("kms.Decrypt") + 1
    for nth in range(signing, len(calls.names) + 1):
        back()
        hook: dict[str, Callable[[int], None]] = {moment: killing(nth)}
        with monkeypatch.context() as patched, pytest.raises(Killed), watched(**hook):
            after_signing(patched, revoke)
            function.build(pack)
        built = function.build(pack)
        if function.context.keys.all()[0].revoked_at:
            require_not_listed(function, built)
        else:
            # The operator's own order broke off before it took effect.
            assert built.state == "ready", f"{moment} call {nth}: {built.reason}"
