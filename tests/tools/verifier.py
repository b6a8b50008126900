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

import pytest

from tests.support import packs

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "tools" / "evidence-pack-verify.py"


def load(script: Path) -> ModuleType:
    """Import a script, whose name is no module name."""
    name = script.stem.replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


script = load(SCRIPT)


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
    """Verify in process, with the test key pinned unless another one is given.

    An empty one stands for one that is among the arguments.
    """
    pinned = [f"--expected-pubkey={packs.public_hex() if key is None else key}"]
    options = script.parse_options([str(path), *(pinned if key != "" else ()), *arguments])
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


_PEAK = """
import re, runpy, sys, time
sys.argv = sys.argv[1:]
started = time.perf_counter()
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    # Not getrusage: the peak that it reports begins with that of the process before exec.
    kib = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]
    print("\\nPEAK", kib, time.perf_counter() - started, end.code)
"""


@dataclass(frozen=True)
class Peak:
    """What a process of its own took and said.

    Attributes:
        code: exit code.
        mib: peak of its memory.
        took_s: from the start of the script to its end.
        stderr: what it complained of.
    """

    code: int
    mib: float
    took_s: float
    stderr: str


def peak_and_code(*arguments: str, tool: Path = SCRIPT) -> Peak:
    """Run the script, or another one, in a process of its own and measure it."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the peak of a process is read from /proc, which is not here")
    command = [sys.executable, "-c", _PEAK, str(tool), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    if not done.stdout:
        return Peak(done.returncode, 0.0, 0.0, done.stderr)
    _, kib, took_s, code = done.stdout.splitlines()[-1].split()
    return Peak(int(code), int(kib) / 1024, float(took_s), done.stderr)
