"""One gzip member, inflated piece by piece, on a large file in a thread of its own."""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from tools.verifier.base import Failed

READ = 1 << 18  # bytes of the file at once
CHUNK = 1 << 20  # bytes of what it holds at once
PREFETCHED = 4  # such pieces that may wait
SMALL = 1 << 20  # a smaller file is not worth a second thread


class GzipMember:
    """Inflates one gzip member; never more than CHUNK bytes at once.

    Source: RFC 1952. Only the flag for a file name is allowed, and the name is skipped. Intel's
    inflate (the package isal) takes zlib's place for a large file where it is installed.

    Attributes:
        is_large: whether the file is worth a thread and an import.
        digest: SHA-256 of the file's bytes up to here.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.is_large = os.fstat(file.fileno()).st_size > SMALL
        self.digest = hashlib.sha256()
        self.library: Any = _fast_zlib() if self.is_large else zlib
        self._inflate = self.library.decompressobj(-zlib.MAX_WBITS)
        file.seek(0)

    def _read(self) -> bytes:
        data = self._file.read(READ)
        self.digest.update(data)
        return data

    @staticmethod
    def _skip_header(start: bytes) -> bytes:
        if len(start) < 18 or start[:3] != b"\x1f\x8b\x08":
            raise Failed(2, "this is not a gzip file")
        flags = start[3]
        if flags & ~0x08:
            raise Failed(2, f"gzip header has flags {flags:#04x}; only a file name is allowed")
        if not flags:
            return start[10:]
        end = start.find(b"\0", 10, 10 + 256)
        if end < 0:
            raise Failed(2, "the file name in the gzip header is longer than 255 bytes")
        return start[end + 1 :]

    def pieces(self) -> Iterator[bytes]:
        """Yield what the member holds, up to the end of its deflate stream."""
        waiting = self._skip_header(self._read())
        size = 0
        while not self._inflate.eof:
            data = waiting or self._read()
            try:
                piece = self._inflate.decompress(data, CHUNK)
            except self.library.error:
                raise Failed(2, f"broken deflate data after {size} bytes") from None
            waiting = self._inflate.unconsumed_tail
            if piece:
                size += len(piece)
                yield piece
            elif not data and not self._inflate.eof:
                raise Failed(2, "the gzip data ends in the middle: the file is cut")

    def check_trailer(self, crc: int, size: int) -> None:
        """Compare CRC-32 and length with the trailer; nothing may follow it."""
        tail = self._inflate.unused_data
        while len(tail) < 9:
            more = self._read()
            if not more:
                break
            tail += more
        if len(tail) < 8:
            raise Failed(2, "the gzip trailer is cut")
        stated_crc, stated_size = struct.unpack("<II", tail[:8])
        if stated_crc != crc:
            raise Failed(2, "the gzip trailer's CRC-32 does not match the data")
        if stated_size != size & 0xFFFFFFFF:
            raise Failed(2, "the gzip trailer's length does not match the data")
        if len(tail) > 8:
            raise Failed(2, "something stands behind the gzip member")

    def read_to_end(self) -> None:
        """Read on to the end of the file, for its digest's sake."""
        while self._read():
            pass


def _fast_zlib() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


def prefetch(source: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what `source` yields, made by a thread of its own while the caller works.

    zlib and hashlib let go of the interpreter's lock while they work, so two cores are busy.
    """
    import queue
    import threading

    waiting: queue.Queue[bytes | BaseException | None] = queue.Queue(PREFETCHED)
    caller_left = threading.Event()

    def work() -> None:
        end: BaseException | None = None
        try:
            for piece in source:
                waiting.put(piece)
                if caller_left.is_set():
                    return
        except BaseException as error:  # noqa: BLE001 - the caller's thread raises it
            end = error
        waiting.put(end)

    thread = threading.Thread(target=work, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the machine allows no more threads
        yield from source
        return
    try:
        while True:
            item = waiting.get()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        caller_left.set()
        while thread.is_alive():
            while not waiting.empty():
                waiting.get()
            thread.join(0.01)
