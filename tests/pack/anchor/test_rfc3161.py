"""The question to a time authority, and what is taken for its answer."""

import hashlib
import shutil
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.pack.anchor import rfc3161
from functions.pack.anchor.der import OID, SEQUENCE, TIME, Der, encoded, integer
from functions.pack.anchor.rfc3161 import Authority, NoToken, check, request
from tests.support.time_authority import Answer, TimeAuthority, openssl, serving

DIGEST = bytes(range(32))
NONCE = 0x7F00_1122_3344_5566

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimeAuthority:
    """Make an authority once: its keys cost the time."""
    return TimeAuthority.make(tmp_path_factory.mktemp("authority"))


def refused(
    why: str,
    answer: Answer,
    *,
    now: datetime | None = None,
    certificates: frozenset[str] = frozenset(),
) -> None:
    """Ask a server that answers so; the reason must be this one."""
    with serving(answer) as url, pytest.raises(NoToken) as caught:
        Authority(url, certificates).stamp(DIGEST, now or datetime.now(UTC))
    assert caught.value.reason == why


def test_openssl_reads_the_question_as_it_was_meant(tmp_path: Path) -> None:
    """Digest, nonce, and that the certificates are to come along."""
    (tmp_path / "q.tsq").write_bytes(request(DIGEST, NONCE))
    text = openssl("ts", "-query", "-in", str(tmp_path / "q.tsq"), "-text").decode()
    assert "Hash Algorithm: sha256" in text
    assert f"Nonce: 0x{NONCE:X}" in text
    assert "Certificate required: yes" in text
    assert "00 01 02 03 04 05 06 07-08" in text


def test_the_answer_of_openssl_s_authority_is_taken(
    authority: TimeAuthority, tmp_path: Path
) -> None:
    """Asked over HTTP on loopback; openssl holds the token to the pinned root."""
    with authority.served() as url:
        chosen = Authority.chosen(f"{url} {authority.certificate_sha256}")
        assert chosen
        reply = chosen.stamp(DIGEST, datetime.now(UTC))
    (tmp_path / "r.tsr").write_bytes(reply)
    wanted = ("-digest", DIGEST.hex(), "-in", str(tmp_path / "r.tsr"))
    openssl("ts", "-verify", *wanted, "-CAfile", str(authority.root))


def test_the_answer_to_another_question_is_not(authority: TimeAuthority) -> None:
    """Another digest, another nonce, none, another time."""
    refused("other_digest", lambda _: authority.reply(request(bytes(32), NONCE)))
    refused("other_nonce", lambda _: authority.reply(request(DIGEST, NONCE)))
    refused("not_a_reply", lambda _: authority.stamp(b"")[:-1])
    late, own = datetime.now(UTC) - timedelta(hours=1), frozenset({authority.certificate_sha256})
    refused("other_clock", authority.reply, now=late, certificates=own)


@pytest.mark.parametrize("named_by", ["sha1", "sha256", "sha512"])
def test_another_certificate_s_answer_is_not(named_by: str, tmp_path: Path) -> None:
    """However the token names its signer's; while that changes both may be chosen."""
    authority = TimeAuthority.make(tmp_path, named_by)
    root = hashlib.sha256(ssl.PEM_cert_to_DER_cert(authority.root.read_text())).hexdigest()
    refused("other_certificate", authority.reply, certificates=frozenset({"5a" * 32, root}))
    both = {"5a" * 32, authority.certificate_sha256}
    assert check(authority.reply(request(DIGEST, NONCE)), DIGEST, NONCE, both)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("-cades",), "other_certificate"),
        (("-cades", "-nocerts"), "not_a_reply"),
        ((), "not_a_reply"),
        (("-cades", "-signer", "{0}/ca.pem", "-inkey", "{0}/ca.key"), "not_a_reply"),
        (("-noattr",), "not_a_reply"),
    ],
)
def test_a_token_must_say_which_certificate_is_its_signer_s(
    options: tuple[str, ...], why: str, authority: TimeAuthority
) -> None:
    """It brings it, names it, and has one signer."""
    question = Der(request(DIGEST, NONCE)).enter(SEQUENCE)
    _, imprint, *_ = question.wholes()
    info = encoded(
        SEQUENCE,
        integer(1)
        + encoded(OID, b"\x2a\x03\x04")
        + imprint
        + integer(7)
        + encoded(TIME, b"20260402004000Z")
        + integer(NONCE),
    )
    command = ["cms", "-sign", "-binary", "-nodetach", "-outform", "DER"]
    token = openssl(
        *command,
        *("-econtent_type", "1.2.840.113549.1.9.16.1.4"),
        *("-signer", f"{authority.folder}/tsa.pem", "-inkey", f"{authority.folder}/tsa.key"),
        *(option.format(authority.folder) for option in options),
        data=info,
    )
    reply = encoded(SEQUENCE, encoded(SEQUENCE, integer(0)) + token)
    with pytest.raises(NoToken, match=why):
        check(reply, DIGEST, NONCE, ())
    if why == "other_certificate":
        assert check(reply, DIGEST, NONCE, {authority.certificate_sha256}).hour == 0


def test_a_stage_s_choice_is_an_address_with_its_certificates_or_none() -> None:
    """As the template writes it."""
    assert Authority.chosen("none") is None
    assert Authority.chosen("http://tsa.test a b") == Authority(
        "http://tsa.test", frozenset({"a", "b"})
    )


@pytest.mark.parametrize(
    ("why", "answer"),
    [
        ("refused_2", lambda _: bytes.fromhex("30053003020102")),
        ("not_a_reply", lambda _: b"<html>"),
        ("not_a_reply", lambda _: b""),
        ("not_a_reply", lambda _: bytes.fromhex("30053003020100")),
        ("not_a_reply", lambda _: bytes.fromhex("3081053003020102")),
        ("not_a_reply", lambda _: bytes.fromhex("3080300302010200")),
        ("not_a_reply", lambda _: bytes.fromhex("3005300302010200")),
        ("too_large", lambda _: bytes(rfc3161.MAX_REPLY + 1)),
        ("http_503", lambda _: (503, b"")),
        ("http_302", lambda _: (302, b"")),
    ],
)
def test_what_is_no_answer_has_its_reason(why: str, answer: Callable[[bytes], bytes]) -> None:
    """A refusal, another page, BER, a bomb, an error, a redirect (which is not followed)."""
    refused(why, answer)


def test_no_byte_of_an_answer_may_be_missing_or_too_many(authority: TimeAuthority) -> None:
    """Strict DER: every cut is refused, and so is anything behind the end."""
    reply = authority.reply(request(DIGEST, NONCE))
    certificates = {authority.certificate_sha256}
    assert check(reply, DIGEST, NONCE, certificates) <= datetime.now(UTC)
    for size in range(0, len(reply), 7):
        with pytest.raises(NoToken, match="not_a_reply"):
            check(reply[:size], DIGEST, NONCE, certificates)
    with pytest.raises(NoToken, match="not_a_reply"):
        check(reply + b"\0", DIGEST, NONCE, certificates)


def test_nobody_there_and_one_who_dawdles(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is ours: a server that drips holds the anchor no longer than the limit."""
    with serving(lambda _: b"") as url:
        gone = url
    with pytest.raises(NoToken, match="unreachable"):
        Authority(gone, frozenset()).stamp(DIGEST, datetime.now(UTC))
    monkeypatch.setattr(rfc3161, "TOTAL_S", 0.05)

    def slow(_: bytes) -> bytes:
        import time

        time.sleep(0.3)
        return b""

    refused("timeout", slow)
