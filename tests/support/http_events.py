"""HTTP API events as API Gateway sends them, after the authorizer has let them through."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from functions.shared.http.edge import PREFIX


def http_event(
    route: str,
    *,
    tenant: str | None = "tenant-a",
    group: str = "admin",
    user: str = "user-1",
    scopes: str | None = None,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | str | None = None,
    body: object = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return an event of payload version 2.0.

    Args:
        route: ``"GET /orgs"``; the prefix is put before the path.
        tenant: of the token; None for nobody signed in.
        group: of a user.
        user: ``sub`` of the user, or the machine's client.
        scopes: of a machine, parted by spaces; None for a user.
        path: the parts of the path by name.
        query: names and values, or the raw query string.
        body: a JSON value, or text that is sent as it is.
        headers: by lower-case name.
    """
    method, _, tail = route.partition(" ")
    raw_query = query if isinstance(query, str) else urlencode(query or {})
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {PREFIX}{tail}",
        "rawPath": PREFIX + tail.format_map(defaultdict(str, path or {})),
        "rawQueryString": raw_query,
        "headers": dict(headers or {}),
        "pathParameters": dict(path or {}),
        "requestContext": {"requestId": "request-1", "http": {"method": method}},
        "isBase64Encoded": False,
    }
    if tenant is not None:
        may = {"groups": group} if scopes is None else {"scopes": scopes}
        budget = {"limit": "600", "remaining": "599", "reset_s": "60"}
        caller = {"tenant_id": tenant, "user": user, **may, **budget}
        event["requestContext"]["authorizer"] = {"lambda": caller}
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event
