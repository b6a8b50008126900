"""The origin of a stage on loopback: the emulated distribution, where a browser reaches it.

`python -m tools.local.deployment.origin PORT EMULATOR_PORT DISTRIBUTION REPLACED=BY…`. Every
request goes to the distribution the template describes, its behaviours and header policies
included; nothing is decided here. Only the hosts that the content security policy names become
those of this machine.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

import httpx

from tools.local import asgi_server
from tools.local.settings import API_PREFIX

# Of the connection, not of the message (RFC 9110, section 7.6.1); lengths are counted anew.
_HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "content-encoding",
        "host",
        "accept-encoding",
    )
)
Headers = list[tuple[bytes, bytes]]
Send = Callable[[Any], Awaitable[None]]


class OriginProxy:
    """An ASGI application that passes every request on to the emulated distribution.

    Args:
        emulator_url: where the emulator listens.
        distribution: the distribution's host name in the account.
        hosts: what to put in place of a host that the content security policy names.
    """

    def __init__(self, emulator_url: str, distribution: str, hosts: Mapping[str, str]) -> None:
        self._distribution = distribution
        self._hosts = hosts
        self._url = httpx.URL(emulator_url)
        self._emulator = httpx.AsyncClient(timeout=60.0, trust_env=False, follow_redirects=False)

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Send,
    ) -> None:
        """Answer one request, or the server's start and end."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._forward(scope, await _body(receive), send)

    async def _forward(self, scope: Mapping[str, Any], body: bytes, send: Send) -> None:
        try:
            answer = await self._emulator.request(
                scope["method"],
                self._url.copy_with(raw_path=_target(scope)),
                headers=[(b"host", self._distribution.encode()), *_end_to_end(scope["headers"])],
                content=body,
            )
        except httpx.HTTPError:
            text = b"The emulator is down.\n"
            await _send(send, 502, [(b"content-type", b"text/plain")], text, len(text))
            return
        headers = [
            (name.lower(), self._with_local_hosts(name, value))
            for name, value in _end_to_end(answer.headers.raw)
        ]
        # Of an answer without its body the length that it would have is the message's own.
        is_whole = scope["method"] != "HEAD" or "content-length" not in answer.headers
        length = len(answer.content) if is_whole else int(answer.headers["content-length"])
        await _send(send, answer.status_code, headers, answer.content, length)

    def _with_local_hosts(self, name: bytes, value: bytes) -> bytes:
        if name.lower() != b"content-security-policy":
            return value
        for host, local_host in self._hosts.items():
            value = value.replace(host.encode(), local_host.encode())
        return value

    async def _lifespan(self, receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self._emulator.aclose()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def _target(scope: Mapping[str, Any]) -> bytes:
    """Return path and query as they came.

    `api_url` holds the routes' common prefix; a script that appends a route with the prefix to it
    means the same route.
    """
    path = bytes(scope.get("raw_path") or scope["path"].encode())
    doubled_prefix = (API_PREFIX + API_PREFIX).encode() + b"/"
    if path.startswith(doubled_prefix):
        path = path[len(API_PREFIX) :]
    query = bytes(scope.get("query_string") or b"")
    return path + b"?" + query if query else path


def _end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    return [header for header in headers if header[0].decode("latin-1").lower() not in _HOP_BY_HOP]


async def _body(receive: Callable[[], Awaitable[Any]]) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send: Send, status: int, headers: Headers, body: bytes, length: int) -> None:
    with_length = [*headers, (b"content-length", str(length).encode())]
    await send({"type": "http.response.start", "status": status, "headers": with_length})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve until told to stop."""
    port, emulator_port, distribution, *pairs = sys.argv[1:]
    hosts = dict(pair.split("=", 1) for pair in pairs)
    proxy = OriginProxy(f"http://127.0.0.1:{emulator_port}", distribution, hosts)
    asyncio.run(asgi_server.serve(proxy, int(port)))


if __name__ == "__main__":
    main()
