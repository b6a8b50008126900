"""Files of lines, packed as they are written: memory holds a line of them, however many."""

import gzip
import hashlib
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final, cast

# A member is packed once more into the archive: here for the room it takes meanwhile, not for good.
_FAST: Final = 1


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written.

    Attributes:
        path: of what holds it, packed.
        n_lines: of it.
        n_bytes: of its own, not packed.
        sha256: of its own bytes.
    """

    path: Path
    n_lines: int
    n_bytes: int
    sha256: str


def write_lines(path: Path, lines: Iterable[str], level: int = 6) -> Written:
    """Write lines into a file, packed; the same lines give the same bytes."""
    digest, n_lines, n_bytes = hashlib.sha256(), 0, 0
    with path.open("wb") as file, _packer(file, level) as packed:
        for line in lines:
            body = line.encode()
            digest.update(body)
            packed.write(body)
            n_lines, n_bytes = n_lines + 1, n_bytes + len(body)
    return Written(path, n_lines, n_bytes, digest.hexdigest())


def write_member(path: Path, lines: Iterable[str]) -> Written:
    """Write lines that an archive is to hold."""
    return write_lines(path, lines, _FAST)


def write_archive(path: Path, members: Sequence[tuple[str, Written]], made_at: datetime) -> None:
    """Write a tar, packed, of files by their names; the same files give the same bytes."""
    with (
        path.open("wb") as file,
        _packer(file, 6) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name, member in members:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = member.n_bytes, 0o644, int(made_at.timestamp())
            with gzip.open(member.path) as body:
                tar.addfile(entry, cast("IO[bytes]", body))


def sha256_of(path: Path) -> str:
    """Return the digest of a file as it lies there, lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _packer(file: IO[bytes], level: int) -> gzip.GzipFile:
    # Without a name and a time: both would differ from try to try.
    return gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=level, mtime=0)
