"""A member on disk: the bytes that were added, whatever they were deflated with and cut into."""

import hashlib
import zlib
from pathlib import Path

import pytest

from functions.pack.archive import spool as spooling
from functions.pack.archive.spool import Spool, deflate, joined_crc32

ROWS = [b'{"n":%d}\n' % n for n in range(2000)]
TEXT = b"".join(ROWS)


def inflated(path: Path) -> bytes:
    """Return what a member holds; its deflated pieces have no last block."""
    return zlib.decompressobj(-15).decompress(path.read_bytes())


@pytest.mark.parametrize("block", [1, 100, 1 << 20])
def test_a_member_is_what_was_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    """Rows, texts and pieces that are deflated already, in their order."""
    monkeypatch.setattr(spooling, "_BLOCK", block)
    piece = b"".join(ROWS[10:20])
    with Spool(tmp_path / "events.jsonl") as spool:
        for n in range(10):
            spool.add_row({"n": n})
        spool.add_piece(piece, 10, deflate(piece))
        spool.add_bytes(b"".join(ROWS[20:30]))
        spool.add_bytes(b"".join(ROWS[30:]), len(ROWS) - 30)
        member = spool.finish()
    assert inflated(member.path) == TEXT
    assert member.entry() == {
        "name": "events.jsonl",
        "rows": len(ROWS),
        "bytes": len(TEXT),
        "sha256": hashlib.sha256(TEXT).hexdigest(),
    }
    assert member.crc32 == zlib.crc32(TEXT)


def test_an_empty_member_is_empty(tmp_path: Path) -> None:
    """An empty list is an empty file."""
    with Spool(tmp_path / "users.jsonl") as spool:
        member = spool.finish()
    assert (member.rows, member.size, member.crc32) == (0, 0, 0)
    assert member.path.read_bytes() == b""


def test_a_piece_ends_on_a_byte_and_joins() -> None:
    """Behind nothing and before anything."""
    first, second = deflate(TEXT), deflate(b"more\n")
    assert (first.size, first.crc32) == (len(TEXT), zlib.crc32(TEXT))
    both = zlib.decompressobj(-15).decompress(bytes(first.packed) + bytes(second.packed))
    assert both == TEXT + b"more\n"
    crc32 = joined_crc32(first.crc32, second.crc32, second.size)
    assert crc32 == zlib.crc32(TEXT + b"more\n")
