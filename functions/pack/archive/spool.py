"""Spools: the pack's members on disk, growing row by row, digested and deflated on the way.

A pack may be larger than the function's memory and its disk; what is held here is a few blocks, and
what lies on disk is deflated, ready to be copied into the archive. A block is full, or ends where
a piece comes that is deflated already, so that the same rows become the same bytes.
"""

import hashlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from functions.pack.archive.gzip_pieces import Piece, deflate, joined_crc32
from functions.shared.canonical import Json, canonical

_BLOCK = 1 << 20
# Blocks that wait for the thread.
_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Member:
    """A finished file of the pack.

    Attributes:
        name: in the archive.
        path: where it lies, deflated.
        rows: newlines in it.
        size: in bytes, inflated.
        sha256: of its inflated bytes.
        crc32: of its inflated bytes.
    """

    name: str
    path: Path
    rows: int
    size: int
    sha256: str
    crc32: int

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
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _block: bytearray = field(default_factory=bytearray)
    _threads: ThreadPoolExecutor | None = None
    _under_way: "deque[Future[Piece]]" = field(default_factory=deque)
    _rows: int = 0
    _size: int = 0
    _crc32: int = 0

    def __post_init__(self) -> None:
        self._file = self.path.open("wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._threads:
            self._threads.shutdown(cancel_futures=True)
        self._file.close()

    def row(self, row: Json) -> None:
        """Add one row, canonical, ended by one newline."""
        self.text(canonical(row) + b"\n", 1)

    def text(self, data: bytes | bytearray, rows: int | None = None) -> None:
        """Add bytes as they are; whoever knows how many newlines are in them may say so."""
        self._rows += data.count(b"\n") if rows is None else rows
        self._block += data
        while len(self._block) >= _BLOCK:
            block = bytes(memoryview(self._block)[:_BLOCK])
            del self._block[:_BLOCK]
            self._begin(block)

    def piece(self, data: bytes | bytearray, rows: int, piece: Piece) -> None:
        """Add bytes that are deflated already."""
        self._end_block()
        self._rows += rows
        self._begin(data, piece)

    def member(self) -> Member:
        """Close the file and return it as a member."""
        self._end_block()
        while self._under_way:
            self._write()
        self._file.close()
        digest = self._digest.hexdigest()
        return Member(self.path.name, self.path, self._rows, self._size, digest, self._crc32)

    def _end_block(self) -> None:
        if self._block:
            block = bytes(self._block)
            self._block.clear()
            self._begin(block)

    def _begin(self, data: bytes | bytearray, piece: Piece | None = None) -> None:
        """Digest some bytes in the thread, and deflate them where they are not."""
        if self._threads is None:
            # One: blocks are digested in their order.
            self._threads = ThreadPoolExecutor(1)
        self._under_way.append(self._threads.submit(self._digested, data, piece))
        self._size += len(data)
        while len(self._under_way) > _AHEAD:
            self._write()

    def _digested(self, data: bytes | bytearray, piece: Piece | None) -> Piece:
        self._digest.update(data)
        return piece or deflate(data)

    def _write(self) -> None:
        piece = self._under_way.popleft().result()
        self._crc32 = joined_crc32(self._crc32, piece.crc32, piece.size)
        self._file.write(piece.packed)
