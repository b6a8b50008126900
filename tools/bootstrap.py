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


class BootstrapFailed(Exception):
    """The environment cannot be made; the message says what to do."""


def main() -> int:
    """Make the environment; return the exit code."""
    try:
        _bootstrap()
    except BootstrapFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _bootstrap() -> None:
    if sys.version_info < OLDEST:
        version = ".".join(map(str, sys.version_info[:2]))
        raise BootstrapFailed(
            f"Python 3.11 or newer is needed, this is {version}; run: make PYTHON=..."
        )
    if not _runs(PYTHON):
        _say("making .venv")
        _make_environment()
    uv = _uv()
    _say("installing the locked packages")
    _install(uv)
    (ENVIRONMENT / ".synced").touch()


def _make_environment() -> None:
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    # Debian's Python may come without ensurepip; `_uv` finds another way then.
    builder = venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt")
    builder.create(ENVIRONMENT)


def _uv() -> Path:
    """Return the pinned uv of the environment, installed when it is not there."""
    uv = SCRIPTS / "uv"
    if _output([str(uv), "--version"]).split(" ")[1:2] == [UV_VERSION]:
        return uv
    _say(f"installing uv {UV_VERSION}")
    pip = [str(PYTHON), "-m", "pip"]
    if _failure([*pip, "--version"]):
        _failure([str(PYTHON), "-m", "ensurepip", "--default-pip"])
    requirement = f"uv=={UV_VERSION}"
    # A pip, or a uv, outside can install into an environment that has none.
    installers = {
        (*pip, "--version"): [*pip, "install", requirement],
        (sys.executable, "-m", "pip", "--version"): [
            *(sys.executable, "-m", "pip", "--python", str(PYTHON), "install", requirement)
        ],
        ("uv", "--version"): ["uv", "pip", "install", "--python", str(PYTHON), requirement],
    }
    reason = "neither pip nor uv is here; on Debian: apt-get install python3-venv"
    for probe, install in installers.items():
        if not _failure(list(probe)):
            reason = _failure(install)
            if not reason:
                return uv
    raise BootstrapFailed(
        f"{requirement} could not be installed; is the package index reachable (PIP_INDEX_URL, "
        f"PIP_FIND_LINKS)? It said: {reason}"
    )


def _install(uv: Path) -> None:
    """Install what the lock file names, checked by its hashes."""
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT)}
    environment.pop("VIRTUAL_ENV", None)
    sync = [str(uv), "sync", "--frozen", "--inexact", "--python", str(PYTHON)]
    if not _failure(sync, environment):
        return
    # The lock file holds the public index's addresses; another index has the same files by hash.
    exported = ENVIRONMENT / "locked.txt"
    export = [str(uv), "export", "--frozen", "--no-emit-project", "--output-file", str(exported)]
    install = [str(uv), "pip", "install", "--python", str(PYTHON)]
    install += ["--require-hashes", "--requirement", str(exported)]
    reason = _failure(export, environment) or _failure(install, environment)
    if reason:
        raise BootstrapFailed(
            f"The locked packages could not be installed; is the package index reachable "
            f"(UV_DEFAULT_INDEX, UV_FIND_LINKS)? It said: {reason}"
        )


def _runs(python: Path) -> bool:
    code = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return python.exists() and not _failure([str(python), "-c", code])


def _failure(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Run a command; return the last line it said when it failed, else nothing."""
    try:
        process = subprocess.run(
            command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
        )
    except OSError as missing:
        return str(missing)
    lines = (process.stderr or process.stdout).strip().splitlines()
    return (lines or ["nothing"])[-1].strip() if process.returncode else ""


def _output(command: list[str]) -> str:
    try:
        return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
