"""Seal (step 5 of 6): what a seal says of the picture that its hour took of a list.

Pure.
"""

import hashlib

from functions.shared.canonical import canonical
from functions.shared.records.entities import EntityState
from functions.snapshot.records import COMPLETE, SectionRead


def picture_digest(section: SectionRead[EntityState]) -> str | None:
    """Return the digest of what was read of a list, in no order; None where that is not all of it.

    Over lines of canonical JSON: the projects whose list was read, null for all, then the rows in
    the order of their bytes. Whatever a register takes from a snapshot is in it.
    """
    if section.status != COMPLETE:
        return None
    digest = hashlib.sha256(canonical(section.covers and sorted(section.covers)) + b"\n")
    for line in sorted(canonical(row) + b"\n" for row in section.rows):
        digest.update(line)
    return digest.hexdigest()
