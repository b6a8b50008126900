"""Rows: what the episodes of a sealed register become in the pack.

Part of step 2 of 6 (write); pure. Fields are those of the records, rows are sorted as docs/
evidence-pack-format.md says. A fact that nobody knows is null, never invented.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from functions.shared.records.by_section import ROWS
from functions.shared.records.entities import (
    AdminKeyRow,
    ApiKeyRow,
    Entity,
    InviteRow,
    KeyFinding,
    ProjectRow,
    ProjectUserRow,
    ServiceAccountRow,
    UserRow,
)
from functions.shared.records.fields import SINCE_3, fields_of, shown
from functions.shared.records.findings import Finding
from functions.shared.records.registers import identity_of

EntityRow = (
    UserRow | ProjectRow | ApiKeyRow | AdminKeyRow | ServiceAccountRow | InviteRow | ProjectUserRow
)


def entity_rows(
    org: str,
    section: str,
    register: Iterable[Entity],
    snapshot_hours: Sequence[str],
    first_hour: str,
    findings: Iterable[Finding] = (),
) -> Iterator[EntityRow]:
    """Yield a row for every episode that existed in the period, by (id, first_seen_at).

    Args:
        org: the organization.
        section: one of ``ROWS``.
        register: the last one sealed in the period.
        snapshot_hours: names of the period's hours whose snapshot shows the section, oldest first.
        first_hour: name of the period's first hour.
        findings: the findings register sealed with it; read for API keys alone.
    """
    findings_by_key = _by_key(findings)
    for episode in sorted(
        register, key=lambda row: (identity_of(section, row), row["first_seen_at"])
    ):
        # The hour that first missed it is the first in which it was not there any more.
        if episode["removed_at"] is not None and episode["removed_at"] <= first_hour:
            continue
        row = _row(ROWS[section], episode)
        row["org_id"] = org
        row["state_at"] = state_at = _state_at(episode["removed_at"], snapshot_hours)
        if section == "api_keys":
            key = cast("ApiKeyRow", row)
            key["findings"] = _open_at(findings_by_key.get(key["key_id"], ()), state_at)
        yield row


def _row(record: type, episode: Entity) -> EntityRow:
    fields: Mapping[str, object] = shown(record, episode)
    new = {name for name in fields_of(record, SINCE_3) if name not in episode}
    return cast("EntityRow", {name: fields[name] for name in fields if name not in new})


def _state_at(removed_at: str | None, snapshot_hours: Sequence[str]) -> str | None:
    """Return the last hour whose snapshot shows the episode; None where none of the period does."""
    end = len(snapshot_hours) if removed_at is None else bisect_left(snapshot_hours, removed_at)
    return snapshot_hours[end - 1] if end else None


def _by_key(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    by_key: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding["section"] == "api_keys":
            by_key[finding["entity_id"]].append(finding)
    return by_key


def _open_at(findings: Iterable[Finding], hour: str | None) -> list[KeyFinding]:
    """Return the findings open at the end of an hour, by kind and id."""
    if hour is None:
        return []
    still_open = [
        shown(KeyFinding, finding)
        for finding in findings
        if finding["first_seen_hour"] <= hour
        and (finding["resolved_hour"] is None or finding["resolved_hour"] > hour)
    ]
    return sorted(still_open, key=lambda finding: (finding["kind"], finding["finding_id"]))
