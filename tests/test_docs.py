"""Documentation that cannot lie: its commands run, its links lead somewhere."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from functions.shared.tables.signing_keys import public_pem
from tests.support import packs

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text()


def _block_after(mark: str) -> str:
    match = re.search(re.escape(mark) + r".*?```sh\n(.*?)```", README, re.DOTALL)
    assert match, f"README has no commands after {mark!r}"
    return match[1]


def _run(script: str, folder: Path) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_openssl_lines_of_the_readme_verify_a_pack(tmp_path: Path) -> None:
    """The lines a stranger copies lead to the verdict of our script, without our code."""
    (tmp_path / "pack-1.tar.gz").write_bytes(packs.small().build())
    (tmp_path / "pub.pem").write_text(public_pem(packs.public_hex()))
    said = _run(_block_after("<!-- openssl: tests run these lines -->"), tmp_path)
    assert "Signature Verified Successfully" in said
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    pairs = [line.split() for line in said.splitlines() if "jsonl" in line]
    printed = {name: digest for digest, name in pairs}
    for member in manifest["files"]:
        if member["name"].endswith(".jsonl"):
            assert printed[member["name"]] == member["sha256"]
    altered = (tmp_path / "manifest.json").read_bytes().replace(b'"user_count"', b'"user_Count"')
    (tmp_path / "manifest.json").write_bytes(altered)
    lines = _block_after("<!-- openssl: tests run these lines -->").splitlines()
    with pytest.raises(AssertionError, match="Verification Failure"):
        _run("\n".join(line for line in lines if not line.startswith("tar")), tmp_path)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_pub_pem_line_of_the_readme(tmp_path: Path) -> None:
    """The hex digits become the same PEM file that the list of keys shows."""
    line = _block_after("from the 64 hex digits").replace("HEX", packs.public_hex())
    _run(line, tmp_path)
    assert (tmp_path / "pub.pem").read_text() == public_pem(packs.public_hex())


def test_links_lead_somewhere() -> None:
    """Every relative link of every page names a file or folder that is there."""
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_make_targets_named_in_the_pages_exist() -> None:
    """No page tells of a make target that is not there."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)", page.read_text())}
    assert named
    assert named <= targets
