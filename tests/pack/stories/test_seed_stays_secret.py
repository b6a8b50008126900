"""The signing seed: used in one frame, and nowhere to be found (T11)."""

import base64
import logging

import pytest

from functions.pack import dead_letters, flow, handler
from functions.pack.sign.sign import WrappedSeed
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import signing_context
from functions.shared.aws.table import Table
from tests.pack.conftest import PackFunction
from tests.support.aws_calls import Killed, killing, watched
from tests.support.builders import World
from tests.support.secret_scan import found_in, left_behind

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"


def spellings(seed: bytes) -> list[str]:
    """Return the seed as text: hex, base64, and byte for byte."""
    return [seed.hex(), seed.hex().upper(), base64.b64encode(seed).decode(), seed.decode("latin-1")]


def test_no_row_object_or_log_line_holds_the_seed(
    function: PackFunction,
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
    monkeypatch.setattr(handler, "context", lambda: function.context)
    World(evidence, table=table).has_user("user-1").event("event-1").chain(["complete"] * 6)
    assert isinstance(function.context.signer, WrappedSeed)
    wrapped, context = function.key.wrapped_seed, signing_context(function.key.key_id)
    seed = function.context.signer.kms.unwrap(wrapped, context)

    ready, killed, broken = (function.request(START, END) for _ in range(3))
    with watched() as calls:
        function.build(ready)
    signing = calls.names.index("kms.Decrypt") + 1
    with pytest.raises(Killed), watched(after=killing(signing)):
        function.build(killed)
    with monkeypatch.context() as behind, pytest.raises(ValueError, match="broken"):
        behind.setattr(flow, "publish", lambda *_: (_ for _ in ()).throw(ValueError("broken")))
        function.context.chain.let_go(killed)
        function.build(broken)
    dead_letters.handle({"Records": [{"body": '{"number":3,"tenant_id":"tenant-a"}'}]}, None)
    states = [function.context.packs.need("tenant-a", number).state for number in (1, 2, 3)]
    assert states == ["ready", "building", "failed"]

    output = capsys.readouterr()
    text = caplog.text + output.out + output.err + repr(function.context) + repr(function.key)
    haystack = left_behind(table, [evidence, function.context.archives], text)
    assert list(found_in(haystack, spellings(seed))) == []
    # It would be found.
    assert list(found_in(haystack + seed.hex().encode(), spellings(seed)))
