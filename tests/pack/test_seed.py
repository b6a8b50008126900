"""The signing seed: used in one frame, and nowhere to be found (T11)."""

import base64
import logging

import pytest

from functions.pack import dead_letters, flow, handler
from functions.pack.sign.sign import WrappedSeed
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import signing_context
from functions.shared.aws.table import Table
from tests.pack.conftest import PackRoom
from tests.support.aws_calls import Killed, killing, watched
from tests.support.builders import World
from tests.support.secret_scan import found_in, left_behind

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"


def spellings(seed: bytes) -> list[str]:
    """Return the seed as text: hex, base64, and byte for byte."""
    return [seed.hex(), seed.hex().upper(), base64.b64encode(seed).decode(), seed.decode("latin-1")]


def test_no_row_object_or_log_line_holds_the_seed(
    room: PackRoom,
    evidence: Bucket,
    table: Table,
    aws: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether the build ends well, is killed while signing, fails behind it, or is given up."""
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("TABLE_NAME", aws["TABLE_NAME"])
    monkeypatch.setattr(handler, "doors", lambda: room.doors)
    World(evidence, table=table).has_user("user-1").event("event-1").chain(["complete"] * 6)
    assert isinstance(room.doors.signer, WrappedSeed)
    wrapped, context = room.key.wrapped_seed, signing_context(room.key.key_id)
    seed = room.doors.signer.vault.unwrap(wrapped, context)

    ready, killed, broken = (room.request(START, END) for _ in range(3))
    with watched() as calls:
        room.build(ready)
    signing = calls.names.index("kms.Decrypt") + 1
    with pytest.raises(Killed), watched(after=killing(signing)):
        room.build(killed)
    with monkeypatch.context() as behind, pytest.raises(ValueError, match="broken"):
        behind.setattr(flow, "publish", lambda *_: (_ for _ in ()).throw(ValueError("broken")))
        room.doors.chain.let_go(killed)
        room.build(broken)
    dead_letters.handle({"Records": [{"body": '{"number":3,"tenant_id":"tenant-a"}'}]}, None)
    states = [room.doors.packs.need("tenant-a", number).state for number in (1, 2, 3)]
    assert states == ["ready", "building", "failed"]

    said = capsys.readouterr()
    text = caplog.text + said.out + said.err + repr(room.doors) + repr(room.key)
    haystack = left_behind(table, [evidence, room.doors.archives], text)
    assert list(found_in(haystack, spellings(seed))) == []
    # It would be found.
    assert list(found_in(haystack + seed.hex().encode(), spellings(seed)))
