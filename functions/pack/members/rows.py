"""Rows: what a sealed register or event becomes in the pack.

Part of step 2 of 6 (write); pure. Field names and their order of sorting are those of
docs/evidence-pack-format.md. A fact that nobody knows is null, never invented.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from functions.shared.canonical import Json
from functions.shared.sections import BY_NAME

FIELDS: Mapping[str, tuple[str, ...]] = {
    "users": (
        *("user_id", "email_hash", "email_prefix", "role", "roles_held", "added_at"),
        *("is_service_account", "first_seen_at", "removed_at"),
    ),
    "projects": (
        *("project_id", "name", "status", "created_at", "archived_at"),
        *("first_seen_at", "removed_at"),
    ),
    "api_keys": (
        *("project_id", "key_id", "name", "redacted_value", "type", "owner_type", "owner_id"),
        *("owner_hash", "owner_project_access", "created_at", "last_used_at", "expires_at"),
        *("first_seen_at", "removed_at"),
    ),
    "admin_keys": (
        *("key_id", "name", "redacted_value", "type", "owner_type", "owner_id", "owner_role"),
        *("created_at", "last_used_at", "ever_used", "expires_at", "has_expiry", "is_own"),
        *("first_seen_at", "removed_at"),
    ),
    "service_accounts": (
        *("project_id", "service_account_id", "name", "role", "created_at", "person_id"),
        *("first_seen_at", "removed_at"),
    ),
    "invites": (
        *("invite_id", "email_hash", "email_prefix", "role", "status", "created_at"),
        *("expires_at", "accepted_at", "projects", "first_seen_at", "removed_at"),
    ),
    "project_users": (
        *("project_id", "membership_id", "user_id", "email_hash", "email_prefix", "role"),
        *("added_at", "first_seen_at", "removed_at"),
    ),
}
EVENT = (
    *("event_id", "event_type", "occurred_at", "actor_type", "actor_id", "actor_hash"),
    *("project_id", "target_id", "details"),
)
_FINDING = ("finding_id", "kind", "reason", "severity")


def episodes(
    org: str,
    section: str,
    register: Iterable[Json],
    pictured: Sequence[str],
    first_hour: str,
    findings: Iterable[Json] = (),
) -> Iterator[Json]:
    """Yield a row for every episode that existed in the period, by (id, first_seen_at).

    Args:
        org: the organization.
        section: one of ``FIELDS``.
        register: the last one sealed in the period.
        pictured: names of the period's hours whose picture shows the section, oldest first.
        first_hour: the period's first hour.
        findings: the findings register sealed with it.
    """
    of_key = _by_entity(findings)
    identity = BY_NAME[section].id_field
    rows = sorted(register, key=lambda row: (row[identity], row["first_seen_at"]))
    for row in rows:
        # The hour that first missed it is the first in which it was not there any more.
        if row["removed_at"] is not None and row["removed_at"] <= first_hour:
            continue
        state_at = _state_at(row["removed_at"], pictured)
        found = {name: row.get(name) for name in FIELDS[section]}
        found |= {"org_id": org, "state_at": state_at}
        if section == "api_keys":
            found["findings"] = _open_at(of_key.get(row["key_id"], ()), state_at)
        yield found


def _state_at(removed_at: str | None, pictured: Sequence[str]) -> str | None:
    """Return the last hour whose picture shows the episode; None where none of the period does."""
    end = len(pictured) if removed_at is None else bisect_left(pictured, removed_at)
    return pictured[end - 1] if end else None


def _by_entity(findings: Iterable[Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = defaultdict(list)
    for finding in findings:
        if finding["section"] == "api_keys":
            found[finding["entity_id"]].append(finding)
    return found


def _open_at(findings: Iterable[Json], hour: str | None) -> list[Json]:
    """Return the findings open at the end of an hour, by kind and id."""
    if hour is None:
        return []
    still = [
        {name: finding.get(name) for name in _FINDING}
        for finding in findings
        if finding["first_seen_hour"] <= hour
        and (finding["resolved_hour"] is None or finding["resolved_hour"] > hour)
    ]
    return sorted(still, key=lambda finding: (finding["kind"], finding["finding_id"]))


def events(
    org: str, sealed_hour: str, rows: Iterable[Json], start: str, end: str, *, late: bool
) -> Iterator[Json]:
    """Yield the rows of one segment that belong into the pack.

    Args:
        org: the organization.
        sealed_hour: name of the hour that first sealed them.
        rows: the segment's.
        start: first second of the period.
        end: last second of the period.
        late: take what occurred before the period, instead of what occurred in it.
    """
    for row in rows:
        occurred_at = row["occurred_at"]
        if occurred_at < start if late else start <= occurred_at <= end:
            found = {name: row.get(name) for name in EVENT}
            yield found | {"org_id": org, "sealed_hour": sealed_hour, "late": late}
