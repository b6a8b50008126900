"""Runs `tools/match-people.py` for tests, on a small pack with the accounts a test names."""

import contextlib
import io
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.shared.hashing import NORMALIZATION, email_hash, email_prefix
from tests.support import packs
from tests.tools.verifier import ROOT, load

SCRIPT = ROOT / "tools" / "match-people.py"
KEY = bytes(range(32))
SCHEME = {"algorithm": "hmac-sha256", "key_id": "v1", "normalization": NORMALIZATION}


script = load(SCRIPT)


def key_file(folder: Path, **facts: object) -> Path:
    """Write the reply of the hashing-key route, readable by its owner only."""
    path = folder / "hashing-key.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps({**SCHEME, "key_hex": KEY.hex(), **facts}))
    return path


def row_of(address: str, **facts: Any) -> packs.Row:
    """Return the row of an address's account."""
    hashed = {"email_hash": email_hash(KEY, address), "email_prefix": email_prefix(address)}
    return packs.user(facts.pop("user_id", "user-1"), **hashed, **facts)


@dataclass
class Done:
    """What a run said."""

    returncode: int
    stdout: str
    stderr: str


def run_matcher(
    folder: Path,
    people: bytes,
    *arguments: str,
    rows: list[packs.Row] | None = None,
    key: Path | None = None,
    pack: packs.Pack | None = None,
    python: str | None = None,
    **more: Any,
) -> Done:
    """Run the script on a list with these bytes and a pack with these accounts.

    In process for speed, or as a process of its own where an interpreter is named.
    """
    pack = pack or packs.small().but(facts={"hash_scheme": SCHEME})
    if rows is not None or "users.jsonl" not in pack.rows:
        pack.rows["users.jsonl"] = rows or []
    path, listed = folder / "pack-3.tar.gz", folder / "people.csv"
    path.write_bytes(pack.build())
    listed.write_bytes(people)
    place = key or key_file(folder, **more)
    return run_on(path, listed, place, *arguments, python=python)


def run_on(pack: Path, people: Path, key: Path, *arguments: str, python: str | None = None) -> Done:
    """Run the script on files."""
    command = [str(pack), str(people), "--key", str(key), *arguments]
    if python:
        done = subprocess.run(
            [python, str(SCRIPT), *command],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = script.main(command)
        except SystemExit as left:
            code = int(left.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def match(folder: Path, people: bytes, *arguments: str, **facts: Any) -> dict[str, Any]:
    """Return the report of a run that came to an end."""
    done = run_matcher(folder, people, "--json", *arguments, **facts)
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["somebody_to_look_at"] == bool(done.returncode)
    return told
