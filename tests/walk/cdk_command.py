"""The CDK's own command line, as npm brings it, and the commands that the operating page prints."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.local_runner import ROOT
from tools.local.deployment.aws import Account
from tools.local.deployment.synthesis import Assembly

_LOCKED = Path(__file__).parent / "cdk"
_PAGE = ROOT / "docs" / "operating.md"
# Of this machine's the commands get nothing else: no profile, no endpoint of a real account.
_INHERITED = ("PATH", "TMPDIR", "LANG", "LC_ALL")


def installed() -> Path:
    """Return the folder of the command `cdk`, installed once for each lock file."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("neither the CDK's command line nor npm, which brings it, is on this machine")
    lock = (_LOCKED / "package-lock.json").read_bytes()
    folder = ROOT / "build" / f"cdk-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not folder.exists():
        unfinished = folder.with_suffix(f".{os.getpid()}")
        shutil.copytree(_LOCKED, unfinished)
        # The settings of npm on this machine say where packages come from.
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund"],  # noqa: S607
            cwd=unfinished,
            check=True,
            timeout=300,
        )
        unfinished.rename(folder)
    return folder / "node_modules" / ".bin"


def printed(mark: str) -> list[str]:
    """Return the commands of a block of the operating page, each on one line."""
    page = _PAGE.read_text()
    block = re.search(rf"<!-- {mark}: tests run these lines -->\n```sh\n(.*?)```", page, re.DOTALL)
    assert block, f"the operating page has no block {mark!r}"
    lines = block[1].replace("\\\n", " ").splitlines()
    return [re.sub(r"\s+", " ", line).strip() for line in lines if line.strip()]


@dataclass(frozen=True)
class CdkCommand:
    """Runs printed commands against an emulated account, with the values of a local stage.

    Attributes:
        commands: the folder of `cdk`.
        folder: what the command keeps: its home, what it synthesized.
        context: of the synthesis, as the runner has it.
    """

    commands: Path
    folder: Path
    context: dict[str, str]

    @property
    def synthesized(self) -> Path:
        """The cloud assembly that `cdk deploy` leaves."""
        return self.folder / "cdk.out"

    def here(self, line: str) -> str:
        """Put this stage's values in the place of those that the page shows."""
        values = {
            "stage=prod": "stage=dev",
            "openai-audit-prod": "openai-audit-dev",
            "111122223333": self.context["account"],
            "https://tsa.example/tsr SHA256": self.context["time_authority"],
        }
        for shown, value in values.items():
            line = line.replace(shown, value)
        return line

    def run(
        self, account: Account, line: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one printed line as it stands, but for this stage's values; say how long it took.

        Args:
            account: the emulated one.
            line: as printed.
            environment: beside what leads the command to the account. A setting of the command
                line's is read from there too: `CDK_APP` is `--app`.
        """
        self._keep_context()
        here = self.here(line)
        begin = time.monotonic()
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", here],  # noqa: S607
            cwd=ROOT,
            env={
                **{name: os.environ[name] for name in _INHERITED if name in os.environ},
                "PATH": f"{self.commands}:{os.environ['PATH']}",
                "HOME": str(self.folder),
                "AWS_ENDPOINT_URL": account.endpoint_url,
                "AWS_REGION": account.region,
                "AWS_DEFAULT_REGION": account.region,
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "CDK_OUTPUT": str(self.synthesized),
                # Nobody is here to say yes, and nothing is asked of anybody outside.
                "CDK_REQUIRE_APPROVAL": "never",
                "CDK_NOTICES": "false",
                "CDK_DISABLE_CLI_TELEMETRY": "true",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        print(f"{time.monotonic() - begin:5.0f} s  {done.returncode}  {here}", flush=True)
        return done

    def succeed(self, account: Account, line: str, **environment: str) -> str:
        """Run one printed line, which has to succeed; return what it printed."""
        done = self.run(account, line, **environment)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout + done.stderr

    def _keep_context(self) -> None:
        """Tell the command what the page does not: which Python runs functions on this machine."""
        shown = ("stage", "account", "region", "time_authority")
        machine = {name: value for name, value in self.context.items() if name not in shown}
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / ".cdk.json").write_text(json.dumps({"context": machine}))


def broken(assembly: Assembly, folder: Path) -> Path:
    """Return a copy of an assembly in which the first signing key cannot be made.

    The function that makes it may not use the KMS key, so it answers that it failed.
    """
    shutil.copytree(assembly.directory, folder)
    template = json.loads((folder / assembly.template_file).read_text())
    (policy,) = (
        resource["Properties"]["PolicyDocument"]
        for name, resource in template["Resources"].items()
        if name.startswith("SigningKeyRoleDefaultPolicy")
    )
    kept = [statement for statement in policy["Statement"] if not _wraps_seeds(statement)]
    assert len(kept) == len(policy["Statement"]) - 1
    policy["Statement"] = kept
    body = json.dumps(template)
    (folder / assembly.template_file).write_text(body)
    # The template lies among the assets under its digest, where the whole one will lie too.
    digest = assembly.template_asset.rpartition("/")[2].partition(".")[0]
    for name in ("manifest.json", assembly.template_file.replace(".template.", ".assets.")):
        text = (folder / name).read_text()
        assert digest in text
        (folder / name).write_text(text.replace(digest, hashlib.sha256(body.encode()).hexdigest()))
    return folder


def _wraps_seeds(statement: dict[str, Any]) -> bool:
    purposes = statement.get("Condition", {}).get("StringEquals", {})
    return "kms:EncryptionContext:purpose" in purposes and statement["Action"] == "kms:Encrypt"
