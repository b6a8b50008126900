"""The client of OpenAI over a real socket: F6, F7, F9 and F10 as they come over the wire."""

import asyncio
import gzip
import time
import tracemalloc
from typing import Any

import pytest

from functions.shared.errors import (
    BadResponse,
    DeadlineReached,
    ResponseTooLarge,
    UnexpectedRedirect,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from functions.shared.openai.client import OpenAI, http_transport
from tests.conftest import START
from tests.shared.stories import raw_server as raw

PAGE = b'{"object":"list","data":[{"id":"user-1"}],"has_more":false}'
ZIPPED = gzip.compress(PAGE, mtime=0)
GZIP = "content-encoding: gzip"
KEY = "sk-admin-CANARY-socket"


async def _no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


def ask(base_url: str, *, allowed_s: float = 5.0, tries: int = 3, key: str = KEY) -> Any:
    """Ask for one page; return it and the client."""

    async def asking() -> Any:
        end = time.monotonic() + allowed_s
        async with http_transport() as transport:
            client = OpenAI(
                transport=transport,
                base_url=base_url,
                org_id="org-socket",
                admin_key=key,
                now=lambda: START,
                remaining_s=lambda: end - time.monotonic(),
                tries=tries,
                sleep=_no_wait,
            )
            return await client.get("/organization/users"), client

    return asyncio.run(asking())


BROKEN = {
    "short Content-Length": raw.short(PAGE, 7),
    "body cut in the middle": raw.short(PAGE[:30], 29),
    "chunk cut": raw.chunked(PAGE, cut=110),
    "last chunk missing": raw.chunked(PAGE, cut=-5),
    "cut, no length announced": raw.unframed(PAGE[:40]),
    "gzip cut": raw.whole(ZIPPED[:40], GZIP),
    "gzip without its checksum": raw.whole(ZIPPED[:-8], GZIP),
    "gzip with a wrong checksum": raw.whole(ZIPPED[:-8] + b"\0" * 8, GZIP),
    "not gzip": raw.whole(PAGE, GZIP),
    "brotli": raw.whole(PAGE, "content-encoding: br"),
    "reset before the answer": raw.reset_after(b""),
    "reset in the middle": raw.reset_after(b"HTTP/1.1 200 OK\r\ncontent-length: 59\r\n\r\n{"),
    "closed without a word": raw.sent(b""),
    "not HTTP": raw.sent(b"SSH-2.0-x\r\n\r\n"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_f7_broken_page_is_read_again_whole(name: str) -> None:
    """A page that broke on its way is thrown away and asked for again."""
    with raw.saying(BROKEN[name], raw.whole(PAGE)) as server:
        page, client = ask(server.base_url)
    assert page["data"] == [{"id": "user-1"}]
    # A connection that the server was just closing may have cost one try more.
    assert (client.stats.retries in (1, 2), len(server.heads)) == (True, 2)


@pytest.mark.parametrize("name", BROKEN)
def test_f7_page_that_stays_broken_is_an_error(name: str) -> None:
    """After the tries it is an error with a reason; no part of the page is taken."""
    with raw.saying(BROKEN[name]) as server:
        with pytest.raises((UpstreamUnreachable, BadResponse)):
            ask(server.base_url)
        assert len(server.heads) == 3


def test_f7_whole_pages_in_every_framing() -> None:
    """Chunks, no length, gzip in one member or two: the same page."""
    two = gzip.compress(PAGE[:20], mtime=0) + gzip.compress(PAGE[20:], mtime=0)
    for say in (raw.chunked(PAGE), raw.unframed(PAGE), raw.whole(ZIPPED, GZIP)):
        with raw.saying(say) as server:
            assert ask(server.base_url)[0]["data"]
    with raw.saying(raw.whole(two, GZIP)) as server:
        assert ask(server.base_url)[0]["data"]


def test_f6_slow_loris_ends_with_the_run() -> None:
    """A byte each tenth of a second does not hold a run beyond its deadline."""
    started = time.monotonic()
    with raw.saying(raw.dripped(PAGE, 0.1)) as server, pytest.raises(UpstreamError) as caught:
        ask(server.base_url, allowed_s=0.8)
    assert isinstance(caught.value, (UpstreamTimeout, DeadlineReached))
    assert time.monotonic() - started < 2


def test_f6_silence_ends_with_the_run() -> None:
    """No answer at all: the same."""
    started = time.monotonic()
    with raw.saying(raw.silent(3)) as server, pytest.raises(UpstreamError):
        ask(server.base_url, allowed_s=0.5)
    assert time.monotonic() - started < 2


def test_f6_nobody_listens() -> None:
    """A refused connection is unreachable, after the tries."""
    with raw.saying(raw.sent(b"")) as server:
        pass
    with pytest.raises(UpstreamUnreachable):
        ask(server.base_url)


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_f9_nothing_arrives_at_a_redirects_target(status: str) -> None:
    """Another host, a real one: no request, no key."""
    with raw.saying(raw.whole(PAGE)) as target:
        told = raw.whole(b"", f"location: {target.base_url}/organization/users", status=status)
        with raw.saying(told) as server, pytest.raises(UnexpectedRedirect):
            ask(server.base_url)
        assert target.heads == []
    assert len(server.heads) == 1


@pytest.mark.parametrize("members", [1, 200])
def test_f10_a_bomb_is_never_inflated(members: int) -> None:
    """400 MB in 400 KB, in one gzip member or many: memory stays at the cap."""
    member = gzip.compress(bytes(400_000_000 // members), 9, mtime=0)
    tracemalloc.start()
    try:
        with raw.saying(raw.whole(member * members, GZIP)) as server:
            tracemalloc.reset_peak()
            with pytest.raises(ResponseTooLarge):
                ask(server.base_url, allowed_s=30)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(server.heads) == 1
    assert peak < 80 * 1024 * 1024


def test_f10_a_long_refusal_is_cut() -> None:
    """The body of an error is read as far as it helps, and never shown."""
    long = raw.whole(b"x" * 10_000_000, status="500 E")
    with raw.saying(long) as server, pytest.raises(UpstreamError) as caught:
        ask(server.base_url)
    assert "xxx" not in str(caught.value)


def test_a_key_that_cannot_be_sent_is_not_quoted() -> None:
    """Httpx quotes an illegal header in its error; ours holds neither text nor cause."""
    for key in ("sk-admin-CANARY\nx: y", "sk-admin-CANARY\u2028é"):
        with raw.saying(raw.whole(PAGE)) as server, pytest.raises(UpstreamError) as caught:
            ask(server.base_url, key=key)
        told = f"{caught.value!r} {caught.value.__cause__!r}"
        assert "CANARY" not in told
        assert server.heads == []
