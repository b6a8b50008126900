"""Event rows made between the fields are the rows that JSON would make, whatever is in them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.pack import rows
from functions.pack.event_rows import Splice
from functions.shared.canonical import canonical, strict_loads

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
        | st.dictionaries(TEXT | st.sampled_from(rows.EVENT), inner, max_size=3)
    ),
    max_leaves=6,
)
TIMES = st.sampled_from([START, END, HOUR, "2026-03-31T23:59:59Z", "2026-05-01T00:00:00Z"])
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
        "details": st.dictionaries(TEXT | st.sampled_from(rows.EVENT), VALUE, max_size=3),
    },
    optional={"zone": TEXT, "a": VALUE},
)


def sealed(events: list[dict[str, Any]]) -> bytes:
    """Return rows as a segment holds them."""
    return b"".join(canonical(event) + b"\n" for event in events)


def parsed(events: list[dict[str, Any]], *, late: bool) -> bytes:
    """Return the pack's rows by way of JSON."""
    taken = rows.events("org-Alpha", HOUR, events, START, END, late=late)
    return b"".join(canonical(row) + b"\n" for row in taken)


@settings(max_examples=300)
@given(events=st.lists(EVENT, min_size=1, max_size=5), late=st.booleans())
def test_rows_are_those_that_json_would_make(events: list[dict[str, Any]], *, late: bool) -> None:
    """Texts that imitate fields, times at the period's edges and unknown fields change nothing."""
    # A segment's rows have the fields of its first one.
    events = [event for event in events if event.keys() == events[0].keys()]
    made, n = Splice("org-Alpha", HOUR, START, END, late=late).rows(sealed(events))
    assert made == parsed(events, late=late)
    assert n == made.count(b"\n")


def test_an_ordinary_row_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the snapshot room seals takes the short way, or a month would take minutes."""
    event = dict.fromkeys(rows.EVENT, "x") | {"occurred_at": HOUR, "details": {"a": [1]}}
    monkeypatch.setattr(Splice, "_parsed", None)
    made, n = Splice("org-Alpha", HOUR, START, END, late=False).rows(sealed([event] * 3))
    assert (n, made) == (3, parsed([event] * 3, late=False))
    assert strict_loads(made.split(b"\n")[0])["sealed_hour"] == HOUR


@pytest.mark.parametrize("row", [b"no json", b"[]", b'{"event_id":"x"}', b"1", b"\xff"])
def test_what_is_no_event_is_refused(row: bytes) -> None:
    """It cannot be in a segment whose digest holds; whoever reads one says which."""
    with pytest.raises(ValueError, match="no event"):
        Splice("org-Alpha", HOUR, START, END, late=False).rows(row + b"\n")
