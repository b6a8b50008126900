"""Segments: sealed events on their way into the pack, as bytes, checked while they pass.

Part of step 2 of 6 (write). A segment may be larger than the memory: it is read piece by piece.
"""

import hashlib
from collections.abc import Iterable, Iterator

from isal import isal_zlib

from functions.shared.canonical import Json
from functions.shared.errors import EvidenceInvalid

_PIECE = 1 << 18
_GZIP = 31
_NotDeflate: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # as stubs have it


def inflated(packed: Iterable[bytes], entry: Json) -> Iterator[bytes]:
    """Yield the uncompressed bytes of a segment in pieces, checked against its digest at the end.

    Args:
        packed: the object's bytes, as they come.
        entry: what the seal says of it.

    Raises:
        EvidenceInvalid: its bytes are not those that were sealed; what was yielded is worthless.
    """
    digest, size = hashlib.sha256(), 0
    try:
        for piece in _pieces(packed):
            digest.update(piece)
            size += len(piece)
            yield piece
    except (_NotDeflate, EOFError) as error:
        raise EvidenceInvalid(f"{entry['key']} is not gzip") from error
    if size != entry["bytes"] or digest.hexdigest() != entry["sha256"]:
        raise EvidenceInvalid(f"{entry['key']} does not match the digest in its seal")


def _pieces(body: Iterable[bytes]) -> Iterator[bytes]:
    member = isal_zlib.decompressobj(_GZIP)
    for packed in body:
        left = packed
        while True:
            piece = member.decompress(left, _PIECE)
            left = member.unconsumed_tail
            yield piece
            if member.eof or (not left and len(piece) < _PIECE):
                break
    if not member.eof or member.unused_data:
        raise EOFError


def whole_rows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes, cut behind newlines.

    Raises:
        EOFError: the last row has no end.
    """
    begun = b""
    for piece in pieces:
        ended = piece.rfind(b"\n") + 1
        if ended:
            yield begun + piece[:ended]
            begun = piece[ended:]
        else:
            begun += piece
    if begun:
        raise EOFError
