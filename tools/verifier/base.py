"""What every check shares: the numbers and titles, the caps, the errors, escaped output."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import BinaryIO

CHECKS = {
    1: "pinned key",
    2: "archive",
    3: "signature file",
    4: "signature",
    5: "strict manifest",
    6: "known manifest",
    7: "members",
    8: "digests and counts",
    9: "rows",
    10: "coverage and chain",
    11: "outside facts",
}
VALID, BAD, COULD_NOT_CHECK = 0, 1, 2

# Caps. Whatever is not capped here is capped by a number that the signature covers.
MAX_MANIFEST = 4 << 20
MAX_SIGNATURE_FILE = 4096
MAX_SCAN = 256 << 20  # how far behind other members a foreign pack's manifest may stand
MAX_ROW = 1 << 20  # of seals, and of what version 2 sealed
# Of rows that version 3 sealed, and of a large value that is kept whole: docs, "Limits".
LIMITS = {"row": 64 << 10, "seal": MAX_ROW, "whole": 1 << 20, "head": 128}
MAX_JSON_MEMBER = 4 << 20
MAX_BLOB = 64 << 20
MAX_PAX = 4096
MAX_END_PADDING = 1 << 20
MAX_REASONS = 5
MAX_RUNS = 200  # of consecutive hours that the output names
MAX_ANCHORS = 5000
MAX_HEADS = 20_000  # of the custody log: one an hour, in a pack of at most 13 months
MAX_TOKEN = 128 << 10  # of a time authority, in base64
MAX_ANCHOR_FILE = 8 << 20
MAX_REMEMBERED = 10_000  # hours and days whose form is known to be right


class Failed(Exception):
    """A numbered check failed: the evidence is bad, or (check 1) the pinned key is."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(why)
        self.number = number
        self.why = why


class CannotCheck(Exception):
    """Nothing can be said about the evidence: usage, an unreadable file, a malformed key list."""


class NotCompared(Exception):
    """A fact from elsewhere cannot be compared here, and that is nobody's fault."""


class Malformed(Exception):
    """A document is not of the form that it must have; the caller knows which check says so."""


class RowDigest:
    """How many rows there are, and their SHA-256."""

    def __init__(self) -> None:
        self.n = 0
        self._digest = hashlib.sha256()

    def add(self, line: bytes) -> None:
        """Take a row, without its newline."""
        self.n += 1
        self._digest.update(line + b"\n")

    def hex(self) -> str:
        """Return the digest of the rows up to here."""
        return self._digest.hexdigest()


def printable(value: object, limit: int = 160) -> str:
    """Return `value` as printable ASCII on one line, whatever it holds (terminal escapes, bidi)."""
    text = value if isinstance(value, str) else str(value)
    cut = text if len(text) <= limit else text[:limit] + "..."
    return "".join(
        c if " " <= c <= "~" and c != "\\" else c.encode("unicode_escape").decode() for c in cut
    )


def open_file(path: str) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        CannotCheck: the file cannot be opened or is no regular file.
    """
    # Without O_NONBLOCK a named pipe would hold the open until somebody writes to it.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = os.fdopen(os.open(path, flags), "rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise CannotCheck(f"cannot open the file: {reason}") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise CannotCheck(f"{printable(path)} is not a regular file")
    return file
