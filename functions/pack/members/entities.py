"""Entities: one of the pack's files from a section's registers, an episode a row.

Part of step 2 of 6 (write).
"""

from collections.abc import Sequence
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.organization import Organization
from functions.pack.collect.sealed_rows import Reading
from functions.pack.members import rows
from functions.shared.canonical import Json
from functions.shared.hours import rfc3339
from functions.shared.tables.packs import Pack


def entities(
    pack: Pack, section: str, organizations: Sequence[Organization], folder: Path, read: Reading
) -> Member:
    """Write the file of one section, by organization.

    Args:
        pack: the row.
        section: one of ``rows.FIELDS``.
        organizations: as collected, sorted by id.
        folder: where the file goes.
        read: reads a register.
    """
    with Spool(folder / f"{section}.jsonl") as spool:
        for one in organizations:
            findings = register(pack, one, "findings", read) if section == "api_keys" else []
            for row in rows.episodes(
                one.org_id,
                section,
                register(pack, one, section, read),
                one.pictured[section],
                pack.period_start,
                findings,
            ):
                spool.row(row)
        return spool.member()


def register(pack: Pack, organization: Organization, section: str, read: Reading) -> list[Json]:
    """Return the rows of the last register of a section that the period sealed."""
    entry = organization.registers.get(section)
    return read(organization, rfc3339(pack.period.last_hour), entry) if entry else []
