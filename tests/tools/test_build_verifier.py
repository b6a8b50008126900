"""The one file that auditors copy is what its parts give, byte for byte."""

import ast
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import packs
from tests.tools.verifier import ROOT, SCRIPT, run_script
from tools import build_verifier
from tools.build_verifier import PACKAGE, PARTS, NotJoinable, build, main

MAX_LINES = 300
MAX_MODULES = 14


def test_the_committed_file_is_what_the_parts_give(capsys: pytest.CaptureFixture[str]) -> None:
    """Where this fails: ``python -m tools.build_verifier`` writes it anew."""
    assert SCRIPT.read_text() == build()
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == "evidence-pack-verify.py is what its parts give\n"


def test_another_file_is_not_current_and_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte is enough."""
    path = tmp_path / "evidence-pack-verify.py"
    path.write_text(SCRIPT.read_text() + " ")
    monkeypatch.setattr(build_verifier, "BUILT", path)
    assert main(["--check"]) == 1
    assert main([]) == 0
    assert path.read_bytes() == SCRIPT.read_bytes()


def test_its_head_names_the_digest_of_its_parts() -> None:
    """Of the parts one behind the other, as ``cat`` and ``sha256sum`` give it."""
    joined = b"".join((PACKAGE / name).read_bytes() for name in PARTS)
    head = "\n".join(SCRIPT.read_text().splitlines()[:8])
    assert f"SHA-256 {hashlib.sha256(joined).hexdigest()}" in head


def test_every_module_is_a_part_and_small_and_folders_are() -> None:
    """None is forgotten, none holds two ideas."""
    modules = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    assert {name for name in modules if not name.endswith("__init__.py")} == set(PARTS)
    for name, path in modules.items():
        assert len(path.read_text().splitlines()) <= MAX_LINES, name
    for folder in {path.parent for path in modules.values()}:
        assert len(list(folder.glob("*.py"))) <= MAX_MODULES, folder


def test_every_part_uses_only_what_stands_before_it() -> None:
    """So the one file has no name before it is made, and imports run in no circle."""
    seen: set[str] = set()
    for name in PARTS:
        for node in ast.walk(ast.parse((PACKAGE / name).read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("tools."):
                assert node.module in seen, f"{name} imports {node.module}"
        seen.add("tools.verifier." + name.removesuffix(".py").replace("/", "."))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda text: text + "\n\ndef printable(text: str) -> str:\n    return text\n",
            "printable",
        ),
        (lambda text: text + "\n\njson = 1\n", "json stands in"),
        (lambda text: text.replace("import json", "import json as j"), "another name"),
        (lambda text: text.replace('"""', "#", 1).replace('"""', "#", 1), "no docstring"),
    ],
)
def test_parts_that_cannot_stand_together_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: object, words: str
) -> None:
    """A name twice, an import that another part would not find, a part without a title."""
    for name in (*PARTS, "__init__.py"):
        copy = tmp_path / name
        copy.parent.mkdir(exist_ok=True)
        copy.write_text((PACKAGE / name).read_text())
    part = tmp_path / "report.py"
    part.write_text(change(part.read_text()))  # type: ignore[operator]
    monkeypatch.setattr(build_verifier, "PACKAGE", tmp_path)
    with pytest.raises(NotJoinable, match=words):
        build()


def test_the_parts_run_as_the_one_file_does(tmp_path: Path) -> None:
    """`python -m tools.verifier`, for whoever changes them."""
    path = tmp_path / "pack.tar.gz"
    path.write_bytes(packs.small().build())
    arguments = [str(path), "--expected-pubkey", packs.public_hex()]
    done = subprocess.run(
        [sys.executable, "-m", "tools.verifier", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run_script(*arguments).stdout
