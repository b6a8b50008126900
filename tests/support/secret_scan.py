"""Search everything an organization leaves behind for what must not be in it."""

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote, quote_plus

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.gzip_member import unpack_gzip
from functions.shared.aws.table import Table
from functions.shared.canonical import canonical


def forms(secret: str) -> set[bytes]:
    """Return the spellings a secret could leak in: plain, URL, JSON, hex, base64 at any offset."""
    raw = secret.encode()
    spelled = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    spelled |= {raw.hex(), json.dumps(json.dumps(secret))[3:-3]}
    for offset in range(3):
        coded = base64.b64encode(b"x" * offset + raw)[4:-4].decode()
        spelled |= {coded, coded.replace("+", "-").replace("/", "_")}
    return {form.encode() for form in spelled if len(form) > 5}


def left_behind(table: Table, buckets: Iterable[Bucket], text: str) -> bytes:
    """Return all rows, object keys and bodies (inflated), and a text, as one haystack."""
    parts = [text.encode("utf-8", "replace")]
    for page in table.client.get_paginator("scan").paginate(TableName=table.name):
        parts += [canonical(_spelled(item)) for item in page["Items"]]
    for bucket in buckets:
        for key in bucket.keys(""):
            body = bucket.need(key)
            parts += [key.encode(), unpack_gzip(body) if key.endswith(".gz") else body]
    return b"\n".join(parts)


def _spelled(value: Any) -> Any:
    """Return a row with its bytes as text: a key that was never wrapped would show in them."""
    if isinstance(value, bytes):
        return [value.decode("latin-1"), base64.b64encode(value).decode()]
    if isinstance(value, dict):
        return {name: _spelled(inner) for name, inner in value.items()}
    return [_spelled(inner) for inner in value] if isinstance(value, list) else value


def found_in(haystack: bytes, secrets: Iterable[str]) -> Iterator[str]:
    """Yield the secrets of which any spelling stands in the haystack."""
    for secret in secrets:
        if any(form in haystack for form in forms(secret)):
            yield secret
