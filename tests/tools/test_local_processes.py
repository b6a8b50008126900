"""Servers are ours alone: started on free ports, ended in order, and never left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.local import progress
from tools.local.deployment import processes
from tools.local.deployment.processes import HeldPorts
from tools.local.errors import RunnerStopped


def test_a_port_in_use_is_seen() -> None:
    """The next free one lies above it."""
    with socket.create_server(("127.0.0.1", 0)) as taken, HeldPorts() as held:
        port = taken.getsockname()[1]
        assert not processes.port_is_free(port)
        assert not held.take(port)
        if port < 65000:
            assert held.next_free(port - 1) > port


def test_two_runners_that_start_at_once_choose_other_ports() -> None:
    """Nothing listens yet when the second looks; who has ended leaves its ports."""
    with HeldPorts() as first, HeldPorts() as second:
        port = first.next_free(21_000)
        assert processes.port_is_free(port)
        assert not second.take(port)
        assert second.next_free(port - 1) > port
    with HeldPorts() as third:
        assert third.take(port)


def test_a_folder_of_ports_that_somebody_else_laid_out_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link in the place of the shared folder could have any file of ours opened."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "21000").write_text("kept")
    (tmp_path / f"openai-audit-ports-{os.getuid()}").symlink_to(tmp_path / "theirs")
    with HeldPorts() as held, pytest.raises(RunnerStopped, match="is not your folder; set TMPDIR"):
        held.take(21_000)
    assert (tmp_path / "theirs" / "21000").read_text() == "kept"


def test_a_server_is_told_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither credentials nor a proxy of this machine reach what runs on it."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-a-real-account")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    server = processes.start(
        "environment",
        ["timeit", "-n1", "-r1", "-s", "import os", "print(dict(os.environ), flush=True)"],
        port=1,
        log_dir=tmp_path,
        environment={"OURS": "told"},
    )
    server.process.wait(30)
    server.stop()
    printed = server.log.read_text()
    assert "told" in printed
    assert "of-a-real-account" not in printed
    assert "proxy.example" not in printed


def test_a_server_that_ends_by_itself_is_named(tmp_path: Path) -> None:
    """The message leads to its log."""
    server = processes.start("clumsy", ["no_such_module"], port=1, log_dir=tmp_path)
    with pytest.raises(RunnerStopped, match=r"The clumsy ended by itself; see .*clumsy\.log"):
        processes.wait_until_answering(server, "/", limit_s=30)
    server.stop()


def test_servers_end_with_a_runner_that_was_killed(tmp_path: Path) -> None:
    """Nothing stays behind after SIGKILL, which no runner can handle."""
    code = f"""
import time
from pathlib import Path
from tools.local.deployment import processes
from tools.local.deployment.processes import HeldPorts
server = processes.start("server", ["tools.local.deployment.child_process", "http.server",
    "--bind", "127.0.0.1", "{_free()}"], port=1, log_dir=Path({str(tmp_path)!r}))
print(server.process.pid, flush=True)
time.sleep(60)
"""
    runner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with runner:
        assert runner.stdout is not None
        server = int(runner.stdout.readline())
        time.sleep(0.5)
        assert _runs(server)
        runner.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while _runs(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(server)


def test_the_bar_is_for_terminals_only(capsys: pytest.CaptureFixture[str]) -> None:
    """A log gets a line every twelve steps and one at the end."""
    bar = progress.Bar(14)
    for step in range(14):
        bar.advance(f"step {step}")
    bar.close()
    assert capsys.readouterr().err == "12/14 step 11\n14/14 step 13\n"


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
