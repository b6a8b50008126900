"""Large values: what rows name in the place of what is too large for them, and the members for it.

A row holds `{"$large": {"bytes", "head", "sha256"}}`; the archive, behind all other members,
holds `large/<sha256>.json` for each of them of up to a mebibyte. The manifest counts them; each
is called by its own digest, and signed by the rows that name it.
"""

from __future__ import annotations

import hashlib
import json
import re

from tools.verifier.base import LIMITS, Failed, Malformed, printable
from tools.verifier.checks.check_02_archive import TarReader
from tools.verifier.manifest_format import Manifest
from tools.verifier.report import Report
from tools.verifier.spill_to_disk import SeenIds

LARGE_FOLDER = "large/"
# In canonical JSON these bytes are never inside a text: a quote there has a backslash before it.
LARGE_KEY = b'"$large":'
LARGE_VALUE = (
    rb'\{"\$large":\{"bytes":([0-9]{1,16}),"head":(null|"(?:[^"\\]|\\.)*"),'
    rb'"sha256":"([0-9a-f]{64})"\}\}'
)


class LargeNames:
    """Digests and sizes of the large values that rows name, and of those that are there."""

    def __init__(self) -> None:
        self._named = SeenIds()
        self._there = SeenIds()

    def note(self, line: bytes) -> None:
        """Note what a row names.

        Raises:
            Malformed: it does so in another form than the documented one.
        """
        found = re.findall(LARGE_VALUE, line)
        if len(found) != line.count(LARGE_KEY):
            raise Malformed("it tells of a large value in another form than the documented one")
        if any(len(json.loads(head.decode()) or "") > LIMITS["head"] for _, head, _ in found):
            raise Malformed(f"the head of a large value is longer than {LIMITS['head']} characters")
        named = [(sha256, int(size)) for size, _, sha256 in found]
        self._named.add([hash(each) for each in named if each[1] <= LIMITS["whole"]])

    def add(self, name: str, size: int) -> None:
        """Note a member."""
        sha256 = name[len(LARGE_FOLDER) : -len(".json")].encode()
        self._there.add([hash((sha256, size))])

    def differences(self, report: Report) -> None:
        """Report for check 9 what is named and not there, and what is there and not named."""
        missing, unnamed = self._named.apart(self._there)
        if missing:
            report.fail(9, f"{missing} large values that rows name are not there, or of other size")
        if unnamed:
            report.fail(9, f"{unnamed} members of {LARGE_FOLDER} are named by no row")


class LargeMembers:
    """Checks the members of large values as they stream by, for checks 7 and 8.

    Attributes:
        n: members up to here.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._stated = manifest.get("large")
        self._last = ""
        self.n = 0
        self._n_bytes = 0
        self._names = hashlib.sha256()

    def check(self, archive: TarReader, name: str, size: int, report: Report) -> None:
        """Stream one of them.

        Raises:
            Failed: reading on makes no sense.
        """
        if self._stated is None:
            raise Failed(7, f"{printable(name)} is in the archive, but not in the signed manifest")
        if name <= self._last:
            raise Failed(7, f"{printable(name)} does not stand in order, or stands there twice")
        if size > LIMITS["whole"]:
            raise Failed(8, f"{printable(name)} has more than {LIMITS['whole']} bytes")
        self._last = name
        sha256 = name[len(LARGE_FOLDER) : -len(".json")]
        digest = hashlib.sha256(archive.take(size)).hexdigest()
        if digest != sha256:
            report.fail(8, f"{printable(name)}: its SHA-256 is {digest}")
        self.n += 1
        self._n_bytes += size
        self._names.update(f"{sha256}\n".encode())

    def finish(self) -> None:
        """Compare them with the manifest.

        Raises:
            Failed: others are there than the manifest says.
        """
        if self._stated is None:
            return
        found = {"members": self.n, "bytes": self._n_bytes}
        for key, n in found.items():
            if n != self._stated[key]:
                raise Failed(
                    7, f"large: {n} {key} are there, the manifest says {self._stated[key]}"
                )
        if self._names.hexdigest() != self._stated["names_sha256"]:
            raise Failed(7, "large: other values are there than those that the manifest says")
