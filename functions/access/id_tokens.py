"""People's ID tokens: signed by the user pool, for our client, and not expired.

Source: Cognito Developer Guide, "Verifying JSON web tokens"; RFC 8725 (one algorithm, named here).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

import httpx
import jwt

from functions.shared.errors import NotSignedIn, SignInUnavailable

_ALGORITHM: Final = "RS256"
_REQUIRED: Final = ["exp", "iss", "aud", "sub", "token_use"]
# A pool's keys are rotated once in a long while; whoever makes up key ids may not have us ask for
# each of them.
_LOOK_AGAIN_S: Final = 60.0
_TIMEOUT_S: Final = 3.0
_UNAVAILABLE: Final = "the sign-in service does not answer; try again in a moment"
_NOT_GOOD: Final = "this token is not good; sign in again"


def fetch_keys(url: str) -> Mapping[str, Any]:
    """Return a pool's public keys (JWKS) as it publishes them.

    Raises:
        SignInUnavailable: they cannot be had at this moment.
    """
    try:
        answer = httpx.get(url, timeout=_TIMEOUT_S, follow_redirects=False)
        answer.raise_for_status()
        keys: Mapping[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise SignInUnavailable(_UNAVAILABLE) from error
    return keys


@dataclass(slots=True)
class IdTokens:
    """The tokens of one user pool's client.

    Attributes:
        issuer: the pool's address.
        audience: id of the client.
        fetch: gives the pool's keys.
        clock: seconds that only go on.
    """

    issuer: str
    audience: str
    fetch: Callable[[], Mapping[str, Any]]
    clock: Callable[[], float] = time.monotonic
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    _looked_at: float | None = None
    _looking: Lock = field(default_factory=Lock)

    def claims(self, token: str) -> dict[str, Any]:
        """Return the claims of a token that is good.

        Raises:
            NotSignedIn: it is not.
            SignInUnavailable: the pool's keys cannot be had.
        """
        try:
            header = jwt.get_unverified_header(token)
            key = self._key(str(header.get("kid", "")))
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                audience=self.audience,
                issuer=self.issuer,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            raise NotSignedIn("this token has expired; sign in again") from None
        except jwt.PyJWTError:
            raise NotSignedIn(_NOT_GOOD) from None
        return claims

    def _key(self, kid: str) -> jwt.PyJWK:
        with self._looking:
            now = self.clock()
            may_look = self._looked_at is None or now - self._looked_at >= _LOOK_AGAIN_S
            if kid not in self._keys and may_look:
                found = jwt.PyJWKSet.from_dict(dict(self.fetch())).keys
                self._keys = {key.key_id: key for key in found if key.key_id}
                self._looked_at = now
            if kid not in self._keys:
                raise NotSignedIn(_NOT_GOOD)
            return self._keys[kid]
