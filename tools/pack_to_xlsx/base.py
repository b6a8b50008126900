"""What every part shares: limits, errors, escaped output, progress."""

from __future__ import annotations

import json
import re
import sys
import time
from typing import Any

VERSION = "0.1.0"
COULD_NOT_WRITE = 2
MAX_SHEET_ROWS = (1 << 20) - 1  # Excel's, less the line of titles

MAX_TEXT = 32_767  # Excel's, in UTF-16 units
EVERY_S = 5.0

# What XML does not allow or would change, other control characters, what turns text round. And
# where two of Excel's own escapes share an underscore, as in _x0041_x0042_: XlsxWriter would let
# Excel read the second.
UNSHOWN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_x[0-9A-Fa-f]{4}_)"
)


class CannotWrite(Exception):
    """No workbook can be made: usage, a file that cannot be read or written, another pack."""


class NotVerified(Exception):
    """The pack did not pass, in the verifier's words.

    Attributes:
        code: the verifier's exit code.
    """

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.code = code


def shown(value: object, limit: int = 160) -> str:
    """Return `value` as printable ASCII on one line, whatever it holds (terminal escapes, bidi)."""
    text = str(value)
    cut = text if len(text) <= limit else text[:limit] + "..."
    return "".join(
        c if " " <= c <= "~" and c != "\\" else c.encode("unicode_escape").decode() for c in cut
    )


def json_object(data: bytes) -> dict[str, Any] | None:
    """Return the JSON object that `data` is, None where it is something else."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def canonical(value: object) -> str:
    """Return a JSON value as the pack writes it, with what cannot be shown escaped."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return UNSHOWN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


class Progress:
    """Tells on standard error how far long work has come."""

    def __init__(self, is_long: bool) -> None:
        self._is_long = is_long
        self._next = 0.0

    def begin(self, words: str) -> None:
        """Tell that a part of the work begins."""
        if self._is_long:
            print(f"{words} ...", file=sys.stderr, flush=True)
            self._next = time.monotonic() + EVERY_S

    def tell(self, name: str, n: int, n_all: int) -> None:
        """Tell how far it has come, now and then."""
        if self._is_long and time.monotonic() >= self._next:
            self.begin(f"{name}: {n:,} of {n_all:,} rows")
