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
HTML = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>cloud</body></html>"


@dataclass(frozen=True)
class Meeting:
    """A request that meets a fault, at a simulated instant."""

    request: Request
    now: float
    options: Options
    state: Options


def _status(met: Meeting) -> Answer | None:
    """`status`: any status. Options: `status`, `body` (text or JSON), `headers` (an object)."""
    body = met.options.get("body", error_body("The server had an error.", type_="server_error"))
    answer = Answer(
        int(met.options["status"]), body.encode() if isinstance(body, str) else encode(body)
    )
    for name, value in dict(met.options.get("headers", {})).items():
        answer = answer.with_header(name.lower(), value)
    return answer


def _server_error(met: Meeting) -> Answer | None:
    """`server_error`: 5xx. Options: `status` (500), `html` (True)."""
    status = int(met.options.get("status", 500))
    if met.options.get("html", True):
        return Answer(status, HTML.encode(), [("content-type", "text/html; charset=utf-8")])
    return refusal(status, "The server had an error.", type_="server_error")


def _throttled(met: Meeting) -> Answer | None:
    """`throttled`: 429. Options: `retry_after` (any text, a list of them, None for no header)."""
    answer = refusal(
        429, "Rate limit reached for requests.", type_="requests", code="rate_limit_exceeded"
    )
    told = met.options.get("retry_after")
    values = told if isinstance(told, list) else [] if told is None else [told]
    return replace(answer, headers=answer.headers + [("retry-after", str(v)) for v in values])


def _rate_limit(met: Meeting) -> Answer | None:
    """`rate_limit`: 429 above `per_minute` of the simulated clock. Option `retry_after` (True)."""
    taken: deque[float] = met.state.setdefault("taken", deque())
    while taken and (taken[0] <= met.now - 60 or taken[0] > met.now):
        taken.popleft()
    if len(taken) < int(met.options["per_minute"]):
        taken.append(met.now)
        return None
    wait_s = max(1, int(taken[0] + 60 - met.now + 0.999)) if taken else 60
    told = str(wait_s) if met.options.get("retry_after", True) else None
    return _throttled(replace(met, options={"retry_after": told}))


def _insufficient_quota(_met: Meeting) -> Answer | None:
    """`insufficient_quota`: 429 that no waiting mends."""
    message = "You exceeded your current quota, please check your plan and billing details."
    return refusal(429, message, type_="insufficient_quota", code="insufficient_quota")


def _invalid_api_key(met: Meeting) -> Answer | None:
    """`invalid_api_key`: 401 as for a key nobody knows."""
    return invalid_key(met.request.secret or "")


def _mismatched_organization(_met: Meeting) -> Answer | None:
    """`mismatched_organization`: 401 as for another organization's key."""
    message = "OpenAI-Organization header should match organization for API key."
    return refusal(401, message, code="mismatched_organization")


def _ip_not_authorized(_met: Meeting) -> Answer | None:
    """`ip_not_authorized`: 401 as for an address outside the allow-list."""
    return refusal(401, "Your IP address is not authorized.", code="ip_not_authorized")


def _forbidden(met: Meeting) -> Answer | None:
    """`forbidden`: a scope is missing. Options: `scope`, `status` (403), `as_text` (True)."""
    return missing_scope(
        str(met.options.get("scope", "api.management.read")),
        status=int(met.options.get("status", 403)),
        as_text=bool(met.options.get("as_text", True)),
    )


def _not_found(_met: Meeting) -> Answer | None:
    """`not_found`: 404."""
    return refusal(404, "Not found.", code="not_found")


def _refused_cursor(met: Meeting) -> Answer | None:
    """`refused_cursor`: a request with `after` or `before` is refused. Option `status` (400)."""
    name = next((n for n in ("after", "before") if met.request.first(n) is not None), None)
    if name is None:
        return None
    return refusal(int(met.options.get("status", 400)), f"Invalid '{name}' cursor.", param=name)


def _refused_parameter(met: Meeting) -> Answer | None:
    """`refused_parameter`: a request with `name` is refused. Options: `name`, `status` (400)."""
    name = str(met.options["name"])
    if met.request.first(name) in (None, "false"):
        return None
    status = int(met.options.get("status", 400))
    return refusal(status, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")


def _redirect(met: Meeting) -> Answer | None:
    """`redirect`: options `location`, `status` (302)."""
    answer = Answer(int(met.options.get("status", 302)), b"", [("content-type", "text/html")])
    return answer.with_header("location", str(met.options["location"]))


def _body(met: Meeting) -> Answer | None:
    """`body`: this text or JSON instead of the answer. Options: `body`, `content_type`."""
    body = met.options.get("body", "")
    answer = plain(200, body) if not isinstance(body, str) else Answer(200, body.encode())
    return answer.with_header(
        "content-type", str(met.options.get("content_type", "application/json"))
    )


REFUSALS: dict[str, Callable[[Meeting], Answer | None]] = {
    "status": _status,
    "server_error": _server_error,
    "throttled": _throttled,
    "rate_limit": _rate_limit,
    "insufficient_quota": _insufficient_quota,
    "invalid_api_key": _invalid_api_key,
    "mismatched_organization": _mismatched_organization,
    "ip_not_authorized": _ip_not_authorized,
    "forbidden": _forbidden,
    "not_found": _not_found,
    "refused_cursor": _refused_cursor,
    "refused_parameter": _refused_parameter,
    "redirect": _redirect,
    "body": _body,
}
