"""A plain HTTP/1.1 server for the faults of the socket that an ASGI server cannot have.

One request per connection. It resets connections, cuts bodies with or without an announced length,
and drips; everything else is as at `server`.
"""

import asyncio
import socket
import struct
from http import HTTPStatus

from tools.openai_simulator.http.asgi import HANG_S
from tools.openai_simulator.message import Answer, Request
from tools.openai_simulator.simulator import Simulator

_RESET_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER on, for 0 s: close() sends RST


class FaultySocketServer:
    """Serves the simulator on a port of the loopback interface.

    Args:
        simulator: What answers.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._server: asyncio.Server | None = None
        self.base_url = ""

    async def start(self) -> None:
        """Begin to listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(self._simulator.answer(_read(head)), writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client went away, or talked something else than HTTP
        finally:
            writer.close()

    async def _answer(self, answer: Answer, writer: asyncio.StreamWriter) -> None:
        wire = answer.wire
        if wire.hang or wire.latency_s:
            await asyncio.sleep(HANG_S if wire.hang else wire.latency_s)
        if wire.reset or wire.refuse:
            sock: socket.socket = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
            return
        writer.write(_head(answer))
        body = answer.body[: wire.cut_at]
        size = wire.drip_bytes or max(len(body), 1)
        for start in range(0, len(body), size):
            if wire.drip_s:
                await asyncio.sleep(wire.drip_s)
            writer.write(body[start : start + size])
            await writer.drain()


def _read(head: bytes) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _version = first.split(" ", 2)
    path, _, query = target.partition("?")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return Request.read(method, path, query, headers)


def _head(answer: Answer) -> bytes:
    headers = [*answer.headers, ("connection", "close")]
    if not answer.wire.unframed:
        headers.append(("content-length", str(len(answer.body))))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    phrase = HTTPStatus(answer.status).phrase
    return f"HTTP/1.1 {answer.status} {phrase}\r\n{lines}\r\n".encode("latin-1")
