"""A stretch of the log is closed, or as much of it as can be, whatever is answered."""

from typing import Any

import pytest

from functions.shared.errors import BadResponse, KeyRejected, UpstreamFailed
from tests.snapshot.fetch.audit.shown_log import ShownLog

H = 3600
A_MINUTE = list(range(0, H, 60))


def found(log: ShownLog, lo: int, hi: int, **facts: Any) -> tuple[list[int], Any]:
    """Return the seconds of what was read, sorted, and the reading."""
    read = log.read(lo, hi, **facts)
    return sorted(event["effective_at"] for event in read.events), read


def test_a_window_that_holds_few_is_one_request() -> None:
    """Its bytes are given back: they are not the run's to keep."""
    log = ShownLog(A_MINUTE)
    times, read = found(log, 0, H)
    assert (times, read.closed_through, read.whole, read.error) == (A_MINUTE, H, True, None)
    assert log.requests == 1
    assert log.budget.n_bytes == 128 * 1024 * 1024


def test_events_come_once_and_by_time_however_windows_were_answered() -> None:
    """A thousand, in windows under way together."""
    log = ShownLog(sorted(n * 7 % H for n in range(1000)))
    _, read = found(log, 0, H)
    assert sorted(event["id"] for event in read.events) == sorted(
        f"audit-{number}" for number in range(1000)
    )
    assert read.closed_through == H


def test_an_early_end_says_how_far_it_came() -> None:
    """By the budget of windows, or by an error; then nothing more is asked for."""
    log = ShownLog(sorted(n * 7 % H for n in range(1000)))
    times, read = found(log, 0, H, requests=8)
    assert not read.whole
    assert read.error is None
    assert set(range(read.closed_through)) & set(log.times) <= set(times)
    error = UpstreamFailed("x")
    broken = ShownLog(A_MINUTE, fails=error)
    _, read = found(broken, 0, H)
    assert (read.error, read.closed_through, read.events, broken.requests) == (error, 0, [], 1)
    refused = ShownLog(A_MINUTE, fails=KeyRejected("x"))
    assert found(refused, 0, H)[1].error.lasting


def test_a_budget_that_ends_among_the_cuts_still_closes_the_first_window() -> None:
    """Else every run would begin with the same cuts, and never come further."""
    log = ShownLog([n // 4 for n in range(1000)])
    _, read = found(log, 0, 24 * H, requests=3, known_to=24 * H)
    assert read.closed_through > 0
    assert (read.whole, log.requests < 20) == (False, True)


def test_the_past_is_read_down_to_where_it_came() -> None:
    """It may stop at a window without an event."""
    log = ShownLog(sorted(n * 7 % H for n in range(1000)))
    times, read = found(log, 0, H, backward=True, rate=0.5)
    assert (times, read.closed_through) == (log.times, 0)


def test_pages_that_are_too_large_are_halved() -> None:
    """No event is lost where two are as much as a page may weigh."""
    log = ShownLog(A_MINUTE, fat=frozenset(A_MINUTE))
    times, read = found(log, 0, H)
    assert (times, read.whole, read.overflow) == (A_MINUTE, True, ())
    assert log.requests < 4 * len(A_MINUTE)


def test_one_second_too_large_for_a_page_is_read_by_smaller_pages() -> None:
    """Where no cursor leads on, it is named, and the reading goes on behind it."""
    times = sorted([*A_MINUTE, *[600] * 20])
    log = ShownLog(times, fat=frozenset({600}))
    assert found(log, 0, H)[0] == times
    stuck = ShownLog(times, fat=frozenset({600}), cursors=False)
    seen, read = found(stuck, 0, H)
    assert (read.whole, read.overflow) == (True, (600,))
    assert set(A_MINUTE) - {600} <= set(seen)


def test_a_second_whose_page_cannot_be_read_is_named_while_others_can() -> None:
    """One event that no strict reader takes stops nothing."""
    log = ShownLog(A_MINUTE, broken=frozenset({600}))
    times, read = found(log, 0, H)
    assert (read.whole, read.overflow) == (True, (600,))
    assert times == [at for at in A_MINUTE if at != 600]
    assert log.requests < 60


def test_where_nothing_can_be_read_nothing_is_named() -> None:
    """Then it is not the window's fault."""
    error = BadResponse("HTML")
    log = ShownLog(A_MINUTE, fails=error)
    _, read = found(log, 0, H)
    assert (read.error, read.overflow, read.closed_through, log.requests) == (error, (), 0, 2)


@pytest.mark.parametrize("times", [[], A_MINUTE, sorted(n * 7 % H for n in range(1000))])
def test_a_log_that_always_promises_more_is_read_to_its_end(times: list[int]) -> None:
    """With a bounded number of requests, and the lie is named."""
    log = ShownLog(times, lies=lambda _: True)
    seen, read = found(log, 0, H)
    assert read.whole
    assert read.overflow
    assert set(times) <= set(seen)
    assert log.requests < 1500


def test_a_promise_that_is_no_truth_value_is_a_bad_answer() -> None:
    """In every window, so nothing is read."""
    log = ShownLog(A_MINUTE, lies=lambda _: "true")
    _, read = found(log, 0, H)
    assert (read.whole, read.overflow) == (False, ())
    assert isinstance(read.error, BadResponse)


def test_a_dense_second_is_paged_through() -> None:
    """Each of its events once; without cursors it is named."""
    times = sorted([*A_MINUTE, *[600] * 450])
    log = ShownLog(times)
    assert found(log, 0, H)[0] == times
    assert log.requests < 40
    _, read = found(ShownLog(times, cursors=False), 0, H)
    assert (read.whole, read.overflow) == (True, (600,))
