"""Changes: what differs between two pictures, with the last verdict on it.

Part of step 2 of 6 (write). Changes and verdicts are sealed apart, in segments of their own; the
pack shows them side by side.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.organization import Organization
from functions.pack.collect.sealed_rows import Reading
from functions.pack.members.verdicts import Verdicts
from functions.shared.canonical import Json

_CHANGE = ("hour", "section", "entity_id", "kind", "fields", "before", "after")


def take_verdicts(organizations: Sequence[Organization], verdicts: Verdicts, read: Reading) -> None:
    """Read every verdict that was sealed from the period's start up to the cut."""
    for one in organizations:
        for _, rows in read.each(one, one.verdicts):
            verdicts.take(one.org_id, rows)


def changes(
    organizations: Sequence[Organization], verdicts: Verdicts, folder: Path, read: Reading
) -> Member:
    """Write the changes by (organization, hour, section, id, kind); one hour's are in memory."""
    with Spool(folder / "changes.jsonl") as spool:
        for one in organizations:
            for row in _of(one, verdicts, read):
                spool.row(row)
        return spool.member()


def _of(organization: Organization, verdicts: Verdicts, read: Reading) -> Iterator[Json]:
    org = organization.org_id
    parts = read.each(organization, organization.changes)
    for _, of_hour in groupby(parts, key=lambda part: part[0].hour):
        found = [row for _, rows in of_hour for row in rows]
        found.sort(key=lambda row: (row["section"], row["entity_id"], row["kind"]))
        for row in found:
            yield {"org_id": org, **{name: row[name] for name in _CHANGE}, **verdicts.on(org, row)}
