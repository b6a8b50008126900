"""A tar writer for tests that writes any header it is told to, and gzip around it."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Entry:
    """One member of the tar; `header` replaces fields of its header before the checksum."""

    name: str
    data: bytes
    header: dict[str, bytes] = field(default_factory=dict)
    raw_header: Callable[[bytes], bytes] = lambda header: header
    padding: bytes | None = None


FIELDS = {
    "name": (0, 100),
    "mode": (100, 8),
    "uid": (108, 8),
    "gid": (116, 8),
    "size": (124, 12),
    "mtime": (136, 12),
    "typeflag": (156, 1),
    "linkname": (157, 100),
    "magic": (257, 8),
    "prefix": (345, 155),
}


def tar_entry(entry: Entry) -> bytes:
    """Return header, data and padding of one member."""
    values = {
        "name": entry.name.encode(),
        "mode": b"0000644\0",
        "uid": b"0000000\0",
        "gid": b"0000000\0",
        "size": b"%011o\0" % len(entry.data),
        "mtime": b"00000000000\0",
        "typeflag": b"0",
        "magic": b"ustar\x0000",
        **entry.header,
    }
    header = bytearray(512)
    for name, value in values.items():
        start, length = FIELDS[name]
        header[start : start + length] = value.ljust(length, b"\0")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    padding = b"\0" * (-len(entry.data) % 512) if entry.padding is None else entry.padding
    return entry.raw_header(bytes(header)) + entry.data + padding


def gzipped(data: bytes) -> bytes:
    """Return one gzip member, the same under every Python: no name, time 0, no system named."""
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = squeeze.compress(data) + squeeze.flush()
    trailer = struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + body + trailer
