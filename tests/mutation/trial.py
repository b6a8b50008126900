"""Try one mutant: its module's own test file first, then the tests of the folder."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutation.mutants import ROOT, Mutant

# Longer than any of these folders takes; a fault that makes a rule run for ever ends here.
_PATIENCE_S = 180
_NO_TESTS_RAN = 5
VERIFIER = "tools/evidence-pack-verify.py"


def killed_by(mutant: Mutant) -> str | None:
    """Return what finds the fault, from ``tests``; None where it lives."""
    for tests in _tests_of(mutant.path):
        if _fails(mutant, tests):
            return " ".join(str(path.relative_to(ROOT / "tests")) for path in tests)
    return None


def _tests_of(path: str) -> list[list[Path]]:
    """Return the module's own test file, where there is one, and then the folder's tests."""
    if path == VERIFIER:
        own, *others = sorted((ROOT / "tests" / "tools").glob("test_evidence_pack_verify*.py"))
        # The folders of packs find nearly all that the own file does not, so they go first.
        return [[own], sorted(others, key=lambda path: "_vectors" not in path.name)]
    folder = ROOT / "tests" / Path(path).parent.relative_to("functions")
    own = folder / f"test_{Path(path).stem}.py"
    return [[place] for place in (own, folder) if place.exists()]


def _fails(mutant: Mutant, tests: list[Path]) -> bool:
    with tempfile.NamedTemporaryFile(suffix=".py") as file:
        file.write(mutant.source())
        file.flush()
        fault = {"MUTANT_PATH": str(ROOT / mutant.path), "MUTANT_SOURCE": file.name}
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "tests.mutation.loader"]
        command += ["-p", "no:cacheprovider", "-m", "not slow and not emulator and not browser"]
        try:
            done = subprocess.run(
                [*command, *map(str, tests)],
                cwd=ROOT,
                env=os.environ | fault | {"PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                timeout=_PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return True
    return done.returncode not in (0, _NO_TESTS_RAN)
