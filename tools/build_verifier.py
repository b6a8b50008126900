"""Join the parts of the auditors' verifier into the one file that auditors copy.

    python -m tools.build_verifier            write tools/evidence-pack-verify.py
    python -m tools.build_verifier --check    say whether it is current: exit 0, else 1

The parts stand in the order of `PARTS`, each only using what stands before it. Their imports of one
another are left out; those of the standard library stand once, at the top, and those of `typing`
where only type checkers look, because importing it takes time. The same parts give the same bytes.
"""

import argparse
import ast
import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

PACKAGE = Path(__file__).parent / "verifier"
BUILT = Path(__file__).parent / "evidence-pack-verify.py"
PARTS = (
    "base.py",
    "values/instants.py",
    "values/strict_json.py",
    "values/fast_json.py",
    "values/field_types.py",
    "values/trees.py",
    "ed25519.py",
    "gzip_member.py",
    "spill_to_disk.py",
    "time_authority.py",
    "manifest_format.py",
    "options.py",
    "report.py",
    "checks/check_01_04_signature.py",
    "checks/check_02_archive.py",
    "large_values.py",
    "checks/check_05_07_manifest.py",
    "checks/check_08_digests.py",
    "checks/check_09_rows.py",
    "checks/check_09_registers.py",
    "checks/check_09_events.py",
    "sealed/rule.py",
    "sealed/derived_rows.py",
    "sealed/custody.py",
    "sealed/statements.py",
    "sealed/seals.py",
    "sealed/named_by_seals.py",
    "sealed/seal_fields.py",
    "checks/check_10_chain.py",
    "checks/check_10_anchors.py",
    "sealed/members.py",
    "checks/check_09_10_reading.py",
    "checks/check_11_previous.py",
    "checks/check_11_outside_facts.py",
    "proof.py",
    "sample/evidence.py",
    "sample/draw.py",
    "__main__.py",
)
HEAD = """\
#!/usr/bin/env python3
# /// script
# requires-python = ">=3.9"
# dependencies = ["pynacl>=1.5", "orjson>=3.9"]
# ///
# Built by `python -m tools.build_verifier` from the parts in tools/verifier/, one behind the other
# of SHA-256 {digest}.
"""
RULE = "# " + "-" * 93


class NotJoinable(Exception):
    """A part cannot stand in one file with the others; the message says why."""


def build() -> str:
    """Return the text of the one file.

    Raises:
        NotJoinable: a name stands in two parts, or an import is not of a form that can be joined.
    """
    return join(PACKAGE, PARTS, HEAD)


def join(package: Path, names: Sequence[str], head: str) -> str:
    """Return the parts of a package as the text of one file.

    Args:
        package: their folder; its docstring becomes the file's.
        names: of the parts, in their order.
        head: what stands first, with ``{digest}`` for the SHA-256 of the parts.

    Raises:
        NotJoinable: a name stands in two parts, or an import is not of a form that can be joined.
    """
    parts = {name: (package / name).read_text() for name in names}
    digest = hashlib.sha256("".join(parts.values()).encode()).hexdigest()
    docstring = (package / "__init__.py").read_text().rstrip("\n")
    imports = _imports(parts)
    _check_names(parts, imports)
    blocks = [
        head.format(digest=digest) + docstring,
        "from __future__ import annotations",
        "\n".join(_import_lines(imports)),
        *(_block(name, source) for name, source in parts.items()),
    ]
    return "\n\n".join(block.strip("\n") for block in blocks[:3]) + "".join(blocks[3:]) + "\n"


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _imports(parts: dict[str, str]) -> set[tuple[str, str]]:
    """Return module and name of what the parts import from outside; no name for a whole module."""
    imports: set[tuple[str, str]] = set()
    for part, source in parts.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.Import):
                imports |= {(alias.name, "") for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                if node.module in (None, "__future__") or str(node.module).startswith("tools."):
                    continue
                imports |= {(str(node.module), alias.name) for alias in node.names}
            if _is_import(node) and any(alias.asname for alias in node.names):  # type: ignore[attr-defined]
                raise NotJoinable(f"{part}: an import under another name cannot be joined")
    return imports


def _import_lines(imports: set[tuple[str, str]]) -> Iterator[str]:
    """Yield the import statements, with those of `typing` where they take no time."""
    yield from (f"import {module}" for module, name in sorted(imports) if not name)
    modules = sorted({module for module, name in imports if name} - {"typing"})
    for module in modules:
        yield _import_from(module, imports)
    yield ""
    yield "TYPE_CHECKING = False  # as typing has it, without the time that importing typing takes"
    yield "if TYPE_CHECKING:"
    yield f"    {_import_from('typing', imports)}"


def _import_from(module: str, imports: set[tuple[str, str]]) -> str:
    names = sorted(name for origin, name in imports if origin == module and name)
    return f"from {module} import {', '.join(names)}"


def _block(part: str, source: str) -> str:
    """Return a part under its docstring as a comment, without its imports."""
    tree = ast.parse(source)
    docstring = ast.get_docstring(tree)
    if docstring is None:
        raise NotJoinable(f"{part} has no docstring")
    title = "\n".join(f"# {line}".rstrip() for line in docstring.splitlines())
    last = max(
        node.end_lineno or 0 for node in tree.body if node is tree.body[0] or _is_import(node)
    )
    body = "\n".join(source.splitlines()[last:]).strip("\n")
    gap = "\n\n\n" if body.startswith(("def ", "class ", "@")) else "\n\n"
    return f"\n\n\n{RULE}\n{title}{gap}{body}"


def _check_names(parts: dict[str, str], imports: set[tuple[str, str]]) -> None:
    owners = {name or module.partition(".")[0]: "an import" for module, name in imports}
    for part, source in parts.items():
        for name in _names(ast.parse(source)):
            if owners.setdefault(name, part) != part:
                raise NotJoinable(f"{name} stands in {owners[name]} and in {part}")


def _names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in ast.walk(node):
                if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store):
                    yield target.id


def main(argv: list[str] | None = None) -> int:
    """Write the one file, or say whether it is current."""
    parser = argparse.ArgumentParser(description="Join tools/verifier/ into one file.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if not current")
    return write_or_check(BUILT, build(), check=parser.parse_args(argv).check)


def write_or_check(path: Path, text: str, *, check: bool) -> int:
    """Write a built file, or say whether it is current; return the exit status."""
    if check:
        is_current = path.read_text() == text
        print(f"{path.name} is {'' if is_current else 'not '}what its parts give")
        return 0 if is_current else 1
    path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
