"""An audit log that an adversary shows, in the place of the client."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from functions.shared.errors import BadResponse, ParameterRefused, ResponseTooLarge, UpstreamError
from functions.shared.openai.client import OpenAI, Params
from functions.shared.openai.rate_limit import RequestBudget
from functions.snapshot.fetch.audit.audit_log import StreamReader, WindowBudget
from functions.snapshot.fetch.audit.windows import Stretch
from functions.snapshot.records import AuditLogRead

MIB = 1024 * 1024
Event = dict[str, Any]


def event(number: int, at: int, **facts: Any) -> Event:
    """Return an event of a second."""
    return {"id": f"audit-{number}", "type": "login.failed", "effective_at": at} | facts


@dataclass
class ShownLog:
    """A log, newest first.

    Attributes:
        times: the second of each event.
        cursors: whether ``after`` is taken.
        fat: seconds of which each event weighs 12 MiB.
        broken: seconds whose pages are not JSON.
        lies: has the last word on ``has_more``.
        fails: raised for every request, None for none.
    """

    times: list[int]
    cursors: bool = True
    fat: frozenset[int] = frozenset()
    broken: frozenset[int] = frozenset()
    lies: Callable[[bool], Any] = lambda has_more: has_more
    fails: UpstreamError | None = None
    budget: RequestBudget = field(default_factory=RequestBudget)
    requests: int = 0

    async def get(self, path: str, params: Params | None = None) -> Any:
        """Answer a request."""
        return (await self.get_sized(path, params))[0]

    async def get_sized(self, _path: str, params: Params | None = None) -> tuple[Any, int]:
        """Answer a request, and say what it weighs."""
        self.requests += 1
        if self.fails:
            raise self.fails
        query = dict(params or [])
        lo = int(query.get("effective_at[gte]", 0))
        hi = int(query["effective_at[lt]"])
        found = [event(n, at) for n, at in enumerate(self.times) if lo <= at < hi][::-1]
        if "after" in query or "before" in query:
            if not self.cursors or "before" in query:
                raise ParameterRefused("cursor refused")
            ids = [each["id"] for each in found]
            found = found[ids.index(query["after"]) + 1 :]
        page = found[: int(query["limit"])]
        if any(each["effective_at"] in self.broken for each in page):
            raise BadResponse("not JSON")
        weight = sum(12 * MIB if each["effective_at"] in self.fat else 500 for each in page)
        if weight > 32 * MIB:
            raise ResponseTooLarge("too large")
        self.budget.read(weight)
        has_more = self.lies(len(found) > len(page))
        return {"object": "list", "data": page, "has_more": has_more}, weight

    def read(self, lo: int, hi: int, requests: int = 100_000, **facts: Any) -> AuditLogRead:
        """Read a stretch."""
        reader = StreamReader(cast("OpenAI", self), [], list)
        stretch = Stretch(lo, hi, **facts)
        return asyncio.run(reader.read(stretch, WindowBudget(requests)))
