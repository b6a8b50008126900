"""The one file that makes workbooks is what its parts give, byte for byte."""

import ast

from tests.tools.workbook import SCRIPT
from tools.build_verifier import join
from tools.build_workbook import BUILT, HEAD, PACKAGE, PARTS, main


def test_the_committed_file_is_what_the_parts_give() -> None:
    """Where this fails: ``python -m tools.build_workbook`` writes it anew."""
    assert BUILT == SCRIPT
    assert SCRIPT.read_text() == join(PACKAGE, PARTS, HEAD)
    assert main(["--check"]) == 0


def test_every_module_is_a_part_that_uses_only_what_stands_before_it() -> None:
    """None is forgotten, and the one file has no name before it is made."""
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", *PARTS}
    seen: set[str] = set()
    for name in PARTS:
        for node in ast.walk(ast.parse((PACKAGE / name).read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("tools."):
                assert node.module in seen, f"{name} imports {node.module}"
        seen.add("tools.pack_to_xlsx." + name.removesuffix(".py"))
