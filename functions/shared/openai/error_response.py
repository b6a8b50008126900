"""What a refusal of OpenAI's means: status, headers and body to one domain error.

Pure. Source: the API's error guide and answers seen in the field; the body is an object
``{"error": {type, message, param, code}}``, or ``error`` is a bare string (missing scopes).
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from functions.shared.errors import (
    AddressNotAuthorized,
    BadResponse,
    EndpointUnavailable,
    KeyRejected,
    OrganizationMismatch,
    ParameterRefused,
    QuotaExhausted,
    ScopeMissing,
    Throttled,
    UnexpectedRedirect,
    UpstreamError,
    UpstreamFailed,
)

MAX_RETRY_AFTER_S = 3600.0


def refusal(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> UpstreamError:
    """Return the error that an answer other than 200 stands for."""
    kind = _kind(status, *_words(body))
    return kind(
        f"HTTP {status}",
        request_id=headers.get("x-request-id"),
        retry_after_s=retry_after_s(headers.get("retry-after"), now),
    )


def _kind(status: int, code: str, message: str) -> type[UpstreamError]:
    if 300 <= status < 400:
        return UnexpectedRedirect
    if status in (401, 403) and "missing scopes" in message:
        return ScopeMissing
    if status == 401:
        if code == "mismatched_organization":
            return OrganizationMismatch
        if (
            code == "ip_not_authorized"
            or "ip address" in message
            or "not authorized from" in message
        ):
            return AddressNotAuthorized
        return KeyRejected
    if status == 429:
        return QuotaExhausted if code == "insufficient_quota" else Throttled
    by_status: dict[int, type[UpstreamError]] = {
        400: ParameterRefused,
        403: ScopeMissing,
        404: EndpointUnavailable,
        408: UpstreamFailed,
        409: UpstreamFailed,
    }
    return by_status.get(status, UpstreamFailed if status >= 500 else BadResponse)


def _words(body: bytes) -> tuple[str, str]:
    """Return the error's code and lower-case message, empty where the body has none."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    error = document.get("error") if isinstance(document, dict) else None
    if isinstance(error, str):
        return "", error.lower()
    if not isinstance(error, dict):
        return "", ""
    return str(error.get("code") or ""), str(error.get("message") or "").lower()


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Read ``Retry-After``: seconds or an HTTP date; None for absent, past or unreadable.

    Source: RFC 9110, section 10.2.3.
    """
    if value is None:
        return None
    text = value.split(",")[0].strip() if value[:1].isdigit() else value.strip()
    try:
        seconds = float(text) if text.replace(".", "", 1).isdigit() else _until(text, now)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(seconds, MAX_RETRY_AFTER_S) if seconds > 0 else None


def _until(text: str, now: datetime) -> float:
    moment = parsedate_to_datetime(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()
