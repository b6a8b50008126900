"""Start the servers of a stage, wait until they answer, and end them; never anyone else's."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tools.local.errors import RunnerStopped
from tools.local.settings import ROOT

# What a child needs of this machine. Proxies and AWS settings stay out: nothing here leaves it.
_INHERITED = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT")


@dataclass
class Server:
    """A process of ours that serves one port."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def stop(self, *, wait_s: float = 20.0) -> None:
        """Ask the process to save and end; end it after `wait_s`."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(wait_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()

    def fail_if_ended(self) -> None:
        """Fail when the process is gone.

        Raises:
            RunnerStopped: it ended; the message names its log.
        """
        if self.process.poll() is not None:
            raise RunnerStopped(f"The {self.name} ended by itself; see {self.log}.")


def port_is_free(port: int) -> bool:
    """Whether 127.0.0.1 has nothing on this port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class HeldPorts(contextlib.ExitStack):
    """Ports that a runner has chosen and no other may: two that start at once would meet.

    Between the choice and the server's start nothing listens. So each has a file of its own, locked
    as long as the runner lives, in a folder that all runners of a user share.
    """

    def take(self, port: int) -> bool:
        """Hold a port; tell whether it is free and nobody else's.

        Raises:
            RunnerStopped: the shared folder cannot be written, or is not this user's.
        """
        folder = Path(tempfile.gettempdir()) / f"openai-audit-ports-{os.getuid()}"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            status = folder.lstat()
            # Whoever made it first, where everybody may write, could have us open what they like.
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
                raise RunnerStopped(f"{folder} is not your folder; set TMPDIR to one that is.")
            file = (folder / str(port)).open("a")
        except OSError as error:
            raise RunnerStopped(f"{folder} cannot be written: {error.strerror}.") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        if not port_is_free(port):
            file.close()
            return False
        self.enter_context(file)
        return True

    def next_free(self, after: int) -> int:
        """Hold the first free port above `after`, and return it.

        Raises:
            RunnerStopped: none of the next hundred is free.
        """
        for port in range(after + 1, min(after + 101, 65536)):
            if self.take(port):
                return port
        raise RunnerStopped(
            f"No port from {after + 1} to {after + 100} is free; choose another PORT."
        )


def start(
    name: str,
    arguments: Sequence[str],
    *,
    port: int,
    log_dir: Path,
    environment: Mapping[str, str] | None = None,
) -> Server:
    """Start `python -m …` of this interpreter with nothing of our environment but what it needs."""
    log_dir.mkdir(parents=True, exist_ok=True)
    log = log_dir / f"{name}.log"
    inherited = {key: os.environ[key] for key in _INHERITED if key in os.environ}
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**inherited, "PYTHONUNBUFFERED": "1", **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=sink,
            stderr=subprocess.STDOUT,
            # A Ctrl-C belongs to the runner, which ends its servers in order.
            start_new_session=True,
        )
    return Server(name, port, process, log)


def wait_until_answering(server: Server, path: str, *, limit_s: float = 60.0) -> None:
    """Wait for any HTTP answer.

    Raises:
        RunnerStopped: the process ended, or gave none within `limit_s`.
    """
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        server.fail_if_ended()
        try:
            httpx.get(f"http://127.0.0.1:{server.port}{path}", timeout=2.0, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise RunnerStopped(f"The {server.name} gave no answer in {limit_s:.0f} s; see {server.log}.")
