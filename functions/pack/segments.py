"""Segments: sealed events on their way into the pack, as bytes, checked while they pass.

Part of step 2 of 6 (write). A segment may be larger than the memory: it is read piece by piece.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import deflate
from isal import isal_zlib

from functions.pack.deflate import Piece
from functions.shared.canonical import Json
from functions.shared.errors import EvidenceInvalid
from functions.shared.joinable import HEAD, deflated

_PIECE = 1 << 18
_GZIP = 31
_NotDeflate: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # as stubs have it


@dataclass(frozen=True, slots=True)
class Whole:
    """A segment in memory, that is what its seal names.

    Attributes:
        rows: its bytes, inflated.
        piece: the same deflated, to be copied.
    """

    rows: bytes | bytearray
    piece: Piece


def whole(packed: bytes, entry: Json) -> Whole | None:
    """Return a segment that fits into the memory, checked against its digest.

    Args:
        packed: the object's bytes.
        entry: what the seal says of it.

    Returns:
        None where the object's gzip is not one of ``pack_gzip``'s: it must be read in pieces.

    Raises:
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    body = deflated(packed)
    if body is None:
        return None
    try:
        # Never more than was sealed is made of it.
        rows = deflate.deflate_decompress(memoryview(packed)[len(HEAD) :], entry["bytes"])
    except (deflate.DeflateError, ValueError) as error:
        raise EvidenceInvalid(f"{entry['key']} is not gzip, or longer than in its seal") from error
    if len(rows) != entry["bytes"] or hashlib.sha256(rows).hexdigest() != entry["sha256"]:
        raise _other(entry)
    return Whole(rows, Piece(body, len(rows), isal_zlib.crc32(rows)))


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
        raise _other(entry)


def _other(entry: Json) -> EvidenceInvalid:
    return EvidenceInvalid(f"{entry['key']} does not match the digest in its seal")


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
