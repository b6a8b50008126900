"""Write (step 2 of 6): the pack's files, row by row, the same bytes for the same pack row.

Reads registers and event segments as the seals name them, each checked against the digest in its
seal.
"""

from collections.abc import Sequence
from pathlib import Path

from functions.pack.archive.spool import Member
from functions.pack.collect.organization import SECTIONS, Organization
from functions.pack.collect.seal_chain import Losses
from functions.pack.collect.sealed_rows import Reading
from functions.pack.members.entities import entities
from functions.pack.members.events import events
from functions.pack.members.full_profile import full
from functions.shared.aws.bucket import Bucket
from functions.shared.evidence.anchors import Anchor
from functions.shared.tables.packs import Pack


def write(
    pack: Pack,
    organizations: Sequence[Organization],
    coverage: Member,
    anchors: Sequence[Anchor],
    evidence: Bucket,
    folder: Path,
    losses: Losses,
) -> list[Member]:
    """Write the files and return them in the manifest's order.

    Args:
        pack: the row.
        organizations: as collected, sorted by id.
        coverage: as collected.
        anchors: those of the period.
        evidence: the evidence bucket.
        folder: where the files go.
        losses: takes what is missing or invalid; the rest is read all the same.

    Permissions:
        s3:GetObject on the evidence bucket.
    """
    read = Reading(evidence, losses)
    members = [entities(pack, section, organizations, folder, read) for section in SECTIONS]
    members.append(events(pack, organizations, folder, evidence, losses))
    if pack.profile == "full":
        members += full(pack, organizations, coverage, anchors, folder, read)
    return members
