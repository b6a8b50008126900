"""Findings (step 3 of 6, part): what a person should look at, as a register of its own.

Pure. A finding has a stable id, the hour that first showed it and the hour that no longer did. It
is judged only from sections that were read this hour; where they were not, it stays as it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from functions.shared.canonical import Json
from functions.shared.hours import HOUR, rfc3339
from functions.shared.sections import BY_NAME
from functions.snapshot.compare.compare import Compared
from functions.snapshot.findings import access
from functions.snapshot.findings.api_keys import Around, finding, of_key
from functions.snapshot.hour_to_close import Closing
from functions.snapshot.records import COMPLETE, UNPROVEN, Picture

# What must have been read for a kind to open or to be resolved; docs/findings.md tells of each.
NEEDS = {
    "stale_key": ("api_keys",),
    "never_used_key": ("api_keys",),
    "orphan_key": ("api_keys", "users"),
    "key_in_archived_project": ("api_keys", "projects"),
    "audit_log_unproven": ("audit_events",),
    "admin_key_old": ("admin_keys",),
    "admin_key_no_expiry": ("admin_keys",),
    "admin_key_never_used": ("admin_keys",),
    "admin_key_idle": ("admin_keys",),
    "own_key_expiring": ("admin_keys",),
    "owner_invite_pending": ("invites",),
    "many_owners": ("users",),
    "service_account_person_left": ("service_accounts", "users"),
}


def find(
    closing: Closing, picture: Picture, compared: Compared, before: Sequence[Json]
) -> list[Json]:
    """Return the next findings register of an hour.

    Args:
        closing: the hour.
        picture: what was seen.
        compared: the next registers, and the changes.
        before: the last findings register.
    """
    optional = picture.frontiers.get("optional", {})
    statuses = {name: optional[name]["status"] for name in optional}
    statuses |= {name: section.status for name, section in picture.sections.items()}
    read_at = {name: optional[name]["read_at"] for name in optional}
    judged = judge(compared.registers, statuses, read_at, closing.hour)
    return follow(before, judged, statuses, compared.changes, closing.hour)


def judge(
    registers: Mapping[str, Iterable[Json]],
    statuses: Mapping[str, str],
    read_at: Mapping[str, str | None],
    hour: datetime,
) -> list[Json]:
    """Return what the registers show at the end of an hour, ordered by finding id.

    Args:
        registers: rows by section.
        statuses: section statuses of this hour; of sections not asked for, the last one.
        read_at: by optional section, the end of the last hour that read it whole.
        hour: the hour that closes.
    """
    present = {name: _present(rows, name) for name, rows in registers.items() if name in BY_NAME}
    users, keys = present["users"], present["api_keys"]
    accounts = present.get("service_accounts", {})
    members = present.get("project_users", {})
    around = Around(users, present["projects"], accounts, members, read_at)
    owners_of_keys = {key["owner_id"] for key in keys.values()}
    hour_end = hour + HOUR
    found: list[Json] = [*access.of_owners(users.values())]
    for key in keys.values():
        found += of_key(key, around, hour_end)
    for key in present.get("admin_keys", {}).values():
        found += access.of_admin_key(key, hour_end)
    for invite in present.get("invites", {}).values():
        found += access.of_invite(invite, hour_end)
    for account in accounts.values():
        found += access.of_service_account(account, users, owners_of_keys)
    if statuses["audit_events"] == UNPROVEN:
        found.append(
            finding("audit_log_unproven", "no_event_seen", "medium", "audit_events", "", None)
        )
    return sorted(found, key=lambda one: one["finding_id"])


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
    # Those of reconciliation are not judged by what an hour shows (``discrepancies.py``).
    rows: list[Json] = []
    known: dict[str, Json] = {}
    for row in register:
        if row["resolved_hour"] is not None or row["kind"] not in NEEDS:
            rows.append(row)
        else:
            known[row["finding_id"]] = row
    for shown in judged:
        before = known.pop(shown["finding_id"], None)
        if before is None and not _judgeable(shown, readable):
            continue
        begun = {"first_seen_hour": name, "resolved_hour": None, "resolved_by": None}
        rows.append((before or begun) | shown)
    for row in known.values():
        if _judgeable(row, readable):
            cause = causes.get((row["section"], row["entity_id"]))
            by = {part: cause[part] for part in ("hour", "kind", "fields")} if cause else None
            row = row | {"resolved_hour": name, "resolved_by": by}  # noqa: PLW2901
        rows.append(row)
    return sorted(rows, key=lambda row: (row["finding_id"], row["first_seen_hour"]))


def _judgeable(row: Json, readable: set[str]) -> bool:
    return readable.issuperset(NEEDS[row["kind"]])


def _present(rows: Iterable[Json], section: str) -> dict[str, Json]:
    identity = BY_NAME[section].id_field
    return {row[identity]: row for row in rows if row["removed_at"] is None}
