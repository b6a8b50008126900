"""Verify (step 5 of 6): download what was published and let the auditors' own script judge it.

The script is the very file an auditor gets; it runs as a process of its own, with the registered
public key, and knows nothing of this function.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

from functions.shared.aws.bucket import Bucket
from functions.shared.canonical import strict_loads
from functions.shared.errors import AuditError, PackFailed

SCRIPT = Path(__file__).resolve().parents[3] / "tools" / "evidence-pack-verify.py"
_TIMEOUT_S = 600
_REFUSED = 1
_ENVIRONMENT = ("LD_LIBRARY_PATH",)


class NotVerified(AuditError):
    """The verifier could not judge the pack. Try again; page someone when that does not help."""


class VerifierCheck(TypedDict):
    """How one of the verifier's checks went."""

    number: int
    title: str
    status: str
    reason: str | None


class VerifierAnswer(TypedDict):
    """What is read of the verifier's answer."""

    verdict: str
    reason: str | None
    checks: list[VerifierCheck]


def verify(
    bucket: Bucket, key: str, version: str, sha256: str, public_hex: str, folder: Path
) -> None:
    """Check the published object as an auditor would.

    Args:
        bucket: the packs bucket.
        key: of the object.
        version: that was published.
        sha256: of the archive that was built.
        public_hex: from the registry of signing keys.
        folder: where the download goes.

    Raises:
        PackFailed: what lies in the bucket is not what was built, or the verifier refuses it.
        NotVerified: the verifier could not check.

    Permissions:
        s3:GetObjectVersion on the packs bucket.
    """
    download = folder / "download.tar.gz"
    if bucket.read_into(download, key, version) != sha256:
        raise PackFailed("the published archive is not the one that was built; it was not listed")
    code, answer = run_verifier(download, public_hex)
    if code == _REFUSED:
        raise PackFailed(f"the verifier refuses the pack, so it was not listed: {answer['reason']}")
    if code:
        raise NotVerified(f"the verifier could not check the pack: {answer['reason']}")


def run_verifier(pack: Path, public_hex: str) -> tuple[int, VerifierAnswer]:
    """Run the verifier; return its exit code and its JSON answer."""
    command = [sys.executable, str(SCRIPT), str(pack), "--expected-pubkey", public_hex, "--json"]
    # PyNaCl comes from the layer, which only this process's own path names. Nothing else of the
    # environment is the script's business, the function's credentials least of all; but Lambda's
    # interpreter finds its own library by LD_LIBRARY_PATH.
    environment = {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    environment |= {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    run = subprocess.run(
        command, capture_output=True, env=environment, timeout=_TIMEOUT_S, check=False
    )
    try:
        answer: VerifierAnswer = strict_loads(run.stdout)
    except AuditError as error:
        raise NotVerified(f"the verifier gave no answer, exit code {run.returncode}") from error
    return run.returncode, answer
