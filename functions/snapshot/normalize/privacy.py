"""What of a person may be kept: a keyed hash and a few letters of the address, nothing else.

Pure. Step 2 of 6, part: privacy, here and nowhere later. What a field is decides what becomes of it
(``api_fields.py``), and never what stands in another: no list of persons is needed, and no name can
change what another field says.
"""

import re
from dataclasses import dataclass, field

from functions.shared.hashing import (
    email_hash,
    email_prefix,
    field_hash,
    ip_hash,
    secret_hash,
    text_hash,
)
from functions.snapshot.normalize.addresses import (
    without_emails,
    without_ips,
    without_secrets,
    without_versions,
)
from functions.snapshot.normalize.api_fields import VOCABULARY
from functions.snapshot.normalize.spellings import decoded, without_long_runs

HASHED_TEXT = "text:"
_ROUNDS = 3
# Whoever is watched chooses how much there is to search, at up to five seconds a million letters.
# Texts that people write are short: long ones share an budget, so that a run ends in time.
MOST_SEARCHED = 30_000_000
_LONG = 256
_ID = re.compile(r"[a-z]+(?:[_-][A-Za-z0-9]+)+")
_KEY_PREFIXES = ("sk-", "sk_")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
# Our own: they stand in the place of an address.
_OURS = frozenset({"email_hash", "email_prefix"})


@dataclass(slots=True)
class SearchBudget:
    """How many letters of long texts a run may still search for addresses and keys."""

    left: int = MOST_SEARCHED


@dataclass(frozen=True, slots=True)
class Privacy:
    """The tenant's hashing key at work.

    Attributes:
        key: 32 bytes, unwrapped for this run.
        budget: how much of long texts may still be searched.
    """

    key: bytes = field(repr=False)
    budget: SearchBudget = field(default_factory=SearchBudget, repr=False)

    def email(self, address: object) -> tuple[str | None, str | None]:
        """Return the keyed hash and the first letters of an address; None, None for no address."""
        if not isinstance(address, str) or not address.strip():
            return None, None
        return self._email_hash(address), email_prefix(without_long_runs(address))

    def ip(self, address: object) -> str | None:
        """Return the keyed hash of an IP address, None for no address."""
        if not isinstance(address, str) or not address.strip():
            return None
        return ip_hash(self.key, address)

    def text(self, text: str) -> str:
        """Return the name of a thing: as it is, but for addresses and keys in it.

        Where another spelling hides one, the name is kept in the spelling that shows it. A long one
        that the run has no time left to search is nobody's to read: its hash stands for it.
        """
        if len(text) > _LONG:
            if self.budget.left < len(text):
                return self.prose(text)
            self.budget.left -= len(text)
        kept, found = self._without_addresses(text)
        shown = text
        for _ in range(_ROUNDS):
            spelled = decoded(shown)
            if spelled == shown:
                break
            cleaned, more = self._without_addresses(spelled)
            if more == found:
                shown = spelled
            elif len(more) < len(found):
                # What could be seen before is no address in this spelling: it goes first.
                shown, found = kept, []
            else:
                kept = shown = cleaned
                found = []
        return kept

    def _without_addresses(self, text: str) -> tuple[str, list[str]]:
        """Return a text with hashes in the place of addresses and keys, and these hashes."""
        found: list[str] = []

        def said(mark: str) -> str:
            found.append(mark)
            return mark

        text = without_secrets(text, lambda secret: said(self._secret(secret)))
        text = without_emails(text, lambda address: said(f"email:{self._email_hash(address)}"))
        text = without_ips(text, lambda address: said(f"ip:{ip_hash(self.key, address)}"))
        return text, found

    def user_agent(self, text: str) -> str:
        """Return a user agent with product versions cut to their first number."""
        return self.text(without_versions(text))

    def prose(self, text: str) -> str:
        """Return the keyed hash that stands for somebody's sentences."""
        return f"{HASHED_TEXT}{text_hash(self.key, text)}"

    def unknown_text(self, text: str) -> str:
        """Return a text of unknown meaning: its hash, but for ids and OpenAI's own words."""
        if not text or text in VOCABULARY or is_id(text):
            return text
        return self._secret(text.strip()) if _is_secret(text) else self.prose(text)

    def field_name(self, name: str) -> str:
        """Return the name of an undocumented field: its hash where it is no plain identifier."""
        if _IDENTIFIER.fullmatch(name) and name not in _OURS and not _holds_secret(name):
            return name
        return f"field:{field_hash(self.key, name)}"

    def _email_hash(self, address: str) -> str:
        return email_hash(self.key, without_long_runs(address))

    def _secret(self, text: str) -> str:
        return f"secret:{secret_hash(self.key, text)}"


def is_id(text: str) -> bool:
    """Tell whether a text has the form of OpenAI's ids: ``proj_AbC123``."""
    return (
        8 <= len(text) <= 128
        and not text.startswith(_KEY_PREFIXES)
        and any("0" <= letter <= "9" for letter in text)
        and _ID.fullmatch(text) is not None
        and not _holds_secret(text)
    )


def _holds_secret(text: str) -> bool:
    return without_secrets(text, lambda _: "") != text


def _is_secret(text: str) -> bool:
    """Tell whether a text is a key and nothing else."""
    text = text.strip()
    return bool(text) and without_secrets(text, lambda _: "") == ""
