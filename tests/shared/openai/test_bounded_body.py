"""A body under a cap: whole, or an error, and never more of it in memory than the cap."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from functions.shared.errors import BadResponse, ResponseTooLarge, UpstreamUnreachable
from functions.shared.openai.bounded_body import BoundedBody, first_bytes


def read(encoding: str, limit: int, *pieces: bytes) -> bytes:
    """Return a body that arrives in pieces."""
    body = BoundedBody(encoding, limit)
    for piece in pieces:
        body.add(piece)
    return body.whole()


@pytest.mark.parametrize("encoding", ["", "identity", " Identity "])
def test_a_plain_body_is_read_up_to_its_cap(encoding: str) -> None:
    """To the byte."""
    assert read(encoding, 6, b"abc", b"def") == b"abcdef"
    with pytest.raises(ResponseTooLarge):
        read(encoding, 5, b"abc", b"def")


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", " gzip,"])
def test_a_gzip_body_is_read_up_to_its_cap_inflated(encoding: str) -> None:
    """In any pieces, of one member or several."""
    packed = gzip.compress(b"a" * 1000) + gzip.compress(b"b" * 500)
    assert read(encoding, 1500, *(packed[n : n + 1] for n in range(len(packed)))) == (
        b"a" * 1000 + b"b" * 500
    )
    assert read(encoding, 1500, packed) == b"a" * 1000 + b"b" * 500
    with pytest.raises(ResponseTooLarge, match="inflated"):
        read(encoding, 1499, packed)


def test_what_is_sent_counts_as_well_as_what_it_becomes() -> None:
    """Empty members inflate to nothing and go on for ever."""
    with pytest.raises(ResponseTooLarge):
        read("gzip", 100, *[gzip.compress(b"")] * 10)


def test_a_bomb_is_not_inflated_past_the_cap() -> None:
    """One piece of some kilobytes that would be many megabytes."""
    body = BoundedBody("gzip", 100_000)
    with pytest.raises(ResponseTooLarge):
        body.add(gzip.compress(bytes(20_000_000)))
    assert len(body.body) <= 100_000 + 64 * 1024


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "deflate", "identity, gzip"])
def test_an_encoding_nobody_asked_for_is_refused(encoding: str) -> None:
    """Before anything is read."""
    with pytest.raises(BadResponse):
        BoundedBody(encoding, 10)


def test_broken_and_cut_gzip_did_not_arrive() -> None:
    """Nothing of it is used; an empty body is whole."""
    packed = gzip.compress(b"abc")
    with pytest.raises(UpstreamUnreachable, match="broken"):
        read("gzip", 100, b"not gzip")
    with pytest.raises(UpstreamUnreachable, match="cut"):
        read("gzip", 100, packed[:-1])
    assert read("gzip", 100) == b""


def test_the_first_bytes_of_a_refusal_are_enough() -> None:
    """Cut where too long, empty where unreadable."""

    async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    def first(encoding: str, *parts: bytes) -> bytes:
        return asyncio.run(first_bytes(pieces(*parts), encoding, 4))

    assert first("", b"ab", b"c") == b"abc"
    assert first("", b"abcd", b"e") == b"abcd"
    assert first("br", b"abc") == b""
    assert first("gzip", b"abc") == b""
