"""The registry of signing keys: what packs are signed with, and when each key was valid.

The seed is wrapped by KMS in its row; only the pack room's role can unwrap it. What auditors pin
is the public half, listed without login.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime

from functions.shared.canonical import Json
from functions.shared.hours import rfc3339
from functions.shared.layout import SIGNING_PK, signing_key_sk
from functions.shared.table import ConditionFailed, Item, Table


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One Ed25519 key.

    Attributes:
        key_id: ``key-`` and the first 16 hex digits of the SHA-256 of the public key.
        public_hex: 64 lower-case hex digits.
        wrapped_seed: KMS ciphertext of the 32-byte seed.
        not_before: first instant it may sign, RFC 3339.
        not_after: last instant, None while it is the current one.
        revoked_at: when it was withdrawn, None where it was not.
    """

    key_id: str
    public_hex: str
    wrapped_seed: bytes = field(repr=False)
    not_before: str
    not_after: str | None = None
    revoked_at: str | None = None

    def public(self) -> Json:
        """Return what everyone may see."""
        return {
            "algorithm": "Ed25519",
            "key_id": self.key_id,
            "not_after": self.not_after,
            "not_before": self.not_before,
            "public_hex": self.public_hex,
            "revoked_at": self.revoked_at,
        }

    def may_sign(self, at: datetime) -> bool:
        """Tell whether the key is in force at an instant."""
        moment = rfc3339(at)
        started = self.not_before <= moment
        return started and not self.revoked_at and not (self.not_after and self.not_after < moment)


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The registry.

    Permissions:
        dynamodb:Query for ``all``; dynamodb:PutItem for ``add``.
    """

    table: Table

    def all(self) -> list[SigningKey]:
        """Return every key ever used, oldest first."""
        rows = [_from_item(item) for item in self.table.query(SIGNING_PK, prefix="KEY#")]
        return sorted(rows, key=lambda key: (key.not_before, key.key_id))

    def current(self, at: datetime) -> SigningKey | None:
        """Return the newest key in force, None where there is none."""
        return next((key for key in reversed(self.all()) if key.may_sign(at)), None)

    def add(self, key: SigningKey) -> bool:
        """Register a key; False when a key of this id is there already."""
        item = {name.name: getattr(key, name.name) for name in fields(key)}
        row = item | {"pk": SIGNING_PK, "sk": signing_key_sk(key.key_id)}
        try:
            self.table.put(row, condition="attribute_not_exists(pk)")
        except ConditionFailed:
            return False
        return True


def _from_item(item: Item) -> SigningKey:
    return SigningKey(**{name.name: item[name.name] for name in fields(SigningKey)})
