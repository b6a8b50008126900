"""The archive (check 2): exactly one gzip member that holds a tar of plain files.

Source: POSIX.1-2018, pax, "ustar Interchange Format". GNU tar's own magic is accepted for plain
members; every extension but a pax record for a time or for a size over 8 GiB is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from tools.verifier.base import (
    MAX_END_PADDING,
    MAX_MANIFEST,
    MAX_PAX,
    MAX_SCAN,
    MAX_SIGNATURE_FILE,
    CannotCheck,
    Failed,
    open_file,
)
from tools.verifier.gzip_member import GzipMember, prefetch

BLOCK = 512
MANIFEST_FILES = {
    "manifest.json": (MAX_MANIFEST, 2),
    "manifest.sig": (MAX_SIGNATURE_FILE, 3),
}  # how large it may be, and the check that says so


class TarReader:
    """Reads the tar inside the gzip member: regular files only, each name once.

    A `context` of its own: leaving it ends the thread that inflates.

    Attributes:
        gzip: the member that it reads from.
    """

    def __init__(self, gzip: GzipMember, is_known: bool = False) -> None:
        """Begin at the first member; content known by its digest needs no CRC-32 any more."""
        self.gzip = gzip
        pieces = gzip.pieces()
        self._pieces = prefetch(pieces) if gzip.is_large else pieces
        self._is_known = is_known
        self._crc = 0
        self._size = 0
        self._piece = b""
        self._at = 0
        self._names: set[str] = set()

    def __enter__(self) -> TarReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._pieces.close()  # type: ignore[attr-defined]

    def _next_piece(self) -> bool:
        """Make the next piece the current one; False behind the last."""
        piece = next(self._pieces, None)
        if piece is None:
            return False
        if not self._is_known:
            self._crc = self.gzip.library.crc32(piece, self._crc)
        self._size += len(piece)
        self._piece, self._at = piece, 0
        return True

    def stream(self, size: int) -> Iterator[bytes]:
        """Yield exactly the next `size` bytes, in pieces."""
        while size:
            if self._at == len(self._piece) and not self._next_piece():
                raise Failed(2, "the tar ends in the middle of a member")
            if self._at == 0 and size >= len(self._piece):
                piece = self._piece
            else:
                piece = self._piece[self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            yield piece

    def skip(self, size: int) -> None:
        """Pass the next `size` bytes."""
        for _ in self.stream(size):
            pass

    def take(self, size: int) -> bytes:
        """Return exactly the next `size` bytes; callers have capped `size` before."""
        return b"".join(self.stream(size))

    def members(self) -> Iterator[tuple[str, int]]:
        """Yield name and size of each member; the caller reads `size` bytes before the next."""
        while True:
            header = self.take(BLOCK)
            if not header.strip(b"\0"):
                break
            large = None
            if header[156:157] == b"x":
                large = self._pax_size(_tar_header(header, b"x")[1])
                header = self.take(BLOCK)
            name, size = _tar_header(header, b"0")
            if name in self._names:
                raise Failed(2, "a member name stands in the tar twice")
            # Of large values there may be very many: they are held to their order.
            if not name.startswith("large/"):
                self._names.add(name)
            size = size if large is None else large
            yield name, size
            if self.take(-size % BLOCK).strip(b"\0"):
                raise Failed(2, "the padding behind a member is not zero")
        if self.take(BLOCK).strip(b"\0"):
            raise Failed(2, "the tar does not end with two zero blocks")
        self._check_end_padding()
        if not self._is_known:
            self.gzip.check_trailer(self._crc, self._size)

    def _check_end_padding(self) -> None:
        """Read to the end of the deflate stream: nothing but zero bytes, and few of them."""
        n = 0
        while self._at < len(self._piece) or self._next_piece():
            rest = self._piece[self._at :]
            self._at = len(self._piece)
            n += len(rest)
            if rest.count(0) != len(rest):
                raise Failed(2, "data stands behind the end of the tar")
            if n > MAX_END_PADDING:
                raise Failed(
                    2, f"more than {MAX_END_PADDING} bytes of padding behind the end of the tar"
                )

    def _pax_size(self, length: int) -> int | None:
        """Read a pax header; return the size it gives, if it gives one that octal cannot."""
        if length > MAX_PAX:
            raise Failed(2, f"a pax header is longer than {MAX_PAX} bytes")
        body = self.take(length)
        if self.take(-length % BLOCK).strip(b"\0"):
            raise Failed(2, "the padding behind a pax header is not zero")
        size = None
        while body:
            match = re.match(rb"([1-9][0-9]{0,3}) (size|mtime|atime|ctime)=([0-9.]{1,32})\n", body)
            if match is None or int(match[1]) != match.end():
                raise Failed(2, "a pax header holds something else than a time or a size")
            body = body[match.end() :]
            if match[2] == b"size":
                if size is not None or not match[3].isdigit() or int(match[3]) < 8 << 30:
                    raise Failed(2, "a pax header gives a size that belongs in the tar header")
                size = int(match[3])
        return size


def _tar_header(header: bytes, kind: bytes) -> tuple[str, int]:
    """Return name and size of one 512-byte header after checking everything that has a meaning."""
    stated = re.fullmatch(rb"([0-7]{1,7})[\0 ]{1,7}", header[148:156])
    if stated is None or int(stated[1], 8) != sum(header) - sum(header[148:156]) + 8 * 0x20:
        raise Failed(2, "a tar header's checksum is wrong")
    if header[257:265] not in (b"ustar\00000", b"ustar  \0"):
        raise Failed(2, "a tar header is neither ustar nor GNU")
    if header[156:157] != kind:
        raise Failed(2, "a tar member is not a regular file")
    size = re.fullmatch(rb"([0-7]{1,11}|[0-7]{12})[\0 ]{0,11}", header[124:136])
    if size is None:
        raise Failed(2, "a tar header's size is not an octal number")
    if header[157:257].strip(b"\0"):
        raise Failed(2, "a regular tar member names a link target")
    name, _, rest = header[:100].partition(b"\0")
    if not name or rest.strip(b"\0") or header[345:500].strip(b"\0"):
        raise Failed(2, "a tar member's name is empty, holds NUL or has a prefix")
    text = name.decode("latin-1")
    folders = r"(blobs|large)/[0-9a-f]{64}|sealed/org-[A-Za-z0-9_-]{3,64}/[a-z_]{1,32}(-[0-9-]{7})?"
    if kind == b"0" and not re.fullmatch(rf"({folders}|[A-Za-z0-9_]{{1,64}})\.[a-z]+", text):
        raise Failed(2, "a tar member's name is a path or holds unusual characters")
    return text, int(size[1], 8)


class OpenPack:
    """A pack that is open for reading, until its `with` ends.

    Attributes:
        manifest_file: the bytes of manifest.json.
        signature_file: the bytes of manifest.sig.
    """

    def __init__(self, path: str) -> None:
        """Open the file and read manifest and signature, believing nothing of either yet.

        Raises:
            CannotCheck: the file cannot be opened or is no regular file.
            Failed: there is no manifest or signature in it.
        """
        self._file: BinaryIO = open_file(path)
        try:
            self.manifest_file, self.signature_file = self._manifest()
        except BaseException as error:
            self.__exit__(None, error)
            raise

    def __enter__(self) -> OpenPack:
        return self

    def __exit__(self, _: object, error: BaseException | None, *more: object) -> None:
        self._file.close()
        if isinstance(error, OSError):
            raise CannotCheck(f"cannot read the file: {error.strerror}") from error

    def archive(self, is_known: bool = False) -> TarReader:
        """Begin to read the archive from its first byte."""
        return TarReader(GzipMember(self._file), is_known)

    def _manifest(self) -> tuple[bytes, bytes]:
        files: dict[str, bytes] = {}
        scanned = 0
        with self.archive() as archive:
            for name, size in archive.members():
                if name in MANIFEST_FILES:
                    cap, number = MANIFEST_FILES[name]
                    if size > cap:
                        raise Failed(number, f"{name} is larger than {cap} bytes")
                    files[name] = archive.take(size)
                    if len(files) == len(MANIFEST_FILES):
                        return files["manifest.json"], files["manifest.sig"]
                    continue
                scanned += size
                if scanned > MAX_SCAN:
                    raise Failed(2, f"no manifest and signature in the first {MAX_SCAN >> 20} MiB")
                archive.skip(size)
        raise Failed(2, "manifest.json or manifest.sig is not in the tar")


def check_02_archive(path: str) -> OpenPack:
    """Open the pack; its form is checked as it is read, to the end by check 8."""
    return OpenPack(path)
