"""The registry of signing keys: what packs are signed with, and when each key was valid.

The seed is wrapped by KMS in its row; only the pack function's role can unwrap it. What auditors
pin is the public half, listed without login.
"""

import base64
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import cast

from functions.shared.aws.keys import FIRST_SIGNING_KEY_SK, SIGNING_PK, signing_key_sk
from functions.shared.aws.table import Change, ConditionFailed, Item, Table
from functions.shared.canonical import sha256_hex
from functions.shared.errors import LeaseHeld
from functions.shared.hours import rfc3339
from functions.shared.records.tables import FirstKeyMarker, Key, PublicSigningKey


def key_id_of(public_hex: str) -> str:
    """Return the id of the key with this public half."""
    return f"key-{sha256_hex(bytes.fromhex(public_hex))[:16]}"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One Ed25519 key.

    Attributes:
        key_id: ``key-`` and the first 16 hex digits of the SHA-256 of the public key.
        public_hex: 64 lower-case hex digits.
        wrapped_seed: KMS ciphertext of the 32-byte seed.
        not_before: first instant it may sign, RFC 3339.
        not_after: last instant, None while no other has taken over.
        revoked_at: when it was withdrawn, None where it was not.
        revoked_reason: why, in the operator's words; published with the key.
    """

    key_id: str
    public_hex: str
    wrapped_seed: bytes = field(repr=False)
    not_before: str
    not_after: str | None = None
    revoked_at: str | None = None
    revoked_reason: str | None = None

    def public(self) -> PublicSigningKey:
        """Return what everyone may see."""
        return {
            "algorithm": "Ed25519",
            "key_id": self.key_id,
            "not_after": self.not_after,
            "not_before": self.not_before,
            "public_hex": self.public_hex,
            "public_pem": public_pem(self.public_hex),
            "revoked_at": self.revoked_at,
            "revoked_reason": self.revoked_reason,
        }

    def may_sign(self, at: datetime) -> bool:
        """Tell whether the key is in force at an instant."""
        now = rfc3339(at)
        started, ended = self.not_before <= now, self.not_after and self.not_after < now
        return started and not self.revoked_at and not ended


def public_pem(public_hex: str) -> str:
    """Return a public key as OpenSSL reads it.

    Source: RFC 8410, section 4; the DER before the key is always these 12 bytes, 16 characters.
    """
    body = "MCowBQYDK2VwAyEA" + base64.b64encode(bytes.fromhex(public_hex)).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The registry.

    Permissions:
        dynamodb:Query for ``all``; dynamodb:GetItem for ``find``; dynamodb:PutItem for ``add``, in
        a transaction, with GetItem, for ``add_first``; in a transaction with UpdateItem for
        ``take_over``; dynamodb:UpdateItem for ``revoke``.
    """

    table: Table

    def all(self) -> list[SigningKey]:
        """Return every key ever used, oldest first."""
        rows = [_from_item(item) for item in self.table.query(SIGNING_PK, prefix="KEY#")]
        return sorted(rows, key=lambda key: (key.not_before, key.key_id))

    def current(self, at: datetime) -> SigningKey | None:
        """Return the newest key in force, None where there is none."""
        return next((key for key in reversed(self.all()) if key.may_sign(at)), None)

    def find(self, key_id: str) -> SigningKey | None:
        """Return a key, None where no such key was ever registered."""
        item = self.table.get(SIGNING_PK, signing_key_sk(key_id))
        return _from_item(item) if item else None

    def first(self) -> SigningKey | None:
        """Return the key the deployment began with, None before there is one."""
        marker = cast("FirstKeyMarker | None", self.table.get(SIGNING_PK, FIRST_SIGNING_KEY_SK))
        return self.find(marker["key_id"]) if marker else None

    def add_first(self, key: SigningKey) -> SigningKey:
        """Register the deployment's first key; return the one that is the first.

        Of two runs at once one registers its key; the other gets that one, and its own is nowhere.
        """
        marker: FirstKeyMarker = {
            "pk": SIGNING_PK,
            "sk": FIRST_SIGNING_KEY_SK,
            "key_id": key.key_id,
        }
        try:
            self.table.create_together([_to_item(key), marker])
        except ConditionFailed:
            first = self.first()
            if first is None:
                # The other run's transaction was under way; whoever comes next sees its end.
                raise LeaseHeld("another run is registering the first signing key") from None
            return first
        return key

    def add(self, key: SigningKey) -> bool:
        """Register a key; False when a key of this id is there already."""
        try:
            self.table.put(_to_item(key), condition="attribute_not_exists(pk)")
        except ConditionFailed:
            return False
        return True

    def take_over(self, new: SigningKey, old: SigningKey, not_after: str) -> bool:
        """Register a key and end another, both or neither.

        Args:
            new: the key that takes over.
            old: the key that ends, as it was read.
            not_after: the last instant of the old one.

        Returns:
            False when the old one is not as it was read: another call was faster.
        """
        ends = Change(
            SIGNING_PK,
            signing_key_sk(old.key_id),
            "SET not_after = :until",
            {":until": not_after, ":null": None},
            "not_after = :null AND revoked_at = :null",
        )
        try:
            self.table.create_together([_to_item(new)], [ends])
        except ConditionFailed:
            return False
        return True

    def revoke(self, key: SigningKey, at: datetime, reason: str) -> bool:
        """Withdraw a key; False when it was withdrawn before."""
        try:
            self.table.update(
                SIGNING_PK,
                signing_key_sk(key.key_id),
                "SET revoked_at = :at, revoked_reason = :reason",
                {":at": rfc3339(at), ":reason": reason, ":null": None},
                condition="attribute_exists(pk) AND revoked_at = :null",
            )
        except ConditionFailed:
            return False
        return True


def _to_item(key: SigningKey) -> Item:
    item = {part.name: getattr(key, part.name) for part in fields(key)}
    row_key: Key = {"pk": SIGNING_PK, "sk": signing_key_sk(key.key_id)}
    return {**item, **row_key}


def _from_item(item: Item) -> SigningKey:
    # A field that is younger than the row has its default.
    return SigningKey(
        **{part.name: item[part.name] for part in fields(SigningKey) if part.name in item}
    )
