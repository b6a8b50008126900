"""A part of a file, read as if it were a file of its own; what a multipart upload sends."""

import io
from pathlib import Path


class _Slice(io.RawIOBase):
    def __init__(self, path: Path, start: int, size: int) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._start = start
        self._size = min(size, path.stat().st_size - start)
        self._offset = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._offset, io.SEEK_END: self._size}[whence]
        self._offset = base + offset
        return self._offset

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        self._file.seek(self._start + self._offset)
        n = self._file.readinto(view[: max(self._size - self._offset, 0)])
        self._offset += n
        return n

    def close(self) -> None:
        self._file.close()
        super().close()


def open_slice(path: Path, start: int, size: int) -> io.BufferedReader:
    """Open some bytes of a file; botocore reads them, and rewinds to try again.

    Args:
        path: of the file.
        start: of the slice, in bytes.
        size: of the slice at most, in bytes.
    """
    return io.BufferedReader(_Slice(path, start, size))
