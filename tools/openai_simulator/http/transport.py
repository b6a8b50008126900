"""Ask the simulator in process: transports for httpx, without a socket.

    client = httpx.AsyncClient(transport=AsyncTransport(simulator))

Faults of the wire come out as httpx has them: a refused connection as `ConnectError`, a cut body
as `RemoteProtocolError`, a slow answer as `ReadTimeout` when the request's read timeout is shorter.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx

from tools.openai_simulator.message import Answer, Request, Wire
from tools.openai_simulator.simulator import Simulator

_HANG_S = 3600.0


def _request(request: httpx.Request) -> Request:
    headers = request.headers.multi_items()
    return Request.read(
        request.method, request.url.path, request.url.query.decode("ascii"), headers
    )


def _refuse(wire: Wire, request: httpx.Request) -> None:
    if wire.refuse:
        raise httpx.ConnectError("Connection refused", request=request)
    if wire.reset:
        raise httpx.ReadError("Connection reset by peer", request=request)


def _pause(wire: Wire, request: httpx.Request) -> tuple[float, bool]:
    """Return how long to wait before the first byte, and whether the client gives up then."""
    pause_s = _HANG_S if wire.hang else wire.latency_s
    read_s = request.extensions.get("timeout", {}).get("read")
    late = read_s is not None and pause_s > read_s
    return (float(read_s), True) if late else (pause_s, False)


def _headers(answer: Answer) -> list[tuple[str, str]]:
    if answer.wire.unframed:
        return answer.headers
    return [*answer.headers, ("content-length", str(len(answer.body)))]


def _pieces(answer: Answer) -> Iterator[bytes]:
    body = answer.body[: answer.wire.cut_at]
    size = answer.wire.drip_bytes or max(len(body), 1)
    return (body[start : start + size] for start in range(0, len(body), size))


class _Body(httpx.AsyncByteStream, httpx.SyncByteStream):
    """An answer's body as it arrives."""

    def __init__(
        self,
        answer: Answer,
        sleep: Callable[[float], Awaitable[None]],
        sleep_now: Callable[[float], None],
    ) -> None:
        self._answer = answer
        self._sleep = sleep
        self._sleep_now = sleep_now

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in _pieces(self._answer):
            if self._answer.wire.drip_s:
                await self._sleep(self._answer.wire.drip_s)
            yield piece
        self._end()

    def __iter__(self) -> Iterator[bytes]:
        for piece in _pieces(self._answer):
            if self._answer.wire.drip_s:
                self._sleep_now(self._answer.wire.drip_s)
            yield piece
        self._end()

    def _end(self) -> None:
        wire = self._answer.wire
        if wire.cut_at is not None and not wire.unframed:
            raise httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body"
            )


class AsyncTransport(httpx.AsyncBaseTransport):
    """An `httpx.AsyncClient` transport that asks the simulator.

    Args:
        simulator: What answers.
        sleep: How latency passes; give one that moves a simulated clock to save time.
    """

    def __init__(
        self, simulator: Simulator, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._simulator = simulator
        self._sleep = sleep

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        answer = self._simulator.answer(_request(request))
        _refuse(answer.wire, request)
        pause_s, late = _pause(answer.wire, request)
        if pause_s:
            await self._sleep(pause_s)
        if late:
            raise httpx.ReadTimeout("The read operation timed out", request=request)
        body = _Body(answer, self._sleep, time.sleep)
        return httpx.Response(answer.status, headers=_headers(answer), stream=body)


class Transport(httpx.BaseTransport):
    """An `httpx.Client` transport that asks the simulator.

    Args:
        simulator: What answers.
        sleep: How latency passes.
    """

    def __init__(self, simulator: Simulator, sleep: Callable[[float], None] = time.sleep) -> None:
        self._simulator = simulator
        self._sleep = sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        answer = self._simulator.answer(_request(request))
        _refuse(answer.wire, request)
        pause_s, late = _pause(answer.wire, request)
        if pause_s:
            self._sleep(pause_s)
        if late:
            raise httpx.ReadTimeout("The read operation timed out", request=request)
        body = _Body(answer, asyncio.sleep, self._sleep)
        return httpx.Response(answer.status, headers=_headers(answer), stream=body)
