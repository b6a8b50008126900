"""Every command that a page prints, run as it stands in a fresh clone or against a stage.

What a reader fills in is filled in. A command that is not run here stands below with the reason.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.local_runner import ROOT, Runner, running_stage, stage_port
from tests.support.printed_commands import Shell, printed_commands
from tests.test_docs import PAGES
from tools.openai_simulator import DEMO_START

slow = [pytest.mark.emulator, pytest.mark.slow, pytest.mark.timeout(1800)]
IN_A_CLONE = (
    *("README.md", "CONTRIBUTING.md", "docs/auditors.md", "docs/sql.md"),
    *("docs/faults.md", "docs/findings.md"),
)
ON_A_STAGE = "docs/operating.md"
# With what their answers name: test_api_guide.py runs them.
BY_THE_GUIDE = ("docs/api.md", "docs/people.md", "docs/notifications.md")

NOT_RUN = {
    r"make (test|test-all|lint)\b": "the suites that this is a part of, and what they begin with",
    r"make bench\b": "an hour of measuring, which changes no answer",
    r"cdk |\.venv/bin/python -m tools\.publish_dashboard ": "test_with_the_cdk_command.py runs it",
    r"aws cognito-idp admin-create-user ": "the emulator draws passwords that its pool refuses",
    r"aws sqs start-message-move-task ": "the emulator has no such call",
    r"git ls-files functions/__init__": "tests/infra/test_code.py holds it to the template",
}
# What the suites run is only looked for here: a selection that finds no test is a failure.
COLLECTED = re.compile(r"\.venv/bin/python -m pytest [^#]*")
AWS_COMMAND_LINE = "awscli==1.46.3"


def _is_run(command: str) -> bool:
    return not any(re.match(pattern, command) for pattern in NOT_RUN)


def test_each_page_with_commands_is_gone_through() -> None:
    """A page that begins to print commands is run as well, or says here why not."""
    pages = {
        str(page.relative_to(ROOT))
        for page in PAGES
        if re.search(r"^```(sh|bash|console)$", page.read_text(), re.MULTILINE)
    }
    assert pages == {*IN_A_CLONE, ON_A_STAGE, *BY_THE_GUIDE}
    commands = [command for page in pages for command in printed_commands(ROOT / page)]
    assert [p for p in NOT_RUN if not any(re.match(p, command) for command in commands)] == []


def _fresh_clone(folder: Path) -> Path:
    """Clone what is committed."""
    command = ["git", "clone", "-q", str(ROOT), "clone"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "clone"


class Account:
    """Counts commands and keeps those that failed."""

    def __init__(self, shell: Shell, filled: Mapping[str, str]) -> None:
        self.shell, self.filled = shell, dict(filled)
        self.n_run, self.failures = 0, list[str]()

    def run(self, command: str) -> str:
        """Run a command with what a reader fills in; return what it printed."""
        for placeholder, value in self.filled.items():
            command = command.replace(placeholder, value)
        if found := COLLECTED.match(command):
            command = f"{found[0]} --collect-only -q"
        done = self.shell.run(command, limit_s=600)
        self.n_run += 1
        if done.code:
            self.failures.append(f"{command}\n{done.code}: {(done.stdout + done.stderr)[-800:]}")
        return done.stdout

    def close(self, where: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Print the count, and fail with what failed."""
        with capsys.disabled():
            print(f"\n{self.n_run} commands run {where}, {len(self.failures)} failed")
        assert not self.failures, "\n\n".join(self.failures)


class TestInAFreshClone:
    """A reader clones the project and types what its pages say."""

    pytestmark = slow

    @pytest.mark.skipif(shutil.which("jq") is None, reason="no jq on this machine")
    def test_every_command_runs_as_printed(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """From the demo to the thirty questions, and what the demo prints itself."""
        clone = _fresh_clone(tmp_path)
        # A reader's own Python, which may install what a page tells it to.
        subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "python")], check=True)
        path = f"{tmp_path / 'python' / 'bin'}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "PORT": str(stage_port())}
        environment.pop("STATE_DIR", None)
        with Shell(clone, environment) as shell:
            account = Account(shell, {})
            for page in IN_A_CLONE:
                for command in filter(_is_run, printed_commands(ROOT / page)):
                    said = account.run(command)
                    if command.startswith("make demo"):
                        self._take_the_pack(account, clone, said)
            account.close("in a fresh clone", capsys)
        assert account.n_run > 30

    def _take_the_pack(self, account: Account, clone: Path, said: str) -> None:
        """Do what the demo's output says, and put its pack where the pages have theirs."""
        pack, key = re.findall(r"^Pack +(\S+), public key ([0-9a-f]{64})$", said, re.MULTILINE)[0]
        for command in _printed_by_the_demo(said):
            account.run(command)
        for name in ("pack-1.tar.gz", "pack-3.tar.gz"):
            shutil.copy(clone / pack, clone / name)
        start, end = re.findall(r"^VALID +pack .*  (\S+Z) \.\. (\S+Z)", said, re.MULTILINE)[0]
        period = {"--period 2026-04": f"--period {start}..{end}"}
        account.filled |= {" HEX": f" {key}"} | period


def _printed_by_the_demo(said: str) -> list[str]:
    """Return the commands among the lines that the demo prints."""
    lines = [line[10:] for line in said.splitlines()]
    return [line for line in lines if re.match(r"(python3|tar|sed|openssl) ", line)]


class TestOnAStage:
    """An operator types what the operating page says, at an account that is emulated."""

    pytestmark = slow

    @pytest.fixture
    def stage(self, tmp_path: Path) -> Iterator[Runner]:
        """Start a stage, with an organization connected and some hours sealed."""
        with running_stage(tmp_path / "stage") as runner:
            runner.run("clock", "--set", "2026-04-01T00:05:00Z")
            organization = runner.description["organization"]
            runner.ask("POST", "/orgs", "tenant-a-admin", organization)
            runner.lines("tick", "--hour", DEMO_START, "--count", "2")
            yield runner

    @pytest.mark.skipif(shutil.which("jq") is None, reason="no jq on this machine")
    def test_every_command_runs_as_printed(
        self, stage: Runner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What deletes comes last; the rest in the page's order."""
        clone = _fresh_clone(tmp_path)
        (clone / ".venv").symlink_to(ROOT / ".venv")
        for name in ("uv.lock", "pyproject.toml", "tools/bootstrap.py"):
            os.utime(clone / name, (0, 0))  # so that nothing is installed again
        commands = list(filter(_is_run, printed_commands(ROOT / ON_A_STAGE)))
        commands.sort(key=lambda command: " delete-" in command)
        with Shell(clone, self._environment(stage, tmp_path)) as shell:
            account = Account(shell, self._filled(stage))
            for command in commands:
                if "revoke key-" in command:
                    account.filled["key-0123456789abcdef"] = self._first_key(stage)
                account.run(command)
            account.close("at a stage", capsys)
        assert account.n_run > 30

    def _environment(self, stage: Runner, folder: Path) -> dict[str, str]:
        """Lead the commands to the emulated account, with AWS's own command line."""
        command = folder / "bin" / "aws"
        command.parent.mkdir()
        uv = ROOT / ".venv" / "bin" / "uv"
        words = shlex.join([str(uv), "tool", "run", "-q", "--from", AWS_COMMAND_LINE, "aws"])
        command.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        command.chmod(0o755)
        profile = folder / "config"
        profile.write_text("[profile legal-hold]\nregion = eu-central-1\n")
        endpoint = stage.description["aws_endpoint_url"]
        return {
            **os.environ,
            "PATH": f"{command.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_CONFIG_FILE": str(profile),
        }

    def _filled(self, stage: Runner) -> dict[str, str]:
        """Return what an operator puts in the place of the page's capitals."""
        (stack,) = stage.client("cloudformation").describe_stacks()["Stacks"]
        of = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        settings = stage.client("lambda").get_function_configuration(
            FunctionName=of["AnchorFunctionName"]
        )["Environment"]["Variables"]
        evidence = stage.client("s3")
        objects = evidence.list_objects_v2(Bucket=of["EvidenceBucket"])["Contents"]
        seal = max(entry["Key"] for entry in objects if "/seals/" in entry["Key"])
        return {
            "openai-audit-prod": stack["StackName"],
            "s3://EVIDENCE/tenant=T/org=O/seals/HOUR.json": f"s3://{of['EvidenceBucket']}/{seal}",
            "--table-name TABLE": f"--table-name {of['TableName']}",
            "--user-pool-id POOL": f"--user-pool-id {of['UserPoolId']}",
            "--username ann@example.com --group": "--username tenant-a-admin --group",
            "--function-name FUNCTION": f"--function-name {of['PackFunctionName']}",
            "--name RULE": f"--name {of['HourlyRuleName']}",
            "RoleArn=ROLE": f"RoleArn={of['LegalHoldRoleArn']}",
            "$PACK_DISPATCH": of["PackDispatchFunctionName"],
            " ADDRESS ": f" {settings['TIME_AUTHORITY'].split()[0]} ",
            "tsr SHA256": f"tsr {'ab' * 32}",
            "--tenant acme": "--tenant tenant-a",
        }

    def _first_key(self, stage: Runner) -> str:
        keys = stage.ask("GET", "/signing-keys").json()["items"]
        oldest: str = min(keys, key=lambda key: str(key["not_before"]))["key_id"]
        return oldest
