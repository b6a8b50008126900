"""What a pack signs, read from the beginning of its archive. Pure."""

import zlib
from typing import Final, NamedTuple

from functions.shared.errors import EvidenceInvalid

# Of the archive, compressed and inflated: a manifest beyond them is too long for a proof anyway.
READ_BYTES: Final = 64 * 1024
_MOST_INFLATED: Final = 512 * 1024
_BLOCK: Final = 512


class SignedManifest(NamedTuple):
    """The bytes of ``manifest.json``, and of ``manifest.sig``."""

    manifest: bytes
    signature: bytes


def signed_manifest(begin: bytes) -> SignedManifest | None:
    """Return what a pack signs, None where it does not end within what was read.

    Args:
        begin: the first bytes of the archive.

    Raises:
        EvidenceInvalid: an archive of ours does not begin like that.
    """
    try:
        plain = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(begin, _MOST_INFLATED)
        manifest, behind = _member(plain, b"manifest.json", 0)
        signature, behind = _member(plain, b"manifest.sig", behind)
    except (zlib.error, ValueError) as error:
        raise EvidenceInvalid("the archive does not begin with a manifest") from error
    return SignedManifest(manifest, signature) if behind <= len(plain) else None


def _member(tar: bytes, name: bytes, start: int) -> tuple[bytes, int]:
    """Return a member's bytes, and where the next one begins; all behind the end is empty."""
    header = tar[start : start + _BLOCK]
    if len(header) < _BLOCK:
        return b"", len(tar) + _BLOCK
    if header[:100].rstrip(b"\0") != name:
        raise ValueError("another member stands there")
    size = int(header[124:136].rstrip(b"\0 "), 8)
    begin = start + _BLOCK
    return tar[begin : begin + size], begin + size + -size % _BLOCK
