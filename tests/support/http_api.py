"""API Gateway in process: what any client sends over HTTP becomes the functions' events."""

import base64
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from werkzeug.serving import make_server

from functions.access.handler import OPEN_ROUTES as ACCESS_OPEN_ROUTES
from functions.api.flow import OPEN_ROUTES, OPERATIONS, UNROUTED
from functions.api.schemas.operation import ACCESS, API, CONNECT, NOTIFY, Operation
from functions.shared.http.edge import PREFIX, Reply, Route, answer

TENANT: Final = "tenant-a"
_PUBLIC: Final[Mapping[str, frozenset[str]]] = {
    API: OPEN_ROUTES,
    CONNECT: frozenset(),
    ACCESS: ACCESS_OPEN_ROUTES,
    NOTIFY: frozenset(),
}
# By the bearer token that stands for each.
_CALLERS: Final = {
    "admin": {"groups": "admin"},
    "auditor": {"groups": "auditor"},
    "machine": {"scopes": "packs read write"},
}
StartResponse = Callable[[str, list[tuple[str, str]]], object]


@dataclass(frozen=True)
class HttpApi:
    """A WSGI application. ``Authorization: Bearer admin`` is an admin, and so on.

    Attributes:
        functions: what answers each route, by the function's name.
        n_requests: how many were answered, by status.
    """

    functions: Mapping[str, Mapping[str, Route]]
    n_requests: dict[int, int] = field(default_factory=dict)

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve it on loopback; give its origin."""
        server = make_server("127.0.0.1", 0, self, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def __call__(self, environ: Mapping[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        reply = self.reply(_event(environ))
        status = reply["statusCode"]
        self.n_requests[status] = self.n_requests.get(status, 0) + 1
        start(f"{status} {HTTPStatus(status).phrase}", [*reply["headers"].items()])
        return [reply["body"].encode()]

    def reply(self, event: dict[str, Any]) -> Reply:
        """Send an event to the function that its route leads to."""
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        at = [each for each in OPERATIONS if method in each.methods and each.is_at(path)]
        # A path's own words go before what stands for any.
        operation = min(at, key=lambda each: each.path.count("{"), default=None)
        function = operation.function if operation else API
        event["routeKey"] = f"{method} {PREFIX}{operation.path}" if operation else UNROUTED
        event["pathParameters"] = _path_parameters(operation, path) if operation else {}
        public = _PUBLIC[function]
        return answer(event, self.functions[function], public, logging.getLogger(function))


def _path_parameters(operation: Operation, path: str) -> dict[str, str]:
    names = f"{PREFIX}{operation.path}".split("/")
    return {
        name.strip("{}"): part
        for name, part in zip(names, path.split("/"), strict=True)
        if name.startswith("{")
    }


def _event(environ: Mapping[str, Any]) -> dict[str, Any]:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
    }
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return event_of(environ["REQUEST_METHOD"], environ["REQUEST_URI"], headers, body)


def event_of(
    method: str, address: str, headers: Mapping[str, str], body: bytes = b""
) -> dict[str, Any]:
    """Return what a function is sent of a request.

    Args:
        method: GET and so on.
        address: path and query, as the request line has them.
        headers: by lower-case name.
        body: as it was sent.
    """
    path, _, query = address.partition("?")
    event: dict[str, Any] = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": dict(headers),
        "requestContext": {"requestId": "request-1", "http": {"method": method}},
        "isBase64Encoded": False,
    }
    if body:
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    scheme, _, group = headers.get("authorization", "").partition(" ")
    if scheme == "Bearer" and group in _CALLERS:
        budget = {"limit": "600", "remaining": "599", "reset_s": "60"}
        caller = {"tenant_id": TENANT, "user": f"user-{group}", **_CALLERS[group], **budget}
        event["requestContext"]["authorizer"] = {"lambda": caller}
    return event
