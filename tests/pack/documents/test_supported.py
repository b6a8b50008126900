"""What supports which clause: everything there is, and each for what it is evidence about."""

import ast
from pathlib import Path

import pytest

from functions.pack.documents.clauses import CLAUSES
from functions.pack.documents.supported import (
    FILES,
    FINDINGS,
    OF_ACCESS,
    OF_KEYS,
    OF_SETTINGS,
    WHY_NONE,
    Supports,
)
from functions.shared.records.entities import InviteRow, UserRow
from functions.shared.records.events import Change
from functions.shared.records.findings import Finding
from functions.shared.sections import REGISTERED
from functions.snapshot.findings.audit_log import LOG_ENTRY_CHANGED, LOG_ENTRY_GONE
from functions.snapshot.findings.between_pictures import HAPPENINGS
from functions.snapshot.findings.full_registers import REGISTER_FULL
from functions.snapshot.findings.register import NEEDS
from functions.snapshot.reconcile.findings import EVENT_WITHOUT_CHANGE, UNEXPLAINED_CHANGE
from tools.verifier.manifest_format import FULL_MEMBERS, MODULES, OPTIONAL_MEMBERS

ROOT = Path(__file__).parents[3]
EVIDENCE: dict[str, Supports] = {name: told for name, (_, told) in FILES.items()} | dict(FINDINGS)
CHANGE_MANAGEMENT = {
    *("CC8.1", "A.8.32", "2024/2690, Annex, 6.4", "Art. 9(4)(e)", "2024/1774, Art. 17"),
}
REMOVAL = {
    *("CC6.2", "CC6.3", "A.5.18", "Art. 21(2)(i)", "2024/2690, Annex, 11.2"),
    *("Art. 9(4)(c)", "2024/1774, Art. 21"),
}


def _kinds_written_in_the_code() -> set[str]:
    """Return the kinds that a call of ``finding`` or ``_finding`` in the rules names outright."""
    calls = [
        node
        for path in (ROOT / "functions" / "snapshot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args
    ]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in ("finding", "_finding")
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_every_kind_of_finding_that_the_code_can_give_is_there() -> None:
    """And no other; docs/findings.md is held to the same kinds."""
    written = _kinds_written_in_the_code()
    assert {"orphan_key", "admin_key_old", "audit_log_behind"} <= written
    of_the_log = {LOG_ENTRY_CHANGED, LOG_ENTRY_GONE, *HAPPENINGS}
    of_reconciliation = {UNEXPLAINED_CHANGE, EVENT_WITHOUT_CHANGE}
    assert set(FINDINGS) == {*written, *NEEDS, *of_the_log, *of_reconciliation, REGISTER_FULL}


def test_every_file_that_a_pack_can_have_is_there() -> None:
    """As the auditors' script knows them; anchors.jsonl and manifest.sig had been forgotten."""
    documented = MODULES[2, "openai_admin"].files
    assert set(FILES) == {
        *("manifest.json", "manifest.sig", "sealed/", "large/"),
        *documented,
        *FULL_MEMBERS,
        *OPTIONAL_MEMBERS,
    }


def test_what_supports_no_clause_says_why_and_nothing_else_does() -> None:
    """None is left out by oversight."""
    assert {name for name, supports in EVIDENCE.items() if not supports} == set(WHY_NONE)
    assert all(supports.keys() <= CLAUSES.keys() for supports in EVIDENCE.values())


@pytest.mark.parametrize("clause", sorted(CHANGE_MANAGEMENT))
def test_change_management_is_of_settings_alone(clause: str) -> None:
    """Removal of access had stood under CC8.1, with every other change and short-lived owners."""
    assert {name: told[clause] for name, told in EVIDENCE.items() if clause in told} == {
        "allowlist_opened": None,
        "audit_logging_switched_off": None,
        "changes.jsonl": OF_SETTINGS,
        "unexplained_change": OF_SETTINGS,
        "event_without_change": OF_SETTINGS,
    }


@pytest.mark.parametrize(
    "name",
    [
        *("users.jsonl", "project_users.jsonl", "api_keys.jsonl", "admin_keys.jsonl"),
        *("service_accounts.jsonl", "invites.jsonl"),
        *("orphan_key", "stale_key", "never_used_key", "key_in_archived_project"),
        *("disabled_owner_key", "admin_key_owner_disabled", "admin_key_idle"),
        *("admin_key_never_used", "service_account_person_left", "short_lived_owner"),
        *("short_lived_key", "owner_invite_pending"),
    ],
)
def test_who_has_access_and_who_no_longer_should_is_of_access_rights(name: str) -> None:
    """Access that was given, and is or is not taken away again, in each of the frameworks."""
    assert EVIDENCE[name].keys() >= REMOVAL
    assert all(EVIDENCE[name][clause] is None for clause in REMOVAL)
    assert not EVIDENCE[name].keys() & CHANGE_MANAGEMENT


def test_a_removal_among_the_changes_is_of_access_rights() -> None:
    """In every section that gives access; a project gives none by itself."""
    for name in ("changes.jsonl", "unexplained_change", "event_without_change"):
        assert {EVIDENCE[name][clause] == OF_ACCESS for clause in REMOVAL} == {True}
    assert set(OF_ACCESS["section"]) == set(REGISTERED) - {"projects"}


@pytest.mark.parametrize(
    ("name", "of", "not_of"),
    [
        ("secret_in_name", ("CC6.1", "A.5.17", "Art. 9(4)(d)"), ("A.5.18", "CC6.3")),
        ("admin_key_old", ("CC6.1", "A.5.17", "A.8.2", "Art. 9(4)(d)"), ("A.5.18", "CC6.3")),
        ("stale_key", ("A.5.18",), ("A.5.17", "Art. 9(4)(d)")),
        ("many_owners", ("CC6.3", "A.8.2", "2024/2690, Annex, 11.3"), ("A.5.16",)),
        ("service_account_person_left", ("A.5.16", "2024/1774, Art. 20"), ("A.8.2",)),
        ("project_users.jsonl", ("A.5.15", "A.5.18"), ("A.5.16", "2024/1774, Art. 20")),
        ("events.jsonl", ("A.8.15", "2024/1774, Art. 12"), ("A.8.16", "Art. 10(1)")),
        ("audit_log_behind", ("A.8.16", "Art. 10(3)"), ("A.8.15", "2024/1774, Art. 12")),
        ("log_entry_gone", ("A.8.15", "A.5.33", "CC7.3"), ("A.5.18",)),
        ("findings.jsonl", ("CC7.2", "CC7.3", "A.5.25", "Art. 21(2)(f)"), ("A.5.15",)),
        ("manifest.json", ("A.5.28", "A.5.33"), ("Art. 21(2)(f)", "CC7.2")),
        ("allowlist_opened", ("CC6.6", "CC7.1", "A.8.3", "A.8.9", "Art. 21(2)(e)"), ("A.5.18",)),
    ],
)
def test_each_supports_what_it_is_about_and_no_neighbour(
    name: str, of: tuple[str, ...], not_of: tuple[str, ...]
) -> None:
    """Credentials, rights, identities, privileges, logging and monitoring are told apart."""
    assert set(of) <= EVIDENCE[name].keys()
    assert not set(not_of) & EVIDENCE[name].keys()


def test_rows_are_told_by_fields_and_values_that_they_have() -> None:
    """A filter that finds nothing would support nothing."""
    fields = {
        "users.jsonl": UserRow.__annotations__,
        "invites.jsonl": InviteRow.__annotations__,
        "changes.jsonl": Change.__annotations__,
    } | dict.fromkeys(FINDINGS, Finding.__annotations__)
    for name, supports in EVIDENCE.items():
        for rows in filter(None, supports.values()):
            assert rows.keys() <= fields[name].keys()
    for rows in (OF_ACCESS, OF_KEYS, OF_SETTINGS):
        assert set(rows["section"]) <= set(REGISTERED)
    assert set(OF_KEYS["section"]) <= set(OF_ACCESS["section"])
