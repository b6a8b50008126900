"""Rows taken as sealed are the rows that JSON would make, whatever is in them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.pack.members.event_rows import RowSelection
from functions.shared.canonical import canonical, strict_loads
from functions.shared.records.events import EventState
from functions.shared.records.fields import fields_of

FIELDS = fields_of(EventState)
START, END = "2026-04-01T00:00:00Z", "2026-04-30T23:59:59Z"
HOUR = "2026-04-02T05:00:00Z"

# Texts that look like the end of a row, from inside a row.
NASTY = st.sampled_from(
    [
        "",
        ",",
        '","',
        ',"target_id":"x"}',
        '"},"occurred_at":"2026-04-01T00:00:00Z","project_id":null,"target_id":null}',
        "\n",
        "\u2028",
        "\ud800",
        "\\",
        '\\"',
    ]
)
TEXT = NASTY | st.text(max_size=8)
VALUE: st.SearchStrategy[Any] = st.recursive(
    TEXT | st.none() | st.booleans() | st.integers(-(2**53), 2**53),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXT | st.sampled_from(FIELDS), inner, max_size=3)
    ),
    max_leaves=6,
)
# None: nobody knows when, and the sealing hour stands in for it.
TIMES = st.sampled_from([START, END, HOUR, None, "2026-03-31T23:59:59Z", "2026-05-01T00:00:00Z"])
EVENT = st.fixed_dictionaries(
    {
        "event_id": TEXT,
        "event_type": TEXT | st.none(),
        "occurred_at": TIMES,
        "actor_type": TEXT | st.none(),
        "actor_id": TEXT | st.none(),
        "actor_hash": TEXT | st.none(),
        "project_id": TEXT | st.none(),
        "target_id": TEXT | st.none(),
        "details": st.dictionaries(TEXT | st.sampled_from(FIELDS), VALUE, max_size=3),
    },
    optional={"zone": TEXT, "a": VALUE},
)


ORG = "org-Alpha"


def placed(event: dict[str, Any]) -> str:
    """Return what of an event's time is known, at the latest."""
    return str(event["occurred_at"] or HOUR)


def sealed(events: list[dict[str, Any]]) -> bytes:
    """Return rows as a segment holds them."""
    packed = {"late": False, "org_id": ORG, "sealed_hour": HOUR}
    return b"".join(canonical(event | packed) + b"\n" for event in events)


def parsed(events: list[dict[str, Any]], *, late: bool) -> bytes:
    """Return the pack's rows, made without the product."""
    stamp = {"org_id": ORG, "sealed_hour": HOUR, "late": late}
    selected = [
        event
        for event in events
        if (placed(event) < START if late else START <= placed(event) <= END)
    ]
    rows = [{name: event.get(name) for name in FIELDS} | stamp for event in selected]
    return b"".join(canonical(row) + b"\n" for row in rows)


@settings(max_examples=60, deadline=None)
@given(events=st.lists(EVENT, min_size=1, max_size=5), late=st.booleans())
def test_rows_are_those_that_json_would_make(events: list[dict[str, Any]], *, late: bool) -> None:
    """Texts that imitate fields, times at the period's edges and unknown fields change nothing."""
    # A segment's rows have the fields of its first one, and stand in time.
    events = [event for event in events if event.keys() == events[0].keys()]
    events.sort(key=placed)
    text, n = RowSelection(ORG, HOUR, START, END, late=late).rows(sealed(events))
    assert text == parsed(events, late=late)
    assert n == text.count(b"\n")


ORDINARY = dict.fromkeys(FIELDS, "x") | {"occurred_at": HOUR, "details": {"a": [1]}}


def test_an_ordinary_segment_stands() -> None:
    """What the snapshot function seals is copied, or a month would take minutes."""
    assert RowSelection(ORG, HOUR, START, END, late=False).is_verbatim(sealed([ORDINARY] * 3))


@pytest.mark.parametrize(
    "facts",
    [
        {"occurred_at": "2026-03-31T23:59:59Z"},
        {"occurred_at": "2026-05-01T00:00:00Z"},
        {"late": True},
        {"org_id": "org-Beta"},
        {"sealed_hour": "2026-04-02T06:00:00Z"},
        {"more": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("position", [0, -1])
def test_a_segment_with_another_row_at_its_ends_is_not_copied(
    facts: dict[str, Any], position: int
) -> None:
    """A row of another organization, hour or time goes through JSON."""
    rows = strict_rows(sealed([ORDINARY] * 3))
    rows[position] |= facts
    text = b"".join(canonical(row) + b"\n" for row in rows)
    assert not RowSelection(ORG, HOUR, START, END, late=False).is_verbatim(text)


@pytest.mark.parametrize("end", [b"", b"Z", b" "])
def test_a_segment_without_its_last_newline_is_not_copied(end: bytes) -> None:
    """However long it is."""
    text = sealed([ORDINARY] * 3)
    assert not RowSelection(ORG, HOUR, START, END, late=False).is_verbatim(text[:-1] + end)
    assert not RowSelection(ORG, HOUR, START, END, late=False).is_verbatim(b"x" * 70_000)
    assert not RowSelection(ORG, HOUR, START, END, late=False).is_verbatim(b"\n")
    assert not RowSelection(ORG, HOUR, START, END, late=False).is_verbatim(b"")


def strict_rows(text: bytes) -> list[dict[str, Any]]:
    """Return the rows of a segment."""
    return [strict_loads(row) for row in text.splitlines()]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("row", [b"no json", b"[]", b'{"event_id":"x"}', b"1", b"\xff"])
def test_what_is_no_event_is_refused(row: bytes, *, late: bool) -> None:
    """It cannot be in a segment whose digest holds; whoever reads one says which."""
    with pytest.raises(ValueError, match="no event"):
        RowSelection(ORG, HOUR, START, END, late=late).rows(row + b"\n")
