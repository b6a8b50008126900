"""Let threads meet at a conditional write: the moment in which two of them would do it twice."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from functions.shared.aws import clients

CONDITIONAL = ("PutItem", "UpdateItem", "TransactWriteItems", "PutObject")
_PATIENCE_S = 3


@contextmanager
def meeting(n_threads: int, nth: int) -> Iterator[list[str]]:
    """Let each thread wait before its ``nth`` conditional write until all have come to theirs.

    Before each earlier one, too: else the first is done before the second begins, or not, as it
    happens. Whoever was not given a number tries the same transaction again: that is no other.
    Yields the names of the writes at which they met. A thread that never gets there is not waited
    for long.
    """
    barrier = threading.Barrier(n_threads)
    mine = threading.local()
    met: list[str] = []

    def wait(model: Any, **_: Any) -> None:
        if model.name not in CONDITIONAL:
            return
        is_again = model.name == "TransactWriteItems" == getattr(mine, "last", None)
        mine.last = model.name
        if is_again:
            return
        mine.n = getattr(mine, "n", 0) + 1
        if mine.n > nth:
            return
        with suppress(threading.BrokenBarrierError):
            barrier.wait(_PATIENCE_S)
            if mine.n == nth:
                met.append(model.name)

    opened: list[Any] = [clients.dynamodb(), clients.s3(), clients.kms(), clients.sqs()]
    for client in opened:
        client.meta.events.register("before-call.*", wait, unique_id="meet")
    try:
        yield met
    finally:
        for client in opened:
            client.meta.events.unregister("before-call.*", unique_id="meet")


def at_once(*works: Callable[[], object]) -> Sequence[BaseException]:
    """Run each in a thread of its own; return what they raised."""
    raised: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # handed to the caller
            raised.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
