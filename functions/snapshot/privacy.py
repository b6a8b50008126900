"""What of a person may be kept: a keyed hash and a few letters of the address, nothing else.

Pure. Step 2 of 6, part: privacy, here and nowhere later. Every e-mail and IP address in every
string of every record is replaced by its keyed hash; names of this pull's people are replaced in
text whose meaning we do not know.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from functions.shared.canonical import Json
from functions.shared.hashing import email_hash, email_prefix, ip_hash

# Generous on purpose: what looks like an address is treated as one. Local part as RFC 5322 allows
# (atom or quoted), any script; a domain ends in a label that starts with a letter.
_EMAIL = re.compile(
    r"(?:\"[^\"\n]{1,64}\"|[\w!#$%&'*+/=?^`{|}~.\-]+)@(?:[\w\-]+\.)+(?!\d)\w[\w\-]*"
)
_OPENING = "'=/|?&#{`"
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", re.ASCII)
_IPV6 = re.compile(
    r"(?<![\w:.])[0-9A-Fa-f:]{2,39}(?:%[\w.]+)?(?:\.\d{1,3}){0,3}(?![\w:])", re.ASCII
)
_VERSION = re.compile(r"([A-Za-z]/\d+)(?:\.\d+)+", re.ASCII)
_SAFE_INT = 2**53
_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Privacy:
    """The tenant's hashing key at work.

    Attributes:
        key: 32 bytes, unwrapped for this run.
        names: names of persons to take out of unknown text, longest first.
    """

    key: bytes = field(repr=False)
    names: re.Pattern[str] | None = field(default=None, repr=False)

    def knowing(self, names: Iterable[object]) -> "Privacy":
        """Return the same rules, knowing the names of some persons."""
        known = {name.strip() for name in names if isinstance(name, str)}
        usable = sorted((n for n in known if len(n) >= _SHORTEST_NAME), key=len, reverse=True)
        if not usable:
            return Privacy(self.key, None)
        pattern = "|".join(re.escape(name) for name in usable)
        return Privacy(self.key, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE))

    def email(self, address: object) -> tuple[str | None, str | None]:
        """Return the keyed hash and the first letters of an address; None, None for no address."""
        if not isinstance(address, str) or not address.strip():
            return None, None
        return email_hash(self.key, address), email_prefix(address)

    def ip(self, address: object) -> str | None:
        """Return the keyed hash of an IP address, None for no address."""
        if not isinstance(address, str) or not address.strip():
            return None
        return ip_hash(self.key, address)

    def text(self, text: str) -> str:
        """Return a text (a project's or a key's name) with addresses replaced by their hashes."""
        text = _EMAIL.sub(self._hashed_email, text)
        text = _IPV4.sub(self._hashed_ip, text)
        return _IPV6.sub(self._hashed_ip, text)

    def user_agent(self, text: str) -> str:
        """Return a user agent with product versions cut to their first number.

        A full version (``Chrome/121.0.0.0``) looks like an IP address, and tells people apart.
        """
        return self.text(_VERSION.sub(r"\1", text))

    def unknown_text(self, text: str) -> str:
        """Return a text of unknown meaning, with addresses and known persons' names replaced."""
        text = self.text(text)
        return self.names.sub("[name]", text) if self.names else text

    def _hashed_email(self, match: re.Match[str]) -> str:
        # What more often opens an address than starts one (key='ann@…) is not part of the hash.
        address = match[0].lstrip(_OPENING)
        address = match[0] if address.startswith("@") else address
        return f"{match[0].removesuffix(address)}email:{email_hash(self.key, address)}"

    def _hashed_ip(self, match: re.Match[str]) -> str:
        text = match[0]
        if ":" not in text and "." not in text:
            return text
        try:
            ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            return text
        return f"ip:{ip_hash(self.key, text)}"

    def unknown(self, value: Any) -> Any:
        """Return a value of unknown meaning, every string and field name in it cleaned.

        Numbers beyond 2**53 and fractions become text, so that every reader sees the same value.
        """
        if isinstance(value, str):
            return self.unknown_text(value)
        if isinstance(value, dict):
            return self._unknown_object(value)
        if isinstance(value, list):
            return [self.unknown(item) for item in value]
        if isinstance(value, float) or (isinstance(value, int) and abs(value) > _SAFE_INT):
            return str(value)
        return value

    def _unknown_object(self, value: Json) -> Json:
        # An object that holds an address describes a person: only what identifies it is kept.
        if isinstance(value.get("email"), str):
            hashed, prefix = self.email(value["email"])
            kept = {name: self.unknown(value[name]) for name in ("id", "type") if name in value}
            return kept | {"email_hash": hashed, "email_prefix": prefix}
        return {self.unknown_text(name): self.unknown(inner) for name, inner in value.items()}
