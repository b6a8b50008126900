"""Watch and break AWS calls at botocore's own hooks: count them, or die at the n-th one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from functions.shared import aws


class Killed(BaseException):
    """The Lambda is gone: nothing after this line runs."""


@dataclass
class Calls:
    """The AWS calls made while watching, as ``Service.Operation``."""

    names: list[str] = field(default_factory=list)

    def count(self, *operations: str) -> int:
        """Return how many of these operations were called."""
        return sum(name.partition(".")[2] in operations for name in self.names)


@contextmanager
def watched(before: Callable[[int], None] | None = None, after: Any = None) -> Iterator[Calls]:
    """Record every AWS call; ``before`` and ``after`` get its number, from 1, and may raise."""
    calls = Calls()

    def coming(model: Any, **_: Any) -> None:
        calls.names.append(f"{model.service_model.service_name}.{model.name}")
        if before:
            before(len(calls.names))

    def gone(**_: Any) -> None:
        if after:
            after(len(calls.names))

    clients: list[Any] = [aws.dynamodb(), aws.s3(), aws.kms(), aws.sqs()]
    for client in clients:
        client.meta.events.register("before-call.*", coming, unique_id="watch-before")
        client.meta.events.register("after-call.*", gone, unique_id="watch-after")
    try:
        yield calls
    finally:
        for client in clients:
            client.meta.events.unregister("before-call.*", unique_id="watch-before")
            client.meta.events.unregister("after-call.*", unique_id="watch-after")


def killing(nth: int) -> Callable[[int], None]:
    """Return a hook that kills the process at the n-th call."""

    def kill(number: int) -> None:
        if number == nth:
            raise Killed

    return kill
