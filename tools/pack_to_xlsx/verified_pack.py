"""The pack, read again: what was verified, and nothing else."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from tools.pack_to_xlsx.base import CannotWrite, json_object

BLOCK = 512
MAX_MANIFEST = 4 << 20
MAX_DOCUMENT = 4 << 20
MAX_ROW = 1 << 20
MAX_PAX = 4096


def open_file(path: str) -> BinaryIO:
    """Open the pack for reading.

    Raises:
        CannotWrite: it cannot be opened or is no regular file.
    """
    # Without O_NONBLOCK a named pipe would hold the open until somebody writes to it.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = os.fdopen(os.open(path, flags), "rb")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a file name"
        raise CannotWrite(f"cannot open the pack: {reason}") from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise CannotWrite("the pack must be a regular file")
    return file


class VerifiedPack:
    """Reads again what was verified, and nothing else.

    The verdict is of a manifest with a certain SHA-256; the manifest has the SHA-256 of every
    member. Whatever became of the file meanwhile, what has these digests is what was verified.

    Attributes:
        manifest: what was signed.
        files: what it says of each member, in order.
    """

    def __init__(self, file: BinaryIO, manifest_sha256: str) -> None:
        """Read the manifest.

        Raises:
            CannotWrite: it is another one.
        """
        self._stream = gzip.GzipFile(fileobj=file)
        self._members = self._each_member()
        data = self._take(self._next_member("manifest.json"), MAX_MANIFEST)
        if hashlib.sha256(data).hexdigest() != manifest_sha256:
            self._changed()
        self.manifest: dict[str, Any] = json.loads(data)
        self.files: dict[str, dict[str, Any]] = {
            file["name"]: file for file in self.manifest["files"]
        }

    def members(self) -> Iterator[str]:
        """Yield the name of each member that the manifest lists; large values stand behind them.

        Raises:
            CannotWrite: they are not those that were verified.
        """
        self._next_member("manifest.sig")
        for name, file in self.files.items():
            self._size = self._next_member(name)
            if self._size != file["bytes"]:
                self._changed()
            yield name

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of the member that was yielded last.

        Raises:
            CannotWrite: they are not those that were verified.
        """
        digest = hashlib.sha256()
        for line in self._lines(self._size):
            digest.update(line)
            row = json_object(line)
            if row is None:
                self._changed()
            yield row
        self._compare(name, digest.hexdigest())

    def document(self, name: str) -> dict[str, Any]:
        """Return the JSON object that the member is that was yielded last.

        Raises:
            CannotWrite: it is not the one that was verified.
        """
        data = self._take(self._size, MAX_DOCUMENT)
        self._compare(name, hashlib.sha256(data).hexdigest())
        return json_object(data) or {}

    def _compare(self, name: str, digest: str) -> None:
        if digest != self.files[name]["sha256"]:
            self._changed()

    @staticmethod
    def _changed() -> NoReturn:
        raise CannotWrite("the pack is not the one that was verified: it changed meanwhile")

    def _next_member(self, name: str) -> int:
        """Return the size of the next member, which must have this name."""
        found, size = next(self._members, ("", 0))
        return size if found == name else self._changed()

    def _each_member(self) -> Iterator[tuple[str, int]]:
        """Yield name and size of each member; what of it is not read meanwhile is passed."""
        while len(header := self._stream.read(BLOCK)) == BLOCK and header.strip(b"\0"):
            large = None
            if header[156:157] == b"x":  # pax: of our packs, a size that octal cannot write
                length = self._size_in(header)
                found = re.search(rb"\d size=([0-9]{1,19})\n", self._take(length, MAX_PAX))
                self._stream.read(-length % BLOCK)
                large = int(found[1]) if found else None
                header = self._stream.read(BLOCK)
            size = self._size_in(header) if large is None else large
            begin = self._stream.tell()
            yield header[:100].partition(b"\0")[0].decode("latin-1"), size
            self._stream.seek(begin + size + -size % BLOCK)

    def _size_in(self, header: bytes) -> int:
        size = re.fullmatch(rb"([0-7]{1,12})[\0 ]{0,11}", header[124:136])
        return int(size[1], 8) if size else self._changed()

    def _take(self, size: int, limit: int) -> bytes:
        data = self._stream.read(size) if size <= limit else b""
        return data if len(data) == size else self._changed()

    def _lines(self, size: int) -> Iterator[bytes]:
        while size:
            line = self._stream.readline(min(size, MAX_ROW + 1))
            if not line.endswith(b"\n"):
                self._changed()
            size -= len(line)
            yield line
