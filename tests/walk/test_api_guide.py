"""The API's guide, people, webhooks and mail: command by command as printed, on a stage.

What a reader fills in is filled in: the address, an organization, what an answer before has named.
"""

import json
import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.local_runner import ROOT, Runner, running_stage
from tests.support.printed_commands import Done, Shell, printed_commands
from tools.openai_simulator import DEMO_START

pytestmark = [pytest.mark.emulator, pytest.mark.slow, pytest.mark.timeout(600)]
N_HOURS = 6
ADMIN = "tenant-a-admin"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Runner]:
    """Start a stage of its own."""
    with running_stage(tmp_path / "stage") as runner:
        runner.run("clock", "--set", "2026-04-01T00:05:00Z")
        yield runner


@pytest.fixture
def reader(stage: Runner, tmp_path: Path) -> "Iterator[Reader]":
    """Sit a reader down before a shell, in a folder with the product's tools."""
    folder = tmp_path / "reader"
    folder.mkdir()
    (folder / "tools").symlink_to(ROOT / "tools")
    (folder / "people.csv").write_text("name,email\nAnn,ann@example.com\n")
    environment = {**os.environ, **stage.environment, "PYTHONPATH": str(ROOT)}
    with Shell(folder, environment) as shell:
        yield Reader(stage, shell, folder)


@pytest.mark.skipif(shutil.which("jq") is None, reason="no jq on this machine")
def test_every_command_of_the_guide_runs_as_printed(
    reader: "Reader", capsys: pytest.CaptureFixture[str]
) -> None:
    """From signing in to the custody log: each ends well, and no answer is a problem."""
    assert reader.stage.description["organization"]["org_id"].startswith("org-")
    run, failures = 0, []
    for page in ("api.md", "people.md", "notifications.md"):
        for command in printed_commands(ROOT / "docs" / page):
            done = reader.run(command)
            run += 1
            # Its list names one person, and the demo has more.
            good = 1 if "match-people" in command else 0
            if done.code != good or '"type":"/problems/' in done.stdout:
                failures.append((command, done.code, (done.stdout + done.stderr)[-500:]))
    with capsys.disabled():
        print(f"\n{run} commands of the API's pages run, {len(failures)} failed")
    assert failures == []
    assert run > 45
    # What the webhook's receiver has printed, once it had checked the signatures.
    alerts = (reader.folder / "alerts.txt").read_text().splitlines()
    assert "'type': 'test'" in alerts[0]
    assert not [alert for alert in alerts if not alert.startswith("{")]


class Reader:
    """Somebody who does what the pages say, and puts their own values in."""

    def __init__(self, stage: Runner, shell: Shell, folder: Path) -> None:
        self.stage, self.shell, self.folder = stage, shell, folder
        organization = stage.description["organization"]
        api = str(stage.description["api_url"])
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.filled = {
            "http://127.0.0.1:8080/api/v1/openai": api,
            "https://THE-SERVICE/api/v1/openai": api,
            ".venv/bin/python -m tools.local": f"{ROOT}/.venv/bin/python -m tools.local",
            "org-AbC123": organization["org_id"],
            "sk-admin-…": organization["admin_key"],
            "https://siem.example/alerts": f"http://127.0.0.1:{port}/alerts",
            "9000": str(port),
            ".local/mails": stage.description["mails"],
            "2026-05-01T00:00:00Z": "2026-04-02T00:00:00Z",
            "2026-04-30T23:59:59Z": "2026-04-01T05:59:59Z",
        }

    def run(self, command: str) -> Done:
        """Run a printed command with this stage's values."""
        self._prepare(command)
        for placeholder, value in self.filled.items():
            command = command.replace(placeholder, value)
        done = self.shell.run(command)
        self._learn(done.stdout)
        return done

    def _prepare(self, command: str) -> None:
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
        if " HEX" in command:
            (key,) = self.stage.ask("GET", "/signing-keys").json()["items"]
            self.filled[" HEX"] = f" {key['public_hex']}"

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
        if not isinstance(answer, dict):
            return
        if "client_secret" in answer:
            client = f"{answer['client_id']}:{answer['client_secret']}"
            self.filled["CLIENT_ID:CLIENT_SECRET"] = client
        if answer.get("next_cursor"):
            self.filled["NEXT_CURSOR"] = answer["next_cursor"]
        if "link_id" in answer and "url" in answer:
            self.filled["20260401T050100Z-0123456789ab"] = answer["link_id"]
            self.filled["shared/TOKEN"] = f"shared/{answer['url'].rpartition('/')[2]}"
