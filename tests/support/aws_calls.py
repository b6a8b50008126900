"""Watch and break AWS calls at botocore's own hooks: count them, or die at the n-th one."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from functions.shared.aws import clients


class Killed(BaseException):
    """The Lambda is gone: nothing after this line runs."""


@dataclass
class Calls:
    """The AWS calls made while watching, as ``Service.Operation``, in the order they were begun."""

    names: list[str] = field(default_factory=list)

    def count(self, *operations: str) -> int:
        """Return how many of these operations were called."""
        return sum(name.partition(".")[2] in operations for name in self.names)


@contextmanager
def watched(
    before: Callable[[int], None] | None = None, after: Callable[[int], None] | None = None
) -> Iterator[Calls]:
    """Record every AWS call; ``before`` and ``after`` get its number, from 1, and may raise.

    Calls of several threads have each their own number: ``before`` by when they are begun,
    ``after`` by when they are answered.
    """
    calls = Calls()
    lock = threading.Lock()
    answered = itertools.count(1)

    def coming(model: Any, **_: Any) -> None:
        with lock:
            calls.names.append(f"{model.service_model.service_name}.{model.name}")
            number = len(calls.names)
        if before:
            before(number)

    def gone(**_: Any) -> None:
        with lock:
            number = next(answered)
        if after:
            after(number)

    opened: list[Any] = [clients.dynamodb(), clients.s3(), clients.kms(), clients.sqs()]
    for client in opened:
        client.meta.events.register("before-call.*", coming, unique_id="watch-before")
        client.meta.events.register("after-call.*", gone, unique_id="watch-after")
    try:
        yield calls
    finally:
        for client in opened:
            client.meta.events.unregister("before-call.*", unique_id="watch-before")
            client.meta.events.unregister("after-call.*", unique_id="watch-after")


def killing(nth: int) -> Callable[[int], None]:
    """Return a hook that kills the process at the n-th call: it makes no other call after it."""

    def kill(number: int) -> None:
        if number >= nth:
            raise Killed

    return kill
