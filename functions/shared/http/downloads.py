"""What a request for a download says: the number of what is wanted, and for how long the link.

Pure.
"""

from typing import Final

from functions.shared.aws.download_links import MAX_LINK_S
from functions.shared.errors import BadRequest, NotFound
from functions.shared.http.edge import Request

LINK_LIFETIME_S: Final = 300
_MAX_DIGITS: Final = 8


def number_in_path(request: Request) -> int:
    """Return the number that stands in the path.

    Raises:
        NotFound: nothing has such a number.
    """
    text = request.path("number")
    usable = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
    if not usable or text.startswith("0"):
        raise NotFound("no such number")
    return int(text)


def lifetime_s_of(text: str | None) -> int:
    """Return for how long a link is asked for, in seconds.

    Raises:
        BadRequest: not a whole number from 1 to 900.
    """
    if text is None:
        return LINK_LIFETIME_S
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_LINK_S))
    if not (digits and 1 <= int(text) <= MAX_LINK_S):
        raise BadRequest(f"lifetime_s must be a whole number from 1 to {MAX_LINK_S}")
    return int(text)
