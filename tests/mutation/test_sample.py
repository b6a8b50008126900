"""Two hundred small faults in the rules: the tests find nearly all, and the rest is accounted for.

``python -m pytest tests/mutation -m slow -s`` prints each fault that lives.
"""

import ast
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.mutation.mutants import ROOT, Mutant, mutants_of, sample
from tests.mutation.trial import VERIFIER, killed_by

SIZE, LEAST_KILLED = 200, 0.85
AT_ONCE = 2
RULES = (
    "functions/shared/canonical.py",
    "functions/shared/hashing.py",
    "functions/shared/hours.py",
    "functions/shared/period.py",
    "functions/shared/records",
    "functions/shared/openai/error_response.py",
    "functions/shared/openai/rate_limit.py",
    "functions/snapshot/normalize",
    "functions/snapshot/compare",
    "functions/snapshot/findings",
    "functions/snapshot/reconcile",
    "functions/snapshot/seal",
)
SURVIVORS: dict[str, str] = json.loads((Path(__file__).parent / "survivors.json").read_text())


def possible() -> Iterator[Mutant]:
    """Yield every small fault of the rules, and of the checks in the file that auditors run."""
    for place in RULES:
        path = ROOT / place
        for module in [path] if path.is_file() else sorted(path.rglob("*.py")):
            yield from mutants_of(module)
    checks = {
        node.name
        for folder in ("checks", "sealed")
        for part in (ROOT / "tools" / "verifier" / folder).glob("*.py")
        for node in ast.parse(part.read_text()).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    for mutant in mutants_of(ROOT / VERIFIER):
        if mutant.function.partition(".")[0] in checks:
            yield mutant


def test_every_survivor_is_a_fault_of_today() -> None:
    """A reason stands only beside a fault that the rules can still have."""
    assert set(SURVIVORS) <= {mutant.name for mutant in possible()}
    assert all(reason.strip() for reason in SURVIVORS.values())


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_tests_find_the_faults() -> None:
    """At least 85 in a hundred are found, and each that lives is listed with the reason."""
    mutants = sample(possible(), SIZE)
    finders = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for mutant, finder in zip(mutants, pool.map(killed_by, mutants), strict=True):
            finders.append(finder)
            print(f"{len(finders):3} {finder or 'LIVES'}: {mutant.name}", flush=True)
    alive = [mutant.name for mutant, finder in zip(mutants, finders, strict=True) if not finder]
    for name in alive:
        print(f"lives: {name}: {SURVIVORS.get(name, 'NO REASON GIVEN')}")
    n_own = sum(1 for finder in finders if finder and re.fullmatch(r"\S+\.py", finder))
    print(f"{len(mutants) - len(alive)} of {len(mutants)} killed, {n_own} by their own test file")
    assert len(mutants) == SIZE
    assert len(alive) <= SIZE * (1 - LEAST_KILLED)
    assert [name for name in alive if name not in SURVIVORS] == []
