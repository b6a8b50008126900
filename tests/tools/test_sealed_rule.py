"""The rule from a sealed row to a row of the pack names the fields that the records declare."""

import re
from pathlib import Path

import pytest

from functions.pack.collect import sealed_members
from functions.shared.records.by_section import EPISODES, ROWS
from functions.shared.records.entities import KeyFinding
from functions.shared.records.events import Change, LastVerdict
from functions.shared.records.fields import SINCE_3, fields_of, shown_fields
from functions.shared.records.findings import FindingRow
from tools.verifier import manifest_format
from tools.verifier.sealed import rule

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
    told = re.search(r"each with `verdicts` first, then (.*?); by month", PAGE, re.DOTALL)
    assert told
    named = re.findall(r"`(\w+)`", told[1])
    assert ("verdicts", *named) == manifest_format.SEALED_ORDER
