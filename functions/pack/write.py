"""Write (step 2 of 6): the pack's files, row by row, the same bytes for the same pack row.

Reads registers and event segments as the seals name them, each checked against the digest in its
seal.
"""

from collections.abc import Sequence
from pathlib import Path

from functions.pack.collect import SECTIONS, Organization
from functions.pack.entities import entities
from functions.pack.events import events
from functions.pack.full import full
from functions.pack.reading import Reading
from functions.pack.spool import Member
from functions.pack.walk import Losses
from functions.shared.anchors import Anchor
from functions.shared.objects import Bucket
from functions.shared.packs import Pack


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
