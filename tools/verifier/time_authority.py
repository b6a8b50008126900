"""RFC 3161 time stamps, judged by `openssl ts -verify`."""

from __future__ import annotations

import datetime
import re

from tools.verifier.base import CannotCheck, Malformed, NotCompared, open_file
from tools.verifier.values.instants import seconds

OPENSSL_S = 60


class TimeAuthority:
    """Judges replies of a time authority under one pinned certificate file.

    The certificate is judged at the token's own time: tokens outlive certificates.
    """

    TIME = (
        rb"(?m)^Time stamp: ([A-Z][a-z]{2}) +([0-9]{1,2}) ([0-9:]{8})(?:\.[0-9]+)? ([0-9]{4}) GMT$"
    )
    MONTHS = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    UNIX = datetime.date(1970, 1, 1).toordinal() * 86400

    def __init__(self, certificate: str) -> None:
        import shutil

        self._openssl = shutil.which("openssl")
        if self._openssl is None:
            raise NotCompared("openssl is not on this machine, so no time stamp was checked")
        code, output = self._run("version")
        version = re.match(rb"OpenSSL ([0-9]+)\.([0-9]+)\.([0-9]+)", output)
        if code or version is None or tuple(map(int, version.groups())) < (1, 1, 1):
            raise NotCompared("openssl here is not OpenSSL 1.1.1 or newer: no time stamp checked")
        self._certificate = certificate
        with open_file(certificate):
            pass
        if self._run("x509", "-noout", "-in", certificate)[0]:
            raise CannotCheck("--tsa-cert: the file holds no PEM certificate")

    def _run(self, *arguments: str) -> tuple[int, bytes]:
        import subprocess

        command = [self._openssl or "", *arguments]
        try:
            process = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=OPENSSL_S,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            raise CannotCheck("openssl could not be run, or took too long") from None
        return process.returncode, process.stdout

    def time_of(self, reply: bytes, sha256: str) -> int:
        """Return the second at which the authority saw this digest.

        Raises:
            Malformed: it did not, or somebody else says so.
        """
        import tempfile
        from pathlib import Path

        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/reply.tsr"
            Path(path).write_bytes(reply)
            code, output = self._run("ts", "-reply", "-in", path, "-text")
            match = re.search(self.TIME, output)
            if code or match is None or match[1] not in self.MONTHS:
                raise Malformed("it is no reply of a time authority")
            month = self.MONTHS.index(match[1]) + 1
            day, clock = int(match[2]), match[3].decode()
            stamped = seconds(f"{match[4].decode()}-{month:02d}-{day:02d}T{clock}Z")
            if stamped is None:
                raise Malformed("it tells no time")
            question = ("-digest", sha256, "-in", path, "-attime", str(stamped - self.UNIX))
            trust = ("-CAfile", self._certificate, "-untrusted", self._certificate)
            if self._run("ts", "-verify", *question, *trust, "-partial_chain")[0]:
                raise Malformed("it does not hold under --tsa-cert")
        return stamped
