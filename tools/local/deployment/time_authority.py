"""A time authority (RFC 3161) of the stage's own, on loopback: a show that proves nothing outside.

`python -m tools.local.deployment.time_authority PORT FOLDER CLOCK_FILE`. Its tokens say the stage's
time, as everything in the stage does. `openssl ts` takes no other time than the machine's: so what
a token states is written here, and openssl signs it.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import ssl
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from functions.pack.anchor.der import (
    INTEGER,
    OCTETS,
    OID,
    SEQUENCE,
    TIME,
    Der,
    NotDer,
    encoded,
    integer,
)
from functions.pack.anchor.rfc3161 import SHA256, request
from tools.local import clock

NAME = "Local time authority, proves nothing to outsiders"
# Whatever month the stage's clock is set to.
_FROM, _UNTIL = "20000101000000Z", "20991231235959Z"
_CONFIG = f"""\
[req]
distinguished_name = subject
prompt = no
[subject]
CN = {NAME}
[ca]
default_ca = authority
[authority]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = names
x509_extensions = stamps
[names]
commonName = supplied
[stamps]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""
_P256 = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
# No policy is promised: a number that is for examples (RFC 5612).
_POLICY = bytes.fromhex("2b0601040181fd5901")
_REJECTED = 2
_MAX_QUESTION = 4096


class NoTimeAuthority(Exception):
    """There can be none on this machine; the message says why in a few words."""


@dataclass(frozen=True)
class TimeAuthority:
    """An authority that has its key and certificate in a folder."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> TimeAuthority:
        """Return the folder's authority; make key and certificate where there are none yet.

        Raises:
            NoTimeAuthority: openssl is not here, or is too old to sign tokens.
        """
        if shutil.which("openssl") is None:
            raise NoTimeAuthority("this machine has no openssl")
        authority = cls(folder)
        if not (authority.certificate.exists() and authority.key.exists()):
            _make(folder)
        # Better now than in the reason of every anchor.
        authority.reply(request(bytes(32), 1), datetime.now(UTC))
        return authority

    @property
    def certificate(self) -> Path:
        """Return the file of the certificate, which signs and is its own root."""
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        """Return the file of the private key."""
        return self.folder / "key.pem"

    @property
    def certificate_sha256(self) -> str:
        """Return the digest that the stage is told."""
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(self.certificate.read_text())).hexdigest()

    def reply(self, question: bytes, now: datetime) -> bytes:
        """Answer a TimeStampReq with a TimeStampResp, refusing what is none over a SHA-256.

        Raises:
            NoTimeAuthority: openssl does not sign it.
        """
        try:
            info = _token_info(question, now)
        except NotDer:
            return encoded(SEQUENCE, encoded(SEQUENCE, integer(_REJECTED)))
        token = _openssl(
            *("cms", "-sign", "-binary", "-nodetach", "-cades", "-md", "sha256"),
            *("-econtent_type", _TST_INFO, "-outform", "DER"),
            *("-signer", str(self.certificate), "-inkey", str(self.key)),
            data=info,
        )
        return encoded(SEQUENCE, encoded(SEQUENCE, integer(0)) + token)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        (Path(scratch) / "config").write_text(_CONFIG)
        (Path(scratch) / "index").touch()
        config = ("-config", "config", "-batch")
        _openssl("req", "-new", *_P256, *config, "-keyout", "key", "-out", "request", cwd=scratch)
        # Of all commands this one takes a first day in the past in every openssl.
        span = ("-startdate", _FROM, "-enddate", _UNTIL)
        signed = ("-selfsign", "-keyfile", "key", "-in", "request", "-notext", "-out", "made")
        _openssl("ca", *config, *span, *signed, cwd=scratch)
        (Path(scratch) / "key").replace(TimeAuthority(folder).key)
        (Path(scratch) / "made").replace(TimeAuthority(folder).certificate)


def _token_info(question: bytes, now: datetime) -> bytes:
    """Return the TSTInfo that answers a question (RFC 3161, section 2.4).

    Raises:
        NotDer: it is no question over a SHA-256.
    """
    asked = Der(question).enter(SEQUENCE)
    asked.take(INTEGER)
    imprint = asked.take(SEQUENCE)
    hashed = Der(imprint)
    if hashed.enter(SEQUENCE).take(OID) != SHA256 or len(hashed.take(OCTETS)) != 32:
        raise NotDer
    asked.skip(OID)
    nonce = asked.whole() if asked.is_next(INTEGER) else b""
    stated = encoded(TIME, now.strftime("%Y%m%d%H%M%SZ").encode())
    serial = integer(secrets.randbits(64))
    policy, subject = encoded(OID, _POLICY), encoded(SEQUENCE, imprint)
    return encoded(SEQUENCE, integer(1) + policy + subject + serial + stated + nonce)


def _openssl(*arguments: str, data: bytes = b"", cwd: str | None = None) -> bytes:
    try:
        process = subprocess.run(
            ["openssl", *arguments],  # noqa: S607
            input=data,
            capture_output=True,
            check=False,
            timeout=20,
            cwd=cwd,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoTimeAuthority("openssl cannot be run here") from error
    if process.returncode:
        tried = f"openssl {arguments[0]} ended with {process.returncode}"
        raise NoTimeAuthority(f"it takes OpenSSL 3 to sign tokens ({tried})")
    return process.stdout


class _Answers(BaseHTTPRequestHandler):
    """Answers over HTTP (RFC 3161, section 3.4)."""

    authority: TimeAuthority
    clock_file: Path

    def do_POST(self) -> None:
        """Answer one question."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdecimal() or int(length) > _MAX_QUESTION:
            self.send_error(413)
            return
        try:
            reply = self.authority.reply(self.rfile.read(int(length)), clock.read(self.clock_file))
        except NoTimeAuthority as error:
            self.send_error(500, str(error))
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)


def main() -> None:
    """Serve until ended."""
    port, folder, clock_file = sys.argv[1:]
    _Answers.authority, _Answers.clock_file = TimeAuthority(Path(folder)), Path(clock_file)
    ThreadingHTTPServer(("127.0.0.1", int(port)), _Answers).serve_forever()


if __name__ == "__main__":
    main()
