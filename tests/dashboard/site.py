"""The page served for its tests: the folder under its real headers, a fake API, a fake sign-in.

Everything listens on 127.0.0.1, on ports the system chooses. The sign-in service has an origin of
its own, as it has in production, so that the policy's `connect-src` is put to the test.
"""

import base64
import hashlib
import json
import mimetypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from functions.shared.http.edge import Reply
from tests.dashboard.fake_api import API, answer
from tests.dashboard.world import Json, World
from tests.support.http_api import event_of

# What the API answers an event.
Functions = Callable[[dict[str, Any]], Reply]
# What stands for an administrator's token there (``tests/support/http_api.py``).
ADMIN = {"authorization": "Bearer admin"}
DASHBOARD = Path(__file__).parents[2] / "dashboard"
CLIENT_ID = "client-of-the-tests"


def policy(sign_in_origin: str) -> str:
    """Return the content security policy of DESIGN section 10."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' {sign_in_origin}; font-src 'self'; form-action 'none'; "
        "frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )


class Quiet(BaseHTTPRequestHandler):
    """Answers without logging, many on one connection."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output for the test."""

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send one answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reply_json(self, status: int, body: Any, **headers: str) -> None:
        """Send one JSON answer."""
        headers.setdefault("Content_Type", "application/json")
        self.reply(status, json.dumps(body).encode(), **headers)


class SignIn:
    """Hosted sign-in pages that let everyone in at once, and a token endpoint that checks PKCE."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.codes: dict[str, Json] = {}
        self.override: Json = {}
        self.logged_out = 0
        self.renewals = 0
        self.session_ended = False

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser is sent back to."""
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = query
        answer = {"code": code, "state": query["state"]} | self.override.get("answer", {})
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str]) -> tuple[int, Json]:
        """Redeem a code once, for whoever holds its verifier; or a refresh token."""
        if form["grant_type"] == "refresh_token":
            return self._renewed(form)
        authorization = self.codes.pop(form.get("code", ""), None)
        if authorization is None or form["redirect_uri"] != authorization["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if _base64url(digest) != authorization["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        claims = {
            "token_use": "id",
            "aud": authorization["client_id"],
            "nonce": authorization["nonce"],
            "sub": "sub-of-ada",
            "cognito:username": "ada@tenant-a",
            "cognito:groups": [self.world.group],
            "custom:tenant_id": "tenant-a",
        } | self.override.get("claims", {})
        head, body = ({"alg": "none"}, claims)
        parts = (_base64url(json.dumps(part).encode()) for part in (head, body))
        self.world.token = ".".join([*parts, "x"])
        return 200, {"id_token": self.world.token, "refresh_token": "refresh-1", "expires_in": 3600}

    def _renewed(self, form: dict[str, str]) -> tuple[int, Json]:
        if self.session_ended or form["refresh_token"] != "refresh-1":
            return 400, {"error": "invalid_grant"}
        self.renewals += 1
        self.world.token += f"-{self.renewals}"
        return 200, {"id_token": self.world.token, "expires_in": 3600}


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _sign_in_handler(sign_in: SignIn) -> type[Quiet]:
    class Handler(Quiet):
        def do_GET(self) -> None:
            """Hosted pages: straight back, or out."""
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            if url.path == "/oauth2/authorize":
                self.reply(302, Location=sign_in.authorize(query))
            elif url.path == "/logout":
                sign_in.logged_out += 1
                self.reply(302, Location=query["logout_uri"])
            else:
                self.reply(404)

        def do_POST(self) -> None:
            """Token endpoint."""
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            status, answer = sign_in.token(form)
            self.reply_json(status, answer, Access_Control_Allow_Origin=self.headers["Origin"])

    return Handler


def _site_handler(
    world: World,
    sign_in_origin: str,
    config: Json,
    published: dict[str, bytes] | None,
    functions: Functions | None,
) -> type[Quiet]:
    class Handler(Quiet):
        def do_GET(self) -> None:
            """Files, configuration, and the API's reads."""
            path = urlsplit(self.path).path
            if path.startswith(API):
                self.api("GET")
            elif path == "/config.json":
                self.reply_json(200, config)
            elif path.startswith("/download/"):
                attachment = 'attachment; filename="pack.tar.gz"'
                self.reply(200, b"archive", Content_Disposition=attachment)
            else:
                self.file("/index.html" if path == "/" else path)

        def do_POST(self) -> None:
            """Writes."""
            self.api("POST")

        def do_PUT(self) -> None:
            """Writes."""
            self.api("PUT")

        def do_PATCH(self) -> None:
            """Writes."""
            self.api("PATCH")

        def do_DELETE(self) -> None:
            """Writes."""
            self.api("DELETE")

        def file(self, path: str) -> None:
            """Serve one file, of the folder or as published, under the production headers."""
            file = (DASHBOARD / path.lstrip("/")).resolve()
            if published is not None and path.lstrip("/") in published:
                body = published[path.lstrip("/")]
            elif published is None and file.is_file() and DASHBOARD in file.parents:
                body = file.read_bytes()
            else:
                self.reply(404)
                return
            self.reply(
                200,
                body,
                Content_Type=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
                Content_Security_Policy=policy(sign_in_origin),
                X_Content_Type_Options="nosniff",
                Referrer_Policy="no-referrer",
            )

        def api(self, method: str) -> None:
            """Answer as the API would, or as the functions do where they stand behind the page."""
            url = urlsplit(self.path)
            path = url.path.removeprefix(API)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(raw) if raw else None
            world.requests.append((f"{method} {path}", body))
            if functions and not world.token_expired(self.headers.get("Authorization", "")):
                headers = {name.lower(): value for name, value in self.headers.items()}
                answered = functions(event_of(method, self.path, headers | ADMIN, raw))
                told = {
                    name.title().replace("-", "_"): v for name, v in answered["headers"].items()
                }
                self.reply(answered["statusCode"], answered["body"].encode(), **told)
                return
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            refused = world.refuse.get(f"{method} {path}")
            if refused:
                self.reply_json(*refused, Content_Type="application/problem+json")
            elif world.token_expired(self.headers.get("Authorization", "")):
                self.reply_json(401, {"type": "/problems/not-signed-in", "title": "Sign in first"})
            else:
                self.reply_json(*answer(world, method, path, query, body))

    return Handler


class Site:
    """A running page with its world.

    Attributes:
        url: where the page is.
        world: what the API knows.
        sign_in: the sign-in service.
        config: what ``/config.json`` says; a test may change it before the page is opened.
    """

    def __init__(self, url: str, world: World, sign_in: SignIn, config: Json) -> None:
        self.url = url
        self.world = world
        self.sign_in = sign_in
        self.config = config


@contextmanager
def serve(
    world: World,
    published: dict[str, bytes] | None = None,
    functions: Functions | None = None,
) -> Iterator[Site]:
    """Serve the page and its world until the block ends.

    Args:
        world: what the fake API knows, and who signs in.
        published: the files as they are published; its sources without them.
        functions: what answers the API instead of the fake one.
    """
    sign_in = SignIn(world)
    with _listening(_sign_in_handler(sign_in)) as sign_in_url:
        config = {
            "api_base": API,
            "sign_in_url": sign_in_url,
            "client_id": CLIENT_ID,
            "redirect_path": "/",
        }
        with _listening(_site_handler(world, sign_in_url, config, published, functions)) as url:
            yield Site(url, world, sign_in, config)


class Server(ThreadingHTTPServer):
    """Serves without a word of requests that the page has given up."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report what went wrong, but for a browser that no longer listens."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def _listening(handler: type[Quiet]) -> Iterator[str]:
    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
