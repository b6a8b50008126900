"""The small faults: where in a module one could stand, and what the module is with it.

Pure. A mutant is known by its module, function, mutated line and the change, not by its line
number, so that editing one place leaves the sample elsewhere as it was.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
SEED = "2026"

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "//",
    ast.FloorDiv: "*",
    ast.Div: "*",
    ast.Mod: "+",
    ast.BitAnd: "|",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small fault.

    Attributes:
        path: of the module, from the root.
        function: qualified name of the function it stands in, empty for the module itself.
        line: the line as it is, stripped.
        change: what becomes of it, in short.
        start: first byte that is replaced.
        end: the byte behind the last one.
        text: what stands there instead.
    """

    path: str
    function: str
    line: str
    change: str
    start: int = field(compare=False)
    end: int = field(compare=False)
    text: str = field(compare=False)

    @property
    def name(self) -> str:
        """Return what a list of survivors knows it by."""
        return f"{self.path} {self.function}: {self.line} [{self.change}]"

    @property
    def rank(self) -> str:
        """Return where it stands in the drawing of the sample."""
        return hashlib.sha256(f"{SEED} {self.name}".encode()).hexdigest()

    def source(self) -> bytes:
        """Return the module with the fault in it."""
        source = (ROOT / self.path).read_bytes()
        return source[: self.start] + self.text.encode() + source[self.end :]


def sample(mutants: Iterable[Mutant], size: int) -> list[Mutant]:
    """Return the mutants drawn, the same ones each time."""
    by_name = {mutant.name: mutant for mutant in mutants}
    return sorted(by_name.values(), key=lambda mutant: mutant.rank)[:size]


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Yield every small fault that a module can have."""
    source = path.read_bytes()
    visitor = _Sites(str(path.relative_to(ROOT)), source)
    visitor.visit(ast.parse(source))
    yield from visitor.mutants


class _Sites(ast.NodeVisitor):
    """Collects mutants on the way through a module's syntax tree."""

    def __init__(self, path: str, source: bytes) -> None:
        self.mutants: list[Mutant] = []
        self._path, self._source = path, source
        self._lines = source.split(b"\n")
        self._offsets = [0]
        for line in self._lines:
            self._offsets.append(self._offsets[-1] + len(line) + 1)
        self._scope: list[str] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._scoped(node.name, node.body)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._scoped(node.name, node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._scoped(node.name, node.body)

    def _scoped(self, name: str, body: list[ast.stmt]) -> None:
        self._scope.append(name)
        for statement in body:
            self.visit(statement)
        self._scope.pop()

    def visit_Compare(self, node: ast.Compare) -> None:
        left: ast.expr = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            self._between(left, right, _COMPARISONS[type(operator)], node)
            left = right
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        other = "or" if isinstance(node.op, ast.And) else "and"
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, other, node)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        text = _ARITHMETIC.get(type(node.op))
        is_text = any(isinstance(side, ast.JoinedStr) for side in (node.left, node.right))
        if text and not is_text:
            self._between(node.left, node.right, text, node)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            start = self._start(node)
            self._add(node, start, start + len("not "), "", "without not")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        start, end = self._start(node), self._end(node)
        if isinstance(node.value, bool):
            self._add(node, start, end, str(not node.value), f"{node.value} to {not node.value}")
        elif isinstance(node.value, int):
            self._add(node, start, end, str(node.value + 1), f"{node.value} to {node.value + 1}")

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave texts be: positions within them are not those of the file."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def _between(self, left: ast.expr, right: ast.expr, text: str, node: ast.expr) -> None:
        """Replace the operator that stands between two operands."""
        start, end = self._end(left), self._start(right)
        between = self._source[start:end]
        operator = between.strip(b" ()\n\\")
        if not operator or b"#" in between or between.count(operator) != 1:
            return
        at = start + between.index(operator)
        change = f"{operator.decode()} to {text}"
        self._add(node, at, at + len(operator), text, change)

    def _add(self, node: ast.expr, start: int, end: int, text: str, change: str) -> None:
        line = self._lines[node.lineno - 1].decode().strip()
        scope = ".".join(self._scope)
        self.mutants.append(Mutant(self._path, scope, line, change, start, end, text))

    def _start(self, node: ast.expr) -> int:
        return self._offsets[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._offsets[node.end_lineno - 1] + node.end_col_offset
