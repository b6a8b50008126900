"""Owners through groups and rules for workload identities, from an hour's rows alone."""

from typing import Any, cast

import pytest

from functions.shared.access_graph.graph import AccessGraph
from functions.shared.access_graph.index import Index
from functions.shared.records.registers import Registers
from functions.snapshot.findings.rights import (
    OWNER_BY_GROUP,
    UNOWNED,
    WIDE,
    Rights,
    rights_findings,
)
from tests.shared.access_graph.test_graph import AT, STAY, assigned, member
from tests.snapshot.rows import project, service_account, user

READ_AT = {"service_accounts": "2026-04-01T02:00:00Z"}
OWNERS_GROUP = [assigned("g", "r", "api.roles.write")]
UNREADABLE_ROLES = [assigned("g", "r", unreadable=["permissions"])]
LISTED = {"role": "owner"}


def rights(read_at: Any = READ_AT, **rows: Any) -> Rights:
    """Return what is found of Ann, a project, a service account with an owner, and some more."""
    usual: Any = {
        "users": [user()],
        "projects": [project()],
        "groups": [{"group_id": name, **STAY} for name in ("g", "h")],
        "service_accounts": [service_account(person_id="user-ann")],
        "workload_identity_providers": [provider()],
    }
    return rights_findings(AccessGraph(Index(cast("Registers", usual | rows)), AT), read_at)


def provider(**facts: Any) -> Any:
    """Return one stay of a provider, whose tokens are for one audience."""
    usual = {"provider_id": "wip_ci", "audience": "https://api.openai.com", "enabled": True}
    return {**usual, **STAY, **facts}


def rule(*matchers: tuple[str, Any], **facts: Any) -> Any:
    """Return one stay of a rule, by default of one that asks for nothing."""
    usual = {"rule_id": "wifr_1", "provider_id": "wip_ci", "project_id": "proj_web"}
    to = {"service_account_id": "svc_bot", "enabled": True, "permission_type": None}
    rows = [{"attribute": name, "value": value} for name, value in matchers]
    return {**usual, **to, "attribute_matchers": rows, **STAY, **facts}


def found(rights: Rights) -> set[tuple[str, str, str, str]]:
    """Return kind, reason, severity and whom of it."""
    return {
        (row["kind"], row["reason"], row["severity"], row["entity_id"]) for row in rights.findings
    }


def owner(membership: str) -> tuple[str, str, str, str]:
    """Return that somebody is an owner by a group alone."""
    return (OWNER_BY_GROUP, "owner_role_of_group", "high", membership)


MANY = (OWNER_BY_GROUP, "more_than_three_with_groups", "medium", "")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("user-ann", {owner("g/user-ann")}),
        ("svc_bot", {owner("g/svc_bot")}),
        ("user-olga", set()),
        ("user-gone", set()),
    ],
)
def test_who_is_an_owner_by_a_group_alone(who: str, expected: set[Any]) -> None:
    """Not who is listed as one already, nor who is not there any more."""
    users = [user(), user("user-olga", **LISTED)]
    members = [member("g", who)]
    assert found(rights(users=users, group_members=members, group_roles=OWNERS_GROUP)) == expected


@pytest.mark.parametrize("who", ["user-ann", "svc_bot"])
def test_each_of_two_groups_makes_an_owner(who: str) -> None:
    """Whoever leaves one of them still is one; it counts as one owner more."""
    both = [member("g", who), member("h", who)]
    roles = [*OWNERS_GROUP, assigned("h", "r", "api.roles.write")]
    users = [user(), *(user(f"user-{n}", **LISTED) for n in range(2))]
    every = {owner(f"g/{who}"), owner(f"h/{who}")}
    assert found(rights(users=users, group_members=both, group_roles=roles)) == every


@pytest.mark.parametrize(("n_listed", "is_many"), [(2, False), (3, True), (4, False)])
def test_more_than_three_owners_counted_with_groups(n_listed: int, is_many: bool) -> None:
    """Where more than three are listed, another finding says so."""
    users = [user(), *(user(f"user-{n}", **LISTED) for n in range(n_listed))]
    here = rights(users=users, group_members=[member("g", "user-ann")], group_roles=OWNERS_GROUP)
    assert found(here) == {owner("g/user-ann")} | ({MANY} if is_many else set())


@pytest.mark.parametrize(
    ("role", "roles"), [({}, UNREADABLE_ROLES), ({"unreadable": ["role"]}, OWNERS_GROUP)]
)
def test_what_nobody_can_tell_finds_nothing_and_ends_nothing(role: Any, roles: Any) -> None:
    """What a group's role permits, or which role somebody is listed with."""
    here = rights(users=[user(**role)], group_members=[member("g", "user-ann")], group_roles=roles)
    assert found(here) == set()
    of = {
        ("group_members", "g/user-ann"): [OWNER_BY_GROUP],
        ("group_members", ""): [OWNER_BY_GROUP],
    }
    assert here.undecided == of


def test_groups_without_such_a_role_make_nobody_an_owner() -> None:
    """Roles that give other things."""
    roles = [assigned("g", "r", "api.model.request")]
    here = rights(group_members=[member("g", "user-ann")], group_roles=roles)
    assert here == Rights()


def wide(reason: str, severity: str = "high") -> set[tuple[str, str, str, str]]:
    """Return that the rule matches too much."""
    return {(WIDE, reason, severity, "wifr_1")}


@pytest.mark.parametrize(
    ("matchers", "expected"),
    [
        ([], wide("no_condition")),
        ([("iss", "https://issuer.example"), ("aud", "x")], wide("issuer_or_audience_alone")),
        ([("sub", "*")], wide("wildcards_alone")),
        ([("sub", ""), ("aud", "openai")], wide("wildcards_alone")),
        ([("sub", None)], wide("wildcards_alone")),
        ([("sub", "*:ref:refs/heads/main"), ("job", "?")], wide("wildcards_alone")),
        ([("sub", "repo:acme/*")], set()),
        ([("sub", "*"), ("repository", "acme/web")], set()),
    ],
)
def test_conditions_that_leave_out_nobody(matchers: Any, expected: set[Any]) -> None:
    """One that asks for something of its own is enough."""
    assert found(rights(workload_identity_rules=[rule(*matchers)])) == expected


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ({"audience": None}, wide("any_audience", "medium")),
        ({"audience": "*"}, wide("any_audience", "medium")),
        ({"audience": None, "unreadable": ["audience"]}, set()),
        ({}, set()),
    ],
)
def test_tokens_made_for_anybody(audience: Any, expected: set[Any]) -> None:
    """They are told of a rule with a condition; one without has a worse reason."""
    providers = [provider(**audience)]
    narrow, open_rule = rule(("sub", "repo:acme/web")), rule()
    here = rights(workload_identity_providers=providers, workload_identity_rules=[narrow])
    assert found(here) == expected
    here = rights(workload_identity_providers=providers, workload_identity_rules=[open_rule])
    assert found(here) == wide("no_condition")


@pytest.mark.parametrize(
    ("rows", "works"),
    [
        ({"workload_identity_rules": [rule(enabled=None)]}, True),
        ({"workload_identity_rules": [rule(enabled=False)]}, False),
        ({"workload_identity_providers": [provider(enabled=None)]}, True),
        ({"workload_identity_providers": [provider(enabled=False)]}, False),
        ({"workload_identity_providers": []}, False),
        ({"projects": [project(status="archived")]}, False),
        ({"projects": []}, False),
        ({"workload_identity_rules": [rule(project_id=None, unreadable=["project_id"])]}, True),
    ],
)
def test_a_rule_that_lets_nobody_in_is_not_told_of(rows: Any, works: bool) -> None:
    """Switched off, or in an archived project; what nobody can tell counts as working."""
    here = rights(**{"workload_identity_rules": [rule()]} | rows)
    assert found(here) == (wide("no_condition") if works else set())


def test_conditions_that_cannot_be_read_are_neither_wide_nor_narrow() -> None:
    """Nor are those that are too large to be kept in the row."""
    for unread in (None, {"$large": {"bytes": 70_000, "sha256": "0" * 64}}):
        here = rights(workload_identity_rules=[rule(attribute_matchers=unread)])
        assert found(here) == set()
        assert here.undecided == {("workload_identity_rules", "wifr_1"): [WIDE]}


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (None, ("nobody_named", "medium", True)),
        ("user-ann", None),
        ("team:platform", None),
        ("user-gone", ("person_not_in_organization", "high", True)),
    ],
)
def test_who_answers_for_a_rule(person: str | None, expected: Any) -> None:
    """Whoever answers for the service account as which its tokens act."""
    here = rights(
        service_accounts=[service_account(person_id=person)],
        workload_identity_rules=[rule(("sub", "repo:acme/web"))],
    )
    told = [(row["reason"], row["severity"], row["still_works"]) for row in here.findings]
    assert told == ([expected] if expected else [])
    assert {row["kind"] for row in here.findings} <= {UNOWNED}


@pytest.mark.parametrize(
    ("read_at", "rule_facts", "is_told"),
    [
        # The rule was first seen in the hour from midnight on.
        ({"service_accounts": "2026-03-31T01:00:00Z"}, {}, True),
        ({"service_accounts": "2026-03-31T00:59:59Z"}, {}, False),
        ({"service_accounts": None}, {}, False),
        ({}, {}, False),
        (READ_AT, {"service_account_id": None}, True),
        (READ_AT, {"service_account_id": None, "unreadable": ["service_account_id"]}, False),
    ],
)
def test_a_rule_whose_service_account_is_not_there(
    read_at: Any, rule_facts: Any, is_told: bool
) -> None:
    """Gone only where its list was read after the rule was first seen."""
    narrow = rule(("sub", "repo:acme/web"), **rule_facts)
    here = rights(read_at, service_accounts=[], workload_identity_rules=[narrow])
    told = [(row["reason"], row["severity"], row["still_works"]) for row in here.findings]
    assert told == ([("service_account_gone", "low", False)] if is_told else [])
    doubts = {} if is_told else {("workload_identity_rules", "wifr_1"): [UNOWNED]}
    assert here.undecided == doubts
