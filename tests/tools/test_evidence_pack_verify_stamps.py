"""A time authority's word on a pack: tokens of its anchors, and a revoked key."""

import base64
import json
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support import packs
from tests.support.pack_anchors import anchor, last_hour, ours
from tests.support.time_authority import TimeAuthority
from tests.tools.test_evidence_pack_verify_anchors import refused
from tests.tools.verifier import ROOT, script, verify_bytes

OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimeAuthority:
    """Make a time authority of openssl's, with a root of its own."""
    return TimeAuthority.make(tmp_path_factory.mktemp("authority"))


def stamped(authority: TimeAuthority, at: datetime) -> bytes:
    """Return a pack with one anchor, made at an instant and stamped now."""
    name = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    row = anchor(name, last_hour(), None)
    token = base64.b64encode(authority.stamp(packs.canonical(row["document"]))).decode()
    pack = packs.small()
    row |= {"token": token, "authority": "http://tsa.test"}
    cut = {"cut_hour": f"{name[:13]}:00:00Z", "created_at": name}
    return pack.but(rows=pack.rows | {"anchors.jsonl": [row]}, facts=cut).build()


@OPENSSL
def test_tokens_hold_under_the_pinned_certificate_and_under_no_other(
    authority: TimeAuthority, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The root, or the authority's own certificate; another root does not do."""
    data = stamped(authority, datetime.now(UTC))
    assert verify_bytes(data, tmp_path).code == 0
    for pinned in (authority.root, authority.folder / "tsa.pem"):
        found = verify_bytes(data, tmp_path, "--tsa-cert", str(pinned))
        assert found.code == 0, found.text
        assert "anchors   1 of 1 have a token that holds under --tsa-cert" in found.text
        assert "11  outside facts       ok" in found.text
    other = TimeAuthority.make(tmp_path_factory.mktemp("other"))
    found = verify_bytes(data, tmp_path, "--tsa-cert", str(other.root))
    refused(found, "it does not hold under --tsa-cert")


@OPENSSL
def test_a_token_of_today_does_not_make_an_anchor_of_april(
    authority: TimeAuthority, tmp_path: Path
) -> None:
    """Who remakes chain and anchors gets tokens for them, but none of an earlier time."""
    data = stamped(authority, datetime.now(UTC) - timedelta(days=30))
    assert verify_bytes(data, tmp_path).code == 0
    found = verify_bytes(data, tmp_path, "--tsa-cert", str(authority.root))
    refused(found, "was given at")


@OPENSSL
def test_a_token_of_something_else_is_refused(authority: TimeAuthority, tmp_path: Path) -> None:
    """Over other bytes, no base64, no reply at all."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    other = base64.b64encode(authority.stamp(b"something else")).decode()
    words = {
        other: "it does not hold",
        "!": "it is not base64",
        "AAAA": "it is no reply of a time authority",
    }
    for token, why in words.items():
        row = anchor(now, last_hour(), None, token=token)
        pack = packs.small(facts={"cut_hour": f"{now[:13]}:00:00Z"})
        data = pack.but(rows=pack.rows | {"anchors.jsonl": [row]}).build()
        refused(verify_bytes(data, tmp_path, "--tsa-cert", str(authority.root)), why)


def test_without_openssl_tokens_are_not_checked_and_the_verdict_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same where openssl is another program of that name."""
    row = anchor("2026-04-02T00:40:00Z", ours()[1] | {"hour": "2026-03-01T00:00:00Z"}, None)
    pack = packs.small()
    data = pack.but(rows=pack.rows | {"anchors.jsonl": [row | {"token": "AAAA"}]}).build()
    (tmp_path / "ca.pem").write_text("")
    asked = ("--tsa-cert", str(tmp_path / "ca.pem"))
    monkeypatch.setenv("PATH", str(tmp_path))
    found = verify_bytes(data, tmp_path, *asked, "--tenant", packs.TENANT)
    assert found.code == 0
    assert "not checked: openssl is not on this machine" in found.text
    assert "what else was given holds" in found.text
    (tmp_path / "openssl").write_text("#!/bin/sh\necho LibreSSL 3.3.6\n")
    (tmp_path / "openssl").chmod(0o755)
    assert "not checked: openssl here is not OpenSSL" in verify_bytes(data, tmp_path, *asked).text
    (tmp_path / "reply.tsr").write_bytes(b"x")
    found = verify_bytes(data, tmp_path, *asked, "--timestamp", str(tmp_path / "reply.tsr"))
    assert found.code == 2


@OPENSSL
def test_a_certificate_file_that_is_none_is_no_verdict(tmp_path: Path) -> None:
    """Exit code 2: the pack is not to blame. A missing one, too, and one that was not given."""
    data = packs.small().build()
    reply = str(tmp_path / "reply.tsr")
    Path(reply).write_bytes(b"x")
    (tmp_path / "ca.pem").write_text("no certificate")
    for pinned in (str(tmp_path / "ca.pem"), str(tmp_path / "gone.pem")):
        found = verify_bytes(data, tmp_path, "--tsa-cert", pinned, "--timestamp", reply)
        assert found.code == 2, found.text
    assert "needs --tsa-cert" in verify_bytes(data, tmp_path, "--timestamp", reply).last_line


# --- check 11: a revoked key -------------------------------------------------------------------


def keys(folder: Path, revoked_at: datetime | None) -> str:
    """Save a list of signing keys in which the test key was revoked."""
    at = revoked_at and revoked_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    item = {
        "key_id": "signing-1",
        "public_hex": packs.public_hex(),
        "algorithm": "Ed25519",
        "not_before": "1970-01-01T00:00:00Z",
        "not_after": None,
        "revoked_at": at,
    }
    path = folder / "keys.json"
    path.write_text(json.dumps({"items": [item]}))
    return str(path)


@OPENSSL
def test_an_older_time_stamp_of_the_signature_lets_a_revoked_keys_pack_pass(
    authority: TimeAuthority, tmp_path: Path
) -> None:
    """The signature was there before the key was nobody's: asked for with openssl and kept."""
    data = packs.small().build()
    signature = packs.small().signed()[1]
    (tmp_path / "sig.tsr").write_bytes(authority.stamp(signature))
    now = datetime.now(UTC)
    later, earlier = keys_of(tmp_path, now + timedelta(minutes=5), now - timedelta(minutes=5))
    proof = ("--timestamp", str(tmp_path / "sig.tsr"), "--tsa-cert", str(authority.root))
    refused(verify_bytes(data, tmp_path, "--keys", later), "an older --timestamp can vouch")
    found = verify_bytes(data, tmp_path, "--keys", later, *proof)
    assert found.code == 0, found.text
    assert "stamped   the signature was there at 20" in found.text
    found = verify_bytes(data, tmp_path, "--keys", earlier, *proof)
    refused(found, "and the time stamp is no older")


def keys_of(folder: Path, *revoked: datetime) -> list[str]:
    """Save a list of keys for each time of revocation."""
    found = []
    for number, at in enumerate(revoked):
        (folder / str(number)).mkdir()
        found.append(keys(folder / str(number), at))
    return found


@OPENSSL
def test_a_time_stamp_of_the_manifest_alone_does_not_do(
    authority: TimeAuthority, tmp_path: Path
) -> None:
    """A manifest can be written and stamped long before somebody steals the key that signs it."""
    data = packs.small().build()
    manifest = packs.small().signed()[0]
    (tmp_path / "m.tsr").write_bytes(authority.stamp(manifest))
    proof = ("--timestamp", str(tmp_path / "m.tsr"), "--tsa-cert", str(authority.root))
    path = keys(tmp_path, datetime.now(UTC) + timedelta(minutes=5))
    refused(verify_bytes(data, tmp_path, "--keys", path, *proof), "for manifest.sig it does not")


def test_the_time_of_a_reply_is_read_in_every_month() -> None:
    """As openssl prints it, with and without a fraction of a second."""
    pattern = script.TimeAuthority.TIME
    for text in (
        b"Time stamp: Apr  1 00:40:02 2026 GMT",
        b"Time stamp: Nov 23 07:00:00.5 2026 GMT",
    ):
        assert re.search(pattern, b"Serial number: 0x02\n" + text + b"\nAccuracy: 0x01 seconds\n")
    assert script.instant_name(script.seconds("2026-04-01T00:40:02Z")) == "2026-04-01T00:40:02Z"


@OPENSSL
def test_the_lines_of_the_format_page_do_what_they_say(
    authority: TimeAuthority, tmp_path: Path
) -> None:
    """Ask for a stamp of the signature, check an anchor's token by hand."""
    page = (ROOT / "docs" / "evidence-pack-format.md").read_text()
    section = page[page.index("## Anchors") : page.index("## The checks")]
    lines = re.findall(r"^openssl .*$", section, re.MULTILINE)
    row = ours()[0]
    (tmp_path / "manifest.sig").write_bytes(packs.small().signed()[1])
    (tmp_path / "document.json").write_bytes(packs.canonical(row["document"]))
    (tmp_path / "token.tsr").write_bytes(authority.stamp(packs.canonical(row["document"])))
    shutil.copy(authority.root, tmp_path / "tsa.pem")
    for line in lines:
        subprocess.run(shlex.split(line), cwd=tmp_path, check=True, capture_output=True)
    assert len(lines) == 2
    (tmp_path / "sig.tsr").write_bytes(authority.reply((tmp_path / "sig.tsq").read_bytes()))
    proof = ("--timestamp", str(tmp_path / "sig.tsr"), "--tsa-cert", str(authority.root))
    found = verify_bytes(packs.small().build(), tmp_path, *proof)
    assert "stamped   the signature was there at 20" in found.text
