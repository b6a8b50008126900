"""Messages as Lambda counts them: how many invocations one has caused, each through a queue."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from functions.shared.aws.queue import Queue
from tests.conftest import SettableClock

# From here on Lambda takes them for a loop and throws the message away.
LAMBDA_STOPS_AT = 16


class RecordedQueue(Queue):
    """Keeps messages with their delays instead of sending them."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__(None, "recorded")  # type: ignore[arg-type]
        object.__setattr__(self, "sent", [])

    def send(self, message: Any, *, delay_s: int = 0) -> None:
        """Keep a message."""
        self.sent.append((dict(message), delay_s))  # type: ignore[attr-defined]

    def take(self) -> tuple[dict[str, Any], int] | None:
        """Return the one message that was sent since the last time, and its delay."""
        sent = self.sent  # type: ignore[attr-defined]
        assert len(sent) <= 1
        return sent.pop() if sent else None


def invoked(
    queue: RecordedQueue,
    clock: SettableClock,
    first: dict[str, Any],
    handle: Callable[[dict[str, Any]], None],
) -> int:
    """Hand a message out, and each that comes of it at its time; return how often that was.

    Raises:
        AssertionError: Lambda would have stopped it.
    """
    message: dict[str, Any] | None = first
    count = 0
    while message is not None:
        count += 1
        assert count < LAMBDA_STOPS_AT, "Lambda takes it for a loop"
        handle(message)
        following = queue.take()
        message = following[0] if following else None
        if following:
            clock.instant += timedelta(seconds=following[1])
    return count
