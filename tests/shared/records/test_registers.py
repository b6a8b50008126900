"""What is the same for the rows of every section."""

from typing import Any

import pytest

from functions.shared.records.fields import SEALED_ONLY, VOLATILE, fields_of, shown_fields
from functions.shared.records.registers import (
    EPISODES,
    ROWS,
    Registers,
    came_at,
    fields_apart,
    id_field,
    identity_of,
    is_unreadable,
    present,
    project_of,
    rows_of,
    stable_fields,
    unreadable_of,
)
from functions.shared.sections import SECTIONS
from tests.snapshot.rows import (
    admin_key,
    api_key,
    invite,
    member,
    project,
    service_account,
    user,
    user_state,
)


def test_every_section_is_a_register_and_has_one_id() -> None:
    """The records, the registers and the sections name the same."""
    names = [section.name for section in SECTIONS]
    assert list(Registers.__annotations__) == list(EPISODES) == names
    assert {section.name: section.id_field for section in SECTIONS} == {
        "users": "user_id",
        "projects": "project_id",
        "api_keys": "key_id",
        "admin_keys": "key_id",
        "invites": "invite_id",
        "groups": "group_id",
        "roles": "role_id",
        "service_accounts": "service_account_id",
        "project_users": "membership_id",
        "group_members": "membership_id",
        "group_roles": "assignment_id",
        "user_roles": "assignment_id",
        "project_groups": "membership_id",
        "workload_identity_providers": "provider_id",
        "workload_identity_rules": "rule_id",
    }
    assert id_field("users") == "user_id"


def test_an_entity_is_named_by_its_id() -> None:
    """A member of a project by both."""
    assert identity_of("users", user()) == "user-ann"
    assert identity_of("project_users", member()) == "proj_web/user-ann"


def test_what_belongs_to_a_project_says_so() -> None:
    """Users belong to the organization."""
    assert project_of(api_key()) == "proj_web"
    assert project_of(user()) is None


def test_rows_of_a_section_that_was_never_read_are_none() -> None:
    """Not an empty list."""
    registers: Registers = {"users": [user()], "projects": [], "api_keys": []}
    assert rows_of(registers, "users") == [user()]
    assert rows_of(registers, "projects") == []
    assert rows_of(registers, "groups") is None


def test_who_is_gone_is_not_present() -> None:
    """An episode ends with its hour."""
    assert present([user(removed_at="2026-04-01T05:00:00Z"), user("user-bob")]) == [
        user("user-bob")
    ]


def test_when_an_entity_came() -> None:
    """As added, else as created."""
    assert came_at(user(added_at="a")) == "a"
    assert came_at(project(created_at="c")) == "c"
    assert came_at(user(added_at=None)) is None
    both = {**api_key(created_at="c"), "added_at": None}
    assert came_at(both) == "c"  # type: ignore[arg-type]


def test_a_row_names_what_could_not_be_read_of_it() -> None:
    """Rows of version 2 name nothing, and some of its fields may be null."""
    row = user(unreadable=["role"])
    assert list(unreadable_of(row)) == ["role"]
    assert is_unreadable(row, "role")
    assert not is_unreadable(row, "added_at")
    older: Any = {name: value for name, value in row.items() if name != "unreadable"}
    for nothing in (older, user(unreadable=None), user()):
        assert list(unreadable_of(nothing)) == []
        assert not is_unreadable(nothing, "role")


@pytest.mark.parametrize(
    ("section", "row", "fleeting"),
    [
        ("users", user(), {"roles_held", "api_key_last_used_at"}),
        ("api_keys", api_key(), {"last_used_at"}),
        ("admin_keys", admin_key(), {"last_used_at", "ever_used", "is_own"}),
        ("service_accounts", service_account(), {"person_id"}),
        ("invites", invite(), set()),
        ("project_users", member(), set()),
        ("projects", project(), set()),
    ],
)
def test_facts_that_change_by_themselves_are_no_changes(
    section: str, row: Registers, fleeting: set[str]
) -> None:
    """Nor is what is of the stay and not of the entity."""
    of_stay = {"first_seen_at", "removed_at", "added_not_before", "removed_not_before"}
    names = set(fields_of(EPISODES[section])) - fleeting - of_stay - {"shown_until", "unreadable"}
    assert stable_fields(section, row) == {name: row[name] for name in names}  # type: ignore[arg-type, literal-required]


def test_two_states_differ_in_some_fields() -> None:
    """A field that one of them lacks is null there."""
    reader, owner = (stable_fields("users", user_state(role=role)) for role in ("reader", "owner"))
    assert fields_apart(reader, owner) == (["role"], {"role": "reader"}, {"role": "owner"})
    assert fields_apart({"role": "a"}, {"status": "b"}) == (
        *(["role", "status"], {"role": "a", "status": None}),
        {"role": None, "status": "b"},
    )
    assert fields_apart(reader, reader) == ([], {}, {})


def test_where_there_is_but_one_state_all_its_fields_are_told() -> None:
    """Who came, or left; also those of which nothing is known."""
    state = stable_fields("users", user_state(role=None))
    assert fields_apart(None, state) == (sorted(state), None, state)
    assert fields_apart(state, None) == (sorted(state), state, None)


def test_every_section_has_a_record_that_holds_its_id() -> None:
    """In the order in which changes are sealed; packs do not show all."""
    assert set(EPISODES) == {section.name for section in SECTIONS}
    rights = {"group_members", "group_roles", "user_roles", "project_groups"}
    rights |= {"workload_identity_providers", "workload_identity_rules"}
    assert set(EPISODES) - set(ROWS) == {"groups", "roles", *rights}
    for section in SECTIONS:
        assert section.id_field in fields_of(EPISODES[section.name])


@pytest.mark.parametrize("section", ROWS)
def test_a_row_shows_its_episode_whose_it_is_and_when(section: str) -> None:
    """All but what is sealed only; keys also their findings."""
    more = {"org_id", "state_at"} | ({"findings"} if section == "api_keys" else set())
    assert set(shown_fields(ROWS[section])) == set(shown_fields(EPISODES[section])) | more
    assert set(fields_of(EPISODES[section], SEALED_ONLY)) <= {"extra", "shown_until"}


def test_facts_that_change_by_themselves_are_marked() -> None:
    """A key's use, what could not be read, what tenant or connection say: never a change."""
    volatile = {name: fields_of(record, VOLATILE) for name, record in EPISODES.items()}
    assert all("unreadable" in fields for fields in volatile.values())
    assert {name: set(fields) - {"unreadable"} for name, fields in volatile.items()} == {
        **{name: set() for name in EPISODES},
        "users": {"api_key_last_used_at"},
        "api_keys": {"last_used_at"},
        "admin_keys": {"last_used_at", "ever_used", "is_own"},
        "service_accounts": {"person_id"},
        "group_roles": {"role_name", "permissions", "resource_type", "predefined_role"},
        "user_roles": {"role_name", "permissions", "resource_type", "predefined_role"},
    }
