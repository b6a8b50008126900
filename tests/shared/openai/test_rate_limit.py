"""How hard a run may press: half as much when throttled, a little more with each answer."""

import asyncio

import pytest

from functions.shared.errors import (
    RequestBudgetSpent,
    Throttled,
    UpstreamFailed,
)
from functions.shared.openai.rate_limit import MAX_IN_FLIGHT, ConcurrencyLimit, RequestBudget


def test_a_run_begins_at_the_most_allowed() -> None:
    """32 requests at once."""
    assert ConcurrencyLimit().limit == MAX_IN_FLIGHT == 32


@pytest.mark.parametrize(
    ("before", "after"), [(32, 16), (16, 8), (5, 2.5), (2, 1), (1.5, 1), (1, 1)]
)
def test_throttling_halves_the_limit_down_to_one(before: float, after: float) -> None:
    """Multiplicative decrease."""
    limit = ConcurrencyLimit(limit=before)
    limit.throttled(1)
    assert limit.limit == after


@pytest.mark.parametrize(
    ("before", "after"), [(1, 2), (2, 2.5), (16, 16.0625), (31.99, 32), (32, 32)]
)
def test_an_answer_adds_its_share_of_one_slot_up_to_the_most(before: float, after: float) -> None:
    """Additive increase: one more per ``limit`` answers."""
    limit = ConcurrencyLimit(limit=before)
    limit.answered()
    assert limit.limit == after


def test_requests_throttled_together_halve_once() -> None:
    """Those sent before the halving say nothing new; one sent after it halves again."""

    async def steps() -> None:
        limit = ConcurrencyLimit()
        numbers = []
        for _ in range(4):
            async with limit.slot() as number:
                numbers.append(number)
        assert numbers == [1, 2, 3, 4]
        for number in numbers:
            limit.throttled(number)
        assert limit.limit == 16
        async with limit.slot() as number:
            limit.throttled(number)
        assert limit.limit == 8

    asyncio.run(steps())


def test_the_longest_wait_that_openai_asked_for_stands() -> None:
    """A shorter one after it does not shorten it; no wait is none."""
    limit = ConcurrencyLimit()
    limit.throttled(1)
    assert limit.resume_at == 0
    limit.throttled(1, 50.0)
    limit.throttled(1, 20.0)
    assert limit.resume_at == 50


def test_no_more_requests_are_under_way_than_the_limit_and_the_first_to_wait_is_first() -> None:
    """The limit is rounded down; who is cancelled while waiting takes no slot."""

    async def steps() -> None:
        limit = ConcurrencyLimit(limit=2.9)
        order: list[str] = []
        release = asyncio.Event()

        async def ask(name: str) -> None:
            async with limit.slot():
                order.append(name)
                await release.wait()

        tasks = [asyncio.create_task(ask(name)) for name in "abcd"]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert order == ["a", "b"]
        tasks[2].cancel()
        release.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert order == ["a", "b", "d"]

    asyncio.run(steps())


def test_queues_take_turns() -> None:
    """A thousand of one kind make another wait for one of them, not for all."""

    async def steps() -> None:
        limit = ConcurrencyLimit(limit=1)
        order: list[str] = []

        async def ask(queue: str) -> None:
            async with limit.slot(queue):
                order.append(queue)
                limit.limit = 1

        async with limit.slot():
            asking = [asyncio.create_task(ask(queue)) for queue in ["lists"] * 4 + ["log"] * 2]
            await asyncio.sleep(0)
        await asyncio.gather(*asking)
        assert order == ["lists", "log", "lists", "log", "lists", "lists"]

    asyncio.run(steps())


def test_a_slot_given_to_someone_cancelled_goes_to_the_next() -> None:
    """Nobody waits for ever for a slot that nobody has."""

    async def steps() -> None:
        limit = ConcurrencyLimit(limit=1)
        done: list[str] = []

        async def ask(name: str) -> None:
            async with limit.slot():
                done.append(name)

        async with limit.slot():
            first, second = (asyncio.create_task(ask(name)) for name in ("first", "second"))
            await asyncio.sleep(0)
        # The slot is the first one's now, who is cancelled before taking it.
        first.cancel()
        await asyncio.wait_for(second, 1)
        assert done == ["second"]

    asyncio.run(steps())


def test_a_budget_of_requests_ends() -> None:
    """The request after the last is refused."""
    budget = RequestBudget(requests=2)
    budget.ask()
    budget.ask()
    with pytest.raises(RequestBudgetSpent):
        budget.ask()
    assert (RequestBudget().requests, RequestBudget().failures) == (20_000, 200)


def test_a_budget_of_bytes_ends() -> None:
    """To the byte; a page that is too large takes nothing, and what is not kept is given back."""
    budget = RequestBudget(n_bytes=10)
    budget.read(4)
    with pytest.raises(RequestBudgetSpent):
        budget.read(7)
    budget.read(6)
    with pytest.raises(RequestBudgetSpent):
        budget.read(1)
    budget.give_back(6)
    budget.read(6)
    assert RequestBudget().n_bytes == 128 * 1024 * 1024


def test_failures_in_a_row_end_the_asking_as_the_last_of_them() -> None:
    """With the wait it asked for; a good answer in between begins anew."""
    budget = RequestBudget(failures=2)
    budget.failed(UpstreamFailed("x"))
    budget.answered()
    budget.failed(UpstreamFailed("x"))
    budget.ask()
    budget.failed(Throttled("x", retry_after_s=9.0))
    with pytest.raises(Throttled, match="2 failures in a row") as caught:
        budget.ask()
    assert caught.value.retry_after_s == 9.0
    budget.answered()
    budget.ask()


def test_the_first_failure_is_one() -> None:
    """A fresh budget has seen none: one less than the limit ends nothing."""
    budget = RequestBudget(failures=2)
    budget.failed(UpstreamFailed("x"))
    budget.ask()
