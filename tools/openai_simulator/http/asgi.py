"""The simulator as an ASGI application.

Slow and dripping bodies travel as they should; a cut body ends the application in the middle of
it, upon which the server closes the connection. A reset connection and a body without a length
are beyond ASGI: `faulty_socket` has them.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tools.openai_simulator.message import Answer, Request
from tools.openai_simulator.simulator import Simulator

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
HANG_S = 3600.0


class AnswerCut(Exception):
    """The application ends before the end of its answer, as a fault demands."""


class Application:
    """An ASGI application that asks the simulator.

    Args:
        simulator: What answers.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection scope."""
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, send)

    async def _answer(self, scope: Message, send: Send) -> None:
        answer = self._simulator.answer(request_of(scope))
        wire = answer.wire
        if wire.hang or wire.latency_s:
            await asyncio.sleep(HANG_S if wire.hang else wire.latency_s)
        if wire.refuse or wire.reset:
            raise AnswerCut("no answer at all, as scripted")
        await send(start_of(answer))
        body = answer.body[: wire.cut_at]
        size = wire.drip_bytes or max(len(body), 1)
        for start in range(0, len(body), size):
            if wire.drip_s:
                await asyncio.sleep(wire.drip_s)
            piece = body[start : start + size]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        if wire.cut_at is not None:
            raise AnswerCut("the body was cut, as scripted")
        await send({"type": "http.response.body", "body": b""})


def request_of(scope: Message) -> Request:
    """Return the request of an HTTP scope."""
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    ]
    return Request.read(
        scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers
    )


def start_of(answer: Answer) -> Message:
    """Return the message that starts an answer, its length announced."""
    headers = [*answer.headers, ("content-length", str(len(answer.body)))]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"type": "http.response.start", "status": answer.status, "headers": encoded}


async def lifespan(receive: Receive, send: Send) -> None:
    """Acknowledge the server's start and stop."""
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
