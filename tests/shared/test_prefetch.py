"""Things done ahead: in order, few at a time, none lost and none done in vain."""

import threading
import time

import pytest

from functions.shared.prefetch import prefetch


def test_results_come_in_the_order_of_the_items() -> None:
    """However long each takes."""

    def slow_if_even(item: int) -> int:
        time.sleep(0.005 * (item % 2 == 0))
        return item * 10

    results = [(item, future.result()) for item, future in prefetch(slow_if_even, range(30), 4)]
    assert results == [(item, item * 10) for item in range(30)]


def test_no_more_are_under_way_than_asked_for() -> None:
    """What waits to be used stays small."""
    begun: list[int] = []
    results = prefetch(begun.append, range(100), 3)
    next(results)[1].result()
    time.sleep(0.05)
    assert len(begun) <= 3
    results.close()


def test_one_may_feed_another_and_ask_late() -> None:
    """A future handed on before it is done is done all the same, the last ones too."""

    def slow(item: int) -> int:
        time.sleep(0.01)
        return item

    inner = prefetch(slow, range(20), 8)
    outer = prefetch(lambda pair: pair[1].result() + 1, inner, 2)
    assert [future.result() for _, future in outer] == list(range(1, 21))


def test_an_error_is_raised_where_its_result_is_asked_for() -> None:
    """The others are not touched by it."""
    (_, failing), (_, other) = prefetch(lambda item: 1 // item, [0, 1], 2)
    with pytest.raises(ZeroDivisionError):
        failing.result()
    assert other.result() == 1


def test_whoever_stops_early_leaves_no_thread() -> None:
    """What was not begun is not begun any more."""
    before = threading.active_count()
    results = prefetch(lambda _: time.sleep(0.01), range(1000), 4)
    next(results)
    results.close()
    deadline = time.monotonic() + 2
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before
