"""Let the emulated CloudFront reach the emulated HTTP API.

It refuses every origin at an AWS host name, the API's own among them, as it never dials out. Here
that one name leads back to the emulator; what the distribution forwards stays the template's doing.
"""

from __future__ import annotations

import re
from typing import Any

_API_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com")


def local_origin(origin: dict[str, Any], port: int) -> dict[str, Any]:
    """Return the origin as it is reached here; any other than an HTTP API is left alone."""
    host = _API_HOST.fullmatch(origin["domain_name"].lower())
    if host is None:
        return origin
    return {
        **origin,
        "domain_name": f"{host[1]}.execute-api.127.0.0.1",
        "protocol_policy": "http-only",
        "http_port": port,
    }


def install(port: int) -> None:
    """Wrap the emulator's fetch from a distribution's origin."""
    from ministack.services import cloudfront

    forward, connect_target = cloudfront._forward_to_origin, cloudfront._origin_connect_target

    def forward_to_origin(origin: dict[str, Any], *rest: Any, **named: Any) -> object:
        return forward(local_origin(origin, port), *rest, **named)

    def origin_connect_target(origin: dict[str, Any], viewer_is_https: bool) -> tuple[Any, ...]:
        host, at, tls = connect_target(origin, viewer_is_https)
        # The name is for the emulator's routing; no resolver knows it.
        return ("127.0.0.1" if host.endswith(".execute-api.127.0.0.1") else host), at, tls

    cloudfront._forward_to_origin = forward_to_origin
    cloudfront._origin_connect_target = origin_connect_target
