"""The benchmark's month, small: the real walk makes its pack, and every peer the same members."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import builders, pack_peers, sealed_month
from benchmarks.folder_s3 import FolderS3
from functions.pack.archive import spool
from functions.pack.members import events, segments
from functions.shared.aws import bucket
from functions.shared.aws.bucket import Bucket
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction

ROOT = Path(__file__).parents[3]
START, END = "2026-03-01T00:00:00Z", "2026-03-31T23:59:59Z"


@pytest.fixture
def folder(tmp_path: Path, function: PackFunction, clock: SettableClock) -> Path:
    """Seal a month of 1,500 events, and open the function on it."""
    sealed_month.write(tmp_path, 1_500)
    clock.set("2026-04-04T03:14:00Z")
    client: Any = FolderS3(tmp_path)
    function.context = replace(
        function.context,
        evidence=Bucket(client, sealed_month.BUCKET),
        archives=Bucket(client, "packs"),
    )
    return tmp_path


@pytest.mark.slow
def test_every_peer_makes_the_same_members(folder: Path, function: PackFunction) -> None:
    """Whoever is faster or slower does the same work."""
    facts: Any = {"tenant": sealed_month.TENANT, "orgs": sealed_month.ORGS}
    pack = function.make(START, END, **facts)
    assert pack.object_key
    (folder / "pack.tar.gz").write_bytes(function.context.archives.need(pack.object_key))
    ready = builders.prepare_tar(folder)
    for peer in (pack_peers.plain, pack_peers.streaming, pack_peers.by_bytes):
        digests = peer(folder)["digests"]
        assert len(digests) == 5
        assert digests.items() <= ready.items()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("copied_from", "whole_up_to"),
    [
        pytest.param(0, 1 << 30, id="all copied", marks=pytest.mark.slow),
        pytest.param(600, 1000, id="some"),
        pytest.param(1 << 30, 0, id="all in pieces", marks=pytest.mark.slow),
    ],
)
def test_sizes_of_pieces_change_no_row(
    folder: Path,
    function: PackFunction,
    monkeypatch: pytest.MonkeyPatch,
    copied_from: int,
    whole_up_to: int,
) -> None:
    """Copied or deflated anew, read whole or in pieces, uploaded in parts: the same members."""
    members = function.members
    facts: Any = {"tenant": sealed_month.TENANT, "orgs": sealed_month.ORGS}
    first = members(function.make(START, END, **facts))
    monkeypatch.setattr(segments, "_PIECE", 1000)
    monkeypatch.setattr(events, "_COPIED", copied_from)
    monkeypatch.setattr(events, "_WHOLE", whole_up_to)
    monkeypatch.setattr(spool, "_BLOCK", 5000)
    monkeypatch.setattr(bucket, "_ONE_PUT", 0)
    monkeypatch.setattr(bucket, "_PART", 100_000)
    second = members(function.make(START, END, **facts))
    for name in ("events.jsonl", "coverage.jsonl", "api_keys.jsonl"):
        assert first[name] == second[name]
        assert len(first[name]) > 100_000


@pytest.mark.slow
@pytest.mark.emulator
def test_a_benchmark_gets_its_account() -> None:
    """Of the emulator as it is started now, in a process of its own, as ``make bench`` does."""
    ask = "from benchmarks.account import account\nwith account() as it: print(it['TABLE_NAME'])"
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "bench"), done.stderr
