"""The access function over moto, and the authorizer before it, with a user pool of one key."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from functions.access import authorizer, flow, handler
from functions.access.id_tokens import IdTokens
from functions.shared.http.edge import answer
from functions.shared.http.principal import Caller
from functions.shared.settings import Settings
from tests.conftest import SettableClock
from tests.support.http_events import http_event

ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool"
AUDIENCE = "dashboard-client"
Body = dict[str, Any]


@dataclass
class Pool:
    """A user pool's key, and what it signs; ``asked`` counts how often its keys were looked at."""

    kid: str = "key-1"
    asked: int = 0
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    def keys(self) -> dict[str, Any]:
        """Return its keys as it publishes them."""
        self.asked += 1
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": self.kid, "alg": "RS256", "use": "sig"}]}

    def token(self, *, kid: str | None = None, **changes: Any) -> str:
        """Return a signed ID token; None takes a claim away."""
        claims: dict[str, Any] = {
            "sub": "user-1",
            "token_use": "id",
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": 4_000_000_000,
            "custom:tenant_id": "tenant-a",
            "cognito:groups": ["admin"],
        } | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": kid or self.kid})


@dataclass
class Access:
    """The function and the authorizer over one table, and all that was answered."""

    context: flow.Context
    authorizer: authorizer.Context
    pool: Pool
    clock: SettableClock
    said: list[str] = field(default_factory=list)

    def reply(self, route: str, **facts: Any) -> dict[str, Any]:
        """Send a request to the function, whoever sends it let in before."""
        event = http_event(route, **facts)
        table = handler.routes(self.context)
        reply = answer(event, table, handler.OPEN_ROUTES, logging.getLogger("access"))
        self.said.append(json.dumps(reply))
        return reply

    def ask(self, route: str, **facts: Any) -> tuple[int, Body]:
        """Send a request; return status and body."""
        reply = self.reply(route, **facts)
        return reply["statusCode"], json.loads(reply["body"])

    def make(self, *scopes: str, **body: Any) -> Body:
        """Make a client of tenant-a's."""
        status, made = self.ask("POST /clients", body={"scopes": list(scopes or ["read"]), **body})
        assert status == 201, made
        return made

    def token(self, client: Body, **form: str) -> tuple[int, Body]:
        """Ask for an access token with a client's id and secret."""
        asked = {
            "grant_type": "client_credentials",
            "client_id": client["client_id"],
            "client_secret": client["client_secret"],
        } | form
        return self.ask("POST /token", tenant=None, body=urlencode(asked))

    def caller(self, token: str | None) -> Caller:
        """Return whom the authorizer takes the holder of a token for."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        decision = authorizer.decide({"headers": headers}, self.authorizer)
        assert decision["isAuthorized"] is True
        self.said.append(json.dumps(decision))
        return decision["context"]


@pytest.fixture(scope="session")
def pool_key() -> rsa.RSAPrivateKey:
    """Make one key for all tests; making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def access(aws: dict[str, str], clock: SettableClock, pool_key: rsa.RSAPrivateKey) -> Access:
    """Open both over an empty account."""
    told = {"ISSUER": ISSUER, "CLIENT_ID": AUDIENCE, "REQUESTS_PER_MINUTE": "600"}
    settings = Settings(aws | told)
    pool = Pool(key=pool_key)
    opened = authorizer.context_from(settings, lambda _url: pool.keys())
    return Access(
        context=replace(handler.context_from(settings), clock=clock.now),
        authorizer=replace(opened, clock=clock.now),
        pool=pool,
        clock=clock,
    )


def id_tokens(fetch: Callable[[], Any], clock: Callable[[], float]) -> IdTokens:
    """Return the pool's tokens, its keys looked at by a clock of the test's."""
    return IdTokens(ISSUER, AUDIENCE, fetch, clock)
