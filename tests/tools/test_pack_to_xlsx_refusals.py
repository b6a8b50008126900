"""No workbook of a pack that does not verify, nor of another one than was verified."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import full_packs, packs
from tests.support.tars import Entry, gzipped, tar_entry
from tests.tools.verifier import SCRIPT as VERIFIER
from tests.tools.verifier import verify
from tests.tools.workbook import SCRIPT, files, pack_file, run, run_apart, script

KEY = f"--expected-pubkey={packs.public_hex()}"


def altered(entries: list[Entry]) -> list[Entry]:
    """Return the members with one letter of the users changed."""
    return [
        Entry(entry.name, entry.data.replace(b'"anna"', b'"annb"'))
        if entry.name == "users.jsonl"
        else entry
        for entry in entries
    ]


def test_a_tampered_pack_has_no_workbook(tmp_path: Path) -> None:
    """The verifier's words and its exit code, 1."""
    path = pack_file(tmp_path, full_packs.full().but(entries=altered))
    done = run(path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [verify(path).last_line, "no workbook is made of this pack"]
    assert done.stderr.startswith("FAILED  check 8, digests and counts: users.jsonl")
    assert files(tmp_path) == ["pack-3.tar.gz"]


UNCHECKED: dict[str, tuple[str, list[str], int, str]] = {
    "no key": ("", [], 2, "COULD NOT CHECK  no key was pinned"),
    "no form of a key": ("ab", [], 2, "COULD NOT CHECK"),
    "another key": (packs.public_hex(b"\1" * 32), [], 1, "FAILED  check 4, signature"),
    "another tenant": (packs.public_hex(), ["--tenant=b"], 1, "FAILED  check 11, outside facts"),
    "another period": (packs.public_hex(), ["--period", "2026-05"], 1, "FAILED  check 11"),
    "a list of keys that is none": (
        *(packs.public_hex(), [f"--keys={__file__}"], 2),
        "COULD NOT CHECK",
    ),
    "an option that is no option": (packs.public_hex(), ["--nonsense"], 2, "COULD NOT WRITE"),
    "an option without its value": (packs.public_hex(), ["--tenant"], 2, "COULD NOT WRITE"),
    "a key twice": (packs.public_hex(), [KEY], 2, "COULD NOT CHECK  --expected-pubkey is given"),
}


@pytest.mark.parametrize("name", UNCHECKED)
def test_what_the_verifier_does_not_pass_has_no_workbook(tmp_path: Path, name: str) -> None:
    """Exit code 1 where the evidence is bad, 2 where nothing can be said."""
    key, arguments, code, words = UNCHECKED[name]
    done = run(pack_file(tmp_path, packs.small()), *arguments, key=key)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(words)
    assert files(tmp_path) == ["pack-3.tar.gz"]


def test_a_pack_that_is_not_there_or_no_file_is_said_so(tmp_path: Path) -> None:
    """A named pipe would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("nothing.tar.gz", "pipe", ".", "-x"):
        done = run_apart(tmp_path / name)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("COULD NOT CHECK")
    assert files(tmp_path) == ["pipe"]


def replaced_by(make: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Return what puts another file in the pack's place."""

    def replace(path: Path) -> None:
        path.write_bytes(make(path.read_bytes()))

    return replace


def rebuilt(entries: Callable[[list[Entry]], list[Entry]]) -> Callable[[bytes], bytes]:
    """Return what builds the full pack again with other members behind the same manifest."""
    return lambda _: full_packs.full().but(entries=entries).build()


def longer(entries: list[Entry]) -> list[Entry]:
    """Return the members with another row at the end of the users."""
    return [
        Entry(entry.name, entry.data + entry.data) if entry.name == "users.jsonl" else entry
        for entry in entries
    ]


def bomb(_data: bytes) -> bytes:
    """Return a gzip file of 64 MiB without a line's end, behind the right manifest."""
    manifest, signature, _members = full_packs.full().signed()
    entries = [Entry("manifest.json", manifest), Entry("manifest.sig", signature)]
    return gzipped(b"".join(map(tar_entry, [*entries, Entry("users.jsonl", bytes(64 << 20))])))


CHANGES: dict[str, Callable[[Path], None]] = {
    "another good pack": replaced_by(lambda _: packs.small().build()),
    "another good pack of the same rows": replaced_by(
        lambda _: full_packs.full().but(facts={"created_at": "2026-05-04T03:15:00Z"}).build()
    ),
    "a letter changed": replaced_by(rebuilt(altered)),
    "a row more": replaced_by(rebuilt(longer)),
    "a member less": replaced_by(rebuilt(lambda entries: entries[:-1])),
    "other members in their place": replaced_by(rebuilt(lambda entries: entries[:4] * 2)),
    "cut": replaced_by(lambda data: data[: len(data) // 2]),
    "empty": replaced_by(lambda _: b""),
    "no gzip": replaced_by(lambda data: data[::-1]),
    "broken": replaced_by(lambda data: data[:2000] + b"\xff" * 100 + data[2100:]),
    "a bomb": replaced_by(bomb),
    "gone": Path.unlink,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_file_that_changed_after_it_was_verified_has_no_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What is read must have the digests that were verified, whatever stands there by then."""
    verified = script.verify

    def change_then(options: Any) -> Any:
        verdict = verified(options)
        CHANGES[name](Path(options.pack))
        return verdict

    path = pack_file(tmp_path, full_packs.full())
    monkeypatch.setattr(script, "verify", change_then)
    done = run(path)
    assert (done.returncode, done.stdout) == (2, "")
    words = "cannot open the pack" if name == "gone" else "not the one that was verified"
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert files(tmp_path) == ([] if name == "gone" else ["pack-3.tar.gz"])


def test_what_the_members_mean_is_the_same_however_they_are_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verdict is of the manifest and what it names, not of the gzip bytes around them."""
    verified = script.verify

    def change_then(options: Any) -> Any:
        verdict = verified(options)
        again = full_packs.full().but(gzip=lambda data: data[:4] + b"\1\2\3\4" + data[8:])
        path.write_bytes(again.build())
        return verdict

    path = pack_file(tmp_path, full_packs.full())
    assert run(path, f"--output={tmp_path / 'before.xlsx'}").returncode == 0
    monkeypatch.setattr(script, "verify", change_then)
    assert run(path).returncode == 0
    assert (tmp_path / "pack-3.xlsx").read_bytes() == (tmp_path / "before.xlsx").read_bytes()


ANSWERS = {
    "nothing": "pass",
    "no JSON": "print('VALID')",
    "only a word": "print('[\"valid\"]')",
    "valid, but not its exit code": 'print(\'{"verdict":"valid","exit":0}\'); sys.exit(1)',
    "an exit code, but not valid": 'print(\'{"verdict":"bad","exit":0,"reason":"x"}\')',
    "something unknown": 'print(\'{"verdict":"fine","exit":0}\')',
    "a fault": "raise ValueError('\\x1b[2J')",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_verifier_that_gives_no_verdict_passes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Only a document and an exit code that agree do."""
    stand_in = tmp_path / "verify.py"
    stand_in.write_text(f"import sys\n{ANSWERS[name]}\n")
    monkeypatch.setattr(script, "VERIFIER", stand_in)
    done = run(pack_file(tmp_path, packs.small()))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("COULD NOT WRITE  verify.py gave")
    assert "\x1b" not in done.stderr
    assert files(tmp_path) == ["pack-3.tar.gz", "verify.py"]


def test_without_the_verifier_beside_it_nothing_is_made(tmp_path: Path) -> None:
    """It is this very file that decides, no other on the path."""
    alone = tmp_path / SCRIPT.name
    alone.write_bytes(SCRIPT.read_bytes())
    path = pack_file(tmp_path, packs.small())
    done = subprocess.run(
        [sys.executable, str(alone), str(path), KEY], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "COULD NOT WRITE  evidence-pack-verify.py must stand beside this script\n"
    (tmp_path / VERIFIER.name).write_bytes(VERIFIER.read_bytes())
    assert subprocess.run([sys.executable, str(alone), str(path), KEY], check=False).returncode == 0


def test_where_xlsxwriter_is_not_installed_one_line_says_how(tmp_path: Path) -> None:
    """`python -S` sees no site-packages."""
    path = pack_file(tmp_path, packs.small())
    done = subprocess.run(
        [sys.executable, "-S", str(SCRIPT), str(path), KEY],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "-m pip install xlsxwriter" in done.stderr
    assert files(tmp_path) == ["pack-3.tar.gz"]
