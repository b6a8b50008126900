"""gzip whose deflated bytes can be copied into another gzip member, without a look inside.

Pure. An object of evidence is an ordinary gzip member with ``mtime`` 0 and no name, so equal
content has equal bytes. Its deflate body ends in a full flush: on a byte boundary, behind which
nothing refers to what came before. What stands between head and end can therefore be put between
other such pieces; the CRC-32 of the whole follows from those of the parts.
Source: RFC 1951, 3.2.3 and 3.2.4; RFC 1952, 2.3; zlib's manual, ``Z_FULL_FLUSH``.
"""

import gzip
import zlib

# No name, no time, no operating system.
HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
# The last block, empty.
END = b"\x03\0"
_LEVEL = 6
_RAW = -15
# An empty stored block: what a flush leaves.
_FLUSHED = b"\0\0\xff\xff"
_TRAILER = 8


def pack_gzip(body: bytes) -> bytes:
    """Compress to bytes that depend on the content, and on zlib's build, alone."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    piece = packer.compress(body) + packer.flush(zlib.Z_FULL_FLUSH)
    return HEAD + piece + END + trailer(zlib.crc32(body), len(body))


def trailer(crc32: int, size: int) -> bytes:
    """Return the last bytes of a member, by CRC-32 and size of what it holds."""
    return b"".join(number.to_bytes(4, "little") for number in (crc32, size & 0xFFFFFFFF))


def unpack_gzip(packed: bytes) -> bytes:
    """Decompress what ``pack_gzip`` wrote, or anybody's gzip."""
    return gzip.decompress(packed)


def deflated(packed: bytes) -> memoryview | None:
    """Return the deflated bytes of a member that ``pack_gzip`` wrote; None for one made otherwise.

    Only its ends are looked at: whoever copies it must inflate it as well.
    """
    last = len(packed) - _TRAILER - len(END)
    if packed[: len(HEAD)] != HEAD or packed[last - len(_FLUSHED) : last + 2] != _FLUSHED + END:
        return None
    return memoryview(packed)[len(HEAD) : last]
