"""Findings: those open in the period and those resolved in it, with what resolved them.

Part of step 2 of 6 (write). They are those of the last register that the period sealed; no rule is
run over old data. Verdicts that came later complete what is known of their causes.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.organization import Organization
from functions.pack.collect.sealed_rows import Reading
from functions.pack.members.entities import register
from functions.pack.members.verdicts import Verdicts
from functions.shared.canonical import Json
from functions.shared.tables.packs import Pack

_FINDING = (
    *("finding_id", "kind", "reason", "severity", "section", "entity_id", "still_works"),
    *("first_seen_hour", "resolved_hour", "change_hour", "event_id"),
)


def findings(
    pack: Pack,
    organizations: Sequence[Organization],
    verdicts: Verdicts,
    folder: Path,
    read: Reading,
) -> Member:
    """Write the findings by (organization, id, first hour)."""
    with Spool(folder / "findings.jsonl") as spool:
        for one in organizations:
            for row in _of(pack, one, register(pack, one, "findings", read), verdicts):
                spool.row(row)
        return spool.member()


def _of(
    pack: Pack, organization: Organization, rows: Iterable[Json], verdicts: Verdicts
) -> Iterator[Json]:
    pictured = organization.pictured["findings"]
    state_at = pictured[-1] if pictured else None
    for row in sorted(rows, key=lambda row: (row["finding_id"], row["first_seen_hour"])):
        # The hour that resolved it is the first in which it was not open any more.
        if row["resolved_hour"] is None or row["resolved_hour"] >= pack.period_start:
            found = {name: row.get(name) for name in _FINDING}
            by = _cause(organization.org_id, row, verdicts)
            yield found | {"org_id": organization.org_id, "resolved_by": by, "state_at": state_at}


def _cause(org: str, row: Json, verdicts: Verdicts) -> Json | None:
    """Return what resolved a finding: a change with the event that explains it, or an event."""
    by: Json | None = row["resolved_by"]
    if by is None or by.get("event_id") is not None or "fields" not in by:
        return by
    change = {name: row[name] for name in ("section", "entity_id")}
    said = verdicts.on(org, change | {name: by[name] for name in ("hour", "kind")})
    return by | {"event_id": said["event_id"] if said["verdict"] == "explained" else None}
