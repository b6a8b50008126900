"""Synthesize the template for this machine, unless the one at hand still fits its sources."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.local.errors import RunnerStopped
from tools.local.settings import ROOT, Settings

# What a synthesis reads. The functions' code and the dashboard are in it as assets.
_SOURCES = ("app.py", "cdk.json", "uv.lock", "pyproject.toml", "infra", "functions", "dashboard")
_STAMP = "sources.sha256"
ACCOUNT = "000000000000"
REGION = "eu-central-1"
# Whom a stage's letters come from. A name for books: none of them leaves this machine.
MAIL_FROM = "openai-audit@laptop.example"


@dataclass(frozen=True)
class Assembly:
    """One synthesized stack.

    Attributes:
        directory: the cloud assembly.
        stack_name: the stack's name in the account.
        account: twelve digits.
        region: its region.
        template_asset: where the template lies among the assets, as `s3://bucket/key`.
        template: the template as written.
    """

    directory: Path
    stack_name: str
    template_file: str
    account: str
    region: str
    template_asset: str
    template: dict[str, Any]

    def assets(self) -> dict[str, dict[str, Any]]:
        """Return the file assets by their hash."""
        name = self.template_file.replace(".template.json", ".assets.json")
        files: dict[str, dict[str, Any]] = json.loads((self.directory / name).read_text())["files"]
        return files

    def logical_ids(self, kind: str) -> list[str]:
        """Return the template's resources of one type, in order."""
        resources = self.template["Resources"]
        return sorted(name for name, resource in resources.items() if resource["Type"] == kind)


def context(settings: Settings, time_authority: str) -> dict[str, str]:
    """Return the synthesis context of a stage on this machine.

    The emulator runs a function with this very interpreter, so the layer holds its wheels and not
    those of the runtime in the template.

    Args:
        settings: of the runner.
        time_authority: the stage's choice.
    """
    return {
        "stage": "dev",
        "account": ACCOUNT,
        "region": REGION,
        "layer_platform": _wheel_platform(),
        "layer_python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "extra_dashboard_url": settings.origin + "/",
        "schedules": "on" if settings.schedule_on else "off",
        "time_authority": time_authority,
        "mail_from": MAIL_FROM,
    }


def _wheel_platform() -> str:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    system = "apple-darwin" if platform.system() == "Darwin" else "manylinux2014"
    return f"{machine}-{system}"


def synthesize(settings: Settings, time_authority: str) -> Assembly:
    """Return the assembly in the state directory, written anew when a source changed.

    Args:
        settings: of the runner.
        time_authority: the stage's choice.

    Raises:
        RunnerStopped: the synthesis failed; the message names its log.
    """
    synthesis_context = context(settings, time_authority)
    fingerprint = _fingerprint(synthesis_context)
    stamp = settings.cloud_dir / _STAMP
    if not stamp.exists() or stamp.read_text() != fingerprint:
        stamp.unlink(missing_ok=True)
        _run(settings, synthesis_context)
        stamp.write_text(fingerprint)
    return read(settings.cloud_dir)


def _run(settings: Settings, synthesis_context: dict[str, str]) -> None:
    settings.log_dir.mkdir(parents=True, exist_ok=True)
    log = settings.log_dir / "synthesis.log"
    overrides = [word for pair in synthesis_context.items() for word in ("-c", "=".join(pair))]
    with log.open("wb") as sink:
        process = subprocess.run(
            [sys.executable, "app.py", *overrides, "--out", str(settings.cloud_dir)],
            cwd=ROOT,
            stdout=sink,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if process.returncode:
        lines = log.read_text(errors="replace").strip().splitlines()
        last = lines[-1] if lines else "no output"
        raise RunnerStopped(f"The template could not be synthesized ({last}); see {log}.")


def _fingerprint(synthesis_context: dict[str, str]) -> str:
    digest = hashlib.sha256(json.dumps(synthesis_context, sort_keys=True).encode())
    for source in _SOURCES:
        for file in _files(ROOT / source):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(ROOT)} {content}\n".encode())
    return digest.hexdigest()


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    return sorted(
        file for file in source.rglob("*") if file.is_file() and "__pycache__" not in file.parts
    )


def read(directory: Path) -> Assembly:
    """Return the one stack of a cloud assembly.

    Raises:
        RunnerStopped: it holds none, or several.
    """
    manifest = json.loads((directory / "manifest.json").read_text())
    stacks = {
        name: artifact
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    if len(stacks) != 1:
        raise RunnerStopped(f"One stack is expected in {directory}, not {len(stacks)}.")
    name, artifact = next(iter(stacks.items()))
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    template_file = artifact["properties"]["templateFile"]
    return Assembly(
        directory=directory,
        stack_name=artifact["properties"].get("stackName", name),
        template_file=template_file,
        account=account,
        region=region,
        template_asset=artifact["properties"]["stackTemplateAssetObjectUrl"],
        template=json.loads((directory / template_file).read_text()),
    )
