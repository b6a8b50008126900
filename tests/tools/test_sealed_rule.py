"""The rule from a sealed row to a row of the pack names the fields that the records declare."""

import re
from pathlib import Path
from typing import get_type_hints

import pytest

from functions.pack.collect import sealed_members
from functions.shared.records.entities import KeyFinding
from functions.shared.records.events import Change, LastVerdict
from functions.shared.records.fields import SINCE_3, fields_of, shown_fields
from functions.shared.records.findings import FindingRow
from functions.shared.records.registers import EPISODES, ROWS
from functions.shared.records.seals import (
    LifecycleEntry,
    LifecycleFacts,
    ObjectEntry,
    SealContent,
    SectionSeal,
    SegmentEntry,
    Segments,
    Source,
    Watermarks,
)
from tools.verifier import manifest_format
from tools.verifier.sealed import rule, seal_fields

PAGE = (Path(__file__).parents[2] / "docs" / "evidence-pack-format.md").read_text()


@pytest.mark.parametrize("section", ROWS)
def test_of_an_entity(section: str) -> None:
    """All that a row shows; what version 2 did not know of is left out where it is not there."""
    new = rule.NEW_FIELDS[section]
    told = {*rule.SEALED_FIELDS[section], *rule.BOUNDS, *new}
    assert told | {"org_id", "state_at"} == set(shown_fields(ROWS[section])) - {"findings"}
    assert set(new) == set(fields_of(EPISODES[section], SINCE_3))


def test_of_a_change_and_a_finding() -> None:
    """With the last verdict; and of a key's finding what its row says."""
    assert set(rule.CHANGE) == set(shown_fields(Change))
    assert set(rule.VERDICT) == set(shown_fields(LastVerdict))
    assert set(rule.KEY_FINDING) == set(shown_fields(KeyFinding))
    added = {"org_id", "state_at"}
    assert set(rule.SEALED_FIELDS["findings"]) == set(shown_fields(FindingRow)) - added


def test_the_order_of_the_members_is_one() -> None:
    """That of the function, of the script and of the page."""
    assert sealed_members.ORDER == manifest_format.SEALED_ORDER
    told = re.search(r"each with `verdicts` first,\s+then (.*?); by month", PAGE, re.DOTALL)
    assert told
    named = re.findall(r"`(\w+)`", told[1])
    assert ("verdicts", *named) == manifest_format.SEALED_ORDER


# As the page calls the types of fields, and as the script does.
TYPES = {
    "text": "a text",
    "count": "a count",
    "digest": "64 lower-case hex digits",
    "hour": "an RFC 3339 instant in UTC",
    "instant": "an RFC 3339 instant in UTC",
    "list": "a list",
    "object": "an object",
    "`proven`, `none`": "proven or none",
}
# The script asks them of a seal of any version: check 10, by name.
ASKED_OF_ALL = {"v", "tenant_id", "org_id", "hour", "outcome", "previous_sha256", "statements_n"}


def told_types(heading: str) -> dict[str, str]:
    """Return the fields that the page lists under a heading, with their types as the script's."""
    table = PAGE.partition(f"\n### {heading}\n")[2].partition("\n#")[0]
    told = {}
    for names, words in re.findall(r"^\| (`[^|]*`) \| ([^|]*) \|", table, re.MULTILINE):
        plain = TYPES.get(words.removesuffix("?"))
        for name in re.findall(r"`(\w+)`", names):
            told[name] = f"{plain} or null" if plain and words.endswith("?") else plain or words
    return told


@pytest.mark.parametrize(
    ("heading", "record", "asked"),
    [
        ("The content", SealContent, seal_fields.SEAL_FIELDS),
        ("The source", Source, seal_fields.SOURCE_FIELDS),
        ("A section", SectionSeal, seal_fields.SECTION_FIELDS_4),
        ("An object", ObjectEntry, seal_fields.STORED_FIELDS),
    ],
)
def test_of_a_seal(heading: str, record: type, asked: dict[str, tuple[object, str]]) -> None:
    """Page, records and script name the same fields, with the same types."""
    told = told_types(heading)
    assert told.keys() == _inherited(record)
    if heading == "The content":
        assert {"custody", "source"} <= asked.keys()
        told = {name: words for name, words in told.items() if name not in ASKED_OF_ALL}
        # Null only in version 2.
        told["source"] = "an object"
    assert {name: words for name, (_, words) in asked.items()} == told


def test_of_the_smaller_parts_of_a_seal() -> None:
    """Segments, watermarks, what a tenant did."""
    assert seal_fields.KINDS.keys() == _inherited(Segments)
    assert seal_fields.WATERMARKS.keys() == _inherited(Watermarks)
    assert seal_fields.SEGMENT_FIELDS.keys() == _inherited(SegmentEntry)
    always = _inherited(LifecycleEntry) - _inherited(LifecycleFacts)
    assert seal_fields.LIFECYCLE_FIELDS.keys() == always


def test_members_that_may_be_absent() -> None:
    """Those that the page names are those that the script does not demand."""
    told = re.search(
        r"has every member but those that may be absent:\s(.*?), and under", PAGE, re.S
    )
    assert told
    may = {*manifest_format.OPTIONAL_MEMBERS} - {*manifest_format.FORMAT_3_MEMBERS}
    assert {f"{name}.jsonl" for name in re.findall(r"`(\w+)`", told[1])} == may


def _inherited(record: type) -> set[str]:
    """Return the fields of a record and of those that it extends."""
    return set(get_type_hints(record))
