"""Keys in names: found in whichever section they stand, and in no other text."""

from typing import Any

import pytest

from functions.shared.records.registers import id_field
from functions.snapshot.findings.names import (
    OF_ANY_SECTION,
    large_names_unread,
    name_findings,
    named_with_keys,
)
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.sections import BY_PARENT, OF_ORGANIZATION
from functions.snapshot.records import SectionRead, Snapshot
from tests.snapshot.rows import api_key, user

PRIVACY = Privacy(b"k" * 32)
NAMED = ["projects", "api_keys", "admin_keys", "groups", "roles", "service_accounts"]
SECRETS = ["sk-proj-abcDEF1234567890abcDEF", "old: sk-svcacct-abcDEF1234567890 (do not use)"]


def registers(section: str, name: object, **facts: Any) -> Any:
    """Return registers with one thing, read from a record of that name, in a section."""
    rule = BY_PARENT[section]("proj_web") if section in BY_PARENT else OF_ORGANIZATION[section]
    row, _ = rule({"id": "thing", "name": name}, PRIVACY)
    stay = {**row, "first_seen_at": "2026-04-01T00:00:00Z", "removed_at": None, **facts}
    return {"users": [user()], "projects": [], "api_keys": [], section: [stay]}


@pytest.mark.parametrize("section", NAMED)
@pytest.mark.parametrize("name", SECRETS)
def test_a_key_in_a_name_is_found(section: str, name: str) -> None:
    """Of every section with names (C16); the row itself holds only its keyed hash."""
    rows = registers(section, name)
    assert "abcDEF" not in str(rows)
    (one,) = name_findings(rows)
    assert (one["kind"], one["reason"]) == (OF_ANY_SECTION, "looks_like_a_key")
    assert (one["section"], one["entity_id"]) == (section, "thing")
    assert rows[section][0][id_field(section)] == "thing"
    assert (one["severity"], one["still_works"]) == ("medium", None)


@pytest.mark.parametrize("name", ["web", None, 7, "secret:short", "ann@x.example", "sk-...wxyz"])
def test_other_names_hold_none(name: object) -> None:
    """Nor does what was cut short, or an address."""
    assert [*name_findings(registers("api_keys", name))] == []


def test_what_is_gone_is_not_looked_at() -> None:
    """Its name is seen by nobody any more."""
    rows = registers("projects", SECRETS[0], removed_at="2026-04-01T05:00:00Z")
    assert [*name_findings(rows)] == []


def test_a_key_at_the_end_of_a_name_too_large_for_a_row_is_found() -> None:
    """The whole is looked at before a limit cuts it."""
    large: Any = {"$large": {"sha256": "0" * 64, "bytes": 9000, "head": "web web"}}
    rows = registers("projects", "web")
    rows["projects"][0]["name"] = large
    assert [*name_findings(rows)] == []
    whole = registers("projects", "web " * 2000 + SECRETS[0])["projects"]
    read: Any = Snapshot({"projects": SectionRead("complete", rows=whole)}, None, {}, "", "")  # type: ignore[arg-type, typeddict-item]
    (one,) = name_findings(rows, named_with_keys(read))
    assert (one["kind"], one["entity_id"]) == (OF_ANY_SECTION, "thing")


def test_a_large_name_is_undecided_in_hours_that_do_not_read_it() -> None:
    """Of a list that is read once a day, of keys of archived projects; a short name is known."""
    large: Any = {"$large": {"sha256": "0" * 64, "bytes": 9000, "head": "web web"}}
    rows = registers("groups", "web") | {"api_keys": [api_key("a", name=large), api_key("b")]}
    rows["groups"][0]["name"] = large
    rows["api_keys"].append(api_key("gone", name=large, removed_at="2026-04-01T05:00:00Z"))
    lists = {"api_keys": SectionRead("complete", rows=[api_key("b")])}
    read: Any = Snapshot(lists, None, {}, "", "")  # type: ignore[arg-type, typeddict-item]
    unread = large_names_unread(rows, read)
    assert unread == {("groups", "thing"), ("api_keys", "a")}
    lists["api_keys"] = SectionRead("complete", rows=[api_key("a")])
    assert large_names_unread(rows, read) == {("groups", "thing")}
