"""A misspelt field name is found by mypy, wherever a row is read or made: some are misspelt."""

import ast
import itertools
import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
from mypy import api

from tests.test_rows import EDGES, NOT_YET_TYPED, RECORDS, ROOT, VALUES, records

# JSON Schemas and the table of rules have fields' names for keys, and are no rows.
NO_ROWS = (
    "functions/api/schemas/",
    "functions/api/document.py",
    "functions/snapshot/reconcile/rule_table.py",
)
N_MISSPELT = 40
SEED = 20260401


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field's name stands in a source.

    Attributes:
        module: its path below the root.
        line: from 1.
        start: of the quoted name in the line, in bytes.
        name: of the field.
    """

    module: str
    line: int
    start: int
    name: str

    def misspelt(self, source: bytes) -> bytes:
        """Return the source with one letter more in the name."""
        lines = source.splitlines(keepends=True)
        line, end = lines[self.line - 1], self.start + 1 + len(self.name)
        lines[self.line - 1] = line[:end] + b"x" + line[end:]
        return b"".join(lines)


def places() -> list[Place]:
    """Return every place where a field of a row is read by its name, or a row is made of it."""
    # A section's name is a key of its own.
    names = frozenset(chain.from_iterable(records().values())) - VALUES
    excepted = (RECORDS, *EDGES, *NOT_YET_TYPED, *NO_ROWS)
    found = []
    for path in sorted((ROOT / "functions").rglob("*.py")):
        module = str(path.relative_to(ROOT))
        if module.startswith(excepted):
            continue
        for key in _keys(ast.parse(path.read_text())):
            if key.value in names:
                found.append(Place(module, key.lineno, key.col_offset, str(key.value)))
    return found


def _keys(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield what may name a field: keys of dictionaries and subscripts, of declarations none."""
    declared = {
        id(node.args[1])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "TypedDict"
    }
    for node in ast.walk(tree):
        keys = node.keys if isinstance(node, ast.Dict) and id(node) not in declared else []
        if isinstance(node, ast.Subscript):
            keys = [node.slice]
        yield from (key for key in keys if isinstance(key, ast.Constant))


def mypy(folder: Path) -> str:
    """Return what mypy says of the functions in a folder, by the project's own settings."""
    out, err, _ = api.run(
        [
            *("--config-file", str(ROOT / "pyproject.toml")),
            *("--cache-dir", str(folder / ".mypy_cache")),
            *("--no-error-summary", "functions"),
        ]
    )
    assert err == ""
    return out


def write(file: Path, source: bytes, at: int) -> None:
    """Write a source with a time of its own: mypy takes equal size and second for the same file."""
    file.write_bytes(source)
    os.utime(file, (at, at))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_misspelt_field_is_found_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """40 of 40, chosen at random; ``-s`` prints each and what is said of it."""
    shutil.copytree(ROOT / "functions", tmp_path / "functions")
    monkeypatch.chdir(tmp_path)
    assert mypy(tmp_path) == ""
    clock = itertools.count(1)
    missed = []
    for place in random.Random(SEED).sample(places(), N_MISSPELT):  # noqa: S311  # a sample
        file = tmp_path / place.module
        source = file.read_bytes()
        write(file, place.misspelt(source), next(clock))
        said = [line for line in mypy(tmp_path).splitlines() if line.startswith(place.module)]
        write(file, source, next(clock))
        print(f"{place.module}:{place.line} {place.name}: {said[0] if said else 'NOT FOUND'}")
        missed += [] if said else [place]
    assert missed == []
