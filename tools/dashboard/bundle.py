"""The dashboard as it is published: one script and one style sheet, named by their content.

Pure but for the folder that is read. The sources are served as they are in tests and by any file
server; published, the same text stands in two files that never change and are kept for ever by
browsers, so that a first visit is a few requests and a later one fewer. Only what our modules and
the vendored ones write is understood, and anything else is refused: imports of other modules of the
folder, and exports of declarations or of a list of names.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_IMPORT: Final = re.compile(
    r"""^import\s*(\{[^}]*\}|\w+)\s*from\s*["'](\.[^"']+)["'];?""", re.MULTILINE
)
_DECLARED: Final = re.compile(r"^export ((?:async )?function|class|const|let) (\w+)", re.MULTILINE)
_LISTED: Final = re.compile(r"export\s*\{([^}]*)\};?")
_DEFAULT: Final = re.compile(r"export default ", re.MULTILINE)
_MAP: Final = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_AS: Final = re.compile(r"\s+as\s+")
_LEFT: Final = re.compile(r"^(import|export)\b", re.MULTILINE)
_SHEET: Final = re.compile(r' *<link rel="stylesheet" href="/([^"]+)">\n')
_SCRIPT: Final = re.compile(r'<script type="module" src="/([^"]+)"></script>')


def bundle(folder: Path) -> dict[str, bytes]:
    """Return the files to publish by key: the document, its script, its style sheet.

    Raises:
        ValueError: a module is written in a way that is not understood, or modules import each
            other in a circle; names it.
    """
    document = (folder / "index.html").read_text()
    sheets = _SHEET.findall(document)
    (entry,) = _SCRIPT.findall(document)
    style = "".join((folder / name).read_text() for name in sheets).encode()
    script = _script(folder, folder / entry).encode()
    names = {_named("page", "css", style): style, _named("app", "js", script): script}
    style_name, script_name = names
    document = _SHEET.sub("", document)
    document = _SCRIPT.sub(
        f'<link rel="stylesheet" href="/{style_name}">\n'
        f'    <script type="module" src="/{script_name}"></script>',
        document,
    )
    return {"index.html": document.encode(), **names}


def _named(stem: str, suffix: str, body: bytes) -> str:
    return f"assets/{stem}-{hashlib.sha256(body).hexdigest()[:16]}.{suffix}"


def _script(folder: Path, entry: Path) -> str:
    """Return every module that the entry needs, each behind those it imports."""
    variables: dict[Path, str] = {}
    parts: list[str] = []
    for path, text in _in_order(entry, {}):
        variables[path] = f"m{len(variables)}"
        parts.append(_module(path, text, variables, path.relative_to(folder).as_posix()))
    return "".join(parts)


def _in_order(path: Path, seen: dict[Path, bool]) -> Iterator[tuple[Path, str]]:
    """Yield modules, the imported ones first; ``seen`` says which of those are done."""
    if path in seen:
        if not seen[path]:
            raise ValueError(f"{path.name} imports itself by way of another module")
        return
    seen[path] = False
    text = path.read_text()
    for _, name in _IMPORT.findall(text):
        yield from _in_order((path.parent / name).resolve(), seen)
    seen[path] = True
    yield path, text


def _module(path: Path, text: str, variables: Mapping[Path, str], name: str) -> str:
    """Return a module as a function that is called once and gives what the module exports."""

    def imported(match: re.Match[str]) -> str:
        names, other = match[1], variables[(path.parent / match[2]).resolve()]
        if not names.startswith("{"):
            return f"const {names} = {other}.default;"
        return f"const {_AS.sub(': ', names)} = {other};"

    exports = [exported for _, exported in _DECLARED.findall(text)]
    for listed in _LISTED.findall(text):
        for each in filter(None, (word.strip() for word in listed.split(","))):
            inner, _, outer = each.partition(" as ")
            exports.append(f"{outer}: {inner}" if outer else inner)
    body = _IMPORT.sub(imported, _MAP.sub("", text))
    body = _LISTED.sub("", _DECLARED.sub(r"\1 \2", body))
    if _DEFAULT.search(body):
        body = _DEFAULT.sub("const whole = ", body, count=1)
        exports.append("default: whole")
    if left := _LEFT.search(body):
        raise ValueError(f"{name}: this {left[1]} is not understood")
    return (
        f"// {name}\nconst {variables[path]} = (() => {{\n{body}\n"
        f"return {{ {', '.join(exports)} }};\n}})();\n"
    )
