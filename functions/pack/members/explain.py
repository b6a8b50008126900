"""Explain: the three documents that tell people how a pack was made and what it is good for.

Part of step 2 of 6 (write); profile full alone has them.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.collection_report import collection_report
from functions.pack.collect.organization import Organization
from functions.pack.collect.sealed_rows import SealedRows
from functions.pack.documents.controls import controls
from functions.pack.documents.readme import readme
from functions.shared.records.entities import AdminKey
from functions.shared.tables.packs import Pack

_REPORT, _CONTROLS, _README = "collection.json", "controls.json", "README.txt"


def explain(
    pack: Pack,
    organizations: Sequence[Organization],
    members: Sequence[Member],
    sealed_rows: SealedRows,
    folder: Path,
) -> list[Member]:
    """Write the documents and return them in the pack's order.

    Args:
        pack: the row.
        organizations: as collected, sorted by id.
        members: the files before these.
        sealed_rows: reads a register.
        folder: where the files go.
    """
    admin_keys = {
        organization.org_id: sealed_rows.of_register(organization, "admin_keys", AdminKey)
        for organization in organizations
    }
    names = [
        *("manifest.json", "manifest.sig"),
        *(member.name for member in members),
        *(_REPORT, _CONTROLS, _README),
        "sealed/",
        *(["large/"] if sealed_rows.large else []),
    ]
    return [
        _write_json(folder / _REPORT, collection_report(organizations, admin_keys)),
        _write_json(folder / _CONTROLS, controls(names)),
        _write(folder / _README, readme(pack, names).encode()),
    ]


def _write_json(path: Path, document: Mapping[str, object]) -> Member:
    """Write one document so that a person can read it, the same bytes every time."""
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return _write(path, (text + "\n").encode("utf-8", "backslashreplace"))


def _write(path: Path, text: bytes) -> Member:
    with Spool(path) as spool:
        spool.add_bytes(text)
        return spool.finish()
