"""Rows: what the episodes of a sealed register become in the pack.

Part of step 2 of 6 (write); pure. Fields are those of the records, rows are sorted as docs/
evidence-pack-format.md says. A fact that nobody knows is null, never invented.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

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
from functions.shared.records.registers import ROWS, identity_of, state_hour

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
    listed_at: str | None = None,
) -> Iterator[EntityRow]:
    """Yield a row for every episode that existed in the period, by (id, first_seen_at).

    Args:
        org: the organization.
        section: one of ``ROWS``.
        register: the last one sealed in the period.
        snapshot_hours: names of the period's hours whose snapshot shows the section, oldest first.
        first_hour: name of the period's first hour.
        findings: the findings register sealed with it; read for API keys alone.
        listed_at: the last hour, be it before the period, whose snapshot shows the section; None
            where no seal says.
    """
    last = listed_at or (snapshot_hours[-1] if snapshot_hours else None)
    findings_by_key = _by_key(findings)
    for episode in sorted(
        register, key=lambda row: (identity_of(section, row), row["first_seen_at"])
    ):
        # The hour that first missed it is the first in which it was not there any more.
        if episode["removed_at"] is not None and episode["removed_at"] <= first_hour:
            continue
        row = _row(ROWS[section], episode)
        row["org_id"] = org
        removed_at = episode["removed_at"]
        row["state_at"] = state_hour(episode, last) or _last_before(removed_at, snapshot_hours)
        if section == "api_keys":
            key = cast("ApiKeyRow", row)
            key["findings"] = _open(findings_by_key.get(key["key_id"], ()), removed_at, last)
        yield row


def _row(record: type, episode: Entity) -> EntityRow:
    fields: Mapping[str, object] = shown(record, episode)
    new = {name for name in fields_of(record, SINCE_3) if name not in episode}
    return cast("EntityRow", {name: fields[name] for name in fields if name not in new})


def _last_before(removed_at: str | None, snapshot_hours: Sequence[str]) -> str | None:
    """Return the last hour before an end; version 2 did not seal which was the last to show it."""
    end = 0 if removed_at is None else bisect_left(snapshot_hours, removed_at)
    return snapshot_hours[end - 1] if end else None


def _by_key(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    by_key: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding["section"] == "api_keys":
            by_key[finding["entity_id"]].append(finding)
    return by_key


def _open(
    findings: Iterable[Finding], removed_at: str | None, last: str | None
) -> list[KeyFinding]:
    """Return the findings of a key, by kind and id: those open in the last hour, or at its end."""
    still_open = [
        shown(KeyFinding, finding)
        for finding in findings
        if (_was_open_in(finding, last) if removed_at is None else _ended(finding, removed_at))
    ]
    return sorted(still_open, key=lambda finding: (finding["kind"], finding["finding_id"]))


def _was_open_in(finding: Finding, hour: str | None) -> bool:
    first, resolved = finding["first_seen_hour"], finding["resolved_hour"]
    return hour is not None and first <= hour and (resolved is None or resolved > hour)


def _ended(finding: Finding, removed_at: str) -> bool:
    first, resolved = finding["first_seen_hour"], finding["resolved_hour"]
    return first < removed_at and (resolved is None or resolved >= removed_at)
