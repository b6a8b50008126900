"""The local users, and their tokens through the hosted sign-in that a browser uses too."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from botocore.exceptions import ClientError

from tools.local.deployment.aws import Account
from tools.local.errors import RunnerStopped

TENANTS = ("tenant-a", "tenant-b")
GROUPS = ("admin", "auditor")


@dataclass(frozen=True)
class User:
    """Someone who can sign in at this stage; the password is made up here and good nowhere else."""

    tenant_id: str
    username: str
    password: str
    group: str


def read_users(file: Path) -> list[User]:
    """Return the users made so far; none before the first `up`."""
    if not file.exists():
        return []
    return [User(**fields) for fields in json.loads(file.read_text())]


def ensure_users(account: Account, pool_id: str, file: Path) -> list[User]:
    """Create an admin and an auditor for each tenant, once; return all of them."""
    users = read_users(file) or [
        User(tenant, f"{tenant}-{group}", secrets.token_urlsafe(12) + "aA1!", group)
        for tenant in TENANTS
        for group in GROUPS
    ]
    file.touch(mode=0o600)
    file.write_text(json.dumps([asdict(user) for user in users], indent=1))
    for user in users:
        _create(account, pool_id, user)
    return users


def _create(account: Account, pool_id: str, user: User) -> None:
    try:
        account.cognito.admin_create_user(
            UserPoolId=pool_id,
            Username=user.username,
            MessageAction="SUPPRESS",
            TemporaryPassword=user.password,
            UserAttributes=[
                {"Name": "custom:tenant_id", "Value": user.tenant_id},
            ],
        )
    except ClientError as refusal:
        if refusal.response["Error"]["Code"] == "UsernameExistsException":
            return
        raise
    account.cognito.admin_set_user_password(
        UserPoolId=pool_id, Username=user.username, Password=user.password, Permanent=True
    )
    account.cognito.admin_add_user_to_group(
        UserPoolId=pool_id, Username=user.username, GroupName=user.group
    )


def id_token(sign_in_url: str, client_id: str, redirect_uri: str, scopes: str, user: User) -> str:
    """Sign a user in with code and PKCE, as the dashboard does; return the ID token.

    Raises:
        RunnerStopped: the sign-in refused the user.
    """
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    with httpx.Client(base_url=sign_in_url, trust_env=False, timeout=30.0) as browser:
        answer = browser.post(
            "/login",
            data={
                "username": user.username,
                "password": user.password,
                "client_id": client_id,
                "redirect_uri": redirect_uri,
                "scope": scopes,
                "response_type": "code",
                "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
                "code_challenge_method": "S256",
            },
        )
        codes = parse_qs(urlsplit(answer.headers.get("location", "")).query).get("code")
        if not codes:
            raise RunnerStopped(f"The sign-in refused {user.username} ({answer.status_code}).")
        tokens = browser.post(
            "/oauth2/token",
            data={
                "grant_type": "authorization_code",
                "client_id": client_id,
                "redirect_uri": redirect_uri,
                "code": codes[0],
                "code_verifier": verifier,
            },
        )
        if tokens.status_code != httpx.codes.OK:
            raise RunnerStopped(f"The sign-in gave {user.username} no token: {tokens.text}")
        token: str = tokens.json()["id_token"]
        return token
