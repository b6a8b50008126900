"""What a caller has already: answers with a tag, and no body where theirs is the same (RFC 9110).

Pure.
"""

import re
from typing import Final

from functions.shared.canonical import sha256_hex
from functions.shared.http.edge import Reply, Request

# For what everybody may read: keep it, and ask each time whether it is still the same.
REVALIDATED: Final = {"cache-control": "no-cache"}
_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def unless_known(request: Request, answered: Reply) -> Reply:
    """Return an answer with its ``ETag``; 304 without a body where ``If-None-Match`` names it."""
    if answered["statusCode"] != 200:
        return answered
    tag = f'"{sha256_hex(answered["body"].encode())[:32]}"'
    headers = {**answered["headers"], "etag": tag}
    known = request.header("if-none-match").strip()
    if known != "*" and tag not in _TAG.findall(known):
        return {**answered, "headers": headers}
    del headers["content-type"]
    return {"statusCode": 304, "headers": headers, "body": ""}
