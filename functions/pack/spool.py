"""Spools: the pack's members on disk, growing row by row, digested on the way.

A pack may be larger than the function's memory; nothing here holds more than one row.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from functions.shared.canonical import Json, canonical

_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """A finished file of the pack.

    Attributes:
        name: in the archive.
        path: where it lies.
        rows: newlines in it.
        size: in bytes.
        sha256: of its bytes.
    """

    name: str
    path: Path
    rows: int
    size: int
    sha256: str

    def entry(self) -> Json:
        """Return what the manifest's ``files`` say of it."""
        return {"name": self.name, "rows": self.rows, "bytes": self.size, "sha256": self.sha256}


@dataclass(slots=True)
class Spool:
    """A member that is being written.

    Attributes:
        path: where it lies; its last part is the member's name.
    """

    path: Path
    _file: IO[bytes] = field(init=False)
    _digest: "hashlib._Hash" = field(init=False)
    _rows: int = 0
    _size: int = 0

    def __post_init__(self) -> None:
        self._file = self.path.open("wb", buffering=_BUFFER)
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def row(self, row: Json) -> None:
        """Add one row, canonical, ended by one newline."""
        self.text(canonical(row) + b"\n")

    def text(self, data: bytes) -> None:
        """Add bytes as they are."""
        self._file.write(data)
        self._digest.update(data)
        self._rows += data.count(b"\n")
        self._size += len(data)

    def member(self) -> Member:
        """Close the file and return it as a member."""
        self._file.close()
        return Member(self.path.name, self.path, self._rows, self._size, self._digest.hexdigest())
