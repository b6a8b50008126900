"""The code of each function: its own folder and ``functions/shared``; one layer of wheels.

The layer is built from the lock file by uv, without docker: wheels only, hashes checked, into
``build/`` under a name made of the locked requirements, so that it is built once per lock.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from aws_cdk import IgnoreMode, Stack
from aws_cdk import aws_lambda as lambda_

from infra.settings import StageSettings

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"

# Lambda's Python brings boto3 (see docs/decisions/0101-wheels-layer.md).
_RUNTIME_PACKAGES = ("boto3",)


class LayerNotBuilt(Exception):
    """uv is not here, or could not get the wheels."""


def function_code(folder: str, *extra_files: str) -> lambda_.Code:
    """Return the code of one function.

    Args:
        folder: its folder under ``functions/``.
        extra_files: what else it holds, files or folders, as ``folder/name`` from the root.
    """
    exclude = [
        "/*",
        "!/functions",
        "/functions/*",
        "!/functions/__init__.py",
        "!/functions/shared",
        f"!/functions/{folder}",
    ]
    for path in extra_files:
        parent, _, _ = path.rpartition("/")
        exclude += [f"!/{parent}", f"/{parent}/*", f"!/{path}"]
    exclude += ["__pycache__"]
    return lambda_.Code.from_asset(str(ROOT), ignore_mode=IgnoreMode.GIT, exclude=exclude)


def code_sha256(folder: str) -> str:
    """Return the digest of what a function's own code is, and of the wheels that it is locked to.

    Whoever has the source finds it with ``git ls-files`` and ``sha256sum``, as docs/operating.md
    says.
    """
    folders = [ROOT / "functions" / "shared", ROOT / "functions" / folder]
    files = [ROOT / "functions" / "__init__.py", ROOT / "uv.lock"]
    files += [path for below in folders for path in below.rglob("*.py")]
    digest = hashlib.sha256()
    for name in sorted(path.relative_to(ROOT).as_posix() for path in files):
        line = f"{hashlib.sha256((ROOT / name).read_bytes()).hexdigest()}  {name}\n"
        digest.update(line.encode())
    return digest.hexdigest()


def layer_code(stack: Stack, settings: StageSettings) -> lambda_.Code:
    """Return the layer of locked wheels, built where the stack is to be bundled."""
    if not stack.bundling_required:
        # A template without assets (tests, `cdk ls`): the lock file stands in for its wheels.
        return lambda_.Code.from_asset(str(ROOT), exclude=["*", "!uv.lock"])
    return lambda_.Code.from_asset(str(build_layer(settings.layer_platform, settings.layer_python)))


def build_layer(platform: str, python: str) -> Path:
    """Build the layer unless it is there, and return its folder.

    Args:
        platform: as uv names it, such as ``aarch64-manylinux2014``.
        python: version of the Python that will import it, such as ``3.13``.

    Raises:
        LayerNotBuilt: uv is missing or failed; the message says which.
    """
    uv = _uv()
    requirements = _requirements(uv)
    name = hashlib.sha256(f"{platform} {python}\n{requirements}".encode()).hexdigest()[:16]
    layer = BUILD / f"layer-{name}"
    if layer.is_dir():
        return layer
    BUILD.mkdir(exist_ok=True)
    temporary = BUILD / f"layer-{name}.{os.getpid()}"
    requirements_file = BUILD / f"layer-{name}.{os.getpid()}.txt"
    requirements_file.write_text(requirements)
    wheels = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--link-mode", "copy"]
    target = ["--python-platform", platform, "--python-version", python]
    target += ["--target", str(temporary / "python")]
    try:
        source = ["--requirement", str(requirements_file)]
        _run([uv, "pip", "install", "--quiet", *wheels, *target, *source])
        # Scripts of the machine that built it; nothing imports them.
        shutil.rmtree(temporary / "python" / "bin", ignore_errors=True)
        _move_into_place(temporary, layer)
    finally:
        requirements_file.unlink(missing_ok=True)
        shutil.rmtree(temporary, ignore_errors=True)
    return layer


def _move_into_place(temporary: Path, layer: Path) -> None:
    try:
        temporary.rename(layer)
    except OSError:
        # Another process has built the same layer meanwhile; one is as good as the other.
        if not layer.is_dir():
            raise


def _requirements(uv: str) -> str:
    """Return the locked requirements of the functions, with their hashes."""
    export = "export --frozen --quiet --no-default-groups --no-emit-project --no-header"
    prune = [word for package in _RUNTIME_PACKAGES for word in ("--prune", package)]
    return _run([uv, *export.split(), "--no-annotate", "--format", "requirements-txt", *prune])


def _uv() -> str:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    uv = os.environ.get("UV") or shutil.which("uv", path=path)
    if uv is None:
        raise LayerNotBuilt("the wheels layer needs uv, and it is not on the path; run `make`")
    return uv


def _run(command: list[str]) -> str:
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if process.returncode:
        raise LayerNotBuilt(f"`{' '.join(command[:3])}` failed: {process.stderr.strip()[-1000:]}")
    return process.stdout
