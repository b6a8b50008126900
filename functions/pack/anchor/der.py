"""DER, as far as a time authority's question and answer need it: definite, shortest, whole.

Pure. Source: X.690, section 10 (Distinguished Encoding Rules).
"""

from collections.abc import Iterator

from functions.shared.errors import AuditError

INTEGER, OCTETS, NULL, OID, SEQUENCE, SET = 0x02, 0x04, 0x05, 0x06, 0x30, 0x31
TIME = 0x18
_LONG_TAG = 0x1F


class NotDer(AuditError):
    """Bytes are not the DER they must be. Whoever reads them knows what then."""


def encoded(tag: int, content: bytes) -> bytes:
    """Return an element."""
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(number: int) -> bytes:
    """Return a number that is not negative, as an element."""
    return encoded(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


class Der:
    """Reads one element after the other.

    Every method raises ``NotDer`` where the next element is cut, encoded otherwise than in the
    shortest way, or of another tag than it must have.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, tag: int) -> bytes:
        """Return the content of the next element, which must have this tag."""
        if not self.is_next(tag):
            raise NotDer
        start, end = self._bounds()
        self._at = end
        return self._data[start:end]

    def enter(self, tag: int) -> "Der":
        """Return a reader of the next element's content."""
        return Der(self.take(tag))

    def whole(self) -> bytes:
        """Return the next element with its tag and length, whatever it is."""
        first, (_, self._at) = self._at, self._bounds()
        return self._data[first : self._at]

    def wholes(self) -> Iterator[bytes]:
        """Yield every element up to the end."""
        while self._at < len(self._data):
            yield self.whole()

    def is_next(self, tag: int) -> bool:
        """Whether the next element has this tag; there may be none."""
        return self._data[self._at : self._at + 1] == bytes((tag,))

    def skip(self, tag: int) -> None:
        """Pass over the next element, if it has this tag."""
        if self.is_next(tag):
            self.take(tag)

    def require_end(self) -> None:
        """Demand that nothing follows."""
        if self._at != len(self._data):
            raise NotDer

    def _bounds(self) -> tuple[int, int]:
        """Return where the next element's content starts and ends."""
        data, at = self._data, self._at
        if len(data) < at + 2 or data[at] & _LONG_TAG == _LONG_TAG:
            raise NotDer
        length, start = data[at + 1], at + 2
        if length >= 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[start : start + size], "big")
            shortest = size and length >= 0x80 and length >> 8 * (size - 1)
            if not shortest or size > 4 or len(data) < start + size:
                raise NotDer
            start += size
        if len(data) < start + length:
            raise NotDer
        return start, start + length
