"""The rules of the house, held by the tree itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("connect", "snapshot", "pack", "api")
MAX_LINES = 300
ONE_FILE = {ROOT / "tools" / name for name in ("evidence-pack-verify.py", "match-people.py")}
NO_NAMES = {"utils", "helpers", "common", "manager", "misc"}
# Rules: functions without clock, network or AWS.
PURE = {
    "shared": (
        "canonical",
        "hours",
        "hashing",
        "layout",
        "refusals",
        "caller",
        "errors",
        "sections",
    ),
    "snapshot": (
        "access_findings",
        "addresses",
        "compare",
        "diff",
        "discrepancies",
        "explain",
        "explanations",
        "findings",
        "fit",
        "frontiers",
        "key_findings",
        "lifecycle",
        "listed",
        "match",
        "normalize",
        "normalize_optional",
        "person_names",
        "picture",
        "picture_optional",
        "privacy",
        "reconcile",
        "records",
        "settle",
        "traces",
    ),
    "pack": ("clauses", "collection", "controls", "manifest", "readme", "rows"),
}
IMPURE_MODULES = {"boto3", "botocore", "httpx", "socket", "time", "random", "asyncio", "os"}


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_imports_another(room: str) -> None:
    """Rooms meet in ``functions/shared`` and in messages, nowhere else."""
    others = tuple(f"functions.{other}" for other in ROOMS if other != room)
    for path in _sources(f"functions/{room}"):
        strangers = [name for name in _imports(path) if name.startswith(others)]
        assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"


def test_shared_knows_no_room() -> None:
    """The core does not import the edge."""
    for path in _sources("functions/shared"):
        rooms = [n for n in _imports(path) if n.startswith(tuple(f"functions.{r}" for r in ROOMS))]
        assert not rooms, f"{path.relative_to(ROOT)} imports {rooms}"


def test_functions_do_not_import_tools_or_tests() -> None:
    """What is deployed stands on its own."""
    for path in _sources("functions"):
        strangers = [n for n in _imports(path) if n.split(".")[0] in ("tools", "tests", "infra")]
        assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_has_a_handler_and_a_way_through_it(room: str) -> None:
    """``handler.py`` is the edge; ``flow.py`` (the api's ``route.py``) is the walk."""
    folder = ROOT / "functions" / room
    walk = "route.py" if room == "api" else "flow.py"
    assert (folder / "handler.py").exists()
    assert (folder / walk).exists()


@pytest.mark.parametrize(
    "module", [f"functions/{folder}/{name}.py" for folder in PURE for name in PURE[folder]]
)
def test_rules_touch_nothing_outside(module: str) -> None:
    """A rule has no clock, no network and no AWS."""
    path = ROOT / module
    touched = {name.split(".")[0] for name in _imports(path)} & IMPURE_MODULES
    assert not touched, f"{module} imports {touched}"
    nodes = ast.walk(ast.parse(path.read_text()))
    assert not any(_tells_time(node) for node in nodes), f"{module} asks the clock"


def _tells_time(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today")


def test_modules_stay_small() -> None:
    """A module over 300 lines holds two ideas."""
    folders = ("functions", "infra", "tools", "tests", "benchmarks")
    long = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in _sources(*folders)
        if path not in ONE_FILE
    }
    assert {name: n for name, n in long.items() if n > MAX_LINES} == {}


def test_no_module_is_a_drawer() -> None:
    """A module is named after what it does."""
    drawers = [
        path for path in _sources("functions", "infra", "tools") if path.stem.lower() in NO_NAMES
    ]
    assert drawers == []


def test_the_api_room_loads_neither_httpx_nor_pydantic() -> None:
    """Cold starts pay for every import."""
    for path in _sources("functions/api"):
        heavy = {name.split(".")[0] for name in _imports(path)} & {"httpx", "pydantic", "nacl"}
        assert not heavy, f"{path.relative_to(ROOT)} imports {heavy}"
