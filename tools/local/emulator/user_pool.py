"""Let the emulated user pool refuse what Cognito refuses.

It lets any user write any attribute, the tenant's among them, and anybody sign up. The template
forbids both; here what it says is asked before the emulator acts. Pure but for `install`.

Source: Amazon Cognito API Reference, UpdateUserAttributes and SignUp (2026-04).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Refusal = tuple[str, str]
"""An error code and its message."""


def write_refusal(
    pool: Mapping[str, Any], client: Mapping[str, Any], names: Iterable[str]
) -> Refusal | None:
    """Return why a client may not write these attributes for a user, None where it may.

    Args:
        pool: with its `SchemaAttributes`.
        client: with its `WriteAttributes`; without any it writes every mutable attribute.
        names: of the attributes to be written.
    """
    immutable = {
        attribute["Name"]
        for attribute in pool.get("SchemaAttributes", [])
        if attribute.get("Mutable") is False
    }
    allowed = client.get("WriteAttributes")
    for name in names:
        if allowed and name not in allowed:
            return "NotAuthorizedException", "A client attempted to write unauthorized attribute"
        if (
            name in immutable
            or f"custom:{name}" in immutable
            or name.removeprefix("custom:") in immutable
        ):
            return "InvalidParameterException", f"user.{name}: Attribute cannot be updated."
    return None


def sign_up_refusal(pool: Mapping[str, Any]) -> Refusal | None:
    """Return why nobody may sign up to a pool, None where one may."""
    if pool.get("AdminCreateUserConfig", {}).get("AllowAdminCreateUserOnly"):
        return "NotAuthorizedException", "SignUp is not permitted for this user pool"
    return None


def client_of(token: str) -> str:
    """Return the app client an access token was issued to; empty where it does not say."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return str(claims.get("client_id", ""))
    except (IndexError, ValueError, AttributeError):
        return ""


def install() -> None:
    """Ask the template's pool before the emulator writes an attribute or signs anybody up."""
    from ministack.services import cognito

    update: Callable[[Any], object] = cognito._update_user_attributes
    sign_up: Callable[[Any], object] = cognito._sign_up

    def update_user_attributes(data: dict[str, Any]) -> object:
        token = data.get("AccessToken", "")
        _, pool = cognito._user_pool_for_access_token(token)
        if pool:
            client = pool.get("_clients", {}).get(client_of(token), {})
            names = [attribute.get("Name", "") for attribute in data.get("UserAttributes", [])]
            refusal = write_refusal(pool, client, names)
            if refusal:
                return cognito.error_response_json(*refusal, 400)
        return update(data)

    def sign_up_user(data: dict[str, Any]) -> object:
        client_id = data.get("ClientId", "")
        for pool in cognito._user_pools.values():
            refusal = sign_up_refusal(pool) if client_id in pool.get("_clients", {}) else None
            if refusal:
                return cognito.error_response_json(*refusal, 400)
        return sign_up(data)

    cognito._update_user_attributes = update_user_attributes
    cognito._sign_up = sign_up_user
