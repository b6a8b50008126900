"""README.txt: the command lines printed in it are run as they stand."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from functions.pack.publish.verify import SCRIPT
from functions.shared.aws.bucket import Bucket
from tests.pack.conftest import PackFunction
from tests.support.builders import World

NEEDED = ("openssl", "tar", "sha256sum", "basenc", "python3")


@pytest.fixture
def folder(function: PackFunction, evidence: Bucket, tmp_path: Path) -> Path:
    """Give an auditor's folder with a pack, its README.txt and the script."""
    World(evidence).has_user("user-1").event("event-1").chain(["complete"] * 6)
    pack = function.make("2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z")
    (tmp_path / "pack-1.tar.gz").write_bytes(function.archive(pack))
    (tmp_path / "README.txt").write_bytes(function.members(pack)["README.txt"])
    shutil.copy(SCRIPT, tmp_path)
    return tmp_path


def lines_of(readme: Path, title: str) -> str:
    """Return the indented command lines under a title."""
    text = readme.read_text()
    section = re.split(r"\n(?=[A-Z][A-Z ,']+\n)", text[text.index(title) :])[0]
    return "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))


def run(folder: Path, commands: str, key: str) -> subprocess.CompletedProcess[str]:
    """Run command lines as a person would, the key in place."""
    script = commands.replace("export KEY=...", f"export KEY={key}")
    environment = {"PATH": os.environ["PATH"], "KEY": key}
    return subprocess.run(
        ["/bin/sh", "-e", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


needs_tools = pytest.mark.skipif(
    any(shutil.which(name) is None for name in NEEDED),
    reason=f"the lines need {', '.join(NEEDED)}",
)


@needs_tools
def test_the_two_lines_with_the_script_say_valid(function: PackFunction, folder: Path) -> None:
    """What an auditor copies from the page works."""
    result = run(
        folder, lines_of(folder / "README.txt", "WITH THE SCRIPT"), function.key.public_hex
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1].startswith("VALID  pack 1 of tenant tenant-a")


@needs_tools
def test_openssl_and_sha256sum_alone_say_the_same(function: PackFunction, folder: Path) -> None:
    """Nobody has to trust our script."""
    commands = lines_of(folder / "README.txt", "WITHOUT ANY OF OUR CODE")
    result = run(folder, commands, function.key.public_hex)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Signature Verified Successfully" in result.stdout
    files = json.loads((folder / "manifest.json").read_text())["files"]
    assert [line for line in result.stdout.splitlines() if line.endswith(": OK")] == [
        f"{file['name']}: OK" for file in files
    ]


@needs_tools
def test_they_refuse_another_key_and_another_byte(function: PackFunction, folder: Path) -> None:
    """The lines can fail."""
    commands = lines_of(folder / "README.txt", "WITHOUT ANY OF OUR CODE")
    assert run(folder, commands, "ab" * 32).returncode != 0
    spoil = "printf x >> users.jsonl\n"
    spoiled = commands.replace("sha256sum -c", f"{spoil}sha256sum -c")
    result = run(folder, spoiled, function.key.public_hex)
    assert result.returncode != 0
    assert "users.jsonl: FAILED" in result.stdout


def test_the_page_is_narrow_enough_for_any_terminal(folder: Path) -> None:
    """Lines of at most 78 characters, plain ASCII."""
    text = (folder / "README.txt").read_text(encoding="ascii")
    assert max(len(line) for line in text.splitlines()) <= 78
