"""Findings (step 3 of 6, part): what a person should look at, as a register of its own.

Pure. A finding has a stable id, the hour that first showed it and the hour that no longer did. It
is found only in sections that were read this hour; where they were not, it stays as it was.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from functions.shared.access_graph.graph import AccessGraph
from functions.shared.access_graph.index import Index
from functions.shared.hours import rfc3339
from functions.shared.records.entities import AdminKey
from functions.shared.records.events import Change
from functions.shared.records.findings import Cause, Finding, FindingFacts
from functions.shared.records.registers import Registers, present, unreadable_of
from functions.snapshot.compare.compare import Comparison
from functions.snapshot.findings.access import (
    admin_key_findings,
    invite_findings,
    owner_findings,
    service_account_findings,
)
from functions.snapshot.findings.api_keys import (
    KeyContext,
    finding,
    finding_of,
    just_begun,
    key_findings,
    undecided,
)
from functions.snapshot.findings.audit_log import behind_findings, with_altered
from functions.snapshot.findings.names import (
    OF_ANY_SECTION,
    Named,
    large_names_unread,
    name_findings,
    named_with_keys,
)
from functions.snapshot.findings.rights import (
    OWNER_BY_GROUP,
    UNOWNED,
    WIDE,
    Rights,
    rights_findings,
)
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.records import COMPLETE, PARTIAL, UNPROVEN, Snapshot

NO_RIGHTS: Final = Rights()
# Told of the audit log however much of it was read.
_LOG_AT_ALL = "audit log, in part"
# What must have been read for a kind to open or to be resolved; docs/findings.md tells of each.
NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "stale_key": ("api_keys",),
    "never_used_key": ("api_keys",),
    "orphan_key": ("api_keys", "users"),
    "key_in_archived_project": ("api_keys", "projects"),
    "audit_log_unproven": ("audit_events",),
    "audit_log_behind": (_LOG_AT_ALL,),
    "admin_key_old": ("admin_keys",),
    "admin_key_no_expiry": ("admin_keys",),
    "admin_key_never_used": ("admin_keys",),
    "admin_key_idle": ("admin_keys",),
    "own_key_expiring": ("admin_keys",),
    "owner_invite_pending": ("invites",),
    "many_owners": ("users",),
    "service_account_person_left": ("service_accounts", "users"),
    "disabled_owner_key": ("api_keys", "users"),
    "admin_key_owner_disabled": ("admin_keys", "users"),
    OWNER_BY_GROUP: ("users", "groups", "group_members", "group_roles", "roles"),
    WIDE: ("workload_identity_rules", "workload_identity_providers", "projects"),
    UNOWNED: (
        *("workload_identity_rules", "workload_identity_providers", "projects"),
        *("service_accounts", "users"),
    ),
    # None of its own: the section in which it stands.
    OF_ANY_SECTION: (),
}


Undecided = Mapping[tuple[str, str], Collection[str]]
"""Kinds of findings, by section and id of an entity."""


def find(
    hour: HourToClose, snapshot: Snapshot, compared: Comparison, before: Sequence[Finding]
) -> list[Finding]:
    """Return the next findings register of an hour.

    Args:
        hour: the hour.
        snapshot: what was read of it, whole.
        compared: the next registers, and the changes.
        before: the last findings register.
    """
    marks = snapshot.watermarks["optional"]
    statuses = {name: marks[name]["status"] for name in marks}
    statuses |= {name: section.status for name, section in snapshot.sections.items()}
    read_at = {name: marks[name]["read_at"] for name in marks}
    rights = rights_findings(AccessGraph(Index(compared.registers), rfc3339(hour.end)), read_at)
    current = current_findings(
        compared.registers, statuses, read_at, hour, named_with_keys(snapshot), rights
    )
    current += behind_findings(snapshot, hour.end)
    unread = large_names_unread(compared.registers, snapshot)
    undecided = undecided_kinds(compared.registers, unread, rights)
    register = next_register(before, current, statuses, compared.changes, undecided, hour.name)
    return with_altered(register, snapshot, hour.name)


def current_findings(
    registers: Registers,
    statuses: Mapping[str, str],
    read_at: Mapping[str, str | None],
    hour: HourToClose,
    named: Named = frozenset(),
    rights: Rights = NO_RIGHTS,
) -> list[FindingFacts]:
    """Return what the registers show at the end of an hour, ordered by finding id.

    Args:
        registers: rows by section.
        statuses: section statuses of this hour; of sections not asked for, the last one.
        read_at: by optional section, the end of the last hour that read it whole.
        hour: the hour that closes.
        named: what was read whose name, whole, holds what looks like a key.
        rights: what is found of groups and workload identities.
    """
    users = {row["user_id"]: row for row in present(registers["users"])}
    keys = present(registers["api_keys"])
    accounts = present(registers["service_accounts"] if "service_accounts" in registers else [])
    members = present(registers["project_users"] if "project_users" in registers else [])
    context = KeyContext(
        users=users,
        projects={row["project_id"]: row for row in present(registers["projects"])},
        service_accounts={row["service_account_id"]: row for row in accounts},
        members={row["membership_id"]: row for row in members},
        read_at=read_at,
    )
    owners_of_keys = {key["owner_id"] for key in keys}
    findings = [*owner_findings(users.values())]
    for key in keys:
        findings += key_findings(key, context, hour.end)
    for admin_key in _admin_keys(registers):
        findings += admin_key_findings(admin_key, hour.end, users)
    for invite in present(registers["invites"] if "invites" in registers else []):
        findings += invite_findings(invite, hour.end)
    for account in accounts:
        findings += service_account_findings(account, users, owners_of_keys)
    findings += [*name_findings(registers, named), *rights.findings]
    if statuses["audit_events"] == UNPROVEN:
        section, reason = "audit_events", "no_event_seen"
        findings.append(finding("audit_log_unproven", reason, "medium", section, "", None))
    return sorted(findings, key=lambda facts: facts["finding_id"])


def undecided_kinds(
    registers: Registers, unread: Named = frozenset(), rights: Rights = NO_RIGHTS
) -> Undecided:
    """Return the kinds of which nobody can tell whether they hold, by section and entity.

    Args:
        registers: after the hour's picture.
        unread: whose name nobody can look at in this hour.
        rights: what nobody can tell of groups and workload identities.
    """
    keys = present(registers["api_keys"])
    admin_keys = _admin_keys(registers)
    kinds = {("api_keys", key["key_id"]): [*undecided(key)] for key in keys if unreadable_of(key)}
    kinds |= {("admin_keys", key["key_id"]): [*undecided(key)] for key in admin_keys}
    for place in unread:
        kinds.setdefault(place, []).append(OF_ANY_SECTION)
    for place, doubted in rights.undecided.items():
        kinds.setdefault(place, []).extend(doubted)
    return kinds


def next_register(
    register: Iterable[Finding],
    current: Iterable[FindingFacts],
    statuses: Mapping[str, str],
    changes: Iterable[Change],
    undecided: Undecided,
    hour: str,
) -> list[Finding]:
    """Return the next findings register: new ones opened, those no longer found resolved.

    Args:
        register: the last one's rows.
        current: what ``current_findings`` returned for this hour.
        statuses: section statuses of this hour.
        changes: the hour's changes, of which one may have resolved a finding.
        undecided: what can neither be found nor resolved, for what decides cannot be read.
        hour: the name of the hour that closes.
    """
    readable = {section for section, status in statuses.items() if status in (COMPLETE, UNPROVEN)}
    if statuses["audit_events"] in (COMPLETE, UNPROVEN, PARTIAL):
        readable.add(_LOG_AT_ALL)
    # Of who went and came back, the going is what resolves: it stands first.
    causes: dict[tuple[str, str], Change] = {}
    for change in changes:
        causes.setdefault((change["section"], change["entity_id"]), change)
    # Those of reconciliation are not found anew by what an hour shows (``reconcile/findings.py``).
    rows: list[Finding] = []
    still_open: dict[str, Finding] = {}
    for row in register:
        if row["resolved_hour"] is not None or row["kind"] not in NEEDS:
            rows.append(row)
        else:
            still_open[row["finding_id"]] = row
    for facts in current:
        before = still_open.pop(facts["finding_id"], None)
        if before is not None:
            rows.append(finding_of(before, facts))
        elif _is_readable(facts, readable):
            rows.append(finding_of(just_begun(hour), facts))
    for row in still_open.values():
        cause = causes.get((row["section"], row["entity_id"]))
        # What is gone is so whatever else was read; the log may have said it.
        is_gone = cause is not None and cause["kind"] == "removed"
        stays = row["kind"] in undecided.get((row["section"], row["entity_id"]), ())
        if is_gone or (_is_readable(row, readable) and not stays):
            rows.append(_resolved(row, hour, cause))
        else:
            rows.append(row)
    return sorted(rows, key=lambda row: (row["finding_id"], row["first_seen_hour"]))


def _admin_keys(registers: Registers) -> list[AdminKey]:
    return present(registers["admin_keys"] if "admin_keys" in registers else [])


def _is_readable(facts: FindingFacts, readable: set[str]) -> bool:
    return readable.issuperset(NEEDS[facts["kind"]] or (facts["section"],))


def _resolved(row: Finding, hour: str, change: Change | None) -> Finding:
    cause: Cause | None = None
    if change is not None:
        cause = {"hour": change["hour"], "kind": change["kind"], "fields": change["fields"]}
    return row | {"resolved_hour": hour, "resolved_by": cause}
