"""Make `.venv` with everything locked, from nothing but Python 3.11 or newer.

`python3 tools/bootstrap.py`; the Makefile runs it when the lock file is newer than the environment.
Standard library only. Settings of pip (PIP_*) and uv (UV_*) are the reader's own and respected.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".venv"
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / "python"
UV_VERSION = "0.13.9"
OLDEST = (3, 11)


def main() -> int:
    """Make the environment; return the exit code."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        return _refuse("Python 3.11 or newer is needed, this is {}; run: make PYTHON=…", found)
    if not _runs(PYTHON):
        _say("making .venv")
        _make_environment()
    uv = _uv()
    if uv is None:
        return _refuse(
            "uv {} could not be installed; is the package index reachable "
            "(PIP_INDEX_URL, PIP_FIND_LINKS)?",
            UV_VERSION,
        )
    _say("installing the locked packages")
    if not _install(uv):
        return _refuse(
            "The locked packages could not be installed; is the package index reachable "
            "(UV_DEFAULT_INDEX, UV_FIND_LINKS)?"
        )
    (ENVIRONMENT / ".synced").touch()
    return 0


def _make_environment() -> None:
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    # Debian's Python may come without ensurepip; `_uv` finds another way then.
    builder = venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt")
    builder.create(ENVIRONMENT)


def _uv() -> Path | None:
    """Return the pinned uv of the environment, installed when it is not there."""
    uv = SCRIPTS / "uv"
    if _output([str(uv), "--version"]).split(" ")[1:2] == [UV_VERSION]:
        return uv
    _say(f"installing uv {UV_VERSION}")
    wanted = ["install", "--quiet", f"uv=={UV_VERSION}"]
    ours = [str(PYTHON), "-m", "pip"]
    if not _quiet([*ours, "--version"]):
        _quiet([str(PYTHON), "-m", "ensurepip", "--default-pip"])
    ways = [
        [*ours, *wanted],
        # A pip outside can install into an environment that has none.
        [sys.executable, "-m", "pip", "--python", str(PYTHON), *wanted],
    ]
    outside = shutil.which("uv")
    if outside:
        ways.append([outside, "pip", "install", "--python", str(PYTHON), wanted[-1]])
    return uv if any(_loud(way) for way in ways if _quiet(_probe(way))) else None


def _probe(way: list[str]) -> list[str]:
    """Return a command that says whether a way of installing is there at all."""
    return [*way[:3], "--version"] if way[1] == "-m" else [way[0], "--version"]


def _install(uv: Path) -> bool:
    """Install what the lock file names, checked by its hashes."""
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT)}
    environment.pop("VIRTUAL_ENV", None)
    sync = [str(uv), "sync", "--frozen", "--inexact", "--quiet", "--python", str(PYTHON)]
    if _loud(sync, environment):
        return True
    # The lock file holds the public index's addresses; another index has the same files by hash.
    locked = ENVIRONMENT / "locked.txt"
    export = [str(uv), "export", "--frozen", "--quiet", "--no-emit-project"]
    export += ["--output-file", str(locked)]
    install = [str(uv), "pip", "install", "--quiet", "--python", str(PYTHON)]
    install += ["--require-hashes", "--requirement", str(locked)]
    return _quiet(export, environment) and _loud(install, environment)


def _runs(python: Path) -> bool:
    code = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return python.exists() and _quiet([str(python), "-c", code])


def _loud(command: list[str], environment: dict[str, str] | None = None) -> bool:
    try:
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0
    except OSError:
        return False


def _quiet(command: list[str], environment: dict[str, str] | None = None) -> bool:
    try:
        ended = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True)
    except OSError:
        return False
    return ended.returncode == 0


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _refuse(text: str, *values: str) -> int:
    print(text.format(*values), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
