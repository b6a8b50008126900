"""The request for an access token: RFC 6749, section 4.4, the client-credentials grant.

Pure. The client says who it is in the form, or by HTTP Basic; not in both.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

from functions.shared.records.clients import SCOPES, Scope

_GRANT: Final = "client_credentials"
_MAX_FIELDS: Final = 20


class TokenRefused(Exception):
    """There will be no token.

    Attributes:
        code: of RFC 6749, section 5.2: ``invalid_client``, ``invalid_request`` ….
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """Who asks, with which secret, for what; ``scopes`` is None where all are asked for."""

    client_id: str
    client_secret: str
    scopes: frozenset[str] | None


def read_token_request(content: bytes, authorization: str) -> TokenRequest:
    """Read a request for a token.

    Args:
        content: the body, ``application/x-www-form-urlencoded``.
        authorization: the header of that name, empty where there is none.

    Raises:
        TokenRefused: it is not one, or says nothing of who asks.
    """
    form = _form(content)
    if form.get("grant_type") != _GRANT:
        code = "unsupported_grant_type" if form.get("grant_type") else "invalid_request"
        raise TokenRefused(code, f"grant_type must be {_GRANT}")
    scopes = form.get("scope")
    unknown = set((scopes or "").split()) - set(SCOPES)
    if unknown:
        raise TokenRefused("invalid_scope", f"scope holds words of: {', '.join(SCOPES)}")
    by_header = authorization.partition(" ")[0].lower() == "basic"
    if by_header and "client_secret" in form:
        raise TokenRefused("invalid_request", "say who asks in the form or by HTTP Basic, not both")
    client_id, secret = (
        _basic(authorization)
        if by_header
        else (form.get("client_id", ""), form.get("client_secret", ""))
    )
    if not client_id or not secret:
        raise TokenRefused("invalid_client", "send client_id and client_secret")
    return TokenRequest(client_id, secret, frozenset(scopes.split()) if scopes else None)


def granted(asked: frozenset[str] | None, allowed: list[Scope]) -> list[Scope]:
    """Return the scopes of a token: those asked for, else all that the client has.

    Raises:
        TokenRefused: more is asked for than the client has.
    """
    if asked is None:
        return allowed
    if not asked <= set(allowed):
        raise TokenRefused("invalid_scope", f"this client has: {', '.join(allowed)}")
    return [scope for scope in allowed if scope in asked]


def _form(content: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            content.decode(),
            keep_blank_values=True,
            strict_parsing=bool(content),
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        raise TokenRefused("invalid_request", "the body is not a form") from None
    # RFC 6749, section 3.2: what is not known is left alone, and nothing may stand twice.
    form = dict(pairs)
    if len(form) != len(pairs):
        raise TokenRefused("invalid_request", "each parameter may stand once")
    return form


def _basic(authorization: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(authorization.partition(" ")[2].strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise TokenRefused("invalid_client", "the Authorization header is not readable") from None
    client_id, _, secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
