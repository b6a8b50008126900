"""Part of step 1: when does this very key expire, where OpenAI lists it among the admin keys.

The list shows redacted values (``sk-admin-…A1b2``); ours is the one whose visible ends fit. The
endpoint is optional (404 on some accounts), so no refusal here refuses the key.
"""

import re
from datetime import UTC, datetime

from pydantic import SecretStr

from functions.shared.canonical import Json
from functions.shared.errors import UpstreamError
from functions.shared.openai.client import OpenAI
from functions.shared.openai.epoch import epoch_second

_PAGES = 5
_MASK = re.compile(r"[.*…]+")
_VISIBLE_TAIL = 3


async def own_expiry(openai: OpenAI, admin_key: SecretStr) -> datetime | None:
    """Return when the key expires, None where OpenAI does not show it.

    Where several listed keys fit, the earliest expiry counts: a reminder too early does no harm.
    """
    try:
        rows = await _admin_keys(openai)
    except UpstreamError:
        return None
    secret = admin_key.get_secret_value()
    expiries = [_instant(row.get("expires_at")) for row in rows if _fits(row, secret)]
    return min((expiry for expiry in expiries if expiry), default=None)


async def _admin_keys(openai: OpenAI) -> list[Json]:
    rows: list[Json] = []
    after: str | None = None
    for _ in range(_PAGES):
        params = [("limit", "100"), *([("after", after)] if after else [])]
        page = await openai.get("/organization/admin_api_keys", params)
        data = page.get("data")
        rows += [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
        last = page.get("last_id")
        if page.get("has_more") is not True or not isinstance(last, str) or last == after:
            break
        after = last
    return rows


def _fits(row: Json, secret: str) -> bool:
    parts = _MASK.split(str(row.get("redacted_value") or ""))
    head, tail = parts[0], parts[-1]
    return (
        len(parts) > 1
        and len(tail) >= _VISIBLE_TAIL
        and secret.startswith(head)
        and secret.endswith(tail)
    )


def _instant(value: object) -> datetime | None:
    second = epoch_second(value)
    return None if second is None else datetime.fromtimestamp(second, UTC)
