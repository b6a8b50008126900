"""The question to a time authority, and what is taken for its answer."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.pack.anchor import rfc3161
from functions.pack.anchor.rfc3161 import Authority, NoToken, check, request
from tests.support.time_authority import Answer, TimeAuthority, openssl, serving

DIGEST = bytes(range(32))
NONCE = 0x7F00_1122_3344_5566

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimeAuthority:
    """Make an authority once: its keys cost the time."""
    return TimeAuthority.make(tmp_path_factory.mktemp("authority"))


def refused(why: str, answer: Answer, now: datetime | None = None) -> None:
    """Ask a server that answers so; the reason must be this one."""
    with serving(answer) as url, pytest.raises(NoToken) as caught:
        Authority(url).stamp(DIGEST, now or datetime.now(UTC))
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
        reply = Authority(url).stamp(DIGEST, datetime.now(UTC))
    (tmp_path / "r.tsr").write_bytes(reply)
    wanted = ("-digest", DIGEST.hex(), "-in", str(tmp_path / "r.tsr"))
    openssl("ts", "-verify", *wanted, "-CAfile", str(authority.root))


def test_the_answer_to_another_question_is_not(authority: TimeAuthority) -> None:
    """Another digest, another nonce, none, another time."""
    refused("other_digest", lambda _: authority.reply(request(bytes(32), NONCE)))
    refused("other_nonce", lambda _: authority.reply(request(DIGEST, NONCE)))
    refused("not_a_reply", lambda _: authority.stamp(b"")[:-1])
    late = datetime.now(UTC) - timedelta(hours=1)
    refused("other_clock", authority.reply, late)


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
    assert check(reply, DIGEST, NONCE) <= datetime.now(UTC)
    for size in range(0, len(reply), 7):
        with pytest.raises(NoToken):
            check(reply[:size], DIGEST, NONCE)
    with pytest.raises(NoToken):
        check(reply + b"\0", DIGEST, NONCE)


def test_nobody_there_and_one_who_dawdles(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is ours: a server that drips holds the anchor no longer than the limit."""
    with serving(lambda _: b"") as url:
        gone = url
    with pytest.raises(NoToken, match="unreachable"):
        Authority(gone).stamp(DIGEST, datetime.now(UTC))
    monkeypatch.setattr(rfc3161, "TOTAL_S", 0.05)

    def slow(_: bytes) -> bytes:
        import time

        time.sleep(0.3)
        return b""

    refused("timeout", slow)
