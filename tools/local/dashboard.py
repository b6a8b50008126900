"""Publish the dashboard's files to the bucket behind the distribution, with their configuration."""

from __future__ import annotations

import json
import mimetypes

from tools.local.aws import Account
from tools.local.settings import API_PREFIX, ROOT

_FOLDER = ROOT / "dashboard"
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json"}


def publish(account: Account, bucket: str, sign_in_url: str, client_id: str) -> None:
    """Put every file of the dashboard, and `config.json`, into the bucket."""
    for file in sorted(_FOLDER.rglob("*")):
        if file.is_file():
            account.s3.put_object(
                Bucket=bucket,
                Key=file.relative_to(_FOLDER).as_posix(),
                Body=file.read_bytes(),
                ContentType=_TYPES.get(file.suffix) or _guessed(file.name),
                CacheControl="no-cache",
            )
    account.s3.put_object(
        Bucket=bucket,
        Key="config.json",
        Body=json.dumps(
            {
                "api_base": API_PREFIX,
                "sign_in_url": sign_in_url,
                "client_id": client_id,
                "redirect_path": "/",
            }
        ).encode(),
        ContentType="application/json",
        CacheControl="no-store",
    )


def _guessed(name: str) -> str:
    return mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"
