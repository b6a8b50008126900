"""One record a section, for its register and for its rows."""

import pytest

from functions.shared.records.by_section import EPISODES, ROWS
from functions.shared.records.fields import SEALED_ONLY, VOLATILE, fields_of, shown_fields
from functions.shared.sections import SECTIONS


def test_every_section_has_a_record_that_holds_its_id() -> None:
    """In the order in which changes are sealed; two sections have no rows."""
    assert set(EPISODES) == {section.name for section in SECTIONS}
    assert set(EPISODES) - set(ROWS) == {"groups", "roles"}
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
    }
