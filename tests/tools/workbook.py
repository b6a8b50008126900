"""Runs `tools/pack-to-xlsx.py` for tests, and reads what it wrote: zip and XML, no spreadsheet."""

import contextlib
import io
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from tests.support import packs
from tests.support.pack_rows import Row, canonical
from tests.support.pack_sealed import name_anew
from tests.tools.verifier import ROOT, load

SCRIPT = ROOT / "tools" / "pack-to-xlsx.py"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

script = load(SCRIPT)


@dataclass
class Done:
    """What a run said."""

    returncode: int
    stdout: str
    stderr: str


class Cell(NamedTuple):
    """A cell: its value, and whether it is on a coloured ground."""

    value: str | float | bool
    is_altered: bool


Sheet = list[dict[int, Cell]]


def pack_file(folder: Path, pack: packs.Pack) -> Path:
    """Write a pack to where the auditor has it."""
    path = folder / "pack-3.tar.gz"
    path.write_bytes(pack.build())
    return path


def files(folder: Path) -> list[str]:
    """Return the names of everything in a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


def run(path: Path, *arguments: str, key: str | None = None) -> Done:
    """Run the script in process, with the test key pinned unless another one is given.

    An empty one stands for none.
    """
    pinned = [f"--expected-pubkey={packs.public_hex() if key is None else key}"]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = script.main([str(path), *(pinned if key != "" else ()), *arguments])
        except SystemExit as left:
            code = int(left.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def run_apart(path: Path, *arguments: str, python: str = sys.executable, **env: str) -> Done:
    """Run the script as a process of its own, with the test key pinned."""
    done = subprocess.run(
        [python, str(SCRIPT), str(path), "--expected-pubkey", packs.public_hex(), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **env},
    )
    return Done(done.returncode, done.stdout, done.stderr)


def make(folder: Path, pack: packs.Pack, *arguments: str) -> dict[str, Sheet]:
    """Return the sheets of the workbook of a pack that verifies."""
    if "coverage.jsonl" in pack.rows:
        name_anew(pack.rows, pack.org_ids)
    path = pack_file(folder, pack)
    done = run(path, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return read(folder / "pack-3.xlsx")


def read(path: Path) -> dict[str, Sheet]:
    """Return all sheets by name, in order; none may hold a formula or a link."""
    with zipfile.ZipFile(path) as book:
        assert book.testzip() is None
        names = book.namelist()
        assert not [name for name in names if "externalLink" in name or "vba" in name]
        links = {
            link.attrib["Id"]: link.attrib["Target"]
            for link in _xml(book.read("xl/_rels/workbook.xml.rels"))
        }
        styles = _coloured_styles(book.read("xl/styles.xml"))
        sheets = _xml(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        return {
            sheet.attrib["name"]: _sheet(book.read(f"xl/{links[sheet.attrib[_LINK]]}"), styles)
            for sheet in sheets
        }


def _xml(data: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(data)  # noqa: S314 - written a moment ago


def _coloured_styles(data: bytes) -> set[str]:
    styles = _xml(data)
    formats = styles.findall(f"{_MAIN}cellXfs/{_MAIN}xf")
    return {str(n) for n, xf in enumerate(formats) if xf.attrib["fillId"] not in ("0", "1")}


def _sheet(data: bytes, coloured: set[str]) -> Sheet:
    root = _xml(data)
    assert {found.tag for found in root.iter()}.isdisjoint(
        {f"{_MAIN}{name}" for name in ("f", "hyperlinks", "hyperlink", "drawing", "r")}
    )
    rows: Sheet = []
    for row in root.iter(f"{_MAIN}row"):
        number = int(row.attrib["r"])
        rows += [{} for _ in range(len(rows), number)]
        for cell in row:
            rows[number - 1][_column(cell.attrib["r"])] = _cell(cell, coloured)
    return rows


def _column(reference: str) -> int:
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number - 1


def _cell(cell: ElementTree.Element, coloured: set[str]) -> Cell:
    kind = cell.attrib.get("t", "n")
    is_altered = cell.attrib.get("s") in coloured
    if kind == "inlineStr":
        (text,) = cell.iter(f"{_MAIN}t")
        # As Excel reads it: ECMA-376, part 1, 22.9.2.19.
        value = re.sub("_x([0-9A-Fa-f]{4})_", lambda hit: chr(int(hit[1], 16)), text.text or "")
        return Cell(value, is_altered)
    value = cell.findtext(f"{_MAIN}v") or ""
    assert kind in ("n", "b")
    if kind == "b":
        return Cell({"0": False, "1": True}[value], is_altered)
    return Cell(float(value), is_altered)


def rows_of(sheet: Sheet) -> list[Row]:
    """Return the rows of a sheet by its titles; empty cells are left out."""
    titles = {column: str(cell.value) for column, cell in sheet[0].items()}
    return [{titles[n]: cell.value for n, cell in row.items()} for row in sheet[1:]]


def as_shown(row: Row) -> Row:
    """Return a row of a pack as its sheet must show it where nothing is escaped or cut."""
    return {
        name: canonical(value).decode() if isinstance(value, dict | list) else value
        for name, value in row.items()
        if value is not None
    }


def lines_of(cover: Sheet) -> list[tuple[object, ...]]:
    """Return the cover's lines, each the values of its cells; an empty cell is None."""
    return [
        tuple(line[n].value if n in line else None for n in range(max(line, default=-1) + 1))
        for line in cover
    ]


def below(cover: Sheet, title: str) -> list[tuple[object, ...]]:
    """Return the cover's lines below a title, up to the next empty line."""
    lines = lines_of(cover)
    begin = next(n for n, line in enumerate(lines) if line and line[0] == title) + 1
    end = next((n for n in range(begin, len(lines)) if not lines[n]), len(lines))
    return lines[begin:end]
