"""Spools: the pack's members on disk, growing row by row, digested and deflated on the way.

A pack may be larger than the function's memory and its disk; what is held here is a few blocks, and
what lies on disk is deflated, ready to be copied into the archive. It is deflated in pieces, each
by itself: a piece ends on a byte boundary and refers to nothing before it, so pieces can be made in
a thread, or be there already, and join to one gzip member; the CRC-32 of the whole follows from
those of the parts. What comes out depends on the bytes of each piece and on the build of the
compressor, on nothing else. A block is full, or ends where a piece comes that is deflated already,
so that the same rows become the same bytes.
Source: RFC 1951, 3.2.4; python-isal and ISA-L, ``igzip``.
"""

import hashlib
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from isal import isal_zlib

from functions.shared.canonical import canonical
from functions.shared.records.packs import ManifestFile

_BLOCK = 1 << 20
# Blocks that wait for the thread.
_MAX_WAITING = 2
# Level 1 of 0 to 3: 0 is hardly faster here and a third larger.
_LEVEL = 1
_RAW = -15


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes, deflated by themselves.

    Attributes:
        packed: raw deflate blocks, none of them the last, ended on a byte boundary.
        size: bytes, inflated.
        crc32: of the inflated bytes.
    """

    packed: bytes | memoryview
    size: int
    crc32: int


def deflate(data: bytes | bytearray) -> Piece:
    """Return the bytes as a piece."""
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _RAW)
    packed = packer.compress(data) + packer.flush(isal_zlib.Z_SYNC_FLUSH)
    return Piece(packed, len(data), isal_zlib.crc32(data))


def joined_crc32(first: int, second: int, second_size: int) -> int:
    """Return the CRC-32 of two runs of bytes from those of each."""
    return isal_zlib.crc32_combine(first, second, second_size)


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

    def entry(self) -> ManifestFile:
        """Return what the manifest's ``files`` say of it."""
        return {"name": self.name, "rows": self.rows, "bytes": self.size, "sha256": self.sha256}


@dataclass(slots=True)
class Spool:
    """A member that is being written.

    Attributes:
        path: where it lies.
        name: the member's; else the last part of the path.
    """

    path: Path
    name: str = ""
    _file: IO[bytes] = field(init=False)
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _block: bytearray = field(default_factory=bytearray)
    _threads: ThreadPoolExecutor | None = None
    _waiting: "deque[Future[Piece]]" = field(default_factory=deque)
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

    def add_row(self, row: Mapping[str, object]) -> bytes:
        """Add one row, canonical, ended by one newline; return its bytes."""
        line = canonical(row) + b"\n"
        self.add_bytes(line, 1)
        return line

    def add_bytes(self, data: bytes | bytearray, rows: int | None = None) -> None:
        """Add bytes as they are; whoever knows how many newlines are in them may say so."""
        self._rows += data.count(b"\n") if rows is None else rows
        self._block += data
        while len(self._block) >= _BLOCK:
            block = bytes(memoryview(self._block)[:_BLOCK])
            del self._block[:_BLOCK]
            self._submit(block)

    def add_piece(self, data: bytes | bytearray, rows: int, piece: Piece) -> None:
        """Add bytes that are deflated already."""
        self._end_block()
        self._rows += rows
        self._submit(data, piece)

    def finish(self) -> Member:
        """Close the file and return it as a member."""
        self._end_block()
        while self._waiting:
            self._write()
        self._file.close()
        digest = self._digest.hexdigest()
        name = self.name or self.path.name
        return Member(name, self.path, self._rows, self._size, digest, self._crc32)

    def _end_block(self) -> None:
        if self._block:
            block = bytes(self._block)
            self._block.clear()
            self._submit(block)

    def _submit(self, data: bytes | bytearray, piece: Piece | None = None) -> None:
        """Have the thread digest some bytes, and deflate them where they are not."""
        if self._threads is None:
            # One: blocks are digested in their order.
            self._threads = ThreadPoolExecutor(1)
        self._waiting.append(self._threads.submit(self._digest_and_deflate, data, piece))
        self._size += len(data)
        while len(self._waiting) > _MAX_WAITING:
            self._write()

    def _digest_and_deflate(self, data: bytes | bytearray, piece: Piece | None) -> Piece:
        self._digest.update(data)
        return piece or deflate(data)

    def _write(self) -> None:
        piece = self._waiting.popleft().result()
        self._crc32 = joined_crc32(self._crc32, piece.crc32, piece.size)
        self._file.write(piece.packed)
