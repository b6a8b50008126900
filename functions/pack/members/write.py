"""Write (step 2 of 6): the pack's files, row by row, the same bytes for the same pack row.

Reads registers and segments as the seals name them, each checked against the digest in its seal.
"""

from collections.abc import Sequence
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.organization import OPTIONAL, SECTIONS, Collection, Organization
from functions.pack.collect.sealed_rows import SealedRows
from functions.pack.members.changes import read_verdicts, write_changes
from functions.pack.members.entities import write_entities
from functions.pack.members.events import write_events
from functions.pack.members.findings import write_findings
from functions.pack.members.statements import write_custody, write_statements
from functions.pack.members.verdicts import Verdicts
from functions.shared.evidence.custody_log import CustodyLog
from functions.shared.records.tables import Profile


def write(
    collection: Collection,
    custody: CustodyLog,
    sealed_rows: SealedRows,
    profile: Profile,
    folder: Path,
) -> list[Member]:
    """Write the files with rows and return them in the manifest's order.

    Args:
        collection: what the seals say.
        custody: what is sealed of the tenant's custody log.
        sealed_rows: reads registers and segments, and takes what is missing or invalid; the rest
            is read all the same.
        profile: ``core`` has the documented files alone.
        folder: where the files go.

    Permissions:
        s3:GetObject and s3:ListBucket on the evidence bucket.
    """
    organizations = collection.organizations
    members = [write_entities(section, organizations, sealed_rows, folder) for section in SECTIONS]
    *repeated, events = write_events(organizations, sealed_rows, folder)
    if profile == "core":
        return [*members, events]
    members += [*repeated, events, collection.coverage]
    members += _write_changes_and_findings(organizations, sealed_rows, folder)
    members.append(write_statements(organizations, sealed_rows, folder))
    period, missing = sealed_rows.period, sealed_rows.missing
    members += write_custody(organizations, custody, period, missing, folder)
    members += _write_optional(organizations, sealed_rows, folder)
    with Spool(folder / "anchors.jsonl") as anchors:
        for anchor in collection.anchors:
            anchors.add_row(anchor.row())
        return [*members, anchors.finish()]


def _write_changes_and_findings(
    organizations: Sequence[Organization], sealed_rows: SealedRows, folder: Path
) -> list[Member]:
    with Verdicts(folder / "verdicts.db", sealed_rows.period) as verdicts:
        read_verdicts(organizations, verdicts, sealed_rows)
        return [
            write_changes(organizations, verdicts, sealed_rows, folder),
            write_findings(organizations, verdicts, sealed_rows, folder),
        ]


def _write_optional(
    organizations: Sequence[Organization], sealed_rows: SealedRows, folder: Path
) -> list[Member]:
    """Write the files of those optional sections that were ever read."""
    return [
        write_entities(section, organizations, sealed_rows, folder)
        for section in OPTIONAL
        if any(section in organization.registers for organization in organizations)
    ]
