"""The register of findings: opened, kept, resolved."""

import re
from pathlib import Path
from typing import Any, cast

import pytest

from functions.shared.hours import parse_instant
from functions.shared.records.fields import part_of
from functions.shared.records.findings import FindingFacts
from functions.shared.records.registers import Registers
from functions.shared.sections import REGISTERED
from functions.snapshot.compare.compare import Comparison
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.findings.audit_log import LOG_ENTRY_CHANGED, LOG_ENTRY_GONE
from functions.snapshot.findings.between_pictures import HAPPENINGS
from functions.snapshot.findings.full_registers import REGISTER_FULL
from functions.snapshot.findings.names import OF_ANY_SECTION
from functions.snapshot.findings.register import (
    NEEDS,
    current_findings,
    find,
    next_register,
    undecided_kinds,
)
from functions.snapshot.findings.rights import OWNER_BY_GROUP, UNOWNED, WIDE
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.reconcile.findings import EVENT_WITHOUT_CHANGE, UNEXPLAINED_CHANGE
from functions.snapshot.records import SectionRead, Snapshot
from tests.snapshot.rows import (
    admin_key,
    api_key,
    change,
    finding,
    invite,
    project,
    service_account,
    user,
)

TOLD = Path(__file__).parent.parent.parent.parent / "docs" / "findings.md"
NAME = "2026-04-01T05:00:00Z"
HOUR = HourToClose("tenant-a", "org-Alpha", parse_instant(NAME), "none", [], None)
ALL_READ = dict.fromkeys([*REGISTERED, "audit_events"], "complete")


def test_every_kind_is_told_in_the_documentation() -> None:
    """The table of findings names each kind there is, and no other."""
    rows = [line.split("|") for line in TOLD.read_text().splitlines() if line.startswith("|")]
    # The other table of the page, of verdicts, has no severities.
    told = {row[1].strip(" `") for row in rows if re.search("high|medium|low", row[3])}
    of_no_section = {UNEXPLAINED_CHANGE, EVENT_WITHOUT_CHANGE, LOG_ENTRY_CHANGED, LOG_ENTRY_GONE}
    assert told - {""} == {*NEEDS, *HAPPENINGS, *of_no_section, REGISTER_FULL}


KINDS = {
    "users": {
        *("orphan_key", "many_owners", "service_account_person_left", "disabled_owner_key"),
        *("admin_key_owner_disabled", OWNER_BY_GROUP, UNOWNED),
    },
    "projects": {"key_in_archived_project", WIDE, UNOWNED},
    "api_keys": {
        *("stale_key", "never_used_key", "orphan_key", "key_in_archived_project"),
        *("disabled_owner_key", OF_ANY_SECTION),
    },
    "audit_events": {"audit_log_unproven", "audit_log_behind"},
    "admin_keys": {
        *("admin_key_old", "admin_key_no_expiry", "admin_key_never_used", "admin_key_idle"),
        *("own_key_expiring", "admin_key_owner_disabled"),
    },
    "invites": {"owner_invite_pending"},
    "service_accounts": {"service_account_person_left", UNOWNED},
    "groups": {OWNER_BY_GROUP},
    "roles": {OWNER_BY_GROUP},
    "group_members": {OWNER_BY_GROUP},
    "group_roles": {OWNER_BY_GROUP},
    "workload_identity_providers": {WIDE, UNOWNED},
    "workload_identity_rules": {WIDE, UNOWNED},
}


@pytest.mark.parametrize("section", KINDS)
def test_a_section_that_was_not_read_opens_and_resolves_nothing(section: str) -> None:
    """Of the kinds that need it; the others are judged all the same."""
    # What holds of any section is of keys here.
    rows = [finding(kind, "api_keys", "a") for kind in NEEDS]
    still_open = {
        row["kind"] for row in follow(rows, **{section: "partial"}) if not row["resolved_hour"]
    }
    # How far the log was read is known from a part of it.
    assert still_open == KINDS[section] - {"audit_log_behind"}
    facts = [part_of(FindingFacts, row) for row in rows]
    opened = {row["kind"] for row in follow([], *facts, **{section: "failed"})}
    assert opened == set(NEEDS) - KINDS[section]


def registers(**rows: Any) -> Registers:
    """Return registers of an organization with Ann, a project and a key of hers."""
    usual: Any = {"users": [user()], "projects": [project()], "api_keys": [api_key()]}
    return cast("Registers", usual | rows)


def kinds(rows: Registers, **statuses: str) -> list[str]:
    """Return the kinds of what is found at the hour's end, sorted."""
    found = current_findings(rows, ALL_READ | statuses, {}, HOUR)
    assert found == sorted(found, key=lambda facts: facts["finding_id"])
    return sorted(facts["kind"] for facts in found)


def test_everything_that_is_there_is_looked_at() -> None:
    """Keys of both kinds, invites, owners, service accounts, the log itself."""
    assert kinds(registers()) == []
    rows = registers(
        users=[user(f"user-{number}", role="owner") for number in range(4)],
        api_keys=[api_key(owner_id=None)],
        admin_keys=[admin_key(has_expiry=False)],
        invites=[invite()],
        service_accounts=[service_account(person_id="user-gone")],
    )
    assert kinds(rows, audit_events="unproven") == [
        "admin_key_no_expiry",
        "audit_log_unproven",
        "many_owners",
        "orphan_key",
        "owner_invite_pending",
        "service_account_person_left",
    ]


def test_what_is_gone_is_not_looked_at() -> None:
    """Nor does it stand for what is there."""
    gone = {"removed_at": NAME}
    rows = registers(
        users=[user(f"user-{number}", role="owner", **gone) for number in range(4)],
        api_keys=[api_key(owner_id=None, **gone)],
        admin_keys=[admin_key(has_expiry=False, **gone)],
        invites=[invite(**gone)],
        service_accounts=[service_account(person_id="user-gone", **gone)],
    )
    assert kinds(rows) == []
    assert kinds(registers(users=[user(**gone)])) == ["orphan_key"]
    archived = project(status="archived", **gone)
    assert kinds(registers(projects=[archived])) == []


def test_a_service_account_whose_keys_work() -> None:
    """Whose key it is follows from the register of keys."""
    accounts = [service_account(person_id="user-gone")]
    keys = [api_key(owner_type="service_account", owner_id="svc_bot")]
    rows = registers(service_accounts=accounts, api_keys=keys)
    (facts,) = current_findings(rows, ALL_READ, {}, HOUR)
    assert (facts["severity"], facts["still_works"]) == ("high", True)


def test_the_unproven_log_is_a_finding_without_an_entity() -> None:
    """Of the section as a whole."""
    statuses = ALL_READ | {"audit_events": "unproven"}
    (facts,) = current_findings(registers(), statuses, {}, HOUR)
    assert (facts["reason"], facts["severity"]) == ("no_event_seen", "medium")
    assert (facts["section"], facts["entity_id"]) == ("audit_events", "")
    assert facts["still_works"] is None


STALE = finding("stale_key", "api_keys", "key_1")


def follow(register: list[Any], *current: Any, changes: Any = (), **statuses: str) -> Any:
    """Return the next register of an hour that read everything, unless a status says otherwise."""
    return next_register(register, current, ALL_READ | statuses, changes, {}, NAME)


def test_a_finding_opens_in_the_hour_that_shows_it() -> None:
    """If all that it needs was read."""
    facts = part_of(FindingFacts, STALE)
    (row,) = follow([], facts)
    assert row == {**facts, "first_seen_hour": NAME, "resolved_hour": None, "resolved_by": None}
    assert follow([], facts, api_keys="partial") == []
    assert len(follow([], facts, api_keys="unproven")) == 1


def test_a_finding_that_is_still_shown_stays_and_tells_the_newest_reason() -> None:
    """Its beginning does not move, whatever was read."""
    facts: Any = {"finding_id": STALE["finding_id"], "kind": "stale_key", "reason": "another"}
    for status in ("complete", "partial"):
        (row,) = follow([STALE], facts, api_keys=status)
        assert row == STALE | {"reason": "another"}


def test_a_finding_that_is_no_longer_shown_is_resolved() -> None:
    """By the change of its entity, where there is one; not by a list that was cut."""
    (row,) = follow([STALE])
    assert row == STALE | {"resolved_hour": NAME, "resolved_by": None}
    removed = change("api_keys", "removed", "key_1", fields=["name"])
    other = change("users", "removed", "key_1")
    (row,) = follow([STALE], changes=[removed, other])
    assert row["resolved_by"] == {"hour": NAME, "kind": "removed", "fields": ["name"]}
    assert follow([STALE], api_keys="partial") == [STALE]
    renamed = change("api_keys", "modified", "key_1", fields=["name"])
    assert follow([STALE], changes=[renamed], api_keys="partial") == [STALE]
    # What is gone is so whatever else was read.
    assert follow([STALE], changes=[removed], api_keys="partial") == [row]
    orphan = finding("orphan_key", "api_keys", "key_1")
    assert follow([orphan], users="failed") == [orphan]


def test_what_is_resolved_or_another_rules_stays_as_it_is() -> None:
    """The same finding opens anew beside it."""
    resolved = finding("stale_key", "api_keys", "key_1", resolved_hour="2026-04-01T04:00:00Z")
    unexplained = finding("unexplained_change", "users", "user-ann")
    rows = follow([unexplained, resolved], part_of(FindingFacts, STALE))
    assert [row["kind"] for row in rows] == ["stale_key", "stale_key", "unexplained_change"]
    assert unexplained in rows
    assert [row["first_seen_hour"] for row in rows[:2]] == ["2026-04-01T04:00:00Z", NAME]


def snapshot(**statuses: str) -> Snapshot:
    """Return a snapshot with sections of some statuses, and groups that an earlier hour read."""
    marks = audit_marks.initial()
    names = ("users", "projects", "api_keys")
    lists: Any = {name: SectionRead(statuses.get(name, "complete")) for name in names}
    account: Any = {"read_at": NAME, "status": statuses.get("service_accounts", "complete")}
    marks["optional"] = {"service_accounts": account}
    return Snapshot(lists, SectionRead("complete"), marks, NAME, NAME)


def test_a_section_that_was_not_asked_for_counts_as_it_was_last_read() -> None:
    """Daily lists are judged in every hour; when they were read is known."""
    rows = registers(service_accounts=[service_account(person_id="user-gone")])
    compared = Comparison(rows, [])
    (row,) = find(HOUR, snapshot(), compared, [])
    assert row["kind"] == "service_account_person_left"
    assert find(HOUR, snapshot(service_accounts="forbidden"), compared, []) == []
    keys = [api_key(owner_type="service_account", owner_id="svc_gone")]
    (row,) = find(HOUR, snapshot(), Comparison(registers(api_keys=keys), []), [])
    assert row["reason"] == "service_account_gone"


def test_what_nobody_can_tell_is_neither_found_nor_resolved() -> None:
    """A finding that is open stays; none opens of a field that cannot be read."""
    undecided = undecided_kinds(registers(api_keys=[api_key(unreadable=["last_used_at"])]))
    (row,) = next_register([STALE], [], ALL_READ, [], undecided, NAME)
    assert row["resolved_hour"] is None
    (row,) = next_register([STALE], [], ALL_READ, [], {}, NAME)
    assert row["resolved_hour"] == NAME
    assert undecided_kinds(registers()) == {}


def test_a_key_in_a_name_needs_the_section_of_the_name() -> None:
    """And no other."""
    row = finding(OF_ANY_SECTION, "projects", "proj_web")
    assert follow([row], api_keys="failed")[0]["resolved_hour"] == NAME
    assert follow([row], projects="partial")[0]["resolved_hour"] is None


def test_a_key_in_a_large_name_stays_found_while_nobody_reads_the_name() -> None:
    """A daily list: its hour alone sees the whole; a name that fits its row is seen in each."""
    row = finding(OF_ANY_SECTION, "service_accounts", "svc_bot")
    large: Any = {"$large": {"sha256": "0" * 64, "bytes": 9000, "head": "bot"}}
    for name, resolved in ((large, None), ("bot", NAME)):
        rows = registers(service_accounts=[service_account(name=name)])
        (same,) = find(HOUR, snapshot(), Comparison(rows, []), [row])
        assert same["resolved_hour"] == resolved
