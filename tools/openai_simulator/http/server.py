"""Serve the simulator over HTTP: Hypercorn on loopback (HTTP/1.1, HTTP/2 with prior knowledge).

    with serve_in_thread(simulator) as server:
        OpenAI(base_url=server.base_url, admin_api_key=…)

Beside it stand the control endpoint (`control`), which answers while the API's port is closed, and
a second server for faults of the socket (`faulty_socket`).
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from hypercorn.asyncio import serve
from hypercorn.config import Config

from tools.openai_simulator.http.asgi import Application
from tools.openai_simulator.http.control import Control
from tools.openai_simulator.http.faulty_socket import FaultySocketServer
from tools.openai_simulator.simulator import Simulator

App = Callable[[Any, Any, Any], Awaitable[None]]
_START_S = 20.0


class Listener:
    """One application on one loopback port, which it keeps while it is closed.

    Args:
        app: What it serves.
        port: 0 takes a free one, at the first opening.
    """

    def __init__(self, app: App, port: int = 0) -> None:
        self._app = app
        self.port = port
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open_port(self) -> None:
        """Accept connections; nothing happens when it is open."""
        if self._task is not None:
            return
        listening = socket.create_server(("127.0.0.1", self.port), backlog=256)
        self.port = listening.getsockname()[1]
        self._stop = asyncio.Event()
        config = _config(listening.detach())
        self._task = asyncio.create_task(serve(self._app, config, shutdown_trigger=self._stop.wait))

    async def close_port(self) -> None:
        """Refuse connections and end those there are."""
        if self._task is not None:
            self._stop.set()
            await self._task
            self._task = None


def _config(fileno: int) -> Config:
    config = Config()
    config.bind = [f"fd://{fileno}"]
    config.graceful_timeout = 0.2
    config.shutdown_timeout = 0.5
    config.include_date_header = False  # the simulator's clock says the date
    config.include_server_header = False
    config.accesslog = None
    config.errorlog = None
    return config


class HttpServer:
    """The simulator over HTTP, with its control endpoint and its server of socket faults.

    Args:
        simulator: What answers.
        port: Of the API; 0 takes a free one.
        control_port: Of the control endpoint; 0 takes a free one.
    """

    def __init__(self, simulator: Simulator, *, port: int = 0, control_port: int = 0) -> None:
        self._listener = Listener(Application(simulator), port)
        self._faulty_socket = FaultySocketServer(simulator)
        self._control = Listener(Control(simulator, self), control_port)

    @property
    def base_url(self) -> str:
        """What clients take for `https://api.openai.com/v1`."""
        return f"http://127.0.0.1:{self._listener.port}/v1"

    @property
    def raw_url(self) -> str:
        """The same API with faults of the socket."""
        return self._faulty_socket.base_url

    @property
    def control_url(self) -> str:
        """Where the control endpoint is."""
        return f"http://127.0.0.1:{self._control.port}/_control"

    async def start(self) -> None:
        """Open every port."""
        await self._listener.open_port()
        await self._faulty_socket.start()
        await self._control.open_port()

    async def stop(self) -> None:
        """Close every port."""
        await self._listener.close_port()
        await self._faulty_socket.stop()
        await self._control.close_port()

    async def close_port(self) -> None:
        """Close the API's port: connections are refused."""
        await self._listener.close_port()

    async def open_port(self) -> None:
        """Open the API's port again, the same one."""
        await self._listener.open_port()


@contextmanager
def serve_in_thread(simulator: Simulator, *, port: int = 0) -> Iterator[HttpServer]:
    """Serve a simulator from a thread of its own for as long as the block lasts."""
    with in_thread(HttpServer(simulator, port=port)) as server:
        yield server


class Server(Protocol):
    """What can be run in a thread of its own."""

    async def start(self) -> None:
        """Begin to listen."""

    async def stop(self) -> None:
        """Stop listening."""


AnyServer = TypeVar("AnyServer", bound=Server)


@contextmanager
def in_thread(server: AnyServer) -> Iterator[AnyServer]:
    """Run a server in a thread of its own for as long as the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="openai-simulator", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(_START_S)
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(_START_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_START_S)
        loop.close()


async def _end(server: Server) -> None:
    await server.stop()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
