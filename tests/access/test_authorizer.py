"""Who sends a request: users by their ID token, machines by theirs, everybody else nobody."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from functions.access.authorizer import MAX_TOKEN
from functions.shared.aws.table import Table
from functions.shared.errors import NotSignedIn, SignInUnavailable
from functions.shared.hours import parse_instant
from functions.shared.http.principal import principal_of
from tests.access.conftest import AUDIENCE, ISSUER, Access, id_tokens

CLAIMS: dict[str, Any] = {"cognito:groups": ["auditor", "admin"]}


def test_a_user_is_known_by_the_pool_s_signature(access: Access) -> None:
    """Tenant, user and groups, as texts."""
    token = access.pool.token(**CLAIMS)
    caller = access.caller(token)
    assert {key: caller[key] for key in ("tenant_id", "user", "groups")} == {
        "tenant_id": "tenant-a",
        "user": "user-1",
        "groups": "admin auditor",
    }
    assert "scopes" not in caller


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"sub": None},
        {"token_use": "access"},
        {"token_use": None},
        {"custom:tenant_id": None},
        {"cognito:groups": None},
        {"kid": "key-2"},
    ],
    ids=str,
)
def test_a_token_that_says_anything_else_is_nobody_s(
    access: Access, changes: dict[str, Any]
) -> None:
    """Issuer, audience, end, use, tenant and group are all asked for."""
    caller = access.caller(access.pool.token(**changes))
    assert set(caller) == {"refusal"}
    with pytest.raises(NotSignedIn):
        principal_of(caller)


def _signed_with(password: str, claims: dict[str, Any], kid: str) -> str:
    """Return a token whose HMAC has a public key for its password; the library makes none."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": kid}, claims)]
    head = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    mac = hmac.digest(password.encode(), head.encode(), "sha256")
    return f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _unsigned(token: str, **header: str) -> str:
    _, payload, signature = token.split(".")
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return f"{head}.{payload}.{signature}"


def test_a_token_that_the_pool_did_not_sign_is_nobody_s(access: Access) -> None:
    """Another key, no algorithm, the public key as a password, a changed letter, noise."""
    good = access.pool.token()
    claims = jwt.decode(good, options={"verify_signature": False})
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    header = {"kid": access.pool.kid}
    public = json.dumps(access.pool.keys()["keys"][0])
    forged = [
        jwt.encode(claims, other, algorithm="RS256", headers=header),
        jwt.encode(claims, "", algorithm="none", headers=header),
        _signed_with(public, claims, access.pool.kid),
        _unsigned(good, alg="none", kid=access.pool.kid),
        _unsigned(good, alg="RS256"),
        good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        good.rpartition(".")[0] + ".",
        *("", " ", "a.b.c", "a" * (MAX_TOKEN + 1), "é.é.é", "oatok_", "oatok_" + "A" * 43),
    ]
    for token in forged:
        assert set(access.caller(token)) == {"refusal"}, token[:60]
    assert set(access.caller(None)) == {"refusal"}
    assert "refusal" not in access.caller(good)


def test_a_pool_s_keys_are_looked_at_once_and_again_when_one_is_new(access: Access) -> None:
    """At most once a minute, whatever key ids somebody makes up; a rotated key is found."""
    now = [1000.0]
    pool = access.pool
    tokens = id_tokens(pool.keys, lambda: now[0])
    pool.asked = 0
    for _ in range(3):
        tokens.claims(pool.token())
    assert pool.asked == 1
    for n in range(50):
        with pytest.raises(NotSignedIn):
            tokens.claims(pool.token(kid=f"made-up-{n}"))
    assert pool.asked == 1
    pool.kid = "key-2"
    now[0] += 61
    assert tokens.claims(pool.token())["sub"] == "user-1"
    assert pool.asked == 2


def test_who_cannot_be_told_is_asked_to_come_again(access: Access) -> None:
    """The pool does not answer: a fault, told apart from a token that is not good."""

    def fails() -> Any:
        raise SignInUnavailable("no answer")

    access.authorizer.id_tokens.fetch = fails
    access.authorizer.id_tokens._keys.clear()
    access.authorizer.id_tokens._looked_at = None
    caller = access.caller(access.pool.token())
    assert set(caller) == {"unavailable"}
    with pytest.raises(SignInUnavailable):
        principal_of(caller)
    assert (
        access.authorizer.id_tokens.issuer,
        access.authorizer.id_tokens.audience,
    ) == (ISSUER, AUDIENCE)


@pytest.mark.slow
def test_a_budget_is_exactly_so_many_requests_a_minute(access: Access, table: Table) -> None:
    """Users and machines share it; the next minute is whole; another tenant loses none."""
    budget = access.authorizer.budget
    at = parse_instant("2026-04-01T05:00:10Z")
    taken = [int(budget.take("tenant-a", at)["remaining"]) for _ in range(605)]
    assert taken == list(range(599, -6, -1))
    assert budget.take("tenant-b", at)["remaining"] == "599"
    assert budget.take("tenant-a", at)["reset_s"] == "50"
    assert budget.take("tenant-a", at + timedelta(seconds=50))["remaining"] == "599"
    late = budget.take("tenant-a", at + timedelta(seconds=49, milliseconds=900))
    assert late["remaining"] == "-7"
    assert late["reset_s"] == "1"
