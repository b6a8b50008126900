"""Faults that refuse instead of answering. Pure but for the request counts of `rate_limit`."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tools.openai_simulator.message import (
    Answer,
    Request,
    error_body,
    invalid_key,
    missing_scope,
    plain,
    refusal,
)
from tools.openai_simulator.timeline import encode

Options = dict[str, Any]
BLOCKED = (
    "<!DOCTYPE html><html><head><title>Attention Required!</title></head>"
    "<body>Sorry, you have been blocked</body></html>"
)
HTML = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloud</body></html>"


@dataclass(frozen=True)
class FaultContext:
    """A request that meets a fault, at a simulated instant."""

    request: Request
    now: float
    options: Options
    state: Options


def _status(context: FaultContext) -> Answer | None:
    """`status`: any status. Options: `status`, `body` (text or JSON), `headers` (an object)."""
    body = context.options.get("body", error_body("The server had an error.", type_="server_error"))
    answer = Answer(
        int(context.options["status"]), body.encode() if isinstance(body, str) else encode(body)
    )
    for name, value in dict(context.options.get("headers", {})).items():
        answer = answer.with_header(name.lower(), value)
    return answer


def _server_error(context: FaultContext) -> Answer | None:
    """`server_error`: 5xx. Options: `status` (500), `html` (True)."""
    status = int(context.options.get("status", 500))
    if context.options.get("html", True):
        return Answer(status, HTML.encode(), [("content-type", "text/html; charset=utf-8")])
    return refusal(status, "The server had an error.", type_="server_error")


def _throttled(context: FaultContext) -> Answer | None:
    """`throttled`: 429. Options: `retry_after` (any text, a list of them, None for no header)."""
    answer = refusal(
        429, "Rate limit reached for requests.", type_="requests", code="rate_limit_exceeded"
    )
    header = context.options.get("retry_after")
    values = header if isinstance(header, list) else [] if header is None else [header]
    return replace(answer, headers=answer.headers + [("retry-after", str(v)) for v in values])


def _rate_limit(context: FaultContext) -> Answer | None:
    """`rate_limit`: 429 above `per_minute` of the simulated clock. Option `retry_after` (True)."""
    sent_at: deque[float] = context.state.setdefault("taken", deque())
    while sent_at and (sent_at[0] <= context.now - 60 or sent_at[0] > context.now):
        sent_at.popleft()
    if len(sent_at) < int(context.options["per_minute"]):
        sent_at.append(context.now)
        return None
    wait_s = max(1, int(sent_at[0] + 60 - context.now + 0.999)) if sent_at else 60
    retry_after = str(wait_s) if context.options.get("retry_after", True) else None
    return _throttled(replace(context, options={"retry_after": retry_after}))


def _insufficient_quota(_context: FaultContext) -> Answer | None:
    """`insufficient_quota`: 429 that no waiting mends."""
    message = "You exceeded your current quota, please check your plan and billing details."
    return refusal(429, message, type_="insufficient_quota", code="insufficient_quota")


def _invalid_api_key(context: FaultContext) -> Answer | None:
    """`invalid_api_key`: 401 as for a key nobody knows."""
    return invalid_key(context.request.secret or "")


def _mismatched_organization(_context: FaultContext) -> Answer | None:
    """`mismatched_organization`: 401 as for another organization's key."""
    message = "OpenAI-Organization header should match organization for API key."
    return refusal(401, message, code="mismatched_organization")


def _ip_not_authorized(_context: FaultContext) -> Answer | None:
    """`ip_not_authorized`: 401 as for an address outside the allow-list."""
    return refusal(401, "Your IP address is not authorized.", code="ip_not_authorized")


def _blocked(context: FaultContext) -> Answer | None:
    """`blocked`: a CDN's or proxy's own page. Options: `status` (403), `body` (HTML)."""
    body = str(context.options.get("body", BLOCKED))
    status = int(context.options.get("status", 403))
    return Answer(status, body.encode(), [("content-type", "text/html; charset=utf-8")])


def _region_not_supported(_context: FaultContext) -> Answer | None:
    """`region_not_supported`: 403 as for a country that OpenAI does not serve."""
    message = "Country, region, or territory not supported"
    code = "unsupported_country_region_territory"
    return refusal(403, message, type_="request_forbidden", code=code)


def _forbidden(context: FaultContext) -> Answer | None:
    """`forbidden`: a scope is missing. Options: `scope`, `status` (403), `as_text` (True)."""
    return missing_scope(
        str(context.options.get("scope", "api.management.read")),
        status=int(context.options.get("status", 403)),
        as_text=bool(context.options.get("as_text", True)),
    )


def _not_found(_context: FaultContext) -> Answer | None:
    """`not_found`: 404."""
    return refusal(404, "Not found.", code="not_found")


def _refused_cursor(context: FaultContext) -> Answer | None:
    """`refused_cursor`: a request with `after` or `before` is refused. Option `status` (400)."""
    name = next((n for n in ("after", "before") if context.request.first(n) is not None), None)
    if name is None:
        return None
    return refusal(int(context.options.get("status", 400)), f"Invalid '{name}' cursor.", param=name)


def _refused_parameter(context: FaultContext) -> Answer | None:
    """`refused_parameter`: a request with `name` is refused. Options: `name`, `status` (400)."""
    name = str(context.options["name"])
    if context.request.first(name) in (None, "false"):
        return None
    status = int(context.options.get("status", 400))
    return refusal(status, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")


def _redirect(context: FaultContext) -> Answer | None:
    """`redirect`: options `location`, `status` (302)."""
    answer = Answer(int(context.options.get("status", 302)), b"", [("content-type", "text/html")])
    return answer.with_header("location", str(context.options["location"]))


def _body(context: FaultContext) -> Answer | None:
    """`body`: this text or JSON instead of the answer. Options: `body`, `content_type`."""
    body = context.options.get("body", "")
    answer = plain(200, body) if not isinstance(body, str) else Answer(200, body.encode())
    return answer.with_header(
        "content-type", str(context.options.get("content_type", "application/json"))
    )


REFUSALS: dict[str, Callable[[FaultContext], Answer | None]] = {
    "status": _status,
    "server_error": _server_error,
    "throttled": _throttled,
    "rate_limit": _rate_limit,
    "insufficient_quota": _insufficient_quota,
    "invalid_api_key": _invalid_api_key,
    "mismatched_organization": _mismatched_organization,
    "ip_not_authorized": _ip_not_authorized,
    "blocked": _blocked,
    "region_not_supported": _region_not_supported,
    "forbidden": _forbidden,
    "not_found": _not_found,
    "refused_cursor": _refused_cursor,
    "refused_parameter": _refused_parameter,
    "redirect": _redirect,
    "body": _body,
}
