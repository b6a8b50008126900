"""Prefetch: do the next things in threads while this one is being used, in the order given.

S3 answers in tens of milliseconds, and a month of an organization is some two thousand objects. Few
are under way at once, so that what waits for its turn stays small.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

# botocore keeps ten connections.
UNDER_WAY = 8

Item = TypeVar("Item")
Result = TypeVar("Result")


def prefetch(
    function: Callable[[Item], Result], items: Iterable[Item], under_way: int = UNDER_WAY
) -> Generator[tuple[Item, "Future[Result]"], None, None]:
    """Yield each item with its future; ``result()`` waits, and raises what the function raised.

    Args:
        function: called in a thread of its own.
        items: taken from in this thread, a few ahead.
        under_way: threads, and futures not yet yielded.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(under_way) as threads:
        try:
            for item in items:
                waiting.append((item, threads.submit(function, item)))
                if len(waiting) >= under_way:
                    yield waiting.popleft()
            yield from waiting
        except BaseException:
            # Nobody will ask for the rest. At an ordinary end some may still be asked for.
            threads.shutdown(wait=False, cancel_futures=True)
            raise
