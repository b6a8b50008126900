"""Files of lines: the same bytes from the same lines, in a memory that does not grow with them."""

import gzip
import tarfile
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from functions.api.export.written import sha256_of, write_archive, write_lines, write_member
from functions.shared.canonical import sha256_hex

MADE_AT = datetime(2026, 4, 1, 4, tzinfo=UTC)
MIB = 1 << 20


def lines(n_lines: int) -> Iterator[str]:
    """Yield lines of 64 KiB."""
    return (f"{n:06d}{'x' * 65529}\n" for n in range(n_lines))


def test_the_same_lines_are_the_same_bytes_wherever_they_are_written(tmp_path: Path) -> None:
    """And what is said of them is so; an archive, too, is read back by the standard library."""
    text = "".join(lines(3)).encode()
    digests = set()
    for name in ("a", "b"):
        written = write_lines(tmp_path / f"{name}.gz", lines(3))
        assert gzip.decompress(written.path.read_bytes()) == text
        assert (written.n_lines, written.n_bytes) == (3, len(text))
        assert written.sha256 == sha256_hex(text)
        member = write_member(tmp_path / f"{name}.member", lines(3))
        archive = tmp_path / f"{name}.tar.gz"
        write_archive(archive, [("orgs/org-a/users.ndjson", member), ("b", member)], MADE_AT)
        with tarfile.open(archive) as tar:
            (first, _) = tar.getmembers()
            assert (first.name, first.mtime, first.mode) == (
                *("orgs/org-a/users.ndjson", MADE_AT.timestamp()),
                0o644,
            )
            opened = tar.extractfile(first)
            assert opened is not None
            assert opened.read() == text
        digests.add((sha256_of(written.path), sha256_of(archive)))
    assert len(digests) == 1


def test_memory_holds_a_line_however_many_there_are(tmp_path: Path) -> None:
    """Of 20 MiB of lines less than one is held at a time, in a list's file and in an archive."""
    tracemalloc.start()
    try:
        write_lines(tmp_path / "list.gz", lines(320))
        member = write_member(tmp_path / "member.gz", lines(320))
        assert member.n_bytes >= 20 * MIB
        write_archive(tmp_path / "all.tar.gz", [("a", member), ("b", member)], MADE_AT)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MIB
