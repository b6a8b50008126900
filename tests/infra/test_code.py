"""What is uploaded: of each function exactly its own code, and a layer of locked wheels."""

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from functions.shared.canonical import sha256_hex
from infra.compute import code
from tests.infra.template import Template

FOLDERS = {
    "Connect": "connect",
    "Snapshot": "snapshot",
    "Pack": "pack",
    "Api": "api",
    "Notify": "notify",
}


def files_of(template: Template, function: str) -> set[str]:
    """Return the files of a function's code, relative to its root."""
    key = template.functions()[function]["Code"]["S3Key"].removesuffix(".zip")
    folder = template.folder / f"asset.{key}"
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("function", sorted(FOLDERS))
def test_the_code_of_a_function_is_its_own_and_shared_only(prod: Template, function: str) -> None:
    """And botocore's models (``test_models.py``); editing one changes no other."""
    folder = FOLDERS[function]
    files = files_of(prod, function)
    assert f"functions/{folder}/__init__.py" in files
    assert "functions/__init__.py" in files
    assert "functions/shared/__init__.py" in files
    own = (
        "functions/__init__.py",
        "functions/shared/",
        f"functions/{folder}/",
        "build/aws-models-",
    )
    strangers = {file for file in files if not file.startswith(own)}
    assert strangers <= ({"tools/evidence-pack-verify.py"} if folder == "pack" else set())
    assert not [file for file in files if "__pycache__" in file]


def test_the_digest_of_the_code_is_that_of_its_files(prod: Template) -> None:
    """Whoever has the source finds it with two commands; it is what the function seals."""
    variables = prod.functions()["Snapshot"]["Environment"]["Variables"]
    git, paths = shutil.which("git"), ["functions/__init__.py", "functions/shared", "uv.lock"]
    assert git
    command = [git, "ls-files", *paths, "functions/snapshot"]
    files = subprocess.check_output(command, cwd=code.ROOT, text=True).splitlines()
    digests = {name: sha256_hex((code.ROOT / name).read_bytes()) for name in files}
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
    assert variables["CODE_SHA256"] == code.code_sha256("snapshot") == sha256_hex(lines.encode())
    assert code.code_sha256("api") != code.code_sha256("snapshot")


def test_pack_carries_the_auditors_script(prod: Template) -> None:
    """It verifies its own packs with the very file auditors get."""
    assert "tools/evidence-pack-verify.py" in files_of(prod, "Pack")


def test_the_layer_is_built_once_per_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uv is asked to install once; other requirements or another platform build another layer."""
    log = tmp_path / "calls"
    uv = tmp_path / "uv"
    uv.write_text(
        "#!/bin/sh\n"
        f'echo "$*" >> {log}\n'
        f'if [ "$1" = export ]; then cat {tmp_path}/locked; exit; fi\n'
        'while [ "$1" != --target ]; do shift; done; /bin/mkdir -p "$2/package" "$2/bin"\n'
    )
    uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "locked").write_text("httpx==0.28.1 --hash=sha256:aa\n")
    monkeypatch.setenv("UV", str(uv))
    monkeypatch.setattr(code, "BUILD", tmp_path / "build")

    first = code.build_layer("aarch64-manylinux2014", "3.13")
    assert code.build_layer("aarch64-manylinux2014", "3.13") == first
    assert sorted(p.name for p in (first / "python").iterdir()) == ["package"]
    assert len(_installs(log)) == 1
    assert "--require-hashes" in _installs(log)[0]
    assert "--only-binary :all:" in _installs(log)[0]

    assert code.build_layer("x86_64-manylinux2014", "3.13") != first
    (tmp_path / "locked").write_text("httpx==0.28.2 --hash=sha256:bb\n")
    assert code.build_layer("aarch64-manylinux2014", "3.13") != first
    assert len(_installs(log)) == 3


def _installs(log: Path) -> list[str]:
    return [line for line in log.read_text().splitlines() if line.startswith("pip install")]


def test_a_layer_that_cannot_be_built_leaves_nothing_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a layer would be taken for a whole one by the next run."""
    uv = tmp_path / "uv"
    uv.write_text(
        '#!/bin/sh\nif [ "$1" = export ]; then exit 0; fi\n'
        'while [ "$1" != --target ]; do shift; done; /bin/mkdir -p "$2/half"\n'
        "echo no network >&2; exit 2\n"
    )
    uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("UV", str(uv))
    monkeypatch.setattr(code, "BUILD", tmp_path / "build")
    with pytest.raises(code.LayerNotBuilt, match="no network"):
        code.build_layer("aarch64-manylinux2014", "3.13")
    assert list((tmp_path / "build").iterdir()) == []


def test_without_uv_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what to run."""
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setattr("infra.compute.code.shutil.which", lambda *_, **__: None)
    with pytest.raises(code.LayerNotBuilt, match="run `make`"):
        code.build_layer("aarch64-manylinux2014", "3.13")
