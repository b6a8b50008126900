"""Changes: what differs between two snapshots, with the last verdict on it.

Part of step 2 of 6 (write). Changes and verdicts are sealed apart, in segments of their own; the
pack shows them side by side.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.large_values import LIMITED
from functions.pack.collect.organization import Organization
from functions.pack.collect.sealed_rows import SealedRows
from functions.pack.members.verdicts import Verdicts
from functions.shared.records.events import Change, ChangeRow, Verdict
from functions.shared.records.fields import shown


def read_verdicts(
    organizations: Sequence[Organization], verdicts: Verdicts, sealed_rows: SealedRows
) -> None:
    """Read every verdict that was sealed from the period's start up to the cut."""
    for organization in organizations:
        org = organization.org_id
        for _, rows in sealed_rows.of_segments(org, "verdicts", organization.verdicts, Verdict):
            verdicts.add(org, rows)


def write_changes(
    organizations: Sequence[Organization],
    verdicts: Verdicts,
    sealed_rows: SealedRows,
    folder: Path,
) -> Member:
    """Write the changes by (organization, hour, section, id, kind); one hour's are in memory."""
    with Spool(folder / "changes.jsonl") as spool:
        for organization in organizations:
            org = organization.org_id
            for change, version in _changes(organization, sealed_rows):
                line = spool.add_row(_row(org, change, verdicts))
                if version >= LIMITED:
                    sealed_rows.large.note(org, change["hour"][:7], change["hour"], line)
        return spool.finish()


def _changes(organization: Organization, sealed_rows: SealedRows) -> Iterator[tuple[Change, int]]:
    """Yield changes, each with the version of its hour's seal."""
    org = organization.org_id
    parts = sealed_rows.of_segments(org, "changes", organization.changes, Change)
    for _, of_hour in groupby(parts, key=lambda part: part[0].hour):
        changes = [(change, segment.version) for segment, rows in of_hour for change in rows]
        changes.sort(key=lambda each: (each[0]["section"], each[0]["entity_id"], each[0]["kind"]))
        yield from changes


def _row(org: str, change: Change, verdicts: Verdicts) -> ChangeRow:
    last = verdicts.last(
        org,
        hour=change["hour"],
        section=change["section"],
        entity_id=change["entity_id"],
        kind=change["kind"],
    )
    row = shown(ChangeRow, change, last)
    row["org_id"] = org
    return row
