"""What the tenant did with an organization, and what that makes of an hour."""

from typing import Any

import pytest

from functions.shared.hours import parse_instant
from functions.snapshot.lifecycle import ends_in, entries_of, open_hours, state_at_end

FIRST = parse_instant("2026-04-01T02:00:00Z")


def entries(*told: tuple[str, str]) -> Any:
    """Return lifecycle entries from (time of day, kind)."""
    return [
        {"seq": number, "at": f"2026-04-01T{at}Z", "kind": kind}
        for number, (at, kind) in enumerate(told, start=1)
    ]


def hour(number: int) -> Any:
    """Return an hour of the day."""
    return FIRST.replace(hour=number)


LIFE = entries(("03:20:00", "connected"), ("04:00:00", "paused"), ("05:30:00", "resumed"))


def seqs(number: int, sealed: int = 0, life: Any = LIFE) -> list[int]:
    """Return the numbers of the entries that an hour's seal carries."""
    return [entry["seq"] for entry in entries_of(life, hour(number), sealed, FIRST)]


def test_a_seal_carries_what_happened_before_the_hours_end() -> None:
    """And no seal before it; the first also the connect that came after it."""
    assert seqs(2) == [1]
    assert seqs(3) == [1]
    assert seqs(3, sealed=1) == []
    assert seqs(4, sealed=1) == [2]
    assert seqs(5, sealed=2) == [3]
    assert seqs(6, sealed=3) == []
    assert seqs(5) == [1, 2, 3]


def test_the_first_hour_carries_only_up_to_the_connect() -> None:
    """Also where it is a second one."""
    again = entries(("00:10:00", "disconnected"), ("03:20:00", "reconnected"), ("03:30:00", "x"))
    assert seqs(2, life=again) == [1, 2]
    assert seqs(2, life=entries(("03:20:00", "paused"))) == []


@pytest.mark.parametrize(
    ("number", "state"), [(2, "connected"), (3, "connected"), (4, "paused"), (5, "connected")]
)
def test_the_state_is_that_of_the_hours_end(number: int, state: str) -> None:
    """What happened in the hour counts."""
    assert state_at_end(LIFE, hour(number), FIRST) == state


def test_other_entries_change_no_state() -> None:
    """A rename, another key; before everything nobody is connected."""
    life = entries(("03:20:00", "reconnected"), ("03:30:00", "key_replaced"))
    assert state_at_end(life, hour(3), FIRST) == "connected"
    assert state_at_end([], hour(3), FIRST) == "disconnected"
    gone = entries(("03:20:00", "connected"), ("03:30:00", "disconnected"))
    assert state_at_end(gone, hour(3), FIRST) == "disconnected"


def test_hours_are_open_from_the_first_or_behind_the_last_seal() -> None:
    """Up to the one that is asked for, that one included."""
    assert open_hours(LIFE, None, FIRST, hour(4)) == [hour(2), hour(3), hour(4)]
    assert open_hours(LIFE, hour(3), FIRST, hour(4)) == [hour(4)]
    assert open_hours(LIFE, hour(4), FIRST, hour(4)) == []


def test_the_hour_of_a_disconnect_is_the_last() -> None:
    """It is closed, so that the chain says why it ends; a reconnect goes on."""
    life = entries(
        *(("03:20:00", "connected"), ("04:59:59", "disconnected"), ("07:10:00", "reconnected"))
    )
    assert open_hours(life[:2], None, FIRST, hour(6)) == [hour(2), hour(3), hour(4)]
    assert open_hours(life, hour(4), FIRST, hour(8)) == [hour(7), hour(8)]
    assert ends_in(life, hour(4))
    assert not ends_in(life, hour(3))
    assert not ends_in(life, hour(5))
    assert ends_in(entries(("05:00:00", "disconnected")), hour(5))
    assert not ends_in(entries(("05:00:00", "disconnected")), hour(4))
    assert not ends_in(entries(("05:00:00", "paused")), hour(5))
