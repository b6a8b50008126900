"""The client of OpenAI and a server that suddenly takes fewer HTTP/2 streams at once."""

import asyncio
import time
from typing import Any

import h2.errors
import h2.events
import h2.exceptions
import httpx
import pytest

from functions.shared.errors import StreamsFull, UpstreamError
from functions.shared.openai.client import OpenAI
from functions.shared.openai.http2 import is_streams_full
from functions.shared.openai.rate_limit import ConcurrencyLimit, RequestBudget
from tests.conftest import START
from tools.openai_simulator import Simulator, World
from tools.openai_simulator.http.few_streams import FewStreamsServer
from tools.openai_simulator.http.server import in_thread

KEY = "sk-admin-CANARY-streams"
N_REQUESTS = 60


def http2_transport() -> httpx.AsyncHTTPTransport:
    """Return a transport that talks HTTP/2 without TLS, to a server that is known to."""
    return httpx.AsyncHTTPTransport(http1=False, http2=True)


def simulator() -> Simulator:
    """Return an organization of one person."""
    world = World("org-streams", admin_key=KEY)
    world.at("2026-03-01T00:00:00Z").user_joins("olga", role="owner")
    return Simulator(world)


def ask_many(base_url: str) -> tuple[list[Any], OpenAI]:
    """Ask for many pages at once; return pages and errors, and the client."""

    async def asking() -> tuple[list[Any], OpenAI]:
        end = time.monotonic() + 60
        async with http2_transport() as transport:
            openai = OpenAI(
                transport=transport,
                base_url=base_url,
                org_id="org-streams",
                admin_key=KEY,
                now=lambda: START,
                remaining_s=lambda: end - time.monotonic(),
            )
            pages = (openai.get("/organization/users") for _ in range(N_REQUESTS))
            return await asyncio.gather(*pages, return_exceptions=True), openai

    return asyncio.run(asking())


@pytest.mark.parametrize(("lowered_to", "told"), [(3, True), (1, True), (3, False)])
def test_a_server_that_takes_fewer_streams_gets_fewer_and_answers_all(
    lowered_to: int, told: bool
) -> None:
    """Lowered below what is under way, or reset one by one: asked more slowly, nothing fails.

    httpcore alone would wait for ever with its connection locked, up to a request's 30 seconds.
    """
    with in_thread(FewStreamsServer(simulator(), lowered_to=lowered_to, told=told)) as server:
        started = time.monotonic()
        pages, openai = ask_many(server.base_url)
    assert [page for page in pages if isinstance(page, BaseException)] == []
    assert all(page["data"][0]["id"] == "user-olga" for page in pages)
    assert server.n_lowered + server.n_reset > 0
    assert openai.stats.retries > 0
    assert openai.concurrency.limit < 16
    assert time.monotonic() - started < 25


class Full(httpx.AsyncBaseTransport):
    """A server that never has a stream left."""

    def __init__(self, told: object) -> None:
        self.told, self.n_requests = told, 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Refuse one request before it is sent."""
        self.n_requests += 1
        raise httpx.LocalProtocolError("no", request=request) from Exception(self.told)


def test_a_server_that_never_has_a_stream_left_is_given_up() -> None:
    """It costs no try, but the run's budget of failures."""
    full = Full(h2.exceptions.TooManyStreamsError("Max outbound streams is 0, 0 open"))

    async def asking() -> None:
        openai = OpenAI(
            transport=full,
            base_url="http://openai.test/v1",
            org_id="org-streams",
            admin_key=KEY,
            now=lambda: START,
            remaining_s=lambda: 60.0,
            sleep=lambda _seconds: asyncio.sleep(0),
            concurrency=ConcurrencyLimit(),
            budget=RequestBudget(failures=20),
        )
        await openai.get("/organization/users")

    with pytest.raises(StreamsFull) as caught:
        asyncio.run(asking())
    assert full.n_requests == 20
    assert not caught.value.lasting


def test_other_failures_of_the_protocol_are_no_throttling() -> None:
    """A header that cannot be sent, a stream reset for another reason."""
    reset = h2.events.StreamReset(stream_id=1, error_code=h2.errors.ErrorCodes.CANCEL)
    for told in ("Illegal header value", reset, None):
        with pytest.raises(httpx.LocalProtocolError) as caught:
            asyncio.run(Full(told).handle_async_request(httpx.Request("GET", "http://x/")))
        assert not is_streams_full(caught.value)
    assert not is_streams_full(httpx.ConnectError("refused"))
    assert issubclass(StreamsFull, UpstreamError)
