"""What a refusal of OpenAI's means: status, headers and body to one domain error.

Pure. Source: the API's error guide and answers seen in the field; the body is an object
``{"error": {type, message, param, code}}``, or ``error`` is a bare string (missing scopes). Between
OpenAI and us stand a CDN and maybe proxies, which refuse in HTML or in a form of their own: what
they say of a key, a scope or an endpoint is not believed.
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
    RefusedOnTheWay,
    RegionNotSupported,
    ScopeMissing,
    Throttled,
    UnexpectedRedirect,
    UpstreamError,
    UpstreamFailed,
)

MAX_RETRY_AFTER_S = 3600.0
# What these say is believed where OpenAI itself says it.
_BELIEVED_IN_FORM = (400, 401, 403, 404)
_MISSING_SCOPES = "missing scopes"
_BY_CODE: dict[str, type[UpstreamError]] = {
    "invalid_api_key": KeyRejected,
    "ip_not_authorized": AddressNotAuthorized,
    "mismatched_organization": OrganizationMismatch,
    "unsupported_country_region_territory": RegionNotSupported,
}


def refusal(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> UpstreamError:
    """Return the error that an answer other than 200 stands for."""
    kind = _kind(status, *_words(body))
    return kind(
        f"HTTP {status}",
        request_id=headers.get("x-request-id"),
        retry_after_s=retry_after_s(headers.get("retry-after"), now),
    )


def _kind(status: int, code: str, message: str | None) -> type[UpstreamError]:
    if 300 <= status < 400:
        return UnexpectedRedirect
    if status in _BELIEVED_IN_FORM:
        return RefusedOnTheWay if message is None else _kind_in_form(status, code, message)
    if status == 429:
        return QuotaExhausted if code == "insufficient_quota" else Throttled
    return UpstreamFailed if status >= 500 or status in (408, 409) else BadResponse


def _kind_in_form(status: int, code: str, message: str) -> type[UpstreamError]:
    if status not in (401, 403):
        return ParameterRefused if status == 400 else EndpointUnavailable
    if _MISSING_SCOPES in message:
        return ScopeMissing
    if code in _BY_CODE:
        return _BY_CODE[code]
    if "ip address" in message or "not authorized from" in message:
        return AddressNotAuthorized
    return KeyRejected if status == 401 else ScopeMissing


def _words(body: bytes) -> tuple[str, str | None]:
    """Return the error's code and lower-case message; None where this is not OpenAI's form."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return "", None
    error = document.get("error") if isinstance(document, dict) else None
    if isinstance(error, str) and _MISSING_SCOPES in error.lower():
        return "", error.lower()
    if not isinstance(error, dict):
        return "", None
    code, message, kind = error.get("code"), error.get("message"), error.get("type")
    in_form = isinstance(message, str) and (isinstance(kind, str) or isinstance(code, str))
    return str(code or ""), str(message).lower() if in_form else None


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
