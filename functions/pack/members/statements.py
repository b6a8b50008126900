"""statements.jsonl: what the tenant said of findings and service accounts, as the hours sealed it.

Part of step 2 of 6 (write).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.organization import Organization
from functions.pack.collect.sealed_rows import SealedRows
from functions.shared.records.statements import SealedStatement, StatementRow


class _Place(TypedDict):
    """What the pack adds: whose it is, and the hour that sealed it."""

    org_id: str
    sealed_hour: str


def write_statements(
    organizations: Sequence[Organization], sealed_rows: SealedRows, folder: Path
) -> Member:
    """Write the statements by (organization, number); hour after hour they are numbered so."""
    with Spool(folder / "statements.jsonl") as spool:
        for organization in organizations:
            org = organization.org_id
            parts = sealed_rows.of_segments(
                org, "statements", organization.statements, SealedStatement
            )
            for segment, rows in parts:
                place: _Place = {"org_id": org, "sealed_hour": segment.hour}
                for row in rows:
                    # As it was sealed, whatever fields it has.
                    statement: StatementRow = {**row, **place}
                    spool.add_row(statement)
        return spool.finish()
