"""A plain command line is read without argparse, and as argparse reads it."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import packs
from tests.tools.verifier import SCRIPT, script

KEY = packs.public_hex()
PLAIN = [
    ["pack.tar.gz"],
    ["pack.tar.gz", "--expected-pubkey", KEY, "--json"],
    ["--expected-pubkey", KEY, "--built-in-ed25519", "pack.tar.gz"],
    ["--tenant", "", "pack.tar.gz", "--period", "2026-04", "--manifest-sha256", "ab" * 32],
    [*("--previous", "a", "--keys", "b", "--anchors", "c", "--tsa-cert", "d"), "", "--json"],
    ["pack.tar.gz", "--timestamp", "reply with a space"],
]
NOT_PLAIN = [
    [],
    ["--help"],
    ["pack.tar.gz", "another.tar.gz"],
    ["pack.tar.gz", "--tenant"],
    ["pack.tar.gz", "--tenant", "--json"],
    ["pack.tar.gz", "--tenant", "-x"],
    ["pack.tar.gz", "--tenant=x"],
    ["pack.tar.gz", "--ten", "x"],
    ["pack.tar.gz", "--json", "--json"],
    ["pack.tar.gz", "--tenant", "x", "--tenant", "x"],
    ["pack.tar.gz", "--expected_pubkey", KEY],
    ["pack.tar.gz", "--sample", "5", "--of", "users", "--seed", "a"],
    ["-", "--json"],
    ["--", "pack.tar.gz"],
]


@pytest.mark.parametrize("argv", PLAIN)
def test_plain_lines_say_the_same_with_and_without_argparse(argv: list[str]) -> None:
    """Every option that takes no number or seed, wherever it stands."""
    assert vars(script.plain_options(argv)) == vars(script.all_options(argv))


@pytest.mark.parametrize("argv", NOT_PLAIN)
def test_all_other_lines_are_left_to_argparse(argv: list[str]) -> None:
    """It words the complaint, prints the help, and knows every other way to write a value."""
    assert script.plain_options(argv) is None


def test_no_line_means_one_thing_plainly_and_another_to_argparse() -> None:
    """Whatever chance writes: what is read plainly, argparse accepts as the same."""
    rng = random.Random(4)  # noqa: S311 - chance, no secret
    words = sorted({word for argv in (*PLAIN, *NOT_PLAIN) for word in argv} - {"--help"})
    lines = [rng.choices(words, k=rng.randrange(1, 6)) for _ in range(2000)]
    read = [(line, script.plain_options(line)) for line in lines]
    plain = [(line, options) for line, options in read if options is not None]
    assert len(plain) > 15
    for line, options in plain:
        assert vars(options) == vars(script.all_options(line)), line


def test_a_plain_line_imports_no_argparse(tmp_path: Path) -> None:
    """The import takes longer than to check a small pack's signature, manifest and digests."""
    path = tmp_path / "pack.tar.gz"
    path.write_bytes(packs.small().build())
    command = [sys.executable, "-X", "importtime", str(SCRIPT), str(path)]
    for argument, is_imported in (("--expected-pubkey", False), (f"--expected-pubkey={KEY}", True)):
        arguments = [argument] if is_imported else [argument, KEY]
        done = subprocess.run(
            [*command, *arguments], capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stdout.splitlines()[-1].startswith("VALID")
        assert ("argparse" in done.stderr) == is_imported
