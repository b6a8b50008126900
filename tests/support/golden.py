"""What an earlier version sealed, signed and gave out: every later one reads it for ever.

The state lies beside the project's folder, not in it; tests of it are skipped where it is absent.
``evidence.tar.gz`` holds the evidence bucket's objects of one organization, seven hours sealed in
version 2; ``pack-1.tar.gz`` is the pack of the last six of them, ``signing-key.hex`` its key.
"""

import tarfile
from pathlib import Path
from typing import Final

import pytest

from functions.shared.aws.bucket import Bucket

SEAL_2: Final = Path(__file__).parents[2].parent / "shared" / "golden" / "seal-2"
TENANT, ORG = "tenant-a", "org-NorthwindR0b0ticsDem0X7q2"
FIRST_HOUR, LAST_HOUR = "2026-03-31T23:00:00Z", "2026-04-01T05:00:00Z"
PACK_PERIOD = ("2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z")

needs_seal_2 = pytest.mark.skipif(
    not SEAL_2.is_dir(), reason="the state that an earlier version sealed is not beside the project"
)


def put_evidence(evidence: Bucket) -> set[str]:
    """Put the objects into the evidence bucket; return their keys."""
    with tarfile.open(SEAL_2 / "evidence.tar.gz") as tar:
        objects = {
            member.name: opened.read()
            for member in tar.getmembers()
            if (opened := tar.extractfile(member))
        }
    for key, body in objects.items():
        evidence.put_once(key, body)
    return set(objects)
