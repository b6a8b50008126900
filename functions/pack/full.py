"""The files of profile full that stand behind the documented ones, in the pack's order.

Part of step 2 of 6 (write).
"""

import json
from collections.abc import Sequence
from pathlib import Path

from functions.pack import rows
from functions.pack.anchor_rows import write_anchors
from functions.pack.changes import changes, take_verdicts
from functions.pack.collect import SECTIONS, Organization
from functions.pack.collection import collection
from functions.pack.controls import controls
from functions.pack.entities import entities, register
from functions.pack.findings import findings
from functions.pack.manifest import GENERATOR
from functions.pack.reading import Reading
from functions.pack.readme import readme
from functions.pack.spool import Member, Spool
from functions.pack.verdicts import Verdicts
from functions.shared.anchors import Anchor
from functions.shared.canonical import Json
from functions.shared.hours import rfc3339
from functions.shared.packs import Pack

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
        for section in rows.OPTIONAL
        if any(section in one.registers for one in organizations)
    ]
    members += write_anchors(anchors, folder)
    keys = {one.org_id: register(pack, one, "admin_keys", read) for one in organizations}
    members.append(_document(folder, "collection.json", collection(organizations, keys, GENERATOR)))
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
