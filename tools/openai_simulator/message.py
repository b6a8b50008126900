"""Requests and answers of the simulated API, and the bodies of its errors. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from tools.openai_simulator.timeline import Record, encode

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Request:
    """A request as the transport or a server received it.

    Attributes:
        path: Below the base URL, e.g. `/organization/users`.
        query: Decoded pairs, in order.
        headers: Lower-case names; the last of repeated ones.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str] = field(repr=False)

    @classmethod
    def read(
        cls, method: str, path: str, query: str, headers: Iterable[tuple[str, str]]
    ) -> "Request":
        """Build a request from what stands on the wire; `/v1` before the path is taken off."""
        return cls(
            method.upper(),
            path.removeprefix("/v1") or "/",
            tuple(parse_qsl(query, keep_blank_values=True)),
            {name.lower(): value for name, value in headers},
        )

    def first(self, name: str) -> str | None:
        """Return the first value of a query parameter, or None."""
        return next((value for key, value in self.query if key == name), None)

    def all(self, name: str) -> frozenset[str]:
        """Return every value of a list parameter, written `name[]` or `name`."""
        return frozenset(value for key, value in self.query if key in (name, f"{name}[]"))

    @property
    def secret(self) -> str | None:
        """The bearer token, or None."""
        scheme, _, secret = self.headers.get("authorization", "").partition(" ")
        return secret if scheme.lower() == "bearer" and secret else None


@dataclass(frozen=True)
class Wire:
    """How an answer travels.

    Attributes:
        latency_s: Wait before the first byte.
        drip_bytes: Size of each piece when the body drips; 0 sends it at once.
        drip_s: Pause between pieces.
        cut_at: Bytes of the body after which the connection closes, the length announced in full.
        unframed: With `cut_at`, announce no length: the cut looks like the end (HTTP/1.1 only).
        refuse: No connection at all.
        reset: The connection is reset before any answer.
        hang: The answer never comes.
    """

    latency_s: float = 0.0
    drip_bytes: int = 0
    drip_s: float = 0.0
    cut_at: int | None = None
    unframed: bool = False
    refuse: bool = False
    reset: bool = False
    hang: bool = False


@dataclass(frozen=True)
class Answer:
    """An answer to send back, and how it is to travel."""

    status: int
    body: bytes
    headers: Headers = field(default_factory=lambda: [("content-type", "application/json")])
    wire: Wire = field(default_factory=Wire)

    def with_header(self, name: str, value: str) -> "Answer":
        """Return the answer with a header set, whatever it was before."""
        others = [pair for pair in self.headers if pair[0] != name]
        return replace(self, headers=[*others, (name, value)])

    def json(self) -> Any:
        """Return the body, decoded."""
        return json.loads(self.body)


def plain(status: int, value: object) -> Answer:
    """Return a JSON answer."""
    return Answer(status, encode(value))


def error_body(
    message: str,
    *,
    type_: str = "invalid_request_error",
    code: str | None = None,
    param: str | None = None,
) -> Record:
    """Return the usual error object."""
    return {"error": {"message": message, "type": type_, "param": param, "code": code}}


def refusal(
    status: int,
    message: str,
    *,
    type_: str = "invalid_request_error",
    code: str | None = None,
    param: str | None = None,
) -> Answer:
    """Return an error answer with the usual error object."""
    return plain(status, error_body(message, type_=type_, code=code, param=param))


def invalid_key(secret: str) -> Answer:
    """Return 401 for a key nobody knows; OpenAI repeats it masked."""
    masked = f"{secret[:8]}{'*' * 12}{secret[-4:]}" if len(secret) > 16 else "****"
    message = f"Incorrect API key provided: {masked}."
    return refusal(401, message, code="invalid_api_key")


def missing_scope(scope: str, *, status: int = 403, as_text: bool = True) -> Answer:
    """Return the refusal of a key that lacks a scope.

    Source: OPENAI_ADMIN_API.md, trap 4: seen as 403 with `error` a bare text, elsewhere as 401.
    """
    message = (
        "You have insufficient permissions for this operation. "
        f"Missing scopes: {scope}. Check that you have the correct role in your organization."
    )
    if as_text:
        return plain(status, {"error": message})
    return refusal(status, message, code="missing_scope")
