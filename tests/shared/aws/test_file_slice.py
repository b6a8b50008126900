"""A slice of a file, read like a file of its own."""

from pathlib import Path

import pytest

from functions.shared.aws.file_slice import open_slice

SIZE = 10_500


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file."""
    path = tmp_path / "file"
    path.write_bytes(bytes(range(250)) * (SIZE // 250))
    return path


def test_a_slice_reads_like_a_file_of_its_own(file: Path) -> None:
    """Whoever sends it asks for its length, reads it and rewinds."""
    with open_slice(file, 10_000, 1000) as part:
        assert part.seek(0, 2) == 500
        assert part.seek(0) == 0
        assert part.read() == file.read_bytes()[10_000:]
        assert part.seek(490) == 490
        assert len(part.read(100)) == 10


def test_a_slice_ends_where_it_says_and_is_moved_from_where_it_stands(file: Path) -> None:
    """Not where the file does; nothing is read behind the end."""
    with open_slice(file, 100, 50) as part:
        assert (part.readable(), part.seekable(), part.writable()) == (True, True, False)
        assert part.read() == file.read_bytes()[100:150]
        assert part.read() == b""
        assert part.seek(-10, 1) == 40
        assert part.read() == file.read_bytes()[140:150]
        assert part.seek(-5, 2) == 45
        assert part.seek(60) == 60
        assert part.read() == b""
