"""Segments: sealed events on their way into the pack, as bytes, checked while they pass.

Part of step 2 of 6 (write). One that fits into the memory is inflated at once and can be copied;
any other is read piece by piece.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import deflate as libdeflate
from isal import isal_zlib

from functions.pack.archive.spool import Piece
from functions.shared.aws.gzip_member import deflated, trailer
from functions.shared.errors import EvidenceInvalid
from functions.shared.records.seals import ObjectEntry

_PIECE = 1 << 18
_GZIP = 31
# A last block, stored, that holds one byte no row ends with.
_LAST = b"\1\1\0\xfe\xff\0"
_NotDeflate: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # as stubs have it


@dataclass(frozen=True, slots=True)
class WholeSegment:
    """A segment in memory, that is what its seal names.

    Attributes:
        rows: its bytes, inflated.
        piece: the same deflated, to be copied.
    """

    rows: bytes | bytearray
    piece: Piece


def inflate_whole(packed: bytes, entry: ObjectEntry) -> WholeSegment | None:
    """Return a segment that fits into the memory, checked against its digest.

    Args:
        packed: the object's bytes.
        entry: what the seal says of it.

    Returns:
        None where the object's gzip is not one of ``pack_gzip``'s: it must be read in pieces.

    Raises:
        EvidenceInvalid: its bytes are not those that were sealed.
    """
    body, size = deflated(packed), entry["bytes"]
    if body is None:
        return None
    try:
        # Never more than was sealed is made of it, and the one byte put behind it: that this comes
        # out shows that nothing in the body is a last block, and that another piece can follow.
        rows = libdeflate.deflate_decompress(b"".join((body, _LAST)), size + 1)
    except (libdeflate.DeflateError, ValueError) as error:
        raise EvidenceInvalid(f"{entry['key']} is not gzip, or longer than in its seal") from error
    if len(rows) != size + 1 or rows[-1:] != _LAST[-1:]:
        raise _does_not_match(entry)
    del rows[-1]
    crc32 = isal_zlib.crc32(rows)
    if not packed.endswith(trailer(crc32, size)):
        raise EvidenceInvalid(f"{entry['key']} is not gzip: its end tells of other bytes")
    if hashlib.sha256(rows).hexdigest() != entry["sha256"]:
        raise _does_not_match(entry)
    return WholeSegment(rows, Piece(body, size, crc32))


def inflate_pieces(packed: Iterable[bytes], entry: ObjectEntry) -> Iterator[bytes]:
    """Yield the uncompressed bytes of a segment in pieces, checked against its digest at the end.

    Args:
        packed: the object's bytes, as they come.
        entry: what the seal says of it.

    Raises:
        EvidenceInvalid: its bytes are not those that were sealed; what was yielded is worthless.
    """
    digest, size = hashlib.sha256(), 0
    try:
        for piece in _inflate(packed):
            digest.update(piece)
            size += len(piece)
            yield piece
    except (_NotDeflate, EOFError) as error:
        raise EvidenceInvalid(f"{entry['key']} is not gzip") from error
    if size != entry["bytes"] or digest.hexdigest() != entry["sha256"]:
        raise _does_not_match(entry)


def _does_not_match(entry: ObjectEntry) -> EvidenceInvalid:
    return EvidenceInvalid(f"{entry['key']} does not match the digest in its seal")


def _inflate(body: Iterable[bytes]) -> Iterator[bytes]:
    member = isal_zlib.decompressobj(_GZIP)
    for packed in body:
        rest = packed
        while True:
            piece = member.decompress(rest, _PIECE)
            rest = member.unconsumed_tail
            yield piece
            if member.eof or (not rest and len(piece) < _PIECE):
                break
    if not member.eof or member.unused_data:
        raise EOFError


def cut_behind_newlines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes, cut behind newlines.

    Raises:
        EOFError: the last row has no end.
    """
    row_start = b""
    for piece in pieces:
        ended = piece.rfind(b"\n") + 1
        if ended:
            yield row_start + piece[:ended]
            row_start = piece[ended:]
        else:
            row_start += piece
    if row_start:
        raise EOFError
