"""The rules of the house, held by the tree itself.

Run with ``-s`` to see the floors: a module stands one floor above the highest that it imports.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_LINES, MAX_MODULES = 300, 12
ONE_FILE = {
    ROOT / "tools" / f"{name}.py"
    for name in ("evidence-pack-verify", "match-people", "pack-to-xlsx")
}
NO_NAMES = {"utils", "helpers", "common", "manager", "misc"}

# A function's steps in order: each may import the ones before it, shared, and its own records.
STEPS = {
    "connect": (),
    "snapshot": ("fetch", "normalize", "compare", "findings", "reconcile", "seal"),
    "pack": ("archive", "collect", "documents", "members", "sign", "publish", "keys", "anchor"),
    "api": (
        *("schemas", "registers", "coverage", "findings", "views", "feed", "proof", "rights"),
        "export",
    ),
    "access": (),
    "notify": ("watch", "deliver", "mail"),
}
# What stands above the steps, so that no step may know of it.
ABOVE = (
    "handler",
    "wake",
    "manage",
    "manage_mail",
    "flow",
    "take",
    "dispatch",
    "hour_run",
    "document",
)

# Rules: functions without clock, network or AWS. A folder means each module in it, but for those
# that are named as touching the outside.
PURE = (
    "functions/shared/canonical.py",
    "functions/shared/errors.py",
    "functions/shared/hashing.py",
    "functions/shared/hints.py",
    "functions/shared/hours.py",
    "functions/shared/limits.py",
    "functions/shared/period.py",
    "functions/shared/access_graph",
    "functions/shared/records",
    "functions/shared/sections.py",
    "functions/shared/aws/alert_keys.py",
    "functions/shared/aws/keys.py",
    "functions/shared/evidence/expected_hours.py",
    "functions/shared/evidence/merkle.py",
    "functions/shared/evidence/row_trees.py",
    "functions/shared/evidence/seal_versions.py",
    "functions/access/records.py",
    "functions/access/token_request.py",
    "functions/notify/records.py",
    "functions/notify/deliver/message.py",
    "functions/notify/deliver/target.py",
    "functions/notify/watch/rules.py",
    "functions/notify/mail/letters.py",
    "functions/shared/http/access_headers.py",
    "functions/shared/http/form_values.py",
    "functions/shared/http/principal.py",
    "functions/shared/http/scopes.py",
    "functions/shared/openai/epoch.py",
    "functions/shared/openai/error_response.py",
    "functions/snapshot/hour_to_close.py",
    "functions/snapshot/lifecycle.py",
    "functions/snapshot/records.py",
    "functions/snapshot/resume.py",
    "functions/snapshot/fetch/watermarks.py",
    "functions/snapshot/normalize",
    "functions/snapshot/compare",
    "functions/snapshot/findings",
    "functions/snapshot/reconcile",
    "functions/snapshot/seal/content.py",
    "functions/snapshot/seal/item_size.py",
    "functions/snapshot/seal/section_digest.py",
    "functions/pack/collect/collection_report.py",
    "functions/pack/collect/organization.py",
    "functions/pack/collect/scope.py",
    "functions/pack/anchor/der.py",
    "functions/pack/documents",
    "functions/pack/members/event_rows.py",
    "functions/pack/members/rows.py",
    "functions/pack/sign/manifest.py",
    "functions/api/event_order.py",
    "functions/api/export/csv.py",
    "functions/api/feed/ocsf.py",
    "functions/api/feed/ocsf_activities.py",
    "functions/api/findings/figures.py",
    "functions/api/findings/filters.py",
    "functions/api/findings/operations.py",
    "functions/api/feed/position.py",
    "functions/api/proof/pack_manifest.py",
    "functions/api/records.py",
    "functions/api/registers/asked.py",
    "functions/api/registers/pins.py",
    "functions/api/registers/sealed_rows.py",
    "functions/api/schemas",
    "functions/api/views/billing.py",
    "tools/aws_rules",
)
IMPURE_MODULES = {"boto3", "botocore", "httpx", "socket", "time", "random", "asyncio", "os"}


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


@cache
def _imports(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _graph() -> dict[str, set[str]]:
    """Return, by module, the modules it imports, of ours alone."""
    modules = {
        _dotted(path): path
        for path in _sources("functions", "infra", "tools", "benchmarks")
        if path not in ONE_FILE
    }
    packages = {name for name, path in modules.items() if path.name == "__init__.py"}
    graph = {}
    for name, path in modules.items():
        imported = {target for target in _imports(path) if target in modules} - {name}
        # ``from a.b import c`` names the package a.b as well as its module a.b.c.
        graph[name] = {
            target
            for target in imported
            if target not in packages or not any(t.startswith(f"{target}.") for t in imported)
        }
    return graph


@pytest.mark.parametrize("function", STEPS)
def test_no_function_imports_another(function: str) -> None:
    """Functions meet in ``functions/shared`` and in messages, nowhere else."""
    others = tuple(f"functions.{other}." for other in STEPS if other != function)
    for path in _sources(f"functions/{function}"):
        strangers = [name for name in _imports(path) if name.startswith(others)]
        assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"


def test_shared_knows_no_function() -> None:
    """The core does not import the edge."""
    edges = tuple(f"functions.{function}" for function in STEPS)
    for path in _sources("functions/shared"):
        names = [name for name in _imports(path) if name.startswith(edges)]
        assert not names, f"{path.relative_to(ROOT)} imports {names}"


def test_functions_do_not_import_tools_or_tests() -> None:
    """What is deployed stands on its own."""
    for path in _sources("functions"):
        strangers = [n for n in _imports(path) if n.split(".")[0] in ("tools", "tests", "infra")]
        assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"


@pytest.mark.parametrize("function", STEPS)
def test_each_function_has_a_handler_and_a_flow(function: str) -> None:
    """``handler.py`` is the edge, ``flow.py`` the whole way on one screen."""
    folder = ROOT / "functions" / function
    assert (folder / "handler.py").exists()
    assert (folder / "flow.py").exists()


@pytest.mark.parametrize("function", STEPS)
def test_the_steps_are_the_folders(function: str) -> None:
    """What ``ls`` shows is the way through a function."""
    folder = ROOT / "functions" / function
    assert {path.parent.name for path in folder.glob("*/__init__.py")} == set(STEPS[function])


@pytest.mark.parametrize("function", STEPS)
def test_no_step_knows_a_later_one(function: str) -> None:
    """An arrow runs from a later step to an earlier one, never back."""
    order = STEPS[function]
    for n, step in enumerate(order):
        later = (*order[n + 1 :], *ABOVE)
        refused = tuple(f"functions.{function}.{name}" for name in later)
        for path in _sources(f"functions/{function}/{step}"):
            back = [
                name
                for name in _imports(path)
                if name in refused or name.startswith(tuple(f"{r}." for r in refused))
            ]
            assert not back, f"{path.relative_to(ROOT)} imports {back}"


def test_there_is_no_circle() -> None:
    """No module imports itself by way of others; the floors of the house are printed."""
    graph = _graph()
    # A circle is named by the error that this raises.
    floors: dict[str, int] = {}
    for name in TopologicalSorter(graph).static_order():
        floors[name] = 1 + max((floors[target] for target in graph[name]), default=0)
    for floor in range(max(floors.values()), 0, -1):
        print(f"floor {floor}: {' '.join(sorted(n for n in floors if floors[n] == floor))}")
    print(f"{len(floors)} modules on {max(floors.values())} floors, 0 circles")
    assert set(floors) == set(graph)


@pytest.mark.parametrize("place", PURE)
def test_rules_touch_nothing_outside(place: str) -> None:
    """A rule has no clock, no network and no AWS."""
    paths = [ROOT / place] if place.endswith(".py") else list(_sources(place))
    assert paths
    for path in paths:
        touched = {name.split(".")[0] for name in _imports(path)} & IMPURE_MODULES
        assert not touched, f"{path.relative_to(ROOT)} imports {touched}"
        nodes = ast.walk(ast.parse(path.read_text()))
        assert not any(_tells_time(node) for node in nodes), f"{path} asks the clock"


def _tells_time(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today")


def test_modules_stay_small() -> None:
    """A module over 300 lines holds two ideas."""
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in _sources("functions", "infra", "tools", "tests", "benchmarks")
        if path not in ONE_FILE
    }
    assert {name: n for name, n in lengths.items() if n > MAX_LINES} == {}


def test_folders_stay_small() -> None:
    """What a folder holds can be seen at once: at most a dozen modules."""
    folders = Counter(
        str(path.parent.relative_to(ROOT))
        for path in _sources("functions", "infra", "tools")
        if path.name != "__init__.py"
    )
    assert {name: n for name, n in folders.items() if n > MAX_MODULES} == {}


def test_no_module_is_a_drawer() -> None:
    """A module is named after what it does."""
    drawers = [
        path for path in _sources("functions", "infra", "tools") if path.stem.lower() in NO_NAMES
    ]
    assert drawers == []


def test_the_api_function_loads_neither_httpx_nor_pydantic() -> None:
    """Cold starts pay for every import."""
    for path in _sources("functions/api"):
        heavy = {name.split(".")[0] for name in _imports(path)} & {"httpx", "pydantic", "nacl"}
        assert not heavy, f"{path.relative_to(ROOT)} imports {heavy}"
