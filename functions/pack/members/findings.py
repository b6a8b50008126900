"""Findings: those open in the period and those resolved in it, with what resolved them.

Part of step 2 of 6 (write). They are those of the last register that the period sealed; no rule is
run over old data. Verdicts that came later complete what is known of their causes.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from functions.pack.archive.spool import Member, Spool
from functions.pack.collect.organization import Organization
from functions.pack.collect.sealed_rows import SealedRows
from functions.pack.members.verdicts import Verdicts
from functions.shared.hours import rfc3339
from functions.shared.records.fields import shown
from functions.shared.records.findings import Cause, Finding, FindingRow


def write_findings(
    organizations: Sequence[Organization],
    verdicts: Verdicts,
    sealed_rows: SealedRows,
    folder: Path,
) -> Member:
    """Write the findings by (organization, id, first hour).

    Args:
        organizations: as collected, sorted by id.
        verdicts: the last ones on the period's changes.
        sealed_rows: reads a register.
        folder: where the file goes.
    """
    first_hour = rfc3339(sealed_rows.period.start)
    with Spool(folder / "findings.jsonl") as spool:
        for organization in organizations:
            findings = sealed_rows.of_register(organization, "findings", Finding)
            for row in _rows(organization, findings, first_hour, verdicts):
                spool.add_row(row)
        return spool.finish()


def _rows(
    organization: Organization, findings: Iterable[Finding], first_hour: str, verdicts: Verdicts
) -> Iterator[FindingRow]:
    in_period = organization.snapshot_hours["findings"]
    last = organization.listed_at["findings"] or (in_period[-1] if in_period else None)
    for finding in sorted(findings, key=lambda row: (row["finding_id"], row["first_seen_hour"])):
        # The hour that resolved it is the first in which it was not open any more.
        if finding["resolved_hour"] is None or finding["resolved_hour"] >= first_hour:
            row = shown(FindingRow, finding)
            row["org_id"] = organization.org_id
            row["resolved_by"] = _cause(organization.org_id, finding, verdicts)
            row["state_at"] = last
            yield row


def _cause(org: str, finding: Finding, verdicts: Verdicts) -> Cause | None:
    """Return what resolved a finding: a change with the event that explains it, or an event."""
    cause = finding["resolved_by"]
    event_id = cause["event_id"] if cause and "event_id" in cause else None
    if cause is None or event_id is not None or "fields" not in cause:
        return cause
    last = verdicts.last(
        org,
        hour=cause["hour"],
        section=finding["section"],
        entity_id=finding["entity_id"],
        kind=cause["kind"],
    )
    explained = last["verdict"] == "explained"
    return {**cause, "event_id": last["event_id"] if explained else None}
