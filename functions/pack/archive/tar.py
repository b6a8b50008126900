"""The archive: a plain ustar tar in one gzip member, the same bytes for the same members.

Part of step 4 of 6 (publish). Regular files only, mode 0644, owner 0, time 0, no names of persons
or machines; a pax header only for what octal cannot say (over 8 GiB).
Source: POSIX.1-2018, pax, "ustar Interchange Format"; RFC 1952.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from functions.pack.archive.spool import Member, deflate, joined_crc32
from functions.shared.aws.gzip_member import END, HEAD, trailer

_BLOCK = 512
# Of a member, copied at a time.
_COPIED = 1 << 18
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


def archive(
    path: Path,
    manifest: bytes,
    signature_file: bytes,
    members: list[Member],
    entries: Member | None = None,
) -> Archive:
    """Write the archive: manifest, signature, then the files in the manifest's order.

    Args:
        path: where it goes.
        manifest: the document.
        signature_file: the document's.
        members: the files that the document names.
        entries: further members, as ``entry_of`` made them, one behind the other.
    """
    with path.open("wb") as file:
        gzip = _Gzip(file)
        for name, body in (("manifest.json", manifest), ("manifest.sig", signature_file)):
            gzip.add(entry_of(name, body))
        for member in members:
            gzip.add(header(member.name, member.size))
            gzip.copy(member)
            gzip.add(bytes(-member.size % _BLOCK))
        if entries:
            gzip.copy(entries)
        gzip.add(bytes(2 * _BLOCK))
        digest = gzip.end()
    return Archive(path, gzip.size, digest)


@dataclass(slots=True)
class _Gzip:
    """One gzip member that is being joined from deflated pieces.

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
        self._write(HEAD)

    def add(self, data: bytes) -> None:
        """Deflate bytes and write them."""
        piece = deflate(data)
        self._write(piece.packed)
        self._account(piece.size, piece.crc32)

    def copy(self, member: Member) -> None:
        """Write a file of the pack as it lies on the disk, deflated."""
        with member.path.open("rb") as file:
            while packed := file.read(_COPIED):
                self._write(packed)
        self._account(member.size, member.crc32)

    def end(self) -> str:
        """Write the end; return the SHA-256 of everything written."""
        self._write(END + trailer(self._crc32, self._inflated))
        return self._digest.hexdigest()

    def _write(self, packed: bytes | memoryview) -> None:
        self.file.write(packed)
        self._digest.update(packed)
        self.size += len(packed)

    def _account(self, size: int, crc32: int) -> None:
        self._crc32 = joined_crc32(self._crc32, crc32, size)
        self._inflated += size


def entry_of(name: str, body: bytes) -> bytes:
    """Return a whole member: header, bytes, padding."""
    return header(name, len(body)) + body + bytes(-len(body) % _BLOCK)


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
