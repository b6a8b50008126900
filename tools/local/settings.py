"""What the environment asks of the runner, and where it keeps its state.

Pure but for reading the environment and creating the state directory.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.local.errors import RunnerStopped

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_PORT = 8080
API_PREFIX = "/api/v1/openai"


@dataclass(frozen=True)
class Settings:
    """One stage on this machine.

    Attributes:
        port: the one origin's port on 127.0.0.1.
        openai_base_url: the OpenAI API to read; None for the simulator of this project.
        state_dir: everything the stage keeps, and nothing outside it.
        schedule_on: whether the real-time schedules fire by themselves.
        hours: how many hours `demo` seals.
    """

    port: int
    openai_base_url: str | None
    state_dir: Path
    schedule_on: bool
    hours: int

    @property
    def origin(self) -> str:
        """The address of dashboard and API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """The address to which a route such as `/orgs` is appended."""
        return self.origin + API_PREFIX

    @property
    def clock_file(self) -> Path:
        """The file that holds every function's clock offset."""
        return self.state_dir / "clock.json"

    @property
    def log_dir(self) -> Path:
        """Where the servers write what they do."""
        return self.state_dir / "logs"

    @property
    def cloud_dir(self) -> Path:
        """The synthesized template and its assets."""
        return self.state_dir / "cdk.out"

    @property
    def time_authority_dir(self) -> Path:
        """The key and the certificate of the stage's own time authority."""
        return self.state_dir / "time-authority"

    @property
    def mails_dir(self) -> Path:
        """The letters that the stage has sent, a file each."""
        return self.state_dir / "mails"

    @property
    def emulator_dir(self) -> Path:
        """The emulated account: tables, users, keys, queues."""
        return self.state_dir / "emulator"

    @property
    def objects_dir(self) -> Path:
        """The emulated buckets' objects."""
        return self.state_dir / "objects"


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read PORT, OPENAI_BASE_URL, STATE_DIR, SCHEDULE and HOURS.

    Raises:
        RunnerStopped: a value cannot be what it says; the message names it.
    """
    base_url = environ.get("OPENAI_BASE_URL", "").strip().rstrip("/") or None
    return Settings(
        port=_number(environ, "PORT", DEFAULT_PORT, highest=65535),
        openai_base_url=base_url,
        state_dir=Path(environ.get("STATE_DIR", "").strip() or ".local").absolute(),
        schedule_on=_switch(environ, "SCHEDULE", default=base_url is not None),
        hours=_number(environ, "HOURS", 48, highest=24 * 366),
    )


def _number(environ: Mapping[str, str], name: str, default: int, *, highest: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= highest:
        raise RunnerStopped(f"{name}={text} is not a whole number from 1 to {highest}.")
    return int(text)


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environ.get(name, "").strip().lower()
    if text in ("", "on", "off"):
        return default if not text else text == "on"
    raise RunnerStopped(f"{name}={text} is neither on nor off.")
