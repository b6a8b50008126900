"""Ed25519, strict in the way libsodium is: canonical encodings, S < L, no point of small order.

Source: RFC 8032, sections 5.1.3 (decoding), 5.1.4 (addition) and 5.1.7 (verification).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from tools.verifier.base import CannotCheck

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # (X, Y, Z, T), extended homogeneous coordinates
IDENTITY: Point = (0, 1, 1, 0)


def decode_point(encoded: bytes) -> Point | None:
    """Return the point of 32 canonical bytes, or None (RFC 8032, 5.1.3)."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if len(encoded) != 32 or y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == P - u and u:
        x = x * ROOT_OF_MINUS_ONE % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def add(p: Point, q: Point) -> Point:
    """Add two points (RFC 8032, 5.1.4; complete, so it doubles as well)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar: int, point: Point) -> Point:
    """Multiply by double and add. Not constant time: everything here is public."""
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def is_identity(point: Point) -> bool:
    """Tell whether the point is the neutral one."""
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def encode_point(point: Point) -> bytes:
    """Return the canonical 32 bytes of a point (RFC 8032, 5.1.2)."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def built_in_is_point(public: bytes) -> bool:
    """Tell whether these are 32 canonical bytes of a point of the main subgroup, not its zero."""
    point = decode_point(public)
    return point is not None and not is_identity(point) and is_identity(multiply(L, point))


def built_in_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Verify as RFC 8032, 5.1.7 does, without the cofactor and without small-order points."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = decode_point(public), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    if is_identity(multiply(8, a)) or is_identity(multiply(8, r)):
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % L
    minus_a = (P - a[0], a[1], a[2], P - a[3])
    base = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or IDENTITY
    return encode_point(add(multiply(s, base), multiply(k, minus_a))) == signature[:32]


class Ed25519:
    """The verifier in use: its name for the output, and its two questions."""

    def __init__(
        self,
        name: str,
        is_point: Callable[[bytes], bool],
        verify: Callable[[bytes, bytes, bytes], bool],
    ) -> None:
        self.name = name
        self.is_point = is_point
        self.verify = verify


def ed25519(built_in: bool = False) -> Ed25519:
    """Return PyNaCl's verifier, or the built-in one where PyNaCl is not installed or not wanted."""
    if built_in:
        return Ed25519("the built-in verifier, as asked", built_in_is_point, built_in_verify)
    try:
        import nacl

        # nacl.bindings would take longer to load than a small pack to check.
        from nacl._sodium import ffi, lib  # type: ignore[import-not-found]
    except ImportError:
        return Ed25519(
            "the built-in verifier: PyNaCl is not installed", built_in_is_point, built_in_verify
        )
    if lib.sodium_init() < 0:
        raise CannotCheck("libsodium cannot be started; see --built-in-ed25519")

    def is_point(public: bytes) -> bool:
        # nacl.signing.VerifyKey() takes keys of small order; this call does not.
        return len(public) == 32 and lib.crypto_core_ed25519_is_valid_point(public) == 1

    def verify(public: bytes, signature: bytes, message: bytes) -> bool:
        if len(public) != 32 or len(signature) != 64:
            return False
        signed = signature + message
        opened, size = ffi.new("unsigned char[]", len(signed)), ffi.new("unsigned long long *")
        return bool(lib.crypto_sign_open(opened, size, signed, len(signed), public) == 0)

    return Ed25519("PyNaCl " + str(nacl.__version__), is_point, verify)
