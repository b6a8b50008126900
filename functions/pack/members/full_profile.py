"""The files of profile full that stand behind the documented ones, in the pack's order.

Part of step 2 of 6 (write).
"""

import json
from collections.abc import Sequence
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.collection_report import collection
from functions.pack.collect.organization import OPTIONAL, SECTIONS, Organization
from functions.pack.collect.sealed_rows import Reading
from functions.pack.documents.controls import controls
from functions.pack.documents.readme import readme
from functions.pack.members.anchors import write_anchors
from functions.pack.members.changes import changes, take_verdicts
from functions.pack.members.entities import entities, register
from functions.pack.members.findings import findings
from functions.pack.members.verdicts import Verdicts
from functions.shared.canonical import Json
from functions.shared.evidence.anchors import Anchor
from functions.shared.hours import rfc3339
from functions.shared.tables.packs import Pack

_DOCUMENTED = tuple(f"{name}.jsonl" for name in (*SECTIONS, "events"))


def full(
    pack: Pack,
    organizations: Sequence[Organization],
    coverage: Member,
    anchors: Sequence[Anchor],
    folder: Path,
    read: Reading,
) -> list[Member]:
    """Write the files and return them, the coverage first.

    Args:
        pack: the row.
        organizations: as collected, sorted by id.
        coverage: as collected.
        anchors: those of the period.
        folder: where the files go.
        read: reads a register or segment.
    """
    last_hour = rfc3339(pack.period.last_hour)
    with Verdicts(folder / "verdicts.db", pack.period_start, last_hour) as verdicts:
        take_verdicts(organizations, verdicts, read)
        members = [
            coverage,
            changes(organizations, verdicts, folder, read),
            findings(pack, organizations, verdicts, folder, read),
        ]
    members += [
        entities(pack, section, organizations, folder, read)
        for section in OPTIONAL
        if any(section in one.registers for one in organizations)
    ]
    members += write_anchors(anchors, folder)
    keys = {one.org_id: register(pack, one, "admin_keys", read) for one in organizations}
    members.append(_document(folder, "collection.json", collection(organizations, keys)))
    names = [
        "manifest.json",
        *_DOCUMENTED,
        *(member.name for member in members),
        "controls.json",
        "README.txt",
    ]
    members.append(_document(folder, "controls.json", controls(names)))
    with Spool(folder / "README.txt") as spool:
        spool.text(readme(pack, names).encode())
        members.append(spool.member())
    return members


def _document(folder: Path, name: str, document: Json) -> Member:
    """Write one document so that a person can read it, the same bytes every time."""
    with Spool(folder / name) as spool:
        text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
        spool.text((text + "\n").encode("utf-8", "backslashreplace"))
        return spool.member()
