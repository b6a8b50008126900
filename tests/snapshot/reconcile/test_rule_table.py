"""The table of what explains what: published as it is, and about what there is."""

import json
from pathlib import Path

import pytest

from functions.shared.records.fields import fields_of
from functions.shared.records.registers import EPISODES
from functions.shared.sections import REGISTERED
from functions.snapshot.reconcile.event_types import EXPLAINS_NOTHING, NEED_NOT_SHOW
from functions.snapshot.reconcile.group_events import GROUP_EVENTS
from functions.snapshot.reconcile.rule_table import (
    ASPECTS,
    EXPECTED_EFFECTS,
    EXPIRING,
    TABLE,
    VIA,
    rules_of,
)
from tools.what_explains_what import page

ROOT = Path(__file__).parent.parent.parent.parent
TYPES = ROOT.parent / "shared" / "openai" / "audit-event-types.json"


def test_page_is_made_from_the_table() -> None:
    """docs/what-explains-what.md says what the product does."""
    assert (ROOT / "docs" / "what-explains-what.md").read_text() == page()


def test_every_event_type_has_one_row() -> None:
    """It explains something, or a reason says why not; it leaves a change, or a reason says why."""
    explains = {name for rule in TABLE for name in rule.types} | set(GROUP_EVENTS)
    shows = {effect.type for effect in EXPECTED_EFFECTS}
    need_not = [name for names in NEED_NOT_SHOW.values() for name in names]
    nothing = [name for names in EXPLAINS_NOTHING.values() for name in names]
    assert sorted(explains) == sorted([*shows, *need_not])
    assert explains.isdisjoint(nothing)
    assert len(explains) + len(nothing) == len({*explains, *nothing}) == 149
    rows = page().partition("## Every event type")[2].splitlines()
    told = [line.split("`")[1] for line in rows if line.startswith("| `")]
    assert told == sorted({*explains, *nothing})


@pytest.mark.skipif(not TYPES.exists(), reason="OpenAI's list of event types is not here")
def test_every_event_type_is_one_of_openais() -> None:
    """No line waits for an event that does not exist, and none of theirs is left out."""
    known = {one["type"] for one in json.loads(TYPES.read_text())["events"]}
    named = {name for rule in TABLE for name in rule.types} | set(GROUP_EVENTS)
    named |= {name for effect in EXPECTED_EFFECTS for name in (effect.type, *effect.reverted_by)}
    assert named <= known
    assert named | {name for names in EXPLAINS_NOTHING.values() for name in names} == known


def test_every_section_and_aspect_has_a_line() -> None:
    """Whatever can change in a register has an event type, or stands among what is never logged."""
    assert set(ASPECTS) == set(REGISTERED)
    due = {(section, aspect) for section, fields in ASPECTS.items() for aspect in fields.values()}
    due |= {(section, kind) for section in ASPECTS for kind in ("added", "removed")}
    assert due == {(rule.section, rule.aspect) for rule in TABLE}
    assert {rule.via for rule in TABLE} == set(VIA)


def test_every_aspect_is_of_fields_that_there_are() -> None:
    """A field that is spelt otherwise would never be held against the log."""
    for section, aspects in ASPECTS.items():
        assert aspects.keys() <= set(fields_of(EPISODES[section])), section


def test_what_ends_by_itself_has_a_day_to_end_on() -> None:
    """Keys and invites."""
    assert {name for name in EPISODES if "expires_at" in fields_of(EPISODES[name])} == EXPIRING


def test_direct_explanations_go_before_cascades() -> None:
    """An event about the thing itself says more than one about another."""
    for section, fields in ASPECTS.items():
        for aspect in {"added", "removed", *fields.values()}:
            rules = rules_of(section, aspect)
            cascades = [rule.cascade for rule in rules]
            assert rules
            assert cascades == sorted(cascades)
            assert {(rule.section, rule.aspect) for rule in rules} == {(section, aspect)}
    assert rules_of("users", "name") == ()
