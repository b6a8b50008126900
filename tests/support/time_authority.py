"""A time authority for tests: a throw-away certificate made by openssl, `openssl ts` behind HTTP.

Tokens say the machine's present: openssl takes no other time.
"""

import hashlib
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_CONFIG = """\
[req]
distinguished_name = none
[none]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[tsa]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[ts]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = {named_by}
"""
_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

Answer = Callable[[bytes], bytes | tuple[int, bytes]]


def openssl(*arguments: str, data: bytes = b"") -> bytes:
    """Run openssl and return what it printed."""
    command = ["openssl", *arguments]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


@dataclass(frozen=True)
class TimeAuthority:
    """An authority and the folder it lives in.

    Attributes:
        folder: holds ``ca.pem``, its own root, and ``tsa.pem``, the certificate it signs with.
    """

    folder: Path

    @classmethod
    def make(cls, folder: Path, named_by: str = "sha256") -> "TimeAuthority":
        """Make a root and a certificate under it; tokens name that by this kind of digest."""
        config = folder / "openssl.cnf"
        config.write_text(_CONFIG.format(folder=folder, named_by=named_by))
        (folder / "serial").write_text("01\n")
        days, config_file = ("-days", "30"), ("-config", str(config), "-batch")
        ca = ("-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem")
        openssl(
            "req",
            "-x509",
            *_CURVE,
            *days,
            *config_file,
            "-extensions",
            "ca",
            "-subj",
            "/CN=ca",
            *ca,
        )
        asked = ("-keyout", f"{folder}/tsa.key", "-out", f"{folder}/tsa.csr")
        openssl("req", *_CURVE, *config_file, "-subj", "/CN=tsa", *asked)
        signed = ("-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key", "-CAcreateserial")
        issued = ("-extfile", str(config), "-extensions", "tsa", "-out", f"{folder}/tsa.pem")
        openssl("x509", "-req", "-in", f"{folder}/tsa.csr", *signed, *days, *issued)
        return cls(folder)

    @property
    def root(self) -> Path:
        """Return the file an auditor pins."""
        return self.folder / "ca.pem"

    @property
    def certificate_sha256(self) -> str:
        """Return what a stage is told of the certificate that signs."""
        return hashlib.sha256(
            ssl.PEM_cert_to_DER_cert((self.folder / "tsa.pem").read_text())
        ).hexdigest()

    def reply(self, query: bytes) -> bytes:
        """Answer a request (DER of a TimeStampReq)."""
        asked = self.folder / f"query-{threading.get_ident()}.tsq"
        asked.write_bytes(query)
        config = ("-config", str(self.folder / "openssl.cnf"), "-section", "here")
        return openssl("ts", "-reply", *config, "-queryfile", str(asked))

    def stamp(self, data: bytes) -> bytes:
        """Return a reply over the SHA-256 of bytes, as anybody would ask for one."""
        file = self.folder / f"data-{threading.get_ident()}"
        file.write_bytes(data)
        return self.reply(openssl("ts", "-query", "-data", str(file), "-sha256", "-cert"))

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve on loopback; give the address."""
        with serving(self.reply) as url:
            yield url


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve a function from a request's body to its answer, on loopback; give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            reply = answer(asked)
            status, body = reply if isinstance(reply, tuple) else (200, reply)
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "http://elsewhere.test/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
