"""The door over HTTP: Hypercorn on loopback (HTTP/1.1 and HTTP/2 with prior knowledge).

    with serving(simulator) as served:
        OpenAI(base_url=served.base_url, admin_api_key=…)

Beside it stand the control endpoint (`control`), which answers while the door is shut, and the raw
door (`raw_door`) for faults of the socket.
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from tools.openai_simulator.http.asgi import Application
from tools.openai_simulator.http.control import Control
from tools.openai_simulator.http.faulty_socket import RawDoor
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

    async def open(self) -> None:
        """Accept connections; nothing happens when it is open."""
        if self._task is not None:
            return
        listening = socket.create_server(("127.0.0.1", self.port), backlog=256)
        self.port = listening.getsockname()[1]
        self._stop = asyncio.Event()
        config = _config(listening.detach())
        self._task = asyncio.create_task(serve(self._app, config, shutdown_trigger=self._stop.wait))

    async def close(self) -> None:
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
    config.include_date_header = False  # the brain's clock says the date
    config.include_server_header = False
    config.accesslog = None
    config.errorlog = None
    return config


class HttpDoor:
    """The simulator over HTTP, with its control endpoint and its raw door.

    Args:
        simulator: The brain.
        port: Of the API; 0 takes a free one.
        control_port: Of the control endpoint; 0 takes a free one.
    """

    def __init__(self, simulator: Simulator, *, port: int = 0, control_port: int = 0) -> None:
        self._listener = Listener(Application(simulator), port)
        self._raw = RawDoor(simulator)
        self._control = Listener(Control(simulator, self), control_port)

    @property
    def base_url(self) -> str:
        """What clients take for `https://api.openai.com/v1`."""
        return f"http://127.0.0.1:{self._listener.port}/v1"

    @property
    def raw_url(self) -> str:
        """The same API at the raw door."""
        return self._raw.base_url

    @property
    def control_url(self) -> str:
        """Where the control endpoint is."""
        return f"http://127.0.0.1:{self._control.port}/_control"

    async def start(self) -> None:
        """Open every door."""
        await self._listener.open()
        await self._raw.start()
        await self._control.open()

    async def stop(self) -> None:
        """Close every door."""
        await self._listener.close()
        await self._raw.stop()
        await self._control.close()

    async def shut(self) -> None:
        """Close the API's port: connections are refused."""
        await self._listener.close()

    async def open(self) -> None:
        """Open the API's port again, the same one."""
        await self._listener.open()


@contextmanager
def serving(simulator: Simulator, *, port: int = 0) -> Iterator[HttpDoor]:
    """Serve a simulator from a thread of its own for as long as the block lasts."""
    door = HttpDoor(simulator, port=port)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="openai-simulator", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(door.start(), loop).result(_START_S)
        yield door
    finally:
        asyncio.run_coroutine_threadsafe(_end(door), loop).result(_START_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_START_S)
        loop.close()


async def _end(door: HttpDoor) -> None:
    await door.stop()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
