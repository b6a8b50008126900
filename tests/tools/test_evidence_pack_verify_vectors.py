"""The folders of tests/vectors/packs: what each README says must come out, comes out."""

import threading
from functools import cache
from pathlib import Path

import pytest

from tests.support import packs
from tests.tools.verifier import Peak, Verdict, peak_and_code, script, verify
from tests.vectors.cases import FOLDER, PACK, Expected
from tests.vectors.every import EVERY

NAMES = sorted(path.name for path in FOLDER.iterdir())
BACKENDS = ((), ("--built-in-ed25519",))
SAMPLE = [name for name in NAMES if name.startswith("bomb_")] + NAMES[::12]
MAX_MIB, MAX_S = 64, 5


@cache
def expected(name: str) -> Expected:
    """Return what the README of a folder says."""
    return Expected.read((FOLDER / name / "README").read_text())


def arguments(name: str, folder: Path) -> list[str]:
    """Return the pack of a folder, made now where it is not stored, and the arguments for it."""
    pack = FOLDER / name / PACK
    if not pack.exists():
        pack = folder / PACK
        pack.write_bytes(EVERY[name].make())
    listed = FOLDER / name / "arguments"
    given = listed.read_text().splitlines() if listed.exists() else []
    # An argument that names a file beside it means that file.
    given = [str(listed.parent / one) if (listed.parent / one).is_file() else one for one in given]
    if not any(one.startswith("--expected-pubkey") for one in given):
        given.append(f"--expected-pubkey={packs.public_hex()}")
    return [str(pack), *given]


def assert_as_told(name: str, verdict: Verdict) -> None:
    """Assert exit code, number and words of the first failed check, and a plain last line."""
    told = expected(name)
    assert verdict.code == told.code, verdict.text
    assert min(verdict.failed, default=None) == told.check, verdict.text
    assert told.words in verdict.failed.get(told.check or 0, ""), verdict.text
    begins = {0: "VALID  ", 1: f"FAILED  check {told.check}, ", 2: "COULD NOT CHECK  "}
    assert verdict.last_line.startswith(begins[told.code])
    assert ("VALID" in verdict.text) == (told.code == 0)
    assert all(" " <= c <= "~" or c == "\n" for c in verdict.text)


def assert_small(peak: Peak, name: str) -> None:
    """Assert exit code, memory and time of a process of its own, and that it did not break down."""
    assert peak.code == expected(name).code, peak
    assert peak.stderr == ""
    assert peak.mib < MAX_MIB, peak
    assert peak.took_s < MAX_S, peak


def test_there_are_enough_cases_of_each_kind() -> None:
    """120 at least, over archive, gzip, bombs, signatures, keys, tampering, and what is signed."""
    refused = [name for name in NAMES if name.endswith("_fail")]
    assert len(refused) >= 120
    assert len(NAMES) - len(refused) >= 20
    kinds = ("gzip", "tar", "bomb", "signature", "key", "member", "row", "json", "chain", "event")
    for kind in kinds:
        assert sum(name.startswith(kind) for name in NAMES) >= 3, kind


def test_the_folders_are_what_the_script_writes() -> None:
    """Where this fails: ``python -m tests.vectors`` writes them anew."""
    assert sorted(EVERY) == NAMES
    for name, case in EVERY.items():
        files = {path.name: path.read_bytes() for path in (FOLDER / name).iterdir()}
        assert files == case.contents(), name


@pytest.mark.parametrize("backend", BACKENDS, ids=("pynacl", "built-in"))
@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("bomb_")])
def test_each_folder_comes_out_as_its_readme_says(
    name: str, backend: tuple[str, ...], tmp_path: Path
) -> None:
    """In process, for speed; its exit code, its check, its words."""
    pack, *given = arguments(name, tmp_path)
    assert_as_told(name, verify(Path(pack), *given, *backend, key=""))


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("gzip", "tar"))])
def test_archives_come_out_the_same_as_if_they_were_large(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large ones are inflated in another thread, by isal where it is installed."""
    monkeypatch.setattr(script, "SMALL", 0)
    n_threads = threading.active_count()
    pack, *given = arguments(name, tmp_path)
    assert_as_told(name, verify(Path(pack), *given, key=""))
    assert threading.active_count() == n_threads


@pytest.mark.parametrize("name", SAMPLE)
def test_some_folders_and_all_bombs_in_a_process_of_their_own(name: str, tmp_path: Path) -> None:
    """Under 64 MiB and 5 seconds, nothing on standard error."""
    assert_small(peak_and_code(*arguments(name, tmp_path)), name)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("backend", BACKENDS, ids=("pynacl", "built-in"))
def test_every_folder_in_a_process_of_its_own(backend: tuple[str, ...], tmp_path: Path) -> None:
    """As auditors run it, with PyNaCl and without."""
    for name in NAMES:
        assert_small(peak_and_code(*arguments(name, tmp_path), *backend), name)
