"""What the tenant did with an organization, and what that makes of an hour."""

from typing import Any

import pytest

from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, parse_instant
from functions.snapshot.lifecycle import MOST_IN_A_SEAL, Lifecycle

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


def sealed(number: int, seq: int, state: str = "connected") -> Seal:
    """Return the seal of an hour that carried the entries up to a number."""
    told = ("complete", None) if state == "connected" else ("paused", state)
    content: Any = {"outcome": told[0], "reason": told[1], "lifecycle_seq": seq}
    return Seal(content | {"hour": f"2026-04-01T{number:02d}:00:00Z"}, {}, b"", "")


def after(seal: Seal | None = None, life: Any = LIFE) -> Lifecycle:
    """Return what a seal leaves of the entries."""
    return Lifecycle.after(seal, life, FIRST)


def seqs(number: int, seq: int = 0, life: Any = LIFE) -> list[int]:
    """Return the numbers of the entries that an hour's seal carries."""
    lifecycle = after(sealed(number - 1, seq) if seq else None, life)
    return [entry["seq"] for entry in lifecycle.carried(hour(number))]


def expected(lifecycle: Lifecycle, seal: Seal | None, until: int) -> list[int]:
    """Return the hours that are to be closed, each sealed as what it is, up to one."""
    hours = []
    last = seal.hour if seal else None
    while start := lifecycle.next_hour(last, hour(until)):
        hours.append(start.hour)
        seq = max((entry["seq"] for entry in lifecycle.carried(start)), default=0)
        rest = [entry for entry in lifecycle.entries if entry["seq"] > seq]
        state, last = lifecycle.state_at_end(start), start
        lifecycle = Lifecycle(state, rest, lifecycle.first_hour)
    return hours


def test_a_seal_carries_what_happened_before_the_hours_end() -> None:
    """And no seal before it; the first also the connect that came after it."""
    assert seqs(2) == [1]
    assert seqs(3) == [1]
    assert seqs(3, seq=1) == []
    assert seqs(4, seq=1) == [2]
    assert seqs(5, seq=2) == [3]
    assert seqs(6, seq=3) == []
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
    """What happened in the hour counts, and what the seal before it says."""
    assert after().state_at_end(hour(number)) == state
    assert after(sealed(3, 1)).state_at_end(hour(number)) == state
    assert after(sealed(5, 3)).state_at_end(hour(6)) == "connected"
    assert after(sealed(4, 2, "paused"), LIFE[:2]).state_at_end(hour(6)) == "paused"


def test_other_entries_change_no_state() -> None:
    """A rename, another key; before everything nobody is connected."""
    life = entries(("03:20:00", "reconnected"), ("03:30:00", "key_replaced"))
    assert after(life=life).state_at_end(hour(3)) == "connected"
    assert after(life=[]).state_at_end(hour(3)) == "disconnected"
    gone = entries(("03:20:00", "connected"), ("03:30:00", "disconnected"))
    assert after(life=gone).state_at_end(hour(3)) == "disconnected"


def test_hours_are_expected_from_the_first_or_behind_the_last_seal() -> None:
    """Up to the one that is asked for, that one included."""
    assert expected(after(), None, 4) == [2, 3, 4]
    assert expected(after(sealed(3, 1)), sealed(3, 1), 4) == [4]
    assert expected(after(sealed(4, 2, "paused")), sealed(4, 2), 4) == []


def test_the_hour_of_a_disconnect_is_the_last() -> None:
    """It is closed, so that the chain says why it ends; a reconnect goes on."""
    life = entries(
        *(("03:20:00", "connected"), ("04:59:59", "disconnected"), ("07:10:00", "reconnected"))
    )
    assert expected(after(life=life[:2]), None, 6) == [2, 3, 4]
    end = sealed(4, 2, "disconnected")
    again = Lifecycle.after(end, life, hour(7))
    assert expected(again, end, 8) == [7, 8]
    assert after(life=life).ends_in(hour(4))
    assert not after(life=life).ends_in(hour(3))
    assert not after(life=life).ends_in(hour(5))
    assert after(life=entries(("05:00:00", "disconnected"))).ends_in(hour(5))
    assert not after(life=entries(("05:00:00", "disconnected"))).ends_in(hour(4))
    assert not after(life=entries(("05:00:00", "paused"))).ends_in(hour(5))


def test_an_hour_that_ended_disconnected_need_not_be_over() -> None:
    """One in which the tenant came back must: what is still to come of it is expected."""
    life = entries(
        *(("03:20:00", "connected"), ("04:20:00", "disconnected"), ("04:40:00", "reconnected"))
    )
    now = hour(4).replace(minute=45)
    assert after(life=life[:2]).can_close(hour(4), now)
    assert not after(life=life).can_close(hour(4), now)
    assert after(life=life).can_close(hour(4), hour(4) + HOUR)
    assert after(life=life).can_close(hour(3), now)


def _busy(n_entries: int, last: str) -> Any:
    kinds = ["connected", *["paused", "resumed"] * n_entries][: n_entries - 1]
    return entries(*(("04:30:00", kind) for kind in [*kinds, last]))


def test_thousands_in_one_hour_go_into_as_many_seals_as_it_takes() -> None:
    """In order, each once; every hour is what it was at its own end all the same."""
    life = _busy(1000, "paused")
    lifecycle, carried = after(life=life), []
    for number in range(4, 9):
        seal = lifecycle.carried(hour(number))
        assert len(seal) <= MOST_IN_A_SEAL
        assert lifecycle.state_at_end(hour(number)) == "paused"
        carried += [entry["seq"] for entry in seal]
        seq = carried[-1]
        lifecycle = Lifecycle.after(sealed(number, seq, "paused"), life, FIRST)
    assert carried == list(range(1, 1001))
    assert lifecycle.entries == []


def test_a_disconnect_behind_thousands_of_others_is_sealed_before_the_chain_ends() -> None:
    """The chain goes on, disconnected, until all that was done is in it."""
    life = _busy(3 * MOST_IN_A_SEAL + 2, "disconnected")
    assert expected(after(life=life), None, 20) == [2, 3, 4, 5, 6, 7]
    first = after(life=life)
    assert first.state_at_end(hour(4)) == first.state_at_end(hour(5)) == "disconnected"
