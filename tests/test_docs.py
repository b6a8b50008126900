"""Documentation that cannot lie: its commands run, its links lead somewhere."""

import ast
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from functions.shared.tables.signing_keys import public_pem
from tests.support import packs

ROOT = Path(__file__).parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
TOUR = (ROOT / "docs" / "tour.md").read_text()
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


def _defined(path: Path) -> set[str]:
    """Return the names of a module's functions, classes and methods, as the tour has them."""
    names: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = [
                n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
            ]
            names |= {node.name, *(f"{node.name}.{method.name}" for method in methods)}
    return names


def test_the_tour_leads_past_what_is_there() -> None:
    """Five travellers, and each function they come through is where the tour says."""
    stops = re.findall(r"`([a-z_/-]+\.py):([A-Za-z_.]+)`", TOUR)
    gone = [f"{path}:{name}" for path, name in stops if name not in _defined(ROOT / path)]
    assert gone == []
    journeys = TOUR.split("\n## ")[1:]
    assert len(journeys) == 5
    assert all(len(re.findall(r"\.py:", journey)) >= 5 for journey in journeys)


def test_every_decision_is_in_the_index() -> None:
    """The index of decisions has each page once, under the page's own number."""
    folder = ROOT / "docs" / "decisions"
    index = re.findall(
        r"^- \[(\d{4})\]\((\d{4})(-[a-z0-9-]+\.md)\)",
        (folder / "README.md").read_text(),
        re.MULTILINE,
    )
    assert all(shown == number for shown, number, _ in index)
    assert [number + rest for _, number, rest in index] == sorted(
        p.name for p in folder.glob("0*.md")
    )


def test_files_named_in_the_pages_are_there() -> None:
    """A reader who opens what a page names finds it."""
    named = {
        (page.name, path)
        for page in PAGES
        for path in re.findall(
            r"\b(?:tests|functions|tools|infra)/[\w/.-]+\.py\b", page.read_text()
        )
    }
    assert sorted(pair for pair in named if not (ROOT / pair[1]).exists()) == []


def test_commands_name_the_checkout_s_own_python() -> None:
    """What is printed runs in a fresh clone: neither uv nor our packages are on a reader's path."""
    wrong = re.compile(r"\buv run\b|(?<![/\w])python -m tools\.(?:local|signing_keys|publish|aws)")
    found = {
        page.name: wrong.findall(page.read_text())
        for page in PAGES
        if page.name != "CHANGELOG.md" and "decisions" not in page.parts
    }
    assert {name: said for name, said in found.items() if said} == {}
