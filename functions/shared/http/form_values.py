"""Values of a form that several of them have: whole numbers, and words for what something is.

Pure.
"""

import unicodedata
from typing import Final

from functions.shared.errors import BadRequest

MAX_LABEL: Final = 100


def whole_number(name: str, value: object, least: int, most: int) -> int:
    """Return a whole number between two, both included.

    Raises:
        BadRequest: it is none.
    """
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadRequest(f"{name} must be a whole number from {least} to {most}")
    return value


def label_of(value: object) -> str | None:
    """Return the caller's own words for what something is, None where there are none.

    Raises:
        BadRequest: no text, too long a one, or one with control characters.
    """
    if value is None:
        return None
    text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""
    hidden = any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text)
    if not text or len(text) > MAX_LABEL or hidden:
        raise BadRequest(
            f"label must be text of 1 to {MAX_LABEL} characters without control characters"
        )
    return text
