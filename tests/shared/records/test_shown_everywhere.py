"""A field is declared once: the API, its document and the dashboard follow, the page is held to it.

A field added to a record alone shows up in the list, the OpenAPI document and the dashboard's file
by itself; for the format page, a test here says that it is missing.
"""

import re
from pathlib import Path
from typing import Any, TypedDict

import pytest

from functions.api.document import document
from functions.api.flow import OPERATIONS
from functions.api.schemas.parts import row as row_schema
from functions.api.schemas.registers import LISTED
from functions.api.views.changes import CHANGES
from functions.api.views.events import EVENTS
from functions.pack.members import rows
from functions.shared.records.anchors import AnchorRow
from functions.shared.records.entities import UserRow
from functions.shared.records.events import ChangeRow, Event
from functions.shared.records.fields import MaybeText, fields_of, shown, shown_fields
from functions.shared.records.findings import FindingRow
from functions.shared.records.registers import ROWS
from functions.shared.records.seals import (
    CustodyHead,
    Kpi,
    LifecycleEntry,
    ObjectEntry,
    OptionalMarks,
    SealContent,
    SealHeader,
    SectionSeal,
    SegmentEntry,
    Segments,
    Source,
    StreamMarks,
    Watermarks,
)
from functions.shared.records.statements import SealedCustodyEntry, StatementRow
from tools.dashboard_columns import TABLES, TARGET, columns, module

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "evidence-pack-format.md").read_text()
MEMBERS: dict[str, type] = {
    **ROWS,
    "events": Event,
    "changes": ChangeRow,
    "findings": FindingRow,
    "statements": StatementRow,
    "custody": SealedCustodyEntry,
    "anchors": AnchorRow,
}
PARTS_OF_SEALS: dict[str, type] = {
    "The content": SealContent,
    "The source": Source,
    "A section": SectionSeal,
    "An object": ObjectEntry,
    "The watermarks": StreamMarks,
}
LISTS: dict[str, Any] = {
    **{each.section: each for each in LISTED},
    "events": EVENTS,
    "changes": CHANGES,
}
SCHEMAS = {
    **{each.section: each.of for each in LISTED},
    "events": "Event",
    "changes": "Change",
}


def on_the_page(member: str) -> set[str]:
    """Return the fields that the format page gives a member's rows."""
    (fields,) = re.findall(rf"^\| `{member}\.jsonl` \| `([a-z0-9_ ]+)` \|", PAGE, re.MULTILINE)
    return set(fields.split())


@pytest.mark.parametrize("member", MEMBERS)
def test_the_format_page_names_the_fields_of_the_record(member: str) -> None:
    """All that are shown, and no others."""
    assert on_the_page(member) == set(shown_fields(MEMBERS[member]))


def test_the_format_page_has_no_member_without_a_record() -> None:
    """Coverage rows are seals, told of in the text; repeated events are rows of events."""
    members = set(re.findall(r"^\| `([a-z_]+)\.jsonl` \| `", PAGE, re.MULTILINE))
    assert members - {"coverage", "repeated_events"} == set(MEMBERS)


@pytest.mark.parametrize("heading", PARTS_OF_SEALS)
def test_the_format_page_names_the_fields_of_a_seal(heading: str) -> None:
    """Each part under its heading, field by field, and no others."""
    (text,) = re.findall(rf"^### {heading}\n(.*?)^##", PAGE, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`[a-z].*?) \|", text, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([a-z0-9_]+)`", row)}
    assert told == set(fields_of(PARTS_OF_SEALS[heading]))


def test_the_format_page_names_what_stands_in_the_text_of_a_seal() -> None:
    """Parts too small for a table."""
    (text,) = re.findall(r"^## The seals\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    names = {name for words in re.findall(r"`([^`]+)`", text) for name in re.findall(r"\w+", words)}
    for record in (SealHeader, Segments, SegmentEntry, CustodyHead, Kpi, LifecycleEntry):
        assert set(fields_of(record)) <= names, record
    assert set(fields_of(Watermarks)) <= names
    assert set(fields_of(OptionalMarks)) <= names


@pytest.mark.parametrize("name", LISTS)
def test_a_list_its_schema_and_its_file_have_one_record(name: str) -> None:
    """What the API answers, what its document says, and what the dashboard saves."""
    record = LISTS[name].row
    schema = document()["components"]["schemas"][SCHEMAS[name]]
    assert set(shown(record)) == set(schema["properties"]) == set(schema["required"])
    assert set(columns(TABLES[name])) == set(schema["properties"])
    assert columns(TABLES[name])[0] == "org_id"


@pytest.mark.parametrize("name", LISTS)
def test_a_lists_parameters_are_those_of_the_document(name: str) -> None:
    """Its own record's filters among them."""
    path = f"/{LISTS[name].name}"
    (operation,) = [each for each in OPERATIONS if (each.method, each.path) == ("GET", path)]
    assert set(operation.query) == set(LISTS[name].parameters)
    assert set(LISTS[name].filters) <= set(operation.query)


def test_the_dashboards_columns_are_those_written_from_the_records() -> None:
    """``python -m tools.dashboard_columns`` writes them anew."""
    assert TARGET.read_text() == module()


class Shoe(TypedDict):
    """A field that no record has yet."""

    shoe_size: MaybeText


class LongerUserRow(UserRow, Shoe):
    """A user's row as if somebody had added a field to the record, and nowhere else."""


def test_a_field_added_to_a_record_alone_is_shown_everywhere_but_on_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And there the test above says that it is missing."""
    episode: Any = {"user_id": "user-1", "shoe_size": "43"}
    episode |= {"first_seen_at": "2026-04-01T00:00:00Z", "removed_at": None}
    monkeypatch.setattr(rows, "ROWS", {**ROWS, "users": LongerUserRow})
    (packed,) = rows.entity_rows("org-1", "users", [episode], ["2026-04-01T00:00:00Z"], "")
    assert {**packed}["shoe_size"] == "43"
    assert shown(LongerUserRow, episode)["shoe_size"] == "43"
    assert "shoe_size" in row_schema(LongerUserRow)["properties"]
    assert "shoe_size" in columns(LongerUserRow)
    assert on_the_page("users") != set(shown_fields(LongerUserRow))
