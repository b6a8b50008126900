"""What earlier versions sealed, signed and gave out: every later one reads it for ever.

``evidence.tar.gz`` holds the evidence bucket's objects of one organization, seven hours of the
demo's story as a version of the seal has them; ``pack-1.tar.gz`` is the pack of the last six of
them, ``signing-key.hex`` its key; since version 4 ``proof.json`` the proof of
one of its rows.
"""

import tarfile
from pathlib import Path
from typing import Final

from functions.shared.aws.bucket import Bucket
from tests.support.aws_state import put_objects

_GOLDEN: Final = Path(__file__).parents[1] / "golden"
SEAL_2: Final = _GOLDEN / "seal-2"
SEAL_3: Final = _GOLDEN / "seal-3"
SEAL_4: Final = _GOLDEN / "seal-4"
TENANT, ORG = "tenant-a", "org-NorthwindR0b0ticsDem0X7q2"
FIRST_HOUR, LAST_HOUR = "2026-03-31T23:00:00Z", "2026-04-01T05:00:00Z"
PACK_PERIOD = ("2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z")


def put_evidence(evidence: Bucket, golden: Path = SEAL_2) -> set[str]:
    """Put a version's objects into the evidence bucket; return their keys."""
    with tarfile.open(golden / "evidence.tar.gz") as tar:
        objects = {
            member.name: opened.read()
            for member in tar.getmembers()
            if (opened := tar.extractfile(member))
        }
    put_objects(evidence, objects)
    return set(objects)


def members_of(golden: Path) -> dict[str, bytes]:
    """Return the members of a version's pack, in order."""
    with tarfile.open(golden / "pack-1.tar.gz") as tar:
        return {
            member.name: opened.read()
            for member in tar.getmembers()
            if (opened := tar.extractfile(member))
        }
