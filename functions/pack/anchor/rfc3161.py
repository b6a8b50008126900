"""RFC 3161: ask a time authority to sign that a digest was there at a time.

The request, and the few fields of the reply that show it is the chosen authority's answer to this
very question (status, digest, nonce, time, certificate), are handled here, in strict DER.

Of the certificate this is checked: the token names one as its signer's, in a signed attribute,
brings it, and its SHA-256 is one of those chosen. It is the signer's own: a root need not be in a
token, and the way up to one holds by signatures alone. No signature is judged here, so this finds
an authority that changed and an address that leads to another one, but no forger: that is for
whoever pins the certificate, years later, with ``openssl ts -verify``.
Source: RFC 3161 (Time-Stamp Protocol), sections 2.4 and 3.4; RFC 5652, sections 5 and 11; RFC 5035,
sections 3 to 5 (the signing certificate); RFC 5816.
"""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Container
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from functions.pack.anchor.der import (
    INTEGER,
    NULL,
    OCTETS,
    OID,
    SEQUENCE,
    SET,
    TIME,
    Der,
    NotDer,
    encoded,
    integer,
)
from functions.shared.errors import AuditError

TOTAL_S = 10.0
MAX_REPLY = 64 * 1024
# An authority whose clock is further off would give a token that proves another time.
MAX_SKEW = timedelta(minutes=15)

# The setting of a stage that has chosen to have no authority.
NONE = "none"

SHA256 = bytes.fromhex("608648016503040201")
TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_EXPLICIT, _CRLS, _BOOLEAN = 0xA0, 0xA1, 0x01
_GRANTED = (0, 1)
_SIGNING_CERTIFICATE = bytes.fromhex("2a864886f70d010910020c")
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")
# By what a token may name a certificate that it brings; the SHA-256 of that one decides.
_DIGESTS = {
    SHA256: "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
    bytes.fromhex("2b0e03021a"): "sha1",
}


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
        certificates: SHA-256 of those it may sign with, 64 hex digits each: one, and while it
            changes them two.
        transport: a test's own.
    """

    url: str
    certificates: frozenset[str]
    transport: httpx.AsyncBaseTransport | None = None

    @classmethod
    def chosen(cls, setting: str) -> "Authority | None":
        """Read a stage's choice, ``ADDRESS SHA256 [SHA256]``; None where it is ``none``."""
        if setting == NONE:
            return None
        url, *certificates = setting.split()
        return cls(url, frozenset(certificates))

    def stamp(self, digest: bytes, now: datetime) -> bytes:
        """Return the authority's reply (DER of a TimeStampResp) for a SHA-256 digest.

        Raises:
            NoToken: none came in time, or it is not this authority's for this question.
        """
        nonce = secrets.randbits(63) | 1 << 62
        reply = asyncio.run(self._ask(request(digest, nonce)))
        given_at = check(reply, digest, nonce, self.certificates)
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
    algorithm = encoded(SEQUENCE, encoded(OID, SHA256) + encoded(NULL, b""))
    imprint = encoded(SEQUENCE, algorithm + encoded(OCTETS, digest))
    fields = imprint + integer(nonce) + encoded(_BOOLEAN, b"\xff")
    return encoded(SEQUENCE, integer(1) + fields)


def check(reply: bytes, digest: bytes, nonce: int, certificates: Container[str]) -> datetime:
    """Return the time a reply's token states.

    Args:
        reply: DER of a TimeStampResp.
        digest: that was asked about.
        nonce: that was asked with.
        certificates: SHA-256 of those that the token may name as its signer's.

    Raises:
        NoToken: refused, not a reply, the answer to another question, or another authority's.
    """
    try:
        signed = _signed_data(reply)
        given_at = _given_at(_info(signed), digest, nonce)
        certificate = _signer(signed)
    except NotDer as error:
        raise NoToken("not_a_reply") from error
    if certificate not in certificates:
        raise NoToken("other_certificate")
    return given_at


def _signed_data(reply: bytes) -> Der:
    """Return what is inside a granted reply's token (a ContentInfo with SignedData)."""
    whole = Der(reply)
    response = whole.enter(SEQUENCE)
    whole.require_end()
    status = int.from_bytes(response.enter(SEQUENCE).take(INTEGER), "big", signed=True)
    if status not in _GRANTED:
        raise NoToken(f"refused_{status}")
    token = response.enter(SEQUENCE)
    response.require_end()
    if token.take(OID) != _SIGNED_DATA:
        raise NotDer
    return token.enter(_EXPLICIT).enter(SEQUENCE)


def _info(signed: Der) -> Der:
    """Return the TSTInfo, which is what the signer signed."""
    signed.take(INTEGER)
    signed.take(SET)
    content = signed.enter(SEQUENCE)
    if content.take(OID) != TST_INFO:
        raise NotDer
    return content.enter(_EXPLICIT).enter(OCTETS).enter(SEQUENCE)


def _given_at(info: Der, digest: bytes, nonce: int) -> datetime:
    if info.take(INTEGER) != b"\x01":
        raise NotDer
    info.take(OID)
    imprint = info.enter(SEQUENCE)
    algorithm = imprint.enter(SEQUENCE).take(OID)
    if algorithm != SHA256 or imprint.take(OCTETS) != digest:
        raise NoToken("other_digest")
    info.take(INTEGER)
    given_at = _time(info.take(TIME))
    for optional in (SEQUENCE, _BOOLEAN):
        info.skip(optional)
    if int.from_bytes(info.take(INTEGER), "big", signed=True) != nonce:
        raise NoToken("other_nonce")
    return given_at


def _signer(signed: Der) -> str:
    """Return the SHA-256 of the certificate that the one signer names as its own."""
    # Asked for with certReq, so the token must bring it.
    brought = list(signed.enter(_EXPLICIT).wholes())
    signed.skip(_CRLS)
    signers = signed.enter(SET)
    signed.require_end()
    signer = signers.enter(SEQUENCE)
    signers.require_end()
    signer.take(INTEGER)
    # By issuer and number, or by key: the signing certificate is named in either case.
    signer.whole()
    signer.take(SEQUENCE)
    attributes = [Der(attribute).enter(SEQUENCE) for attribute in signer.enter(_EXPLICIT).wholes()]
    names = [name for attribute in attributes for name in _certificate_names(attribute)]
    named = {
        hashlib.sha256(certificate).hexdigest()
        for certificate in brought
        if names and all(_digest(kind, certificate) == value for kind, value in names)
    }
    if len(named) != 1:
        raise NotDer
    return named.pop()


def _certificate_names(attribute: Der) -> list[tuple[str, bytes]]:
    """Return kind and value of the digest of the signer's certificate, if an attribute has it."""
    kind = attribute.take(OID)
    if kind not in (_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2):
        return []
    # The first identifier is the signer's, others are of its issuers.
    first = attribute.enter(SET).enter(SEQUENCE).enter(SEQUENCE).enter(SEQUENCE)
    if kind == _SIGNING_CERTIFICATE:
        return [("sha1", first.take(OCTETS))]
    algorithm = first.enter(SEQUENCE).take(OID) if first.is_next(SEQUENCE) else SHA256
    if algorithm not in _DIGESTS:
        raise NotDer
    return [(_DIGESTS[algorithm], first.take(OCTETS))]


def _digest(kind: str, data: bytes) -> bytes:
    return hashlib.new(kind, data, usedforsecurity=False).digest()


def _time(text: bytes) -> datetime:
    # GeneralizedTime in UTC, with or without a fraction (RFC 3161, 2.4.2).
    try:
        whole, _, _ = text.decode("ascii").removesuffix("Z").partition(".")
        if not text.endswith(b"Z") or len(whole) != len("20260401000000"):
            raise ValueError
        return datetime.strptime(whole, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise NotDer from error
