"""gzip that can be copied: what any gunzip reads, alone or joined to others of its kind."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared.aws.gzip_member import END, HEAD, deflated, pack_gzip, trailer, unpack_gzip


def test_compressed_bytes_depend_on_the_content_alone() -> None:
    """No time, no name in the header."""
    body = b"row\n" * 1000
    packed = pack_gzip(body)
    assert packed == pack_gzip(body)
    assert packed[4:8] == b"\0\0\0\0"
    assert not packed[3] & 8
    assert unpack_gzip(packed) == gzip.decompress(packed) == body


@given(st.lists(st.binary(max_size=300) | st.just(b"row\n" * 500), max_size=6))
def test_pieces_join_to_one_member(bodies: list[bytes]) -> None:
    """In any order, empty ones too: nothing in a piece refers to what stood before it."""
    pieces = [deflated(pack_gzip(body)) for body in bodies]
    assert None not in pieces
    joined = b"".join(bodies)
    member = HEAD + b"".join(pieces) + END + trailer(zlib.crc32(joined), len(joined))  # type: ignore[arg-type]
    reader = zlib.decompressobj(31)
    assert reader.decompress(member) == joined
    assert reader.eof
    assert not reader.unused_data


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(b"row\n", mtime=0),
        gzip.compress(b"row\n", mtime=1),
        zlib.compress(b"row\n"),
        pack_gzip(b"row\n")[:-1],
        pack_gzip(b"row\n") + b"\0",
        HEAD,
        b"",
    ],
    ids=["not flushed", "with a time", "zlib", "cut", "longer", "head", "empty"],
)
def test_what_was_made_otherwise_is_not_copied(packed: bytes) -> None:
    """It may be gzip, but its pieces would not join."""
    assert deflated(packed) is None
