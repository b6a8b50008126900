"""Deflate: pieces compressed apart, each by itself, that join to one gzip member.

Part of steps 2 and 4 of 6; pure but for the file it writes. A piece ends on a byte boundary and
refers to nothing before it, so pieces can be made side by side, in threads, and copied into the
archive as they are; the CRC-32 of the whole follows from those of the parts. What comes out depends
on the bytes of each piece and on the build of the compressor that made it, on nothing else.
Source: RFC 1951, 3.2.4; RFC 1952, 2.3; python-isal and ISA-L, ``igzip``.
"""

import hashlib
from dataclasses import dataclass, field
from typing import IO

from isal import isal_zlib

from functions.shared.aws.gzip_member import END, HEAD, trailer

# Level 1 of 0 to 3: 0 is hardly faster here and a third larger.
_LEVEL = 1
_RAW = -15


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes, deflated.

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


@dataclass(slots=True)
class Gzip:
    """One gzip member that is being joined.

    Attributes:
        file: where it goes.
        size: bytes written.
    """

    file: IO[bytes]
    size: int = 0
    _inflated: int = 0
    _crc32: int = 0
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def __post_init__(self) -> None:
        self.raw(HEAD)

    def raw(self, packed: bytes | memoryview) -> None:
        """Write deflated bytes as they are; ``account`` must tell of what is in them."""
        self.file.write(packed)
        self._digest.update(packed)
        self.size += len(packed)

    def account(self, size: int, crc32: int) -> None:
        """Take the size and the CRC-32 of inflated bytes into those of the whole."""
        self._crc32 = joined_crc32(self._crc32, crc32, size)
        self._inflated += size

    def add(self, data: bytes) -> None:
        """Deflate bytes and write them."""
        piece = deflate(data)
        self.raw(piece.packed)
        self.account(piece.size, piece.crc32)

    def end(self) -> str:
        """Write the end; return the SHA-256 of everything written."""
        self.raw(END + trailer(self._crc32, self._inflated))
        return self._digest.hexdigest()
