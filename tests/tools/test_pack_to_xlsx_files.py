"""Where the workbook comes to stand: what is there is kept, and never is there half a one."""

import contextlib
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support import packs
from tests.tools.workbook import SCRIPT, files, pack_file, read, run, script

KEY = f"--expected-pubkey={packs.public_hex()}"


def test_what_stands_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    """And the pack itself never."""
    path = pack_file(tmp_path, packs.small())
    output = tmp_path / "pack-3.xlsx"
    output.write_text("mine")
    done = run(path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "COULD NOT WRITE  pack-3.xlsx is there; --force replaces it\n"
    assert output.read_text() == "mine"
    assert run(path, "--force").returncode == 0
    assert "cover" in read(output)
    as_book = tmp_path / "evidence.xlsx"
    path.rename(as_book)
    before = as_book.read_bytes()
    for arguments in ((), (f"--output={tmp_path}/./evidence.xlsx",), ("--output=pack-3.tar.gz",)):
        assert run(as_book, "--force", *arguments).returncode == 2
    assert as_book.read_bytes() == before
    assert files(tmp_path) == ["evidence.xlsx", "pack-3.xlsx"]


def test_what_came_to_stand_there_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs at once: one of them is refused."""
    verified = script.verify

    def meanwhile(options: Any) -> Any:
        (tmp_path / "pack-3.xlsx").write_text("the other's")
        return verified(options)

    path = pack_file(tmp_path, packs.small())
    monkeypatch.setattr(script, "verify", meanwhile)
    done = run(path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "COULD NOT WRITE  cannot write pack-3.xlsx: File exists\n"
    assert (tmp_path / "pack-3.xlsx").read_text() == "the other's"
    assert files(tmp_path) == ["pack-3.tar.gz", "pack-3.xlsx"]


def test_the_workbook_goes_where_it_is_told(tmp_path: Path) -> None:
    """A folder that is not there, or stands in its place, is said so."""
    path = pack_file(tmp_path, packs.small())
    (tmp_path / "a").mkdir()
    (tmp_path / "folder.xlsx").mkdir()
    assert run(path, f"--output={tmp_path}/a/April.XLSX").returncode == 0
    assert files(tmp_path / "a") == ["April.XLSX"]
    done = run(path, f"--output={tmp_path}/b/April.xlsx")
    assert (done.returncode, "output's folder" in done.stderr) == (2, True)
    done = run(path, f"--output={tmp_path}/folder.xlsx", "--force")
    assert (done.returncode, "cannot write folder.xlsx" in done.stderr) == (2, True)
    assert files(tmp_path) == ["a", "folder.xlsx", "pack-3.tar.gz"]


@pytest.mark.parametrize("limit", [1_000, 10_000, 30_000])
def test_a_machine_that_refuses_leaves_nothing_behind(tmp_path: Path, limit: int) -> None:
    """A file may grow no more, as on a full disk: exit code 2, and no half of a workbook."""
    path = pack_file(tmp_path, packs.small())
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(path), KEY],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("COULD NOT WRITE")
    assert "File too large" in done.stderr
    assert files(tmp_path) == ["pack-3.tar.gz"]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_who_stops_it_finds_nothing_half_written(tmp_path: Path, stop: signal.Signals) -> None:
    """In the middle of the rows."""
    pack = packs.small()
    events = [
        packs.event(
            f"audit_log-{i:06d}",
            "2026-04-01T05:10:00Z",
            "2026-04-01T05:00:00Z",
            details={"n": packs.sha256(str(i).encode())},
        )
        for i in range(20_000)
    ]
    pack.rows["events.jsonl"] = events
    outcomes: list[str | packs.Row] = ["complete"] * 48
    pack.rows["coverage.jsonl"] = packs.seals(outcomes, "2026-04-01T00", events, previous="ab" * 32)
    path = pack_file(tmp_path, pack)
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), str(path), KEY],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whatever the shell that runs the tests has switched off.
        preexec_fn=lambda: signal.signal(stop, signal.SIG_DFL),  # noqa: PLW1509  # no threads
    ) as process:
        try:
            deadline = time.monotonic() + 60
            while len(files(tmp_path)) == 1 and time.monotonic() < deadline:
                time.sleep(0.001)
            # On a busy machine it may be done before anybody gets to stop it.
            process.send_signal(signal.SIGSTOP)
            process.send_signal(stop)
            process.send_signal(signal.SIGCONT)
            out, err = process.communicate(timeout=60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    assert (process.returncode, out) == (2, "")
    assert err == "COULD NOT WRITE  interrupted\n"
    assert files(tmp_path) == ["pack-3.tar.gz"]
