"""The API's guide, command by command as it is printed, on a stage of this machine.

What a reader fills in is filled in: the address, an organization, what an answer before has named.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.local_runner import ROOT, Runner, running_stage
from tools.openai_simulator import DEMO_START

pytestmark = [pytest.mark.emulator, pytest.mark.slow, pytest.mark.timeout(600)]
GUIDE = (ROOT / "docs" / "api.md").read_text()
N_HOURS = 6
ADMIN = "tenant-a-admin"


def blocks() -> list[str]:
    """Return the guide's blocks of commands, in their order."""
    return re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[str]:
    """Return the commands of a block; a line that ends with a backslash goes on."""
    joined = block.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip()]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Runner]:
    """Start a stage of its own."""
    with running_stage(tmp_path / "stage") as runner:
        runner.run("clock", "--set", "2026-04-01T00:05:00Z")
        yield runner


@pytest.mark.skipif(shutil.which("jq") is None, reason="no jq on this machine")
def test_every_command_of_the_guide_runs_as_printed(
    stage: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From signing in to the custody log: each ends well, and no answer is a problem."""
    assert stage.description["organization"]["org_id"].startswith("org-")
    shell = Shell(stage, tmp_path)
    failures = []
    for block in blocks():
        for command in commands(block):
            shell.prepare(command)
            code, said = shell.run(command)
            if code or '"type":"/problems/' in said:
                failures.append((command, code, said[-500:]))
    with capsys.disabled():
        print(f"\n{shell.n_run} commands of docs/api.md run, {len(failures)} failed")
    assert failures == []
    assert shell.n_run > 25


class Shell:
    """One shell after the other, each knowing what those before defined."""

    def __init__(self, stage: Runner, folder: Path) -> None:
        self.stage, self.folder, self.n_run = stage, folder, 0
        self.defined: list[str] = []
        organization = stage.description["organization"]
        api = str(stage.description["api_url"])
        self.filled = {
            "http://127.0.0.1:8080/api/v1/openai": api,
            "https://THE-SERVICE/api/v1/openai": api,
            ".venv/bin/python -m tools.local": f"{ROOT}/.venv/bin/python -m tools.local",
            "org-AbC123": organization["org_id"],
            "sk-admin-…": organization["admin_key"],
            "2026-05-01T00:00:00Z": "2026-04-02T00:00:00Z",
            "2026-04-30T23:59:59Z": "2026-04-01T04:59:59Z",
        }

    def run(self, command: str) -> tuple[int, str]:
        """Run a command as a reader's shell would, and keep what it defines."""
        for placeholder, value in self.filled.items():
            command = command.replace(placeholder, value)
        script = "\n".join([*self.defined, command])
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607
            cwd=self.folder,
            env={**os.environ, **self.stage.environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.n_run += 1
        if re.match(r"[A-Z]+=|ask\(\)", command):
            self.defined.append(command)
        self._learn(done.stdout)
        return done.returncode, done.stdout + done.stderr

    def prepare(self, command: str) -> None:
        """Bring about what a reader would wait for, or look up in an answer."""
        if "/summary" in command and self.stage.ask("GET", "/summary", ADMIN).json()["orgs"]:
            self.stage.lines("tick", "--hour", DEMO_START, "--count", str(N_HOURS))
        if "/findings/" in command:
            finding = self.stage.ask("GET", "/findings", ADMIN).json()["items"][0]
            users = self.stage.ask("GET", "/users", ADMIN).json()["items"]
            person = next(user for user in users if not user["is_service_account"])
            self.filled["0123456789abcdef01234567"] = finding["finding_id"]
            self.filled["user-AbC"] = person["user_id"]
        if "/download" in command or "/links" in command:
            self._wait_for_the_pack()

    def _wait_for_the_pack(self) -> None:
        for _ in range(60):
            if self.stage.ask("GET", "/evidence-packs/1", ADMIN).json()["state"] == "ready":
                return
            time.sleep(0.5)
        raise AssertionError("the pack was not built in time")

    def _learn(self, said: str) -> None:
        """Take from an answer what the page names by a placeholder."""
        try:
            answer = json.loads(said)
        except ValueError:
            return
        if "client_secret" in answer:
            client = f"{answer['client_id']}:{answer['client_secret']}"
            self.filled["CLIENT_ID:CLIENT_SECRET"] = client
        if answer.get("next_cursor"):
            self.filled["NEXT_CURSOR"] = answer["next_cursor"]
        if "link_id" in answer and "url" in answer:
            self.filled["20260401T050100Z-0123456789ab"] = answer["link_id"]
            self.filled["shared/TOKEN"] = f"shared/{answer['url'].rpartition('/')[2]}"
