"""A `make up` of a test's own: a free port, a state of its own, and the commands beside it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import randrange
from typing import Any

import boto3
import httpx

from tools.local.deployment.processes import HeldPorts

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 120


@dataclass
class Runner:
    """One `make up`, and the commands beside it."""

    environment: dict[str, str]
    process: subprocess.Popen[str] | None = None
    description: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start it and read its one line."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.local", "up"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.description = json.loads(line)

    def stop(self, number: signal.Signals) -> int:
        """Interrupt it; return its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        with self.process:
            output, _ = self.process.communicate(timeout=60)
        assert output == ""
        return self.process.returncode

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "tools.local", *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_LIMIT_S,
        )

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        """Run a command and read its lines of JSON."""
        process = self.run(*arguments)
        assert process.returncode == 0, process.stderr
        return [json.loads(line) for line in process.stdout.splitlines()]

    def token(self, user: str) -> str:
        """Return a user's ID token, asked for once."""
        if user not in self.tokens:
            self.tokens[user] = self.run("token", "--user", user).stdout.strip()
        return self.tokens[user]

    def ask(
        self, method: str, route: str, user: str | None = None, body: object = None
    ) -> httpx.Response:
        """Ask the API as a user."""
        headers = {}
        if user is not None:
            headers["Authorization"] = f"Bearer {self.token(user)}"
        return httpx.request(
            method,
            self.description["api_url"] + route,
            headers=headers,
            json=body,
            trust_env=False,
            timeout=60,
        )

    def client(self, service: str) -> Any:
        """Return an operator's client of the emulated account."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.description["aws_endpoint_url"],
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@contextmanager
def running_stage(state: Path) -> Iterator[Runner]:
    """Start a stage on a free port; stop it where the test has not."""
    runner = Runner({**os.environ, "PORT": str(stage_port()), "STATE_DIR": str(state)})
    runner.start()
    try:
        yield runner
    finally:
        if runner.process is not None and runner.process.poll() is None:
            runner.stop(signal.SIGTERM)


def stage_port() -> int:
    """Return a port with free ones behind it, where no client's end of a connection ever is."""
    with HeldPorts() as held:
        return held.next_free(randrange(19_000, 31_000))  # noqa: S311


def signing_keys(stage: Runner, *order: str) -> list[dict[str, Any]]:
    """Return the signing keys after an operator's order."""
    process = signing_keys_command(stage, *order)
    assert process.returncode == 0, process.stderr
    items: list[dict[str, Any]] = json.loads(process.stdout)["items"]
    return items


def signing_keys_command(stage: Runner, *order: str) -> subprocess.CompletedProcess[str]:
    """Give an operator's order about signing keys, to its end."""
    (stack,) = stage.client("cloudformation").describe_stacks()["Stacks"]
    account = {
        "AWS_ENDPOINT_URL": stage.description["aws_endpoint_url"],
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    return subprocess.run(
        [
            *(sys.executable, "-m", "tools.signing_keys", "--stack", stack["StackName"]),
            *("--json", *order),
        ],
        cwd=ROOT,
        env={**os.environ, **account},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
