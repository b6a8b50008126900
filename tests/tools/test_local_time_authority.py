"""The laptop's own time authority: asked as any other, and good for nothing elsewhere."""

import base64
import hashlib
import shutil
import stat
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from functions.pack.anchor.rfc3161 import Authority, NoToken, check, request
from tests.support import packs
from tests.support.pack_anchors import anchor, last_hour
from tests.support.time_authority import openssl
from tests.tools.verifier import verify_bytes
from tools.local import clock, runner, settings
from tools.local.commands import token_check
from tools.local.deployment import processes, servers
from tools.local.deployment.time_authority import NAME, NoTimeAuthority, TimeAuthority

DIGEST, NONCE = bytes(range(32)), 0x7F00_1122_3344_5566
AT = clock.parse("2026-04-03T00:40:00Z")
OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimeAuthority:
    """Make a stage's authority, as its first start does."""
    return TimeAuthority.made(tmp_path_factory.mktemp("state") / "time-authority")


@pytest.fixture
def config(tmp_path: Path) -> settings.Settings:
    """Give settings of an empty state directory."""
    return settings.from_environment({"STATE_DIR": str(tmp_path / "state")})


@OPENSSL
def test_its_certificate_says_what_it_is_worth(authority: TimeAuthority) -> None:
    """To whoever looks at it; the key is the owner's alone, and a second start makes no other."""
    text = openssl("x509", "-in", str(authority.certificate), "-noout", "-subject").decode()
    assert "Local time authority, proves nothing to outsiders" in text
    assert NAME in text
    assert stat.S_IMODE(authority.key.stat().st_mode) == 0o600
    assert {file.name for file in authority.folder.iterdir()} == {"key.pem", "certificate.pem"}
    before = authority.certificate_sha256
    assert TimeAuthority.made(authority.folder).certificate_sha256 == before


@OPENSSL
def test_its_token_says_the_stage_s_time_and_is_what_the_stage_expects(
    authority: TimeAuthority,
) -> None:
    """In whatever year the stage's clock stands."""
    for now in (AT, datetime(2001, 1, 1, tzinfo=UTC), datetime(2090, 12, 31, 23, 59, tzinfo=UTC)):
        reply = authority.reply(request(DIGEST, NONCE), now)
        assert check(reply, DIGEST, NONCE, {authority.certificate_sha256}) == now
        with pytest.raises(NoToken, match="other_certificate"):
            check(reply, DIGEST, NONCE, {"5a" * 32})


@OPENSSL
@pytest.mark.parametrize("question", [b"", b"<html>", request(DIGEST, NONCE)[:-1], b"\x30\x00"])
def test_what_is_no_question_is_refused(authority: TimeAuthority, question: bytes) -> None:
    """In the protocol's own words."""
    with pytest.raises(NoToken, match="refused_2"):
        check(authority.reply(question, AT), DIGEST, NONCE, ())


@OPENSSL
def test_a_question_of_openssl_s_is_answered_over_another_digest_it_is_not(
    authority: TimeAuthority,
) -> None:
    """Without a number, too; SHA-512 is refused, as no token over it would be an anchor's."""
    query = ("ts", "-query", "-no_nonce", "-digest")
    reply = authority.reply(openssl(*query, "ab" * 32, "-sha256"), AT)
    assert len(reply) > 500
    refusal = authority.reply(openssl(*query, "ab" * 64, "-sha512"), AT)
    with pytest.raises(NoToken, match="refused_2"):
        check(refusal, DIGEST, NONCE, ())


@OPENSSL
def test_a_token_in_a_pack_is_checked_by_script_and_by_the_demo_s_commands(
    authority: TimeAuthority, tmp_path: Path
) -> None:
    """Under its certificate; an anchor that was altered has none, and another's does not do."""
    row = anchor(clock.rfc3339(AT), last_hour(), None)
    asked = request(hashlib.sha256(packs.canonical(row["document"])).digest(), NONCE)
    token = base64.b64encode(authority.reply(asked, AT + timedelta(seconds=2))).decode()
    pack = packs.small()
    stamped = row | {"token": token, "authority": "http://127.0.0.1:1/"}
    data = pack.but(rows=pack.rows | {"anchors.jsonl": [stamped]}).build()
    verdict = verify_bytes(data, tmp_path, "--tsa-cert", str(authority.certificate))
    assert verdict.code == 0, verdict.text
    assert "1 of 1 have a token that holds under --tsa-cert" in verdict.text

    archive = tmp_path / "pack-1.tar.gz"
    archive.write_bytes(data)
    anchors = token_check.anchors_of(archive)
    assert token_check.told(anchors).startswith("1 of 1 anchors, by the stage's own")
    commands = token_check.commands(archive, authority.certificate, str)
    script = ["bash", "-euo", "pipefail", "-c", "\n".join(commands)]
    done = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Verification: OK\n"), done.stderr
    other = TimeAuthority.made(tmp_path / "other")
    assert verify_bytes(data, tmp_path, "--tsa-cert", str(other.certificate)).code == 1
    several = tmp_path / "several.pem"
    several.write_bytes(other.certificate.read_bytes() + authority.certificate.read_bytes())
    assert verify_bytes(data, tmp_path, "--tsa-cert", str(several)).code == 0


def test_a_pack_without_a_token_says_why() -> None:
    """That none was chosen, what came of asking, or that there is no anchor."""
    none: dict[str, object] = {"token": None, "reason": "none_chosen"}
    assert token_check.told([none, none]) == "none of 2 anchors: none_chosen"
    assert token_check.told([none, none | {"reason": "timeout"}]).endswith(": none_chosen, timeout")
    assert token_check.told([]) == "no anchor was made in these hours"


@pytest.fixture
def served(config: settings.Settings) -> Iterator[tuple[str, processes.Server]]:
    """Serve it as a stage does; give the stage's choice, and the server."""
    said: list[str] = []
    held = processes.HeldPorts()
    ports = servers.Ports(0, 0, 0, held.next_free(19100))
    choice = runner.choose_time_authority(config, ports, said.append)
    assert said == []
    server = servers.start_time_authority(config, ports)
    try:
        processes.wait_until_answering(server, "/")
        yield choice, server
    finally:
        server.stop()
        held.close()


@OPENSSL
def test_it_is_served_on_loopback_by_the_stage_s_clock_and_ends_with_it(
    config: settings.Settings, served: tuple[str, processes.Server]
) -> None:
    """Asked by the function that anchors, with the choice that the template tells it."""
    choice, server = served
    authority = Authority.chosen(choice)
    assert authority
    assert authority.url == f"http://127.0.0.1:{server.port}/"
    clock.set_to(config.clock_file, AT)
    assert authority.stamp(DIGEST, AT)
    with pytest.raises(NoToken, match="other_clock"):
        authority.stamp(DIGEST, AT + timedelta(hours=1))
    assert httpx.post(authority.url, content=bytes(5000), trust_env=False).status_code == 413
    server.stop()
    assert server.process.returncode is not None
    with pytest.raises(NoToken, match="unreachable"):
        authority.stamp(DIGEST, AT)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (None, "this machine has no openssl"),
        ("#!/bin/sh\nexit 3\n", "it takes OpenSSL 3 to sign tokens (openssl req ended with 3)"),
    ],
)
def test_where_openssl_cannot_sign_the_stage_goes_on_with_none(
    config: settings.Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str | None,
    words: str,
) -> None:
    """It says so in one line, and nothing is left half made."""
    tools = tmp_path / "tools"
    tools.mkdir()
    if command:
        (tools / "openssl").write_text(command)
        (tools / "openssl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    said: list[str] = []
    choice = runner.choose_time_authority(config, servers.Ports(1, 2, 3, 4), said.append)
    assert (choice, said) == ("none", [f"no time authority, so anchors get no token: {words}"])
    folder = config.time_authority_dir
    assert not folder.exists() or list(folder.iterdir()) == []
    with pytest.raises(NoTimeAuthority):
        TimeAuthority.made(folder)
