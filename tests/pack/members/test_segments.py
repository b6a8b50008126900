"""A segment in memory is what its seal names, or it is refused before anything is made of it."""

import gzip
import tracemalloc
import zlib

import pytest

from functions.pack.members.segments import inflate_pieces, inflate_whole
from functions.shared.aws.gzip_member import HEAD, pack_gzip
from functions.shared.canonical import Lines
from functions.shared.errors import EvidenceInvalid
from functions.shared.evidence.seals import entry_of

LINES = Lines.of([{"a": "x" * 100}] * 50)
ENTRY = entry_of("k", LINES)
PACKED = pack_gzip(LINES.body)


def test_what_was_sealed_can_be_copied() -> None:
    """Rows, and the same rows deflated, without head and end."""
    segment = inflate_whole(PACKED, ENTRY)
    assert segment
    assert segment.rows == LINES.body
    assert (segment.piece.size, segment.piece.crc32) == (len(LINES.body), LINES.crc32)
    assert bytes(segment.piece.packed) == PACKED[10:-10]


@pytest.mark.parametrize(
    "packed",
    [
        pack_gzip(LINES.body.replace(b"x", b"y")),
        pack_gzip(LINES.body[:-1]),
        pack_gzip(LINES.body * 2),
        pack_gzip(b""),
        HEAD + b"no deflate" + PACKED[-20:],
        # A last block, then what ends like a piece: readers would stop in the middle of the pack.
        HEAD + zlib.compress(LINES.body, wbits=-15) + b"\0\0\xff\xff" + PACKED[-10:],
        PACKED[:-10] + PACKED[10:],
        PACKED[:-8] + bytes(8),
        PACKED[:-8] + bytes(4) + PACKED[-4:],
    ],
    ids=[
        *("other", "shorter", "longer", "empty", "no deflate"),
        *("ends early", "twice", "no trailer", "other crc32"),
    ],
)
def test_what_was_not_sealed_is_refused(packed: bytes) -> None:
    """Whole or in pieces."""
    with pytest.raises(EvidenceInvalid):
        inflate_whole(packed, ENTRY)
    with pytest.raises(EvidenceInvalid):
        list(inflate_pieces([packed], ENTRY))


def test_gzip_of_another_make_is_read_in_pieces() -> None:
    """It holds what was sealed, but cannot be copied."""
    packed = gzip.compress(LINES.body, mtime=0)
    assert inflate_whole(packed, ENTRY) is None
    assert b"".join(inflate_pieces([packed], ENTRY)) == LINES.body


def test_a_bomb_is_not_inflate_pieces() -> None:
    """No more memory is taken than the seal says."""
    bomb = pack_gzip(bytes(64 << 20))
    tracemalloc.start()
    with pytest.raises(EvidenceInvalid):
        inflate_whole(bomb, ENTRY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
