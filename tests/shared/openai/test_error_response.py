"""What OpenAI's refusals mean."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.shared import errors
from functions.shared.openai.error_response import MAX_RETRY_AFTER_S, refusal, retry_after_s

NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)


def body(message: str = "", code: str | None = None) -> bytes:
    """Return an error body of the documented form."""
    return json.dumps(
        {"error": {"message": message, "type": "x", "param": None, "code": code}}
    ).encode()


MISSING = json.dumps({"error": "You have insufficient permissions. Missing scopes: a.b."}).encode()


IN_FORM = (400, 401, 403, 404)
NOT_OPENAIS = (
    b"<!DOCTYPE html><html><title>Attention Required! | Cloudflare</title></html>",
    b"",
    b"\xff",
    b"[" * 10_000,
    b'{"error": 7}',
    b'{"error": "forbidden"}',
    b'{"error": {"message": "blocked"}}',
    b'{"error": {"message": 1, "type": "x", "code": "invalid_api_key"}}',
    b'{"message": "Missing scopes: api.management.read"}',
    b'[{"error": {"message": "no", "type": "x"}}]',
)


@pytest.mark.parametrize(
    ("status", "sent", "kind"),
    [
        (401, body("Incorrect API key", "invalid_api_key"), errors.KeyRejected),
        (401, body("mismatch", "mismatched_organization"), errors.OrganizationMismatch),
        (401, body("IP address not allowed", "x"), errors.AddressNotAuthorized),
        (401, body("no", "ip_not_authorized"), errors.AddressNotAuthorized),
        (401, body("Missing scopes: api.management.read"), errors.ScopeMissing),
        (403, body("Missing scopes: api.management.read"), errors.ScopeMissing),
        (403, MISSING, errors.ScopeMissing),
        (401, MISSING, errors.ScopeMissing),
        (401, body("Your account is not active"), errors.KeyRejected),
        (403, body("mismatch", "mismatched_organization"), errors.OrganizationMismatch),
        (403, body("no", "ip_not_authorized"), errors.AddressNotAuthorized),
        (403, body("no", "unsupported_country_region_territory"), errors.RegionNotSupported),
        (403, body("You have insufficient permissions"), errors.ScopeMissing),
        (400, body("bad"), errors.ParameterRefused),
        (404, body("Invalid URL"), errors.EndpointUnavailable),
        (429, body("slow down", "rate_limit_exceeded"), errors.Throttled),
        (429, body("pay", "insufficient_quota"), errors.QuotaExhausted),
        (429, b"\xff", errors.Throttled),
        *((status, b"<html>", errors.UpstreamFailed) for status in (408, 409, 500, 502, 503, 529)),
        *((status, b"", errors.UnexpectedRedirect) for status in (301, 302, 307, 308)),
        *((status, b"", errors.BadResponse) for status in (201, 204, 402, 418)),
        *((status, sent, errors.RefusedOnTheWay) for status in IN_FORM for sent in NOT_OPENAIS),
    ],
)
def test_status_and_body_decide_the_error(
    status: int, sent: bytes, kind: type[errors.UpstreamError]
) -> None:
    """One class for each thing to do.

    What is refused in another form than OpenAI's says nothing of a key, a scope or an endpoint.
    """
    result = refusal(status, {"x-request-id": "req_1"}, sent, NOW)
    assert type(result) is kind
    assert result.request_id == "req_1"


@given(st.integers(300, 599), st.binary(max_size=200))
def test_a_refusal_repeats_nothing_of_the_body(status: int, sent: bytes) -> None:
    """A body may echo the key."""
    assert str(refusal(status, {}, sent, NOW)) == f"HTTP {status}"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("7", 7.0),
        ("0.5", 0.5),
        ("0", None),
        ("-3", None),
        ("soon", None),
        ("", None),
        ("86400", MAX_RETRY_AFTER_S),
        ("7, 9", 7.0),
        ("Wed, 01 Apr 2026 06:00:30 GMT", 30.0),
        ("Wed, 01 Apr 2026 05:00:30 GMT", None),
        ("Wed, 01 Apr 2026 08:00:30 +0200", 30.0),
        ("Wed, 01 Apr 2026 06:00:30 -0000", 30.0),
        ("1" * 400, MAX_RETRY_AFTER_S),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    """Anything else is as good as absent (F4); more than an hour is an hour."""
    assert MAX_RETRY_AFTER_S == 3600
    assert retry_after_s(value, NOW) == seconds
