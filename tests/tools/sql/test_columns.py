"""The columns of the views are the fields of the records, and the files are what is built."""

import pytest

from functions.shared.records.entities import ApiKey, InviteRow, RoleHeld, UserRow
from functions.shared.records.events import ChangeRow, Event
from functions.shared.records.fields import shown_fields
from functions.shared.records.findings import FindingRow
from functions.shared.records.statements import SealedCustodyEntry, StatementRow
from tests.tools.sql.evidence import Evidence
from tools.sql.build import FOLDER, built_files
from tools.sql.columns import ENTITIES, kind_of

SEAL = {"seal_hour", "seal_sha256"}
# What stands in a view of its own, or in columns of its own.
ELSEWHERE = {"findings", "resolved_by"}
ADDED = {
    "findings": {"resolved_by_hour", "resolved_by_kind", "resolved_by_event_id"},
    "custody": {"seal_org_id"},
}
VIEWS = {
    **ENTITIES,
    "events": Event,
    "changes": ChangeRow,
    "findings": FindingRow,
    "statements": StatementRow,
    "custody": SealedCustodyEntry,
}


def test_what_is_built_is_what_is_there() -> None:
    """`python -m tools.sql.build` writes them; no file is left of an earlier build."""
    built = built_files()
    assert [path for path, text in built.items() if path.read_text() != text] == []
    there = {*FOLDER.glob("*.sql"), *(FOLDER / "athena").iterdir()}
    assert there == built.keys()


@pytest.mark.parametrize("name", VIEWS)
def test_a_field_that_is_declared_is_a_column_of_both_sources(name: str, told: Evidence) -> None:
    """And no other; a name has a second column, for the digest of a large value."""
    fields = {*shown_fields(VIEWS[name])} - ELSEWHERE
    names = {field for field in fields if kind_of(VIEWS[name], field) == "name"}
    expected = fields | {f"{field}_large_sha256" for field in names} | SEAL | ADDED.get(name, set())
    for connection in (told.of_pack, told.of_bucket):
        described = connection.execute(f"DESCRIBE {name}").fetchall()
        assert {column[0] for column in described} == expected
        types = {column[0]: column[1] for column in described}
        kinds = {"text": "VARCHAR", "name": "VARCHAR", "flag": "BOOLEAN", "count": "BIGINT"}
        for field in fields:
            kind = kind_of(VIEWS[name], field)
            assert types[field] == kinds.get(kind, "JSON"), field


@pytest.mark.parametrize(
    ("record", "field", "kind"),
    [
        (UserRow, "user_id", "text"),
        (UserRow, "removed_at", "text"),
        (UserRow, "enabled", "flag"),
        (UserRow, "unreadable", "json"),
        (ApiKey, "name", "name"),
        (ApiKey, "extra", "json"),
        (InviteRow, "projects", "json"),
        (ChangeRow, "kind", "text"),
        (ChangeRow, "verdict", "text"),
        (ChangeRow, "before", "json"),
        (Event, "late", "flag"),
        (StatementRow, "n", "count"),
        (StatementRow, "replaces", "count"),
        (RoleHeld, "from", "text"),
    ],
)
def test_what_a_field_is_in_sql(record: type, field: str, kind: str) -> None:
    """By its declaration alone."""
    assert kind_of(record, field) == kind
