"""The words we left behind stay away: of modules, of identifiers, and of what people read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("functions", "infra", "tools", "tests", "benchmarks")
BUILT = {ROOT / "tools" / "evidence-pack-verify.py", Path(__file__)}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MODULES = {
    "functions": """
        room doors look walk frontiers attempts listed lists settle traces recent
        explanations discrepancies fit ahead strays witnesses mint key_orders given_up answers
        gate joinable part inflate refusals layout objects vault words picture picture_optional
        normalize_optional aws caller
    """,
    "tools": """
        brain teller happening moment chapters cast raw_door http_door tethered ledger tick fixups
        door
    """,
    "tests": "together seen lab leaks",
    "infra": "rooms",
    "benchmarks": "pack_room",
}
# Wherever they stood: of classes, functions, variables, parameters and attributes.
IDENTIFIERS = _words(
    """
    room rooms Room Rooms door doors Door Doors AsyncDoor HttpDoor Looked looked walk_of
    Walked frontier frontiers Held Further Pulled Chosen Around Taking Closing convicted
    undone_by discrepancies strays witnesses Losses Witnesses key_orders given_up Gate
    Allowance Tally tally joinable vault Vault NoVault VaultUnavailable brain Brain teller
    Teller happening Happening chapters raw_door tethered fixups lab Lab leaks picture_of
    Answers create_rooms room_code
    """
)
# In the functions alone: elsewhere these are ordinary words.
IDENTIFIERS_OF_FUNCTIONS = _words(
    """
    Done Seen Look look Walk walk Line Plan advanced joined settle born awaited fit ahead mint
    stand inflate attempts Attempts Compared Reconciled Decided Picture Collected Used
    """
)
# A field of formats that landed, which are read for ever: where one may be called by its name.
PUBLISHED = {"frontiers": ("functions/shared/records/", "tools/verifier/", "tests/")}

PHRASES = """
    the room
    each room
    no room
    the rooms
    a room's
    the door
    one door
    the doors
    door to
    the brain
    the teller
    the frontier
    the frontiers
    audit walk
    the walk of
    the whole walk
    walked by windows
    are born
    is awaited
    still awaited
    convicts nobody
    strays
    witnesses
    mints keys
    keys are minted
    the vault
    the tally
    the gate
    the allowance
    the ledger
    fixups
    tethered
    the laboratory
    the cast
""".strip()


def _sources(folder: str) -> Iterator[Path]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        if path not in BUILT and "vectors/packs" not in str(path):
            yield path


def _identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and name of everything a module names itself."""
    for node in ast.walk(tree):
        match node:
            case ast.Name():
                yield node.lineno, node.id
            case ast.Attribute(value=ast.Name(id="ast" | "os")):
                pass
            case ast.Attribute():
                yield node.lineno, node.attr
            case ast.arg():
                yield node.lineno, node.arg
            case ast.keyword(arg=str() as name):
                yield node.lineno, name
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.alias():
                yield node.lineno, node.asname or node.name.rpartition(".")[2]


def _is_published(name: str, path: str) -> bool:
    return name in PUBLISHED and path.startswith(PUBLISHED[name])


@pytest.mark.parametrize("folder", MODULES)
def test_no_retired_module_is_left(folder: str) -> None:
    """A module has the name that a newcomer would look for."""
    retired = _words(MODULES[folder])
    assert [path for path in _sources(folder) if path.stem in retired] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_retired_identifier_is_left(folder: str) -> None:
    """Nothing is called by a word of the old dialect."""
    retired = IDENTIFIERS | (IDENTIFIERS_OF_FUNCTIONS if folder == "functions" else frozenset())
    left = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in _sources(folder)
        for line, name in _identifiers(ast.parse(path.read_text()))
        if name in retired and not _is_published(name, str(path.relative_to(ROOT)))
    ]
    assert left == []


def _texts(phrases: list[str]) -> Iterator[tuple[Path, str]]:
    """Yield what people read, pages and docstrings, of files in which one of the phrases stands."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("dashboard/*.md")]
    for path in [*sorted(pages), *(path for folder in FOLDERS for path in _sources(folder))]:
        text = path.read_text()
        line = _in_one_line(text).lower()
        if not any(phrase in line for phrase in phrases):
            continue
        if path.suffix == ".md":
            yield path, text
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, ast.get_docstring(node) or ""


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def test_no_retired_phrase_is_left() -> None:
    """Pages and docstrings speak plainly."""
    phrases = [phrase.strip() for phrase in PHRASES.splitlines()]
    assert len(phrases) >= 30
    retired = re.compile(rf"\b({'|'.join(map(re.escape, phrases))})\b", re.IGNORECASE)
    left = [
        f"{path.relative_to(ROOT)}: …{text[max(0, hit.start() - 20) : hit.end() + 20]!r}"
        for path, text in _texts(phrases)
        for hit in retired.finditer(_in_one_line(text))
    ]
    assert left == []
