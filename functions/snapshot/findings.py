"""Findings (step 3 of 6, part): what a person should look at, as a register of its own.

Pure. A finding has a stable id, the hour that first showed it and the hour that no longer did. It
is judged only from sections that were read this hour; where they were not, it stays as it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from functions.shared.canonical import Json, canonical, sha256_hex
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.snapshot.records import COMPLETE, UNPROVEN

STALE = timedelta(days=90)

_NEEDS = {
    "stale_key": ("api_keys",),
    "never_used_key": ("api_keys",),
    "orphan_key": ("api_keys", "users"),
    "key_in_archived_project": ("api_keys", "projects"),
    "audit_log_unproven": ("audit_events",),
}


def is_stale(key: Json, hour_end: datetime) -> bool:
    """Tell whether a key was neither used nor made in the last 90 days; unknown is not stale."""
    since = key["last_used_at"] or key["created_at"]
    return since is not None and hour_end - parse_instant(since) > STALE


def judge(
    registers: Mapping[str, Iterable[Json]], statuses: Mapping[str, str], hour: datetime
) -> list[Json]:
    """Return what the registers show at the end of an hour, ordered by finding id.

    Args:
        registers: rows by section.
        statuses: section statuses of this hour.
        hour: the hour that closes.
    """
    users = {row["user_id"] for row in _present(registers["users"])}
    projects = {row["project_id"]: row for row in _present(registers["projects"])}
    found: list[Json] = []
    for key in _present(registers["api_keys"]):
        found += _of_key(key, users, projects, hour + HOUR)
    if statuses["audit_events"] == UNPROVEN:
        found.append(
            _finding("audit_log_unproven", "no_event_seen", "medium", "audit_events", "", None)
        )
    return sorted(found, key=lambda finding: finding["finding_id"])


def _of_key(
    key: Json, users: set[str], projects: Mapping[str, Json], hour_end: datetime
) -> Iterator[Json]:
    identity = key["key_id"]
    # A user's keys stop working when the user leaves; a service account's go on.
    reason = _orphaned(key, users)
    works = reason not in ("owner_left", "access_inactive")
    if reason:
        severity = "high" if works else "low"
        yield _finding("orphan_key", reason, severity, "api_keys", identity, works)
    if is_stale(key, hour_end):
        reason = "not_used_for_90_days" if key["last_used_at"] else "never_used_90_days_old"
        yield _finding("stale_key", reason, "medium", "api_keys", identity, works)
    if key["last_used_at"] is None:
        yield _finding("never_used_key", "no_last_use", "low", "api_keys", identity, works)
    project = projects.get(key["project_id"])
    if project and project["status"] == "archived":
        yield _finding(
            "key_in_archived_project", "project_archived", "medium", "api_keys", identity, None
        )


def _orphaned(key: Json, users: set[str]) -> str | None:
    if key["owner_id"] is None:
        return "no_owner"
    if key["owner_type"] == "user" and key["owner_id"] not in users:
        return "owner_left"
    if key["owner_project_access"] == "inactive":
        return "access_inactive"
    return None


def _finding(
    kind: str, reason: str, severity: str, section: str, entity: str, works: bool | None
) -> Json:
    return {
        "finding_id": sha256_hex(canonical([kind, section, entity]))[:24],
        "kind": kind,
        "reason": reason,
        "severity": severity,
        "section": section,
        "entity_id": entity,
        "still_works": works,
    }


def follow(
    register: Iterable[Json],
    judged: Iterable[Json],
    statuses: Mapping[str, str],
    changes: Iterable[Json],
    hour: datetime,
) -> list[Json]:
    """Return the next findings register: new ones opened, those no longer shown resolved.

    Args:
        register: the last one's rows.
        judged: what ``judge`` returned for this hour.
        statuses: section statuses of this hour.
        changes: the hour's changes, of which one may have resolved a finding.
        hour: the hour that closes.
    """
    name = rfc3339(hour)
    readable = {section for section, status in statuses.items() if status in (COMPLETE, UNPROVEN)}
    causes = {(change["section"], change["entity_id"]): change for change in changes}
    rows = [row for row in register if row["resolved_hour"] is not None]
    known = {row["finding_id"]: row for row in register if row["resolved_hour"] is None}
    for finding in judged:
        row = known.pop(finding["finding_id"], None)
        if row is None and not _judgeable(finding, readable):
            continue
        begun = {"first_seen_hour": name, "resolved_hour": None, "resolved_by": None}
        rows.append((row or begun) | finding)
    for row in known.values():
        if _judgeable(row, readable):
            cause = causes.get((row["section"], row["entity_id"]))
            by = {part: cause[part] for part in ("hour", "kind", "fields")} if cause else None
            row = row | {"resolved_hour": name, "resolved_by": by}  # noqa: PLW2901
        rows.append(row)
    return sorted(rows, key=lambda row: (row["finding_id"], row["first_seen_hour"]))


def _judgeable(finding: Json, readable: set[str]) -> bool:
    return readable.issuperset(_NEEDS[finding["kind"]])


def _present(rows: Iterable[Json]) -> Iterator[Json]:
    return (row for row in rows if row["removed_at"] is None)
