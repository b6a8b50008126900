"""Rows are typed records: nothing in the functions lets a misspelt field name pass."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args, is_typeddict

import pytest

import functions.shared.records
from functions.shared.records.fields import fields_of
from functions.shared.records.seals import Outcome
from functions.shared.sections import REGISTERED

ROOT = Path(__file__).parent.parent
RECORDS = "functions/shared/records/"
# Where nobody has checked yet what is read: by module or folder, with what it is.
EDGES = {
    "functions/shared/canonical.py": "any JSON",
    "functions/shared/clock.py": "the environment",
    "functions/shared/limits.py": "values of any form",
    "functions/shared/settings.py": "the environment",
    "functions/shared/aws/": "answers of AWS",
    "functions/shared/evidence/seals.py": "seals of unknown version",
    "functions/shared/http/": "events of API Gateway",
    "functions/shared/openai/": "answers of OpenAI",
    "functions/connect/check.py": "answers of OpenAI",
    "functions/connect/expiry.py": "answers of OpenAI",
    "functions/connect/form.py": "bodies of requests",
    "functions/connect/handler.py": "events of Lambda",
    "functions/access/authorizer.py": "events of Lambda",
    "functions/access/handler.py": "events of Lambda",
    "functions/access/id_tokens.py": "claims of tokens",
    "functions/access/token_request.py": "forms, as callers send them",
    "functions/notify/handler.py": "events of Lambda",
    "functions/notify/wake.py": "events of Lambda",
    "functions/api/handler.py": "events of Lambda",
    "functions/api/export/pinned.py": "rows of any list",
    "functions/api/export/rows.py": "rows of any list",
    "functions/api/export/whole_list.py": "queries, as callers send them",
    "functions/api/feed/ocsf.py": "events in the words of OCSF",
    "functions/api/cursor.py": "cursors, as callers send them",
    "functions/snapshot/checkpoint.py": "what an earlier run left",
    "functions/snapshot/records.py": "what an earlier run left",
    "functions/snapshot/handler.py": "events of Lambda",
    "functions/snapshot/dispatch.py": "events of Lambda",
    "functions/snapshot/fetch/": "answers of OpenAI",
    "functions/snapshot/normalize/": "answers of OpenAI",
    "functions/snapshot/compare/event_payload.py": "payloads of audit events",
    "functions/snapshot/seal/item_size.py": "values of any form",
    "functions/pack/collect/collection_report.py": "the questions asked of OpenAI",
    "functions/pack/handler.py": "events of Lambda",
    "functions/pack/dispatch.py": "events of Lambda",
    "functions/pack/dead_letters.py": "events of Lambda",
    "functions/pack/anchor/anchor.py": "events of Lambda, and the environment",
    "functions/pack/keys/create.py": "events of CloudFormation",
    "functions/pack/keys/operator_commands.py": "commands of an operator",
}
# Names that are values of fields as well: sections, registers, outcomes, states of findings.
VALUES = {*REGISTERED, "audit_events", "findings", "open_changes", *get_args(Outcome)}
VALUES |= {"open", "resolved"}
# Modules and folders whose rows are no records yet.
NOT_YET_TYPED: tuple[str, ...] = ()


def _modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield the modules of which the rules hold, parsed."""
    for path in sorted((ROOT / "functions").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if not name.startswith((RECORDS, *EDGES, *NOT_YET_TYPED)):
            yield name, ast.parse(path.read_text())


@cache
def records() -> dict[str, frozenset[str]]:
    """Return the fields of each record."""
    found: dict[str, frozenset[str]] = {}
    for module in pkgutil.walk_packages(
        functions.shared.records.__path__, "functions.shared.records."
    ):
        for name, value in inspect.getmembers(importlib.import_module(module.name)):
            if is_typeddict(value):
                found[name] = frozenset(fields_of(value))
    return found


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_lenient_read(node: ast.AST) -> bool:
    """Tell whether a node is ``row.get("field")``: what is misspelt there is silently absent."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("get", "pop", "setdefault")
        and bool(node.args)
        and not (_text(node.args[0]) or "/").startswith("/")
    )


def _names(node: ast.AST) -> list[str] | None:
    """Return the texts that a tuple, list or set is of, None where it is of anything else."""
    if not isinstance(node, ast.Tuple | ast.List | ast.Set):
        return None
    names: list[str] = []
    for part in node.elts:
        more = _names(part.value) if isinstance(part, ast.Starred) else None
        text = _text(part)
        if more is None and text is None:
            return None
        names += more or [text or ""]
    return names


def _is_field_list(node: ast.AST) -> bool:
    """Tell whether a node lists fields of a record, which only the record may do."""
    names = _names(node)
    if names is None or len(names) < 2 or VALUES.issuperset(names):
        return False
    return any(fields.issuperset(names) for fields in records().values())


def _is_untyped_row(node: ast.AST) -> bool:
    """Tell whether a node is a type that has any field: ``Json``, ``dict[str, Any]``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "Any]" in node.value:
        return any(f"{kind}[str, Any]" in node.value for kind in ("dict", "Mapping"))
    if isinstance(node, ast.Name):
        return node.id == "Json"
    return isinstance(node, ast.Subscript) and ast.unparse(node) in (
        "dict[str, Any]",
        "Mapping[str, Any]",
        "MutableMapping[str, Any]",
    )


def _in_types(tree: ast.Module) -> set[int]:
    """Return the nodes that say which words a type has: ``Literal["users", "projects"]``."""
    return {
        id(node.slice)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal"
    }


RULES = {
    "reads a field leniently": _is_lenient_read,
    "lists fields of a record": _is_field_list,
    "has a row without a record": _is_untyped_row,
}


@pytest.mark.parametrize("rule", RULES)
def test_rows_are_read_and_made_as_records(rule: str) -> None:
    """A misspelt field name is mypy's to find, so nothing hides one from it."""
    broken = []
    for name, tree in _modules():
        words = _in_types(tree)
        broken += [
            f"{name}:{getattr(node, 'lineno', 0)} {rule}: {ast.unparse(node):.60}"
            for node in ast.walk(tree)
            if RULES[rule](node) and id(node) not in words
        ]
    assert broken == []


def test_the_edges_are_there() -> None:
    """An exception whose module is gone is taken off the list."""
    assert [name for name in EDGES if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    ("rule", "text", "breaks"),
    [
        ("reads a field leniently", 'row.get("role")', True),
        ("reads a field leniently", 'row.pop("role", None)', True),
        ("reads a field leniently", "row.get(name)", False),
        ("reads a field leniently", 'openai.get("/users")', False),
        ("lists fields of a record", '("user_id", "role")', True),
        ("lists fields of a record", '{*("user_id", "role"), "added_at"}', True),
        ("lists fields of a record", '["role"]', False),
        ("lists fields of a record", '("users", "api_keys")', False),
        ("lists fields of a record", '("user_id", "elsewhere")', False),
        ("has a row without a record", "x: dict[str, Any]", True),
        ("has a row without a record", 'x: "Mapping[str, Any]"', True),
        ("has a row without a record", "x: list[Json]", True),
        ("has a row without a record", "x: Mapping[str, object]", False),
    ],
)
def test_the_rules_see_what_they_are_about(rule: str, text: str, breaks: bool) -> None:
    """And nothing else."""
    assert any(RULES[rule](node) for node in ast.walk(ast.parse(text))) == breaks
