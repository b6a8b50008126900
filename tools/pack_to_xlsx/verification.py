"""Have the verifier that stands beside the script check the pack."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.pack_to_xlsx.base import (
    COULD_NOT_WRITE,
    CannotWrite,
    NotVerified,
    json_object,
    shown,
)

VERIFIER = Path(__file__).resolve().parent / "evidence-pack-verify.py"

# Options of the verifier's about facts from elsewhere; it is given them as they are given here.
PASSED_ON = {
    "--tenant": "ID",
    "--period": "MONTH",
    "--manifest-sha256": "HEX",
    "--previous": "PACK",
    "--keys": "FILE",
    "--anchors": "FILE",
    "--tsa-cert": "FILE",
    "--timestamp": "FILE",
}


def verify(options: argparse.Namespace) -> dict[str, Any]:
    """Have the verifier check the pack; return the document it prints of one that passes.

    Raises:
        NotVerified: it does not pass, or could not be checked.
        CannotWrite: the verifier is not there, or gives no answer.
    """
    if not VERIFIER.is_file():
        raise CannotWrite(f"{VERIFIER.name} must stand beside this script")
    command = [sys.executable, str(VERIFIER), "--json", *passed_on(options)]
    done = subprocess.run(
        [*command, str(Path(options.pack).absolute())],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    verdict = json_object(done.stdout)
    if verdict is None:
        complaint = done.stderr.decode("ascii", "replace").strip().rpartition("\n")[2]
        if done.returncode == COULD_NOT_WRITE and complaint.startswith("COULD NOT CHECK"):
            raise NotVerified(complaint, done.returncode)
        raise CannotWrite(f"{VERIFIER.name} gave no verdict: {shown(complaint)}")
    stated = {"bad": (1, "FAILED"), "could_not_check": (2, "COULD NOT CHECK"), "valid": (0, "")}
    code, words = stated.get(str(verdict.get("verdict")), (-1, ""))
    if not code == verdict.get("exit") == done.returncode:
        raise CannotWrite(f"{VERIFIER.name} gave two verdicts")
    if code:
        raise NotVerified(f"{words}  {verdict['reason']}", code)
    return verdict


def passed_on(options: argparse.Namespace) -> list[str]:
    """Return the verifier's arguments; one that is given twice is, for it to refuse."""
    given = vars(options)
    names = ("--expected-pubkey", *PASSED_ON)
    values = {name: given[name[2:].replace("-", "_")] for name in names}
    arguments = [f"{name}={value}" for name in names for value in values[name]]
    return arguments + ["--built-in-ed25519"] * options.built_in_ed25519


def last_line(verdict: dict[str, Any]) -> str:
    """Return the last line that the verifier prints, without `--json`, of a pack that passes."""
    about = {name: shown(value) for name, value in verdict["subject"].items()}
    return (
        "VALID  pack {pack_id} of tenant {tenant_id}  {period_start} .. {period_end}"
        "  manifest sha256 "
    ).format(**about) + str(verdict["manifest_sha256"])
