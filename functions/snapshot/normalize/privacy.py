"""What of a person may be kept: a keyed hash and a few letters of the address, nothing else.

Pure. Step 2 of 6, part: privacy, here and nowhere later. Every e-mail and IP address in every
string of every record is replaced by its keyed hash; names of this pull's people are replaced in
text whose meaning we do not know.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from functions.shared.canonical import Json
from functions.shared.hashing import email_hash, email_prefix, ip_hash
from functions.snapshot.normalize.addresses import without_emails, without_ips, without_versions
from functions.snapshot.normalize.person_names import PersonNames

_SAFE_INT = 2**53
_PERSONS = frozenset({"user", "person", "member", "invite"})


@dataclass(frozen=True, slots=True)
class Privacy:
    """The tenant's hashing key at work.

    Attributes:
        key: 32 bytes, unwrapped for this run.
        names: of persons, to take out of unknown text: this pull's, then a record's own.
    """

    key: bytes = field(repr=False)
    names: tuple[PersonNames, ...] = field(default=(), repr=False)

    def knowing(self, names: Iterable[object]) -> "Privacy":
        """Return the same rules, knowing the names of some more persons."""
        more = PersonNames.of(names)
        any_name = more.by_word or more.unspaced
        return Privacy(self.key, (*self.names, more)) if any_name else self

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
        return without_ips(without_emails(text, self._hashed_email), self._hashed_ip)

    def user_agent(self, text: str) -> str:
        """Return a user agent with product versions cut to their first number."""
        return self.text(without_versions(text))

    def unknown_text(self, text: str) -> str:
        """Return a text of unknown meaning, with addresses and known persons' names replaced."""
        text = self.text(text)
        for names in self.names:
            text = names.removed_from(text)
        return text

    def _hashed_email(self, address: str) -> str:
        return f"email:{email_hash(self.key, address)}"

    def _hashed_ip(self, address: str) -> str:
        return f"ip:{ip_hash(self.key, address)}"

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
        # An object that describes a person: only what identifies it is kept.
        if _is_person(value):
            hashed, prefix = self.email(value.get("email"))
            kept = {name: self.unknown(value[name]) for name in _OF_A_PERSON if name in value}
            return kept | {"email_hash": hashed, "email_prefix": prefix}
        return {self.unknown_text(name): self.unknown(inner) for name, inner in value.items()}


_OF_A_PERSON = ("id", "type", "object", "role")


def _is_person(value: Json) -> bool:
    if isinstance(value.get("email"), str):
        return True
    kinds = (str(value.get(name, "")).rpartition(".")[2] for name in ("object", "type"))
    return "name" in value and not _PERSONS.isdisjoint(kinds)
