"""Entities: one of the pack's files from a section's registers, an episode a row.

Part of step 2 of 6 (write).
"""

from collections.abc import Sequence
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.organization import Organization
from functions.pack.collect.sealed_rows import SealedRows
from functions.pack.members.rows import entity_rows
from functions.shared.hours import rfc3339
from functions.shared.records.findings import Finding
from functions.shared.records.registers import EPISODES


def write_entities(
    section: str,
    organizations: Sequence[Organization],
    sealed_rows: SealedRows,
    folder: Path,
) -> Member:
    """Write the file of one section, by organization.

    Args:
        section: one of ``ROWS``.
        organizations: as collected, sorted by id.
        sealed_rows: reads a register.
        folder: where the file goes.
    """
    first_hour = rfc3339(sealed_rows.period.start)
    with Spool(folder / f"{section}.jsonl") as spool:
        for organization in organizations:
            findings: list[Finding] = []
            if section == "api_keys":
                findings = sealed_rows.of_register(organization, "findings", Finding)
            for row in entity_rows(
                organization.org_id,
                section,
                sealed_rows.of_register(organization, section, EPISODES[section]),
                organization.snapshot_hours[section],
                first_hour,
                findings,
                organization.listed_at[section],
            ):
                line = spool.add_row(row)
                sealed_rows.note_register(organization, section, line)
        return spool.finish()
