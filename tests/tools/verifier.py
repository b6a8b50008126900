"""Runs `tools/evidence-pack-verify.py` for tests: in process for speed, or as auditors do."""

import contextlib
import importlib.util
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tests import packs

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tools" / "evidence-pack-verify.py"


def load() -> ModuleType:
    """Import the script, whose name is no module name."""
    spec = importlib.util.spec_from_file_location("evidence_pack_verify", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


script = load()


@dataclass
class Verdict:
    """What a run said.

    Attributes:
        code: exit code.
        text: standard output.
        failed: numbers of the failed checks with their reasons.
    """

    code: int
    text: str
    failed: dict[int, str]

    @property
    def last_line(self) -> str:
        """Return the last line of standard output."""
        return self.text.splitlines()[-1]


def verify(path: Path, *arguments: str, key: str | None = None) -> Verdict:
    """Verify in process, with the test key pinned unless another one is given."""
    options = script.arguments(
        [str(path), "--expected-pubkey", key or packs.public_hex(), *arguments]
    )
    report = script.run(options)
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        (script.print_json if options.json else script.print_text)(report)
    failed = {number: "; ".join(why) for number, why in report.failed.items()}
    return Verdict(report.exit_code(), text.getvalue(), failed)


def verify_bytes(data: bytes, folder: Path, *arguments: str, key: str | None = None) -> Verdict:
    """Write the bytes to a file and verify it in process."""
    path = folder / "pack-3.tar.gz"
    path.write_bytes(data)
    return verify(path, *arguments, key=key)


def run_script(*arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Run the script as a process of its own."""
    return subprocess.run(
        [python, str(SCRIPT), *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def as_json(verdict: Verdict) -> dict[str, Any]:
    """Return the document of a `--json` run."""
    document: dict[str, Any] = json.loads(verdict.text)
    return document
