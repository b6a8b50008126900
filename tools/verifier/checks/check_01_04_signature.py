"""The pinned key (check 1), the signature file (check 3) and the signature itself (check 4)."""

from __future__ import annotations

import binascii
import re

from tools.verifier.base import Failed
from tools.verifier.ed25519 import Ed25519, ed25519
from tools.verifier.options import Options
from tools.verifier.report import Report


class PinnedKey:
    """The public key that the auditor pinned, and what verifies under it."""

    def __init__(self, public: bytes, library: Ed25519) -> None:
        self.public = public
        self.library = library


def check_01_pinned_key(options: Options, report: Report) -> PinnedKey:
    """Return the pinned key: 64 hex digits of a point of the curve's main group."""
    library = ed25519(options.built_in_ed25519)
    report.ed25519 = library.name
    text = (options.expected_pubkey or "").strip()  # as it comes out of a file
    if not re.fullmatch(r"[0-9A-Fa-f]{64}", text):
        raise Failed(1, "the pinned key is not 64 hex digits")
    public = bytes.fromhex(text)
    if not library.is_point(public):
        raise Failed(1, "the pinned key is not a point of the curve that can sign")
    report.passed(1)
    report.start_clock()
    return PinnedKey(public, library)


def check_03_signature_file(data: bytes, report: Report) -> bytes:
    """Return the 64 bytes of the signature."""
    text = data[:-1] if data.endswith(b"\n") else data
    try:
        signature = binascii.a2b_base64(text)
    except binascii.Error:
        signature = b""
    # The decoder is lenient; only what encodes back to the same text is that text.
    if len(signature) != 64 or binascii.b2a_base64(signature, newline=False) != text:
        raise Failed(3, "manifest.sig is not the base64 text of 64 bytes")
    report.passed(3)
    return signature


def check_04_signature(key: PinnedKey, signature: bytes, data: bytes, report: Report) -> None:
    """Verify the signature over the exact bytes of manifest.json."""
    if not key.library.verify(key.public, signature, data):
        raise Failed(4, "the signature does not hold under the pinned key")
    report.passed(4)
