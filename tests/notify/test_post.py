"""Posting: over sockets, to receivers that are slow, lie, lead elsewhere or are somebody else."""

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from functions.notify.deliver.message import Answer, Message
from functions.notify.deliver.post import Poster, resolve_name
from functions.notify.deliver.target import Target

MESSAGE = Message(b'{"type":"test"}', {"webhook-id": "msg_1", "content-type": "application/json"})
Serve = Callable[[socket.socket], None]


@dataclass
class Server:
    """A receiver on loopback; what it does with each connection is the test's."""

    serve: Serve
    trust: ssl.SSLContext | None = None
    requests: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def port(self) -> int:
        """Return where it listens."""
        return int(self.listener.getsockname()[1])

    def run(self) -> None:
        """Serve until the listener is closed."""
        while True:
            try:
                plain, _ = self.listener.accept()
                connection = (
                    self.trust.wrap_socket(plain, server_side=True) if self.trust else plain
                )
            except ssl.SSLError:
                continue
            except OSError:
                return
            with connection:
                try:
                    self.requests.append(self._request(connection))
                    self.serve(connection)
                except OSError:
                    continue

    def _secured(self, plain: socket.socket) -> socket.socket:
        return self.trust.wrap_socket(plain, server_side=True) if self.trust else plain

    def _request(self, connection: socket.socket) -> bytes:
        request = b""
        while not request.endswith(MESSAGE.body):
            piece = connection.recv(4096)
            if not piece:
                break
            request += piece
        return request


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Give what starts a receiver."""
    servers: list[Server] = []

    def start(what: Serve, trust: ssl.SSLContext | None = None) -> Server:
        servers.append(Server(what, trust))
        threading.Thread(target=servers[-1].run, daemon=True).start()
        return servers[-1]

    yield start
    for server in servers:
        # Wakes whoever waits in accept.
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()


def says(text: bytes) -> Serve:
    """Return what answers with a text."""
    return lambda connection: connection.sendall(text)


def post(server: Server, limit_s: float = 5.0) -> Answer:
    """Post a message to a receiver, as a laptop's stage may."""
    poster = Poster(ssl.create_default_context(), resolve_name, loopback=True, limit_s=limit_s)
    return poster.post(f"http://127.0.0.1:{server.port}/alerts?x=1", MESSAGE)


def test_what_is_sent_is_the_body_and_its_headers(serve: Callable[..., Server]) -> None:
    """To the path that was named; the answer's body is nobody's business."""
    server = serve(says(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nhalf"))
    assert post(server) == Answer(200, None)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /alerts?x=1 HTTP/1.1\r\n")
    assert b"webhook-id: msg_1" in head
    assert body == MESSAGE.body


@pytest.mark.parametrize(
    ("status", "failure"),
    [(201, None), (301, "redirected"), (307, "redirected"), (404, "refused"), (503, "refused")],
)
def test_no_redirect_is_followed_and_success_alone_is_success(
    serve: Callable[..., Server], status: int, failure: str | None
) -> None:
    """Whoever leads elsewhere has not taken it."""
    elsewhere = serve(says(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"))
    location = f"http://127.0.0.1:{elsewhere.port}/"
    answer = f"HTTP/1.1 {status} X\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"
    assert post(serve(says(answer.encode()))) == Answer(status, failure)  # type: ignore[arg-type]
    assert elsewhere.requests == []


def _drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(400):
        connection.sendall(b"x-a: b\r\n")
        time.sleep(0.01)


def test_one_that_drips_is_left_after_the_limit(serve: Callable[..., Server]) -> None:
    """However often it says something."""
    began = time.monotonic()
    assert post(serve(_drip), limit_s=0.3) == Answer(None, "timed_out")
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "text",
    [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nx: " + b"a" * 300_000, b"\x00" * 100],
    ids=["closes", "another protocol", "endless header", "zeroes"],
)
def test_what_is_no_answer_is_none(serve: Callable[..., Server], text: bytes) -> None:
    """And raises nothing."""
    assert post(serve(says(text))) == Answer(None, "connection_failed")


def test_nobody_there() -> None:
    """Said in a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    poster = Poster(ssl.create_default_context(), resolve_name, loopback=True)
    answer = poster.post(f"http://127.0.0.1:{port}/", MESSAGE)
    assert answer == Answer(None, "connection_failed")


def test_a_proxy_of_the_environment_is_not_asked(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would connect to wherever it likes."""
    proxy = serve(says(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    server = serve(says(b"HTTP/1.1 204 No Content\r\n\r\n"))
    assert post(server) == Answer(204, None)
    assert proxy.requests == []


def _certificate(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a receiver of a name shows, and what trusts its certificate alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    file = folder / "receiver.pem"
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, *form) + pem)
    shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shows.load_cert_chain(file)
    return shows, ssl.create_default_context(cadata=pem.decode())


@pytest.mark.parametrize(
    ("asked", "answer"),
    [("hooks.example", Answer(204, None)), ("other.example", Answer(None, "connection_failed"))],
)
def test_the_certificate_is_of_the_name_and_the_connection_goes_to_the_address(
    serve: Callable[..., Server],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
    answer: Answer,
) -> None:
    """SNI, certificate and Host are of the name; the name itself is not looked up again."""
    shows, trust = _certificate("hooks.example", tmp_path)
    server = serve(says(b"HTTP/1.1 204 No Content\r\n\r\n"), shows)
    shows.sni_callback = lambda _socket, name, _context: server.names.append(name)
    target = Target(f"https://127.0.0.1:{server.port}/alerts", asked, asked)
    module = "functions.notify.deliver.post.find_target"
    monkeypatch.setattr(module, lambda _url, **_facts: target)

    def fail(_name: str, _port: int) -> list[str]:
        raise AssertionError("looked up again")

    assert Poster(trust, fail).post(f"https://{asked}/alerts", MESSAGE) == answer
    assert server.names == [asked]
    for request in server.requests:
        assert f"host: {asked}\r\n".encode() in request.lower()
    assert len(server.requests) == (answer.status is not None)
