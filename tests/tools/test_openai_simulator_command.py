"""The simulator's command line."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tools.openai_simulator import (
    DEMO_START,
)

ROOT = Path(__file__).resolve().parents[2]
NOW = "2026-04-02T12:00:00Z"


def test_the_command_line_prints_its_urls_and_follows_a_clock_file(tmp_path: Path) -> None:
    """One line of JSON, then it serves until interrupted, at the instant the file says."""
    clock_file = tmp_path / "clock.json"
    clock_file.write_text(json.dumps({"offset_s": 86400.0}))
    command = [sys.executable, "-m", "tools.openai_simulator", "--port", "0", "--days", "2"]
    command += ["--clock-file", str(clock_file)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        assert process.stdout is not None
        urls = json.loads(process.stdout.readline())
        now = httpx.get(f"{urls['control_url']}/clock").json()["now"]
        tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400))
        assert now.startswith(tomorrow)
        assert httpx.post(f"{urls['control_url']}/clock", json={"now": DEMO_START}).is_error
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
