"""Reading the audit log loses nothing and doubles nothing, however the server behaves."""

from collections import Counter

import pytest

from tests.snapshot.fetch.audit.audit_worlds import (
    BEHAVIOURS,
    NAIVE,
    Read,
    burst,
    naive,
    walked,
    world,
)


def _lost_and_doubled(read: Read, ids: list[str]) -> tuple[int, int]:
    sealed = Counter(read.sealed)
    return len(set(ids) - set(sealed)), sum(n - 1 for n in sealed.values())


def _fuzz(seeds: range) -> None:
    totals = dict.fromkeys(("events", "requests", "lost", "doubled"), 0)
    for seed in seeds:
        events = world(seed)
        ids = [event.record["id"] for event in events]
        behaviour = list(BEHAVIOURS)[seed % len(BEHAVIOURS)]
        read = walked(events, behaviour, crash_seed=seed if seed % 3 == 0 else None)
        lost, doubled = _lost_and_doubled(read, ids)
        assert (lost, doubled) == (0, 0), f"world {seed}, {behaviour}"
        totals["events"] += len(ids)
        totals["requests"] += read.requests
    print(f"\nwalk: {len(seeds)} worlds over {len(BEHAVIOURS)} server behaviours: {totals}")


def test_reading_in_a_sample_of_worlds() -> None:
    """Ties, bursts, late events, crashes, history: nothing lost, nothing doubled."""
    _fuzz(range(15))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_reading_in_a_thousand_worlds() -> None:
    """The same for a thousand worlds."""
    _fuzz(range(1000))


@pytest.mark.parametrize("name", NAIVE)
def test_naive_strategies_lose_in_the_same_worlds(name: str) -> None:
    """What simple tools do loses or doubles events here, so the fuzz is known to bite."""
    lost = doubled = 0
    for seed in range(20):
        events = world(seed)
        behaviour = list(BEHAVIOURS)[seed % len(BEHAVIOURS)]
        read = naive(events, behaviour, NAIVE[name])
        one = _lost_and_doubled(read, [event.record["id"] for event in events])
        lost, doubled = lost + one[0], doubled + one[1]
    print(f"\n{name}: {lost} events lost, {doubled} doubled in 20 worlds")
    assert lost > 0


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param("newest first", marks=pytest.mark.slow),
        pytest.param("oldest first", marks=pytest.mark.slow),
        "before and after swapped",
    ],
)
def test_more_events_in_one_second_than_a_page_holds(behaviour: str) -> None:
    """Inside one second a cursor is used where it holds, whichever way round."""
    for seed in range(10):
        events = burst(seed)
        read = walked(events, behaviour)
        assert _lost_and_doubled(read, [event.record["id"] for event in events]) == (0, 0), seed


@pytest.mark.parametrize(
    "behaviour",
    [
        "newest first, cursors refused",
        pytest.param("oldest first, cursors refused", marks=pytest.mark.slow),
    ],
)
def test_an_unreadable_second_is_said_and_costs_no_other_event(behaviour: str) -> None:
    """Where no cursor leads through one second, the hours say so and go on beyond it."""
    for seed in range(10):
        events = burst(seed)
        read = walked(events, behaviour)
        others = [e.record["id"] for e in events if not e.record["id"].startswith("burst")]
        lost, doubled = _lost_and_doubled(read, others)
        assert (lost, doubled) == (0, 0), seed
        assert read.statuses.count("partial") == 1
        (second,) = read.marks["streams"]["organization"]["overflow"]
        assert second in {e.at for e in events if e.record["id"].startswith("burst")}
