"""Keyed hashes that stand for people and addresses in everything we keep.

Pure. HMAC-SHA-256 under a key of the tenant's own: a bare hash of an e-mail address beside its
first letters is guessed in seconds. Scheme name: ``hmac-sha256:v1``.
"""

import contextlib
import hashlib
import hmac
import unicodedata

HASH_KEY_BYTES = 32
MAX_DOMAIN = 253
SCHEME = "hmac-sha256:v1"
NORMALIZATION = "trim, NFC, lower case, domain as IDNA"


def normal_address(address: str) -> str:
    """Return the one spelling of an e-mail address: trimmed, NFC, lower case, domain in IDNA."""
    text = unicodedata.normalize("NFC", address.strip()).lower()
    local, at, domain = text.rpartition("@")
    if not at:
        return text
    # A domain that DNS cannot hold keeps its own spelling; one letter can become eighteen of it.
    if len(domain) <= MAX_DOMAIN:
        with contextlib.suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    return f"{local}@{domain}"


def email_hash(key: bytes, address: str) -> str:
    """Return the keyed hash of a normalized address, 64 hex digits."""
    return _hmac(key, normal_address(address))


def email_prefix(address: str) -> str:
    """Return the first letters of the local part: 4, or half of one shorter than 8."""
    local = normal_address(address).rpartition("@")[0]
    return local[: min(4, len(local) // 2)]


def ip_hash(key: bytes, address: str) -> str:
    """Return the keyed hash of an IP address, 64 hex digits."""
    return _hmac(key, f"ip\0{address.strip().lower()}")


def id_hash(key: bytes, identifier: str) -> str:
    """Return the keyed hash of an opaque id (a project's), 64 hex digits."""
    return _hmac(key, f"id\0{identifier}")


def text_hash(key: bytes, text: str) -> str:
    """Return the keyed hash that stands for a text we do not keep, 64 hex digits."""
    return _hmac(key, f"text\0{text}")


def field_hash(key: bytes, name: str) -> str:
    """Return the keyed hash that stands for a field's name, 64 hex digits."""
    return _hmac(key, f"field\0{name}")


def secret_hash(key: bytes, secret: str) -> str:
    """Return the keyed hash that stands for a key or password of somebody's, 64 hex digits."""
    return _hmac(key, f"secret\0{secret}")


def salt_hash(key: bytes, section: str, sha256: str) -> str:
    """Return what blinds the rows of a register with this digest, 64 hex digits.

    No address can have it as its hash, whoever chose it: those are in lower case.
    """
    return _hmac(key, f"SALT\0{section}\0{sha256}")


def _hmac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
