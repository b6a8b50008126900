"""Rows as CSV (RFC 4180), safe to open in a spreadsheet. Pure.

A cell that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV
injection). What the dashboard saves is made in the same way (``dashboard/app/csv.js``).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from functions.shared.canonical import canonical

# Without it spreadsheets read UTF-8 as the local code page.
BYTE_ORDER_MARK: Final = "\ufeff"
# Spreadsheets in East Asian locales take the full-width forms for their plain twins.
_FORMULA_START: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
# They cannot be seen and change what is seen; the last ones are blank letters.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BLANK: Final = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_QUOTED: Final = frozenset("\t\r\n")
_PLAIN: Final = re.compile(r"[ -~]*")


def csv_line(cells: Iterable[object]) -> str:
    """Return a line of values, each quoted, with its end."""
    return ",".join(map(_cell, cells)) + "\r\n"


def csv_row(row: Mapping[str, object], fields: Iterable[str]) -> str:
    """Return the line of a row; a fact that is absent is an empty cell."""
    return csv_line(row[name] for name in fields)


def _cell(value: object) -> str:
    text = _text(value)
    guard = "'" if text.startswith(_FORMULA_START) else ""
    return f'"{guard}{_without_hidden(text).replace(chr(34), chr(34) * 2)}"'


def _text(value: object) -> str:
    """Return a value as text; lists and objects stay JSON, as in the pack."""
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical(value).decode()


def _without_hidden(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_escaped(char) if _is_hidden(char) else char for char in text)


def _is_hidden(char: str) -> bool:
    return char not in _QUOTED and (char in _BLANK or unicodedata.category(char) in _HIDDEN)


def _escaped(char: str) -> str:
    code = f"{ord(char):04X}"
    return f"\\u{{{code}}}" if len(code) > 4 else f"\\u{code}"
