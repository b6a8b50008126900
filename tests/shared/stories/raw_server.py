"""A server on a real socket that says exactly the bytes it is told to, one connection at a time."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Say = Callable[[socket.socket], None]


@dataclass
class RawServer:
    """Answers connection after connection from a script; the last line of it for ever.

    Attributes:
        script: what is said on each connection.
        heads: request heads received.
    """

    script: list[Say]
    heads: list[bytes] = field(default_factory=list)
    base_url: str = ""

    def serve(self, listening: socket.socket) -> None:
        """Answer until the listening socket is closed."""
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = connection.recv(65536)
                if not piece:
                    return
                head += piece
            self.heads.append(head)
            say = self.script[min(len(self.heads), len(self.script)) - 1]
            try:
                say(connection)
            except OSError:
                return  # the client has had enough


@contextmanager
def saying(*script: Say) -> Iterator[RawServer]:
    """Serve a script on a free port of the loopback interface."""
    server = RawServer(list(script))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        threading.Thread(target=server.serve, args=[listening], daemon=True).start()
        yield server


def whole(body: bytes, *headers: str, status: str = "200 OK") -> Say:
    """Say an ordinary answer."""
    return sent(_head(status, f"content-length: {len(body)}", *headers) + body)


def sent(data: bytes) -> Say:
    """Say these bytes and close."""
    return lambda connection: connection.sendall(data)


def short(body: bytes, missing: int) -> Say:
    """Announce more than is sent."""
    return sent(_head("200 OK", f"content-length: {len(body) + missing}") + body)


def unframed(body: bytes) -> Say:
    """Announce nothing: the end of the connection looks like the end of the body."""
    return sent(_head("200 OK") + body)


def chunked(body: bytes, *, cut: int | None = None) -> Say:
    """Say a body in chunks; cut off in the middle of one where told to."""
    data = _head("200 OK", "transfer-encoding: chunked")
    data += b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return sent(data[:cut] if cut else data)


def reset_after(data: bytes) -> Say:
    """Say some bytes, then reset the connection."""

    def say(connection: socket.socket) -> None:
        connection.sendall(data)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    return say


def dripped(body: bytes, pause_s: float) -> Say:
    """Say a byte at a time."""

    def say(connection: socket.socket) -> None:
        connection.sendall(_head("200 OK", f"content-length: {len(body)}"))
        for byte in body:
            connection.sendall(bytes([byte]))
            time.sleep(pause_s)

    return say


def silent(for_s: float) -> Say:
    """Say nothing for a while."""
    return lambda _connection: time.sleep(for_s)


def _head(status: str, *headers: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in (*headers, "connection: close"))
    return f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{lines}\r\n".encode()
