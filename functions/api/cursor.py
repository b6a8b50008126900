"""Cursors: where a list goes on. Opaque to callers, and good for one tenant's one list.

Pure. A cursor holds a position, never a key: keys are built from the caller's own tenant, so that
the worst a forged cursor can do is to skip rows of the forger's own list.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from functions.shared.canonical import canonical, sha256_hex, strict_loads
from functions.shared.errors import BadRequest, MalformedJson, NotFound

_MAX_LENGTH: Final = 2048
_MAX_KEY_BYTES: Final = 1000
UNUSABLE: Final = "the cursor is not one that this list gave; start again without it"


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of one list of one tenant.

    Attributes:
        tenant: whose.
        name: of the list.
        parts: how many texts make a position.
        longest: of a cursor, in characters.
        most: of a part, in bytes of UTF-8; those of a key by default.
    """

    tenant: str
    name: str
    parts: int
    longest: int = _MAX_LENGTH
    most: int = _MAX_KEY_BYTES

    def write(self, *position: str) -> str:
        """Return the cursor that goes on behind a position."""
        document = {"l": self.name, "p": list(position), "t": self._owner()}
        return base64.urlsafe_b64encode(canonical(document)).decode().rstrip("=")

    def read(self, text: str | None) -> list[str] | None:
        """Return the position a cursor stands for, None without one.

        Raises:
            NotFound: it is another tenant's.
            BadRequest: it is no cursor of this list.
        """
        if text is None or text == "":
            return None
        owner, name, position = _decoded(text, self.longest)
        if not isinstance(owner, str):
            raise BadRequest(UNUSABLE)
        if owner != self._owner():
            raise NotFound("another tenant's cursor")
        if name != self.name or not isinstance(position, list):
            raise BadRequest(UNUSABLE)
        if len(position) != self.parts or not all(_is_part(part, self.most) for part in position):
            raise BadRequest(UNUSABLE)
        return position

    def read_key(self, text: str | None, prefix: str) -> str | None:
        """Return the sort key that a cursor of one part stands for, None without one.

        Raises:
            NotFound: it is another tenant's.
            BadRequest: it is no cursor of this list, whose keys begin with the prefix.
        """
        position = self.read(text)
        if position is None:
            return None
        if not position[0].startswith(prefix):
            raise BadRequest(UNUSABLE)
        return position[0]

    def _owner(self) -> str:
        return sha256_hex(f"cursor\0{self.tenant}".encode())[:16]


def _is_part(part: object, most: int) -> bool:
    """Tell whether a part is a text of so many bytes of UTF-8; of a key DynamoDB takes 1,024."""
    try:
        return isinstance(part, str) and len(part.encode()) <= most
    except UnicodeEncodeError:
        return False


def _decoded(text: str, longest: int) -> tuple[object, object, object]:
    """Return what a text says of tenant, list and position, None where it says nothing."""
    if len(text) > longest or not text.isascii():
        raise BadRequest(UNUSABLE)
    try:
        padded = text + "=" * (-len(text) % 4)
        document = strict_loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, MalformedJson) as error:
        raise BadRequest(UNUSABLE) from error
    if not isinstance(document, dict):
        raise BadRequest(UNUSABLE)
    return document.get("t"), document.get("l"), document.get("p")
