"""The whole way over sockets: whatever a receiver does, it has alerts 1..n, signed, in order.

Real connections on loopback, as a laptop's stage lets them be; the library that verifies is
another's.
"""

import itertools
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import standardwebhooks.webhooks as standard

from functions.notify.deliver.post import Poster, resolve_name
from tests.notify.conftest import Body, Notify, id_of

LIMIT_S = 1.0
Behaviour = Callable[[socket.socket], None]


def _says(text: str) -> Behaviour:
    return lambda connection: connection.sendall(text.encode())


def _late(connection: socket.socket) -> None:
    time.sleep(1.2 * LIMIT_S)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")


def _drips(connection: socket.socket) -> None:
    for letter in b"HTTP/1.1 200 OK\r\n" * 4:
        connection.sendall(bytes([letter]))
        time.sleep(0.02)


OK = _says("HTTP/1.1 204 No Content\r\n\r\n")
# Each has the message, or some of it, and does not say so.
LIES: dict[str, Behaviour] = {
    "never answers": lambda _connection: time.sleep(1.2 * LIMIT_S),
    "answers too late": _late,
    "drips": _drips,
    "closes": lambda _connection: None,
    "resets": lambda connection: connection.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
    ),
    "speaks another protocol": _says("SSH-2.0-OpenSSH_9.9\r\n"),
    "has trouble": _says("HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n"),
    "answers half": _says("HTTP/1.1 20"),
}


@dataclass
class Server:
    """A receiver: what it does with each message is the test's; it verifies each by itself."""

    script: list[Behaviour | None] = field(default_factory=list)
    secret: str = ""
    arrived: list[Body] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/alerts"

    @property
    def numbers(self) -> list[int]:
        """Return the numbers that came, in the order in which they did."""
        return [body["data"]["number"] for body in self.arrived]

    def run(self) -> None:
        """Serve until the listener is closed; None in the script hangs up unread."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                answers = self.script.pop(0) if self.script else OK
                if answers is None:
                    continue
                try:
                    self._take(connection)
                    answers(connection)
                except OSError:
                    continue

    def _take(self, connection: socket.socket) -> None:
        """Read a message and verify it."""
        with connection.makefile("rb") as read:
            assert read.readline() == b"POST /alerts HTTP/1.1\r\n"
            headers: dict[str, str] = {}
            while line := read.readline().strip():
                name, _, text = line.decode().partition(": ")
                headers[name.lower()] = text
            body = read.read(int(headers["content-length"]))
        if self.secret:
            assert standard.Webhook(self.secret).verify(body, headers) == json.loads(body)
        self.arrived.append(json.loads(body))
        self.ids.append(headers["webhook-id"])


@pytest.fixture
def serve() -> Iterator[Callable[[], Server]]:
    """Give what starts a receiver."""
    servers: list[Server] = []

    def start() -> Server:
        servers.append(Server())
        threading.Thread(target=servers[-1].run, daemon=True).start()
        return servers[-1]

    yield start
    for server in servers:
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()


@pytest.fixture
def over_sockets(notify: Notify) -> Notify:
    """Give the function of a laptop's stage, with the poster that is deployed."""
    poster = Poster(ssl.create_default_context(), resolve_name, loopback=True, limit_s=LIMIT_S)
    notify.context = replace(notify.context, post=poster.post)
    webhooks = replace(notify.managed.webhooks, loopback=True)
    notify.managed = replace(notify.managed, webhooks=webhooks)
    return notify


def _hook(notify: Notify, server: Server) -> Body:
    status, made = notify.ask("POST /webhooks", body={"url": server.url})
    assert status == 201, made
    server.secret = made["secret"]
    return made


@pytest.mark.parametrize(
    "lies", [["closes", "has trouble"], pytest.param([*LIES], marks=pytest.mark.slow)], ids=len
)
def test_whatever_a_receiver_does_it_has_each_alert_signed_and_in_order(
    over_sockets: Notify, serve: Callable[[], Server], lies: list[str]
) -> None:
    """Slow, lying, hanging up, leading elsewhere, not there: then everything, from where it was."""
    notify, server, elsewhere = over_sockets, serve(), serve()
    hook = _hook(notify, server)
    away = f"HTTP/1.1 307 X\r\nlocation: {elsewhere.url}\r\ncontent-length: 0\r\n\r\n"
    bad: list[Behaviour | None] = [*(LIES[lie] for lie in lies), _says(away), None]
    for answers in bad:
        # The first of two is taken, of the second it says something else.
        server.script += [OK, answers]
        notify.test(hook, 2)
        notify.wake()
        assert notify.shown(hook)["state"] == "failing"
        notify.wake(minutes=2)
        assert notify.shown(hook)["state"] == "active"
    n = 2 * len(bad)
    assert [number for number, _ in itertools.groupby(server.numbers)] == list(range(1, n + 1))
    assert len(set(zip(server.numbers, server.ids, strict=True))) == n
    # All of them had the second of two, but the one that hung up unread.
    assert len(server.numbers) == n + len(bad) - 1
    assert elsewhere.arrived == []
    shown = notify.shown(hook)
    assert (shown["delivered_number"], shown["last_number"]) == (n, n)


def test_a_receiver_that_is_killed_and_comes_back_has_what_it_missed(
    over_sockets: Notify, serve: Callable[[], Server]
) -> None:
    """Nobody listens for a while; alerts go on being numbered."""
    notify, server = over_sockets, serve()
    hook = _hook(notify, server)
    notify.test(hook)
    notify.wake()
    address = server.listener.getsockname()
    server.listener.shutdown(socket.SHUT_RDWR)
    server.listener.close()
    for _ in range(3):
        notify.test(hook)
        notify.wake(minutes=5)
    (newest, *_) = notify.ask("GET /webhooks/{webhook_id}/deliveries", path=id_of(hook))[1]["items"]
    assert (newest["number"], newest["delivered_at"]) == (4, None)
    server.listener = socket.create_server(address)
    threading.Thread(target=server.run, daemon=True).start()
    notify.wake(minutes=10)
    assert server.numbers == [1, 2, 3, 4]


def test_an_address_that_leads_inside_is_refused_at_each_attempt(notify: Notify) -> None:
    """Whatever the name led to when the webhook was made; nothing is connected to."""
    hook = notify.hook()
    inside = ["127.0.0.1", "169.254.169.254", "10.1.2.3", "192.168.1.1", "::1", "fe80::1"]
    addresses = iter(inside)

    def fail(_target: object, _message: object) -> Any:
        raise AssertionError("connected")

    poster = Poster(ssl.create_default_context(), lambda *_: [next(addresses)])
    notify.context = replace(notify.context, post=poster.post)
    notify.test(hook)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Poster, "_send", fail)
        for n in range(1, len(inside) + 1):
            notify.wake(minutes=30)
            path = id_of(hook)
            _, listed = notify.ask("GET /webhooks/{webhook_id}/deliveries", path=path)
            (row,) = listed["items"]
            assert (row["failure"], row["tries"]) == ("address_refused", n)
