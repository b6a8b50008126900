"""What the headers of an answer say of access: how to sign in, and what is left of the budget.

Pure. Source: draft-ietf-httpapi-ratelimit-headers-10; RFC 6750, section 3; RFC 9110, section
10.2.3.
"""

from http import HTTPStatus

from functions.shared.http.principal import Caller


def access_headers(caller: Caller, status: int) -> dict[str, str]:
    """Return the headers that say so.

    Args:
        caller: as the authorizer told of whom sends the request.
        status: of the answer.
    """
    headers = {"www-authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    if "limit" not in caller:
        return headers
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers["retry-after"] = caller["reset_s"]
    left = max(0, int(caller["remaining"]))
    return headers | {
        "ratelimit-policy": f'"tenant";q={caller["limit"]};w=60',
        "ratelimit": f'"tenant";r={left};t={caller["reset_s"]}',
    }
