"""The order of audit events: whole rows, last first, and a place in it that anybody may make up."""

from typing import Any

import pytest

from functions.api.event_order import Position, Wanted, rows_back, segments_back
from functions.shared.canonical import Lines, canonical
from functions.shared.errors import BadRequest
from functions.shared.evidence.seals import segment_entry_of

HOUR = "2026-04-01T05:00:00Z"
ROWS = [{"id": n, "kind": "odd" if n % 2 else "even"} for n in range(9)]
BODY = Lines.of(ROWS).body
LINES = BODY.splitlines()
ALL = Wanted(None, None, {})


def test_rows_come_last_first_each_with_where_it_begins() -> None:
    """From the end, and from any row's beginning on."""
    found = list(rows_back(BODY, len(BODY), b""))
    assert [line for _, line in found] == LINES[::-1]
    for number, (at, line) in enumerate(found):
        assert BODY[at:].startswith(line)
        assert list(rows_back(BODY, at, b"")) == found[number + 1 :]
    assert list(rows_back(BODY, 10**9, b"")) == found


@pytest.mark.parametrize("end", range(0, len(BODY), 7))
def test_a_made_up_place_shows_whole_rows_before_it(end: int) -> None:
    """In the midst of a row it is that row's beginning."""
    whole = BODY[: BODY.rfind(b"\n", 0, end) + 1].splitlines()
    assert [line for _, line in rows_back(BODY, end, b"")] == whole[::-1]


def test_what_rows_must_hold_leaves_out_the_others_and_moves_no_place() -> None:
    """The same rows at the same places as without, fewer of them."""
    odd = list(rows_back(BODY, len(BODY), b'"kind":"odd"'))
    assert odd == [each for each in rows_back(BODY, len(BODY), b"") if b"odd" in each[1]]
    assert len(odd) == 4
    assert list(rows_back(BODY, odd[1][0], b'"kind":"odd"')) == odd[2:]
    assert list(rows_back(BODY, len(BODY), b'"kind":"none"')) == []
    assert list(rows_back(b"", 5, b"")) == []


def test_segments_come_newest_month_first_and_those_of_other_months_keep_their_room() -> None:
    """Where a segment begins does not depend on what is asked for."""
    lines = Lines.of(ROWS)
    size = len(lines.body)
    months = ("2026-01", "2026-03", "2026-04")
    entries = [segment_entry_of(month, month, lines) for month in months]

    def found(end: int | None, wanted: Wanted) -> list[tuple[int, str]]:
        return [(at, entry["month"]) for at, entry in segments_back(entries, end, wanted)]

    assert found(None, ALL) == [(2 * size, "2026-04"), (size, "2026-03"), (0, "2026-01")]
    assert found(2 * size, ALL) == [(size, "2026-03"), (0, "2026-01")]
    assert found(0, ALL) == []
    march = Wanted("2026-03-31T23:00:00Z", "2026-04-01T00:00:00Z", {})
    assert found(None, march) == [(2 * size, "2026-04"), (size, "2026-03")]
    assert found(None, Wanted(None, "2026-02-01T00:00:00Z", {})) == [(0, "2026-01")]


def test_what_is_asked_for_is_told_by_time_and_fields() -> None:
    """``start`` is included, ``end`` is not; a field holds just the value."""
    wanted = Wanted(HOUR, "2026-04-01T06:00:00Z", {"event_type": "a", "actor_id": 'user-"1'})
    row: Any = {"occurred_at": HOUR, "event_type": "a", "actor_id": 'user-"1'}
    assert wanted.takes(row)
    assert wanted.needle == b'"actor_id":"user-\\"1"'
    assert not wanted.takes(row | {"occurred_at": "2026-04-01T06:00:00Z"})
    assert not wanted.takes(row | {"actor_id": None})
    assert not wanted.takes(row | {"occurred_at": "2026-04-01T04:59:59Z"})
    assert ALL.takes(row)
    assert ALL.needle == b""
    assert [wanted.takes_all, ALL.takes_all, Wanted(HOUR, None, {}).takes_all] == [
        False,
        True,
        True,
    ]
    assert [wanted.may_take_of(at) for at in (None, HOUR, "2026-04-01T06:00:00Z")] == [
        *(True, True, False)
    ]


@pytest.mark.parametrize(("second", "may"), [("04:59:59", 0), ("05:00:00", 1), ("06:00:00", 0)])
def test_a_rows_time_is_told_from_its_bytes(second: str, may: int) -> None:
    """Whatever stands in the payload before it, and in the texts behind it."""
    wanted = Wanted(HOUR, "2026-04-01T06:00:00Z", {})
    trap = f'"occurred_at":"{HOUR}"'
    row: Any = {
        "details": {"payload": {"occurred_at": HOUR}, "text": trap},
        "occurred_at": f"2026-04-01T{second}Z",
        "target_id": trap,
    }
    line = canonical(row)
    assert wanted.may_take_line(line) is wanted.takes(row) is bool(may)
    assert ALL.may_take_line(line)


@pytest.mark.parametrize(("sealed", "taken"), [("04", False), ("05", True), ("06", False)])
def test_an_event_without_a_time_stands_in_the_hour_that_sealed_it(
    sealed: str, taken: bool
) -> None:
    """Whatever its payload says of a time."""
    wanted = Wanted(HOUR, "2026-04-01T06:00:00Z", {})
    row: Any = {
        "details": {"payload": {"occurred_at": "2020-01-01T00:00:00Z"}},
        "occurred_at": None,
        "sealed_hour": f"2026-04-01T{sealed}:00:00Z",
    }
    assert wanted.may_take_line(canonical(row))
    assert wanted.takes(row) is taken


def test_a_position_comes_back_and_what_is_earlier_in_the_list_is_greater() -> None:
    """By hour, organization and place."""
    place = Position(HOUR, "org-b", 7)
    assert Position.of(place.parts) == place
    later = [Position("2026-04-01T06:00:00Z", "org-a", 0), Position(HOUR, "org-c", 0)]
    assert all(other > place for other in (*later, Position(HOUR, "org-b", 8)))


@pytest.mark.parametrize(
    "parts",
    [
        *(("", "org-b", "7"), ("2026-04-01", "org-b", "7"), ("9999-12-31T23:00:00Z", "org-b", "7")),
        *((HOUR, "org-b", end) for end in ("", "-1", "1.5", "٣", "1" * 13)),
    ],
)
def test_what_is_no_position_is_refused(parts: tuple[str, str, str]) -> None:
    """An hour and a number of bytes, in the form that the list gives them."""
    with pytest.raises(BadRequest):
        Position.of(parts)
