"""Serve the simulator over HTTP/2 (prior knowledge) by a server that suddenly takes fewer streams.

    with in_thread(FewStreamsServer(simulator, lowered_to=2)) as server:
        OpenAI(base_url=server.base_url, …)

Once enough requests are under way on a connection, it lowers SETTINGS_MAX_CONCURRENT_STREAMS below
them; or it says nothing and resets what is too many with REFUSED_STREAM (RFC 9113, 8.7).
"""

import asyncio

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings

from tools.openai_simulator.message import Request
from tools.openai_simulator.simulator import Simulator

_FIRST = 100
_MOST_STREAMS = h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS


class FewStreamsServer:
    """An HTTP/2 server on a port of the loopback interface.

    Args:
        simulator: What answers.
        lowered_to: How many streams it takes at once in the end.
        lowered_at: How many must be under way before it says so.
        told: Whether it says so; else it resets what is too many.
        latency_s: How long each answer takes.

    Attributes:
        n_lowered: On how many connections it lowered the limit.
        n_reset: How many streams it reset.
    """

    def __init__(
        self,
        simulator: Simulator,
        *,
        lowered_to: int,
        lowered_at: int = 4,
        told: bool = True,
        latency_s: float = 0.02,
    ) -> None:
        self._simulator = simulator
        self._lowered_to = lowered_to
        self._lowered_at = lowered_at
        self._told = told
        self._latency_s = latency_s
        self._server: asyncio.Server | None = None
        self.base_url = ""
        self.n_lowered = 0
        self.n_reset = 0

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
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        connection = h2.connection.H2Connection(config)
        connection.local_settings = h2.settings.Settings(
            client=False, initial_values={_MOST_STREAMS: _FIRST}
        )
        connection.initiate_connection()
        try:
            await self._converse(connection, reader, writer)
        except ConnectionError:
            pass  # the client went away
        finally:
            writer.close()

    async def _converse(
        self,
        connection: h2.connection.H2Connection,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        open_streams: set[int] = set()
        lowered = False
        async with asyncio.TaskGroup() as answers:
            while True:
                writer.write(connection.data_to_send())
                data = await reader.read(65536)
                if not data:
                    return
                for event in connection.receive_data(data):
                    if not isinstance(event, h2.events.RequestReceived):
                        continue
                    stream = event.stream_id or 0
                    if not self._told and len(open_streams) >= self._lowered_to:
                        self.n_reset += 1
                        connection.reset_stream(stream, h2.errors.ErrorCodes.REFUSED_STREAM)
                        continue
                    open_streams.add(stream)
                    answers.create_task(self._answer(event, connection, open_streams, writer))
                    if self._told and not lowered and len(open_streams) >= self._lowered_at:
                        lowered = True
                        self.n_lowered += 1
                        connection.update_settings({_MOST_STREAMS: self._lowered_to})

    async def _answer(
        self,
        event: h2.events.RequestReceived,
        connection: h2.connection.H2Connection,
        open_streams: set[int],
        writer: asyncio.StreamWriter,
    ) -> None:
        await asyncio.sleep(self._latency_s)
        headers = [(str(name), str(value)) for name, value in event.headers or ()]
        path, _, query = dict(headers)[":path"].partition("?")
        answer = self._simulator.answer(Request.read("GET", path, query, headers))
        stream = event.stream_id or 0
        connection.send_headers(stream, [(":status", str(answer.status)), *answer.headers])
        connection.send_data(stream, answer.body, end_stream=True)
        open_streams.discard(stream)
        writer.write(connection.data_to_send())
