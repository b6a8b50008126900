"""Read a body under a cap on what it becomes, not on what it weighs.

httpx inflates each piece that arrives as a whole: 64 KB of gzip can be 64 MB at once. Here nothing
beyond the cap is ever made. Pure but for the body it reads.
"""

import zlib
from collections.abc import AsyncIterator

from functions.shared.errors import BadResponse, ResponseTooLarge, UpstreamUnreachable

_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 64 * 1024


class BoundedBody:
    """A body as it arrives.

    Args:
        encoding: the answer's ``Content-Encoding``; gzip is the only one we ask for.
        limit: bytes, inflated and as sent.

    Raises:
        BadResponse: another encoding.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        names = [name for name in encoding.lower().replace(" ", "").split(",") if name]
        if names not in ([], ["identity"], ["gzip"]):
            raise BadResponse("an encoding we did not ask for")
        self._member = zlib.decompressobj(_GZIP) if names == ["gzip"] else None
        self._limit = limit
        self._arrived = 0
        self._begun = False
        self.body = bytearray()

    def add(self, piece: bytes) -> None:
        """Take what arrived.

        Raises:
            ResponseTooLarge: the body is beyond the cap.
            UpstreamUnreachable: not gzip after all, or broken on its way.
        """
        self._arrived += len(piece)
        if self._arrived > self._limit:
            raise ResponseTooLarge(f"more than {self._limit} bytes")
        if self._member is None:
            self.body += piece
            return
        try:
            self._inflate(self._member, piece)
        except zlib.error as error:
            raise UpstreamUnreachable("broken gzip") from error

    def _inflate(self, member: "zlib._Decompress", piece: bytes) -> None:
        while piece:
            self._begun = True
            self.body += member.decompress(piece, _PIECE)
            if len(self.body) > self._limit:
                raise ResponseTooLarge(f"more than {self._limit} bytes, inflated")
            piece = member.unconsumed_tail
            if member.eof:
                # A gzip body may have several members, one after the other (RFC 1952, 2.2).
                piece = member.unused_data
                if piece:
                    member = self._member = zlib.decompressobj(_GZIP)

    def whole(self) -> bytes:
        """Return the body.

        Raises:
            UpstreamUnreachable: the gzip has no end: it was cut.
        """
        if self._member is not None and self._begun and not self._member.eof:
            raise UpstreamUnreachable("gzip was cut")
        return bytes(self.body)


async def first_bytes(pieces: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """Return the beginning of a body that only helps to say what went wrong, empty if unreadable.

    Args:
        pieces: the body as it arrives.
        encoding: the answer's ``Content-Encoding``.
        limit: bytes that are enough.
    """
    try:
        reading = BoundedBody(encoding, limit)
        async for piece in pieces:
            reading.add(piece)
    except ResponseTooLarge:
        return bytes(reading.body)
    except (BadResponse, UpstreamUnreachable):
        return b""
    return bytes(reading.body)
