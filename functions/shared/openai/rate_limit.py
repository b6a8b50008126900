"""How hard one run may press on OpenAI: requests at once, and requests, bytes and failures in all.

No network and no clock of its own. ``ConcurrencyLimit`` bounds what is under way and backs off
when throttled (additive increase, multiplicative decrease); ``RequestBudget`` bounds what a run
may use up, so that neither a huge organization nor a hostile answer takes more than its share.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from functions.shared.errors import RequestBudgetSpent, UpstreamError

MAX_IN_FLIGHT = 32


@dataclass(slots=True)
class ConcurrencyLimit:
    """How many requests may be under way: halves when OpenAI throttles, grows when it does not.

    Who waits, waits in a queue; the queues take turns, so that neither a thousand lists of keys nor
    a flooded audit log makes the other wait for its end.

    Attributes:
        limit: the present level; whole requests, rounded down.
        resume_at: instant, on the caller's clock, before which nobody asks again.
    """

    limit: float = MAX_IN_FLIGHT
    resume_at: float = 0.0
    _under_way: int = 0
    _sent: int = 0
    _halved_at: int = 0
    _waiting: dict[str, deque[asyncio.Future[None]]] = field(default_factory=dict)

    @asynccontextmanager
    async def slot(self, queue: str = "") -> AsyncIterator[int]:
        """Wait for a slot, first come first served within a queue; give the request's number."""
        while self._under_way >= int(self.limit):
            slot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(queue, deque()).append(slot)
            try:
                await slot
            except asyncio.CancelledError:
                # Cancelled while being let in: the slot is for whoever is next.
                self._let_in()
                raise
        self._under_way += 1
        self._sent += 1
        try:
            yield self._sent
        finally:
            self._under_way -= 1
            self._let_in()

    def _let_in(self) -> None:
        free = int(self.limit) - self._under_way
        while free > 0 and self._waiting:
            # Whose turn it was goes to the end.
            queue, slots = next(iter(self._waiting.items()))
            del self._waiting[queue]
            slot = slots.popleft()
            if slots:
                self._waiting[queue] = slots
            if not slot.done():
                slot.set_result(None)
                free -= 1

    def throttled(self, number: int, resume_at: float = 0.0) -> None:
        """Halve the limit, down to one, and let everybody wait as long as OpenAI asks.

        Requests under way together are throttled together: only those sent since the last halving
        halve again.
        """
        self.resume_at = max(self.resume_at, resume_at)
        if number > self._halved_at:
            self._halved_at = self._sent
            self.limit = max(1.0, self.limit / 2)

    def answered(self) -> None:
        """Grow by one slot per ``limit`` answers, up to the most allowed."""
        self.limit = min(float(MAX_IN_FLIGHT), self.limit + 1 / self.limit)


@dataclass(slots=True)
class RequestBudget:
    """What one run may use up on one organization.

    Attributes:
        requests: requests it may still send.
        n_bytes: bytes of answers, inflated, it may still read: they stay in memory.
        failures: failures in a row, on all paths together, after which it asks no more. Every
            request under way at the start of an outage must still find its five tries.
    """

    requests: int = 20_000
    n_bytes: int = 128 * 1024 * 1024
    failures: int = 200
    _failed_in_a_row: int = 0
    _last: UpstreamError | None = None

    @property
    def exhausted(self) -> bool:
        """Tell whether there were too many failures in a row."""
        return self._failed_in_a_row >= self.failures

    def ask(self) -> None:
        """Take one request.

        Raises:
            RequestBudgetSpent: none is left.
            UpstreamError: as the last of too many failures in a row.
        """
        if self._last is not None and self.exhausted:
            raise type(self._last)(
                f"given up after {self.failures} failures in a row",
                retry_after_s=self._last.retry_after_s,
            )
        if self.requests <= 0:
            raise RequestBudgetSpent("the run has sent as many requests as it may")
        self.requests -= 1

    def read(self, n_bytes: int) -> None:
        """Take the bytes of an answer.

        Raises:
            RequestBudgetSpent: there are not as many left.
        """
        if n_bytes > self.n_bytes:
            raise RequestBudgetSpent("the run has read as many bytes as it may")
        self.n_bytes -= n_bytes

    def give_back(self, n_bytes: int) -> None:
        """Give bytes back that do not stay in memory."""
        self.n_bytes += n_bytes

    def answered(self) -> None:
        """Note a good answer: failures before it were not the end."""
        self._failed_in_a_row = 0

    def failed(self, error: UpstreamError) -> None:
        """Note a failure."""
        self._failed_in_a_row += 1
        self._last = error
