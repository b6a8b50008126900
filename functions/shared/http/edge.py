"""HTTP edge of the functions that answer requests: route, reply, problem.

API Gateway has matched the route and asked the authorizer who is calling; its ``routeKey`` picks
the function. One table turns domain errors into problem documents (RFC 9457), so that no view
holds a try/except.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import parse_qsl, unquote

from functions.shared import errors
from functions.shared.canonical import Json, canonical, strict_loads
from functions.shared.http import request_errors
from functions.shared.http.access_headers import access_headers
from functions.shared.http.principal import Caller, Principal, principal_of
from functions.shared.http.query import MAX_LIMIT, Query

PREFIX = "/api/v1/openai"
MAX_BODY_BYTES = 64 * 1024

# From the most specific class to the least; the first that matches answers.
PROBLEMS: tuple[tuple[type[errors.AuditError], int, str, str], ...] = (
    (errors.PeriodInvalid, 400, "period-invalid", "This period cannot be packed"),
    (errors.WrongKeyKind, 400, "wrong-key-kind", "This is not an Organization Admin Key"),
    (errors.MalformedOrganization, 400, "malformed-org-id", "Malformed organization id"),
    (request_errors.BodyTooLarge, 413, "body-too-large", "The body is too large"),
    (request_errors.UnsupportedMediaType, 415, "unsupported-media-type", "The body is not JSON"),
    (request_errors.TooMuchAtOnce, 400, "too-much", "More than one answer holds"),
    (errors.BadRequest, 400, "bad-request", "The request cannot be used"),
    (errors.NotSignedIn, 401, "not-signed-in", "Sign in first"),
    (errors.SignInUnavailable, 503, "busy", "Try again in a moment"),
    (errors.TooManyRequests, 429, "too-many-requests", "Too many requests"),
    (errors.NotAllowed, 403, "not-allowed", "Not allowed"),
    (errors.NotFound, 404, "not-found", "Not found"),
    (errors.AlreadyConnected, 409, "already-connected", "Already connected"),
    (request_errors.IdempotencyKeyReused, 409, "idempotency-key-reused", "Key of another request"),
    (request_errors.RequestUnderWay, 409, "request-under-way", "Being done at this moment"),
    (request_errors.AlreadyDone, 409, "already-done", "Done already"),
    (errors.Conflict, 409, "conflict", "Not possible now"),
    (errors.KeyRejected, 422, "key-rejected", "OpenAI does not accept this key"),
    (errors.OrganizationMismatch, 422, "organization-mismatch", "Key of another organization"),
    (errors.AddressNotAuthorized, 422, "ip-not-authorized", "Our address is not allowed"),
    (errors.RegionNotSupported, 502, "region-not-supported", "OpenAI does not serve our region"),
    (errors.RefusedOnTheWay, 502, "refused-on-the-way", "Not OpenAI, but something before it"),
    (errors.RefusalContradicted, 502, "refusal-contradicted", "OpenAI contradicts itself"),
    (errors.ScopeMissing, 422, "scope-missing", "The key lacks a scope"),
    (errors.Quarantined, 422, "quarantined", "The key sees another organization"),
    (errors.QuotaExhausted, 422, "openai-quota-exhausted", "OpenAI's quota is used up"),
    (errors.Throttled, 503, "openai-rate-limited", "OpenAI asks us to wait"),
    (errors.UpstreamTimeout, 504, "openai-timeout", "OpenAI did not answer in time"),
    (errors.UpstreamError, 502, "openai-failed", "OpenAI did not answer as expected"),
    (errors.KmsUnavailable, 503, "busy", "Try again in a moment"),
    (errors.LeaseHeld, 503, "busy", "Try again in a moment"),
    (errors.LinkNotSigned, 503, "link-not-signed", "No download link can be made now"),
    (errors.EvidenceMissing, 500, "evidence-missing", "Sealed evidence is missing"),
    (errors.EvidenceInvalid, 500, "evidence-invalid", "Sealed evidence does not match its seal"),
    (errors.EvidenceNewer, 500, "evidence-newer", "Sealed by a newer version than this one knows"),
)

Reply = dict[str, Any]
Form = TypeVar("Form", bound=Mapping[str, object])


class Log(Protocol):
    """What the edge needs of a logger."""

    def warning(self, msg: object, /, *, extra: Mapping[str, object] | None = None) -> None:
        """Note a refusal."""

    def exception(self, msg: object, /, *, extra: Mapping[str, object] | None = None) -> None:
        """Note a fault of ours, with its traceback."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, whoever sends it verified.

    Attributes:
        event: as API Gateway sent it.
        signed_in: None on the routes that need no login.
        most_items: that a page of a list may have; an export reads larger ones than callers may.
    """

    event: Mapping[str, Any]
    signed_in: Principal | None
    most_items: int = MAX_LIMIT

    @property
    def principal(self) -> Principal:
        """Return who is asking.

        Raises:
            NotSignedIn: nobody is signed in.
        """
        if self.signed_in is None:
            raise errors.NotSignedIn("send a token")
        return self.signed_in

    def path(self, name: str) -> str:
        """Return a part of the path by its name in the route."""
        return unquote(str((self.event.get("pathParameters") or {}).get(name, "")))

    def header(self, name: str) -> str:
        """Return a header by its lower-case name, empty where it is absent."""
        return str((self.event.get("headers") or {}).get(name, ""))

    def query(self, *allowed: str) -> Query:
        """Return the query, of which each name is known and stands once.

        Raises:
            BadRequest: an unknown name, or one that stands twice.
        """
        pairs = parse_qsl(self.event.get("rawQueryString", ""), keep_blank_values=True)
        values = dict(pairs)
        if len(values) != len(pairs):
            raise errors.BadRequest("each query parameter may stand once")
        unknown = sorted(set(values) - set(allowed))
        if unknown:
            raise errors.BadRequest(
                f"unknown query parameter {unknown[0]!r:.40}; known: {', '.join(allowed) or 'none'}"
            )
        return Query(values, self.most_items)

    def content(self) -> bytes:
        """Return the body as it was sent.

        Raises:
            BadRequest: too large, or not readable.
        """
        raw = self.event.get("body") or ""
        try:
            data = base64.b64decode(raw) if self.event.get("isBase64Encoded") else raw.encode()
        except (binascii.Error, UnicodeEncodeError) as error:
            raise errors.BadRequest("the body is not readable") from error
        if len(data) > MAX_BODY_BYTES:
            raise request_errors.BodyTooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes")
        return data

    def form(self, blank: Form) -> Form:
        """Return the JSON object sent, where it leaves a field out with that of a blank form.

        Raises:
            BadRequest: as for ``body``.
        """
        return cast("Form", {**blank, **self.body(*blank)})

    def body(self, *allowed: str) -> Json:
        """Return the JSON object sent, which holds known names only.

        Raises:
            BadRequest: too large, said to be no JSON, not one JSON object, or an unknown name.
        """
        data = self.content()
        # Whoever names no type can mean one thing only.
        kind = self.header("content-type").partition(";")[0].strip().lower() or "application/json"
        if kind != "application/json" and not re.fullmatch(r"application/[^/]+\+json", kind):
            raise request_errors.UnsupportedMediaType(
                "send the body with Content-Type: application/json"
            )
        try:
            document = strict_loads(data)
        except errors.MalformedJson as error:
            raise errors.BadRequest(f"the body is not a JSON object: {error}") from None
        if not isinstance(document, dict):
            raise errors.BadRequest("the body is not a JSON object")
        unknown = sorted(set(document) - set(allowed))
        if unknown:
            raise errors.BadRequest(
                f"unknown field {unknown[0]!r:.40}; known: {', '.join(allowed)}"
            )
        return {name: _whole(value) for name, value in document.items()}


Route = Callable[[Request], Reply]


def reply(
    status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> Reply:
    """Return an HTTP API answer with a JSON body."""
    return {
        "statusCode": status,
        "headers": {
            "content-type": "application/json",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            **(headers or {}),
        },
        "body": canonical(body).decode(),
    }


def problem(status: int, slug: str, title: str, detail: str, **more: str) -> Reply:
    """Return a problem document (RFC 9457); it carries no request id, so equal means equal."""
    of = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail}
    return reply(status, {**of, **more}, {"content-type": "application/problem+json"})


def answer(
    event: Mapping[str, Any], routes: Mapping[str, Route], open_routes: frozenset[str], log: Log
) -> Reply:
    """Answer one HTTP API event; HEAD as GET, without the body.

    Args:
        event: API Gateway's, payload version 2.0.
        routes: from ``"GET /api/v1/openai/orgs"`` to the function that answers.
        open_routes: those that need no login.
        log: for refusals and faults.
    """
    caller = _caller(event)
    route_key = str(event.get("routeKey", ""))
    is_head = route_key.startswith("HEAD ")
    if is_head:
        route_key = f"GET {route_key[5:]}"
    answered = _answer(event, route_key, caller, routes, open_routes, log)
    answered["headers"] |= access_headers(caller, answered["statusCode"])
    # Never in a body: what is equal there stays equal.
    answered["headers"]["x-request-id"] = str(event["requestContext"]["requestId"])
    return _without_body(answered) if is_head else answered


def _answer(
    event: Mapping[str, Any],
    route_key: str,
    caller: Caller,
    routes: Mapping[str, Route],
    open_routes: frozenset[str],
    log: Log,
) -> Reply:
    try:
        if route_key not in routes:
            raise errors.NotFound("no such route")
        signed_in = None if route_key in open_routes else _signed_in(caller, route_key)
        return routes[route_key](Request(event, signed_in))
    except errors.NotFound as error:
        # One text for all: what is another tenant's and what never was must look the same.
        part = f": {error}" if isinstance(error, request_errors.PartNotFound) else ""
        return problem(404, "not-found", "Not found", f"There is no such thing here{part}.")
    except errors.AuditError as error:
        for kind, status, slug, title in PROBLEMS:
            if isinstance(error, kind):
                log.warning("refused", extra={"route": route_key, "problem": slug, **_why(error)})
                return problem(status, slug, title, _sentence(str(error)))
        return _fault(log, route_key)
    except Exception:  # noqa: BLE001  # the last line of defence: no traceback leaves the function
        return _fault(log, route_key)


def _whole(value: Any) -> Any:
    # JSON has one kind of number: 14.0 is the integer 14.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _without_body(result: Reply) -> Reply:
    body = result["body"].encode()
    n_bytes = len(base64.b64decode(body) if result.get("isBase64Encoded") else body)
    length = {"content-length": str(n_bytes)}
    return {**result, "headers": {**result["headers"], **length}, "body": ""}


def _caller(event: Mapping[str, Any]) -> Caller:
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    return cast("Caller", authorizer.get("lambda") or {})


def _signed_in(caller: Caller, route_key: str) -> Principal:
    principal = principal_of(caller)
    method, _, path = route_key.partition(" ")
    principal.require_scope(method, path.removeprefix(PREFIX))
    return principal


def _why(error: errors.AuditError) -> dict[str, str]:
    """Return what a log says of a refusal that only an operator can mend."""
    return {"reason": str(error)} if isinstance(error, errors.LinkNotSigned) else {}


def _fault(log: Log, route_key: str) -> Reply:
    log.exception("fault", extra={"route": route_key})
    return problem(500, "fault", "Our fault", "This is ours to mend; it has been logged.")


def _sentence(text: str) -> str:
    # A field's name keeps its own spelling.
    is_name = not {"_", "["}.isdisjoint(text.split(" ", 1)[0])
    first = text[:1] if is_name else text[:1].upper()
    return first + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
