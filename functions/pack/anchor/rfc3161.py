"""RFC 3161: ask a time authority to sign that a digest was there at a time.

The request, and the few fields of the reply that show it is the answer to this very question
(status, digest, nonce, time), are handled here, in strict DER. The authority's signature is not
judged: that is for whoever pins its certificate, years later, with ``openssl ts -verify``.
Source: RFC 3161 (Time-Stamp Protocol), sections 2.4 and 3.4; RFC 5652, section 5; X.690.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from functions.shared.errors import AuditError

TOTAL_S = 10.0
MAX_REPLY = 64 * 1024
# An authority whose clock is further off would give a token that proves another time.
MAX_SKEW = timedelta(minutes=15)

_INTEGER, _OCTETS, _NULL, _OID, _SEQUENCE, _SET = 0x02, 0x04, 0x05, 0x06, 0x30, 0x31
_TIME, _EXPLICIT = 0x18, 0xA0
_SHA256 = bytes.fromhex("608648016503040201")
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_GRANTED = (0, 1)


class NoToken(AuditError):
    """The authority gave no usable token. Go on without one.

    Attributes:
        reason: the short word that goes into the anchor and the log.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Authority:
    """A time authority, reached over HTTP.

    Attributes:
        url: its address; what is sent there is a digest and a random number.
        transport: a test's own.
    """

    url: str
    transport: httpx.AsyncBaseTransport | None = None

    def stamp(self, digest: bytes, now: datetime) -> bytes:
        """Return the authority's reply (DER of a TimeStampResp) for a SHA-256 digest.

        Raises:
            NoToken: none came in time, or it is not for this question.
        """
        nonce = secrets.randbits(63) | 1 << 62
        reply = asyncio.run(self._ask(request(digest, nonce)))
        given_at = check(reply, digest, nonce)
        if abs(given_at - now) > MAX_SKEW:
            raise NoToken("other_clock")
        return reply

    async def _ask(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept-Encoding": "identity"}
        try:
            # httpx's timeouts are per read; a dripping server must not hold the anchor.
            async with (
                asyncio.timeout(TOTAL_S),
                httpx.AsyncClient(
                    transport=self.transport, follow_redirects=False, trust_env=False, timeout=5.0
                ) as client,
                client.stream("POST", self.url, content=body, headers=headers) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise NoToken(f"http_{answer.status_code}")
                return await _capped(answer.aiter_raw())
        except (TimeoutError, httpx.TimeoutException) as error:
            raise NoToken("timeout") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoToken("unreachable") from error


async def _capped(pieces: AsyncIterator[bytes]) -> bytes:
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > MAX_REPLY:
            raise NoToken("too_large")
    return bytes(body)


def request(digest: bytes, nonce: int) -> bytes:
    """Return the DER of a TimeStampReq for a SHA-256 digest, certificates asked for."""
    algorithm = _encoded(_SEQUENCE, _encoded(_OID, _SHA256) + _encoded(_NULL, b""))
    imprint = _encoded(_SEQUENCE, algorithm + _encoded(_OCTETS, digest))
    number = nonce.to_bytes(nonce.bit_length() // 8 + 1, "big")
    fields = imprint + _encoded(_INTEGER, number) + b"\x01\x01\xff"
    return _encoded(_SEQUENCE, _encoded(_INTEGER, b"\x01") + fields)


def check(reply: bytes, digest: bytes, nonce: int) -> datetime:
    """Return the time a reply's token states.

    Raises:
        NoToken: refused, not a reply, or the answer to another question.
    """
    whole = _Der(reply)
    response = whole.enter(_SEQUENCE)
    whole.require_end()
    status = int.from_bytes(response.enter(_SEQUENCE).take(_INTEGER), "big", signed=True)
    if status not in _GRANTED:
        raise NoToken(f"refused_{status}")
    info = _info(response)
    if info.take(_INTEGER) != b"\x01":
        raise NoToken("not_a_reply")
    info.take(_OID)
    imprint = info.enter(_SEQUENCE)
    algorithm = imprint.enter(_SEQUENCE).take(_OID)
    if algorithm != _SHA256 or imprint.take(_OCTETS) != digest:
        raise NoToken("other_digest")
    info.take(_INTEGER)
    given_at = _time(info.take(_TIME))
    for optional in (_SEQUENCE, 0x01):
        info.skip(optional)
    if int.from_bytes(info.take(_INTEGER), "big", signed=True) != nonce:
        raise NoToken("other_nonce")
    return given_at


def _info(response: "_Der") -> "_Der":
    """Return the TSTInfo inside the token (a ContentInfo with SignedData)."""
    token = response.enter(_SEQUENCE)
    response.require_end()
    if token.take(_OID) != _SIGNED_DATA:
        raise NoToken("not_a_reply")
    signed = token.enter(_EXPLICIT).enter(_SEQUENCE)
    signed.take(_INTEGER)
    signed.take(_SET)
    content = signed.enter(_SEQUENCE)
    if content.take(_OID) != _TST_INFO:
        raise NoToken("not_a_reply")
    return content.enter(_EXPLICIT).enter(_OCTETS).enter(_SEQUENCE)


def _time(text: bytes) -> datetime:
    # GeneralizedTime in UTC, with or without a fraction (RFC 3161, 2.4.2).
    try:
        whole, _, _ = text.decode("ascii").removesuffix("Z").partition(".")
        if not text.endswith(b"Z") or len(whole) != len("20260401000000"):
            raise ValueError
        return datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise NoToken("not_a_reply") from error


def _encoded(tag: int, content: bytes) -> bytes:
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


class _Der:
    """Reads one element after the other: definite lengths, shortest form, nothing left over."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, tag: int) -> bytes:
        """Return the content of the next element, which must have this tag."""
        data, at = self._data, self._at
        if len(data) < at + 2 or data[at] != tag:
            raise NoToken("not_a_reply")
        length, start = data[at + 1], at + 2
        if length >= 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[start : start + size], "big")
            shortest = size and length >= 0x80 and length >> 8 * (size - 1)
            if not shortest or size > 4 or len(data) < start + size:
                raise NoToken("not_a_reply")
            start += size
        if len(data) < start + length:
            raise NoToken("not_a_reply")
        self._at = start + length
        return data[start : self._at]

    def enter(self, tag: int) -> "_Der":
        """Return a reader of the next element's content."""
        return _Der(self.take(tag))

    def skip(self, tag: int) -> None:
        """Pass over the next element, if it has this tag."""
        if self._data[self._at : self._at + 1] == bytes((tag,)):
            self.take(tag)

    def require_end(self) -> None:
        """Demand that nothing follows."""
        if self._at != len(self._data):
            raise NoToken("not_a_reply")
