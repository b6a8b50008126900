"""The archive: a plain ustar tar in one gzip member, the same bytes for the same members.

Part of step 4 of 6 (publish). Regular files only, mode 0644, owner 0, time 0, no names of persons
or machines; a pax header only for what octal cannot say (over 8 GiB).
Source: POSIX.1-2018, pax, "ustar Interchange Format"; RFC 1952.
"""

from dataclasses import dataclass
from pathlib import Path

from functions.pack.archive.gzip_pieces import Gzip
from functions.pack.archive.spool import Member

_BLOCK = 512
_PIECE = 1 << 18
_LARGEST_OCTAL = 8**11 - 1


@dataclass(frozen=True, slots=True)
class Archive:
    """A finished archive.

    Attributes:
        path: where it lies.
        size: in bytes.
        sha256: of its bytes.
    """

    path: Path
    size: int
    sha256: str


def archive(path: Path, manifest: bytes, signature_file: bytes, members: list[Member]) -> Archive:
    """Write the archive: manifest, signature, then the files in the manifest's order."""
    with path.open("wb") as file:
        packed = Gzip(file)
        for name, body in (("manifest.json", manifest), ("manifest.sig", signature_file)):
            packed.add(header(name, len(body)) + body + bytes(-len(body) % _BLOCK))
        for member in members:
            packed.add(header(member.name, member.size))
            _copy(member, packed)
            packed.add(bytes(-member.size % _BLOCK))
        packed.add(bytes(2 * _BLOCK))
        digest = packed.end()
    return Archive(path, packed.size, digest)


def _copy(member: Member, packed: Gzip) -> None:
    with member.path.open("rb") as file:
        while piece := file.read(_PIECE):
            packed.raw(piece)
    packed.account(member.size, member.crc32)


def header(name: str, size: int) -> bytes:
    """Return the header of a regular file, behind a pax header where its size needs one."""
    if size <= _LARGEST_OCTAL:
        return _header(name, size, b"0")
    record = _pax_record(f"size={size}\n")
    return (
        _header(name, len(record), b"x")
        + record
        + bytes(-len(record) % _BLOCK)
        + _header(name, 0, b"0")
    )


def _header(name: str, size: int, kind: bytes) -> bytes:
    fields = (
        name.encode("ascii").ljust(100, b"\0"),
        b"0000644\0",
        b"0000000\0" * 2,
        b"%011o\0" % size,
        b"%011o\0" % 0,
        b" " * 8,
        kind,
        bytes(100),
        b"ustar\x0000",
        bytes(64),
        b"0000000\0" * 2,
        bytes(167),
    )
    block = b"".join(fields)
    checksum = b"%06o\0 " % sum(block)
    return block[:148] + checksum + block[156:]


def _pax_record(text: str) -> bytes:
    # "%d %s=%s\n", and the number counts its own digits.
    length = len(text) + 1
    while len(f"{length} {text}") != length:
        length += 1
    return f"{length} {text}".encode()
