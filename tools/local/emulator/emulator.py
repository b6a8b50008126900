"""Serve the AWS emulator on the loopback interface only; a process of its own.

`python -m tools.local.emulator.emulator PORT MAILS CLOCK_FILE`, started by the runner with the
environment the emulator reads at import. It stops, and saves its state, on SIGTERM, on SIGINT, and
when its standard input ends, which is how it notices that the runner is gone.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from tools.local import asgi_server, clock
from tools.local.emulator import api_origin, authorization, expiry, mail_folder, user_pool

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def as_tls(app: App) -> App:
    """Present requests as `https`, as policies that demand TLS are enforced for real.

    The connection never leaves this machine; a certificate would only have to be trusted by every
    client, and the emulator's own TLS mode breaks its JWT authorizer.
    """

    async def https_app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "scheme": "https"}
        await app(scope, receive, send)

    return https_app


def main() -> None:
    """Serve until told to stop."""
    from ministack.app import app

    port, mails, clock_file = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    authorization.install()
    api_origin.install(port)
    user_pool.install()
    mail_folder.install(mails, lambda: clock.read(clock_file))
    expiry.install(lambda: clock.read(clock_file))
    asyncio.run(asgi_server.serve(as_tls(app), port))


if __name__ == "__main__":
    main()
