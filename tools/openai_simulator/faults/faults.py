"""The faults a script has put into the simulator, and which of them meet a request. No I/O.

    simulator.faults.add("throttled", path="/organization/users", times=2, retry_after="1")
    simulator.faults.add("last_id", value=None, where={"limit": "100"})
    simulator.faults.add("status", status=502, since="2026-04-01T05:00:00Z", until="…")
    simulator.faults.clear()

What each kind does stands in `FAULT_KINDS` (`tools.openai_simulator.faults.kinds`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tools.openai_simulator.clock import Instant, seconds
from tools.openai_simulator.message import Request


@dataclass
class Fault:
    """One fault.

    Attributes:
        kind: A name from `FAULT_KINDS`.
        path: Pattern of the path below the base URL; `*` stands for anything, slashes too.
        org: Only requests of this organization's keys.
        where: Only requests with these query values; a value of `*` asks for presence, None for
            absence.
        times: How often it strikes; for ever when None.
        skip: How many requests it would strike go free first.
        since: Strikes from this simulated instant on.
        until: Strikes before this simulated instant.
        options: What the kind needs.
        hits: How often it has struck.
    """

    kind: str
    path: str = "*"
    org: str | None = None
    where: Mapping[str, str | None] = field(default_factory=dict)
    times: int | None = None
    skip: int = 0
    since: Instant | None = None
    until: Instant | None = None
    options: dict[str, Any] = field(default_factory=dict)
    hits: int = 0
    state: dict[str, Any] = field(default_factory=dict, repr=False)

    def concerns(self, request: Request, org_id: str | None, now: float) -> bool:
        """Tell whether a request at a simulated instant is one that it could strike."""
        return (
            fnmatchcase(request.path, self.path)
            and self.org in (None, org_id)
            and (self.since is None or seconds(self.since) <= now)
            and (self.until is None or now < seconds(self.until))
            and all(_query_matches(request, name, value) for name, value in self.where.items())
        )

    def strikes(self) -> bool:
        """Count a request that it could strike, and tell whether it does."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.hits += 1
        return True


class Faults:
    """The faults in force, in the order they were added."""

    def __init__(self, kinds: frozenset[str]) -> None:
        self._kinds = kinds
        self._faults: list[Fault] = []

    def add(
        self,
        kind: str,
        *,
        path: str = "*",
        org: str | None = None,
        where: Mapping[str, str | None] | None = None,
        times: int | None = None,
        skip: int = 0,
        since: Instant | None = None,
        until: Instant | None = None,
        **options: object,
    ) -> Fault:
        """Put a fault in force; its `hits` tell how often it struck.

        Raises:
            ValueError: No such kind.
        """
        if kind not in self._kinds:
            raise ValueError(f"no fault is called {kind}; known: {', '.join(sorted(self._kinds))}")
        fault = Fault(kind, path, org, where or {}, times, skip, since, until, dict(options))
        self._faults.append(fault)
        return fault

    def clear(self, kind: str | None = None) -> None:
        """Take every fault away, or those of a kind."""
        self._faults = [f for f in self._faults if kind is not None and f.kind != kind]

    def remove(self, fault: Fault) -> None:
        """Take one fault away."""
        self._faults = [f for f in self._faults if f is not fault]

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def concerning(self, request: Request, org_id: str | None, now: float) -> list[Fault]:
        """Return the faults that could strike a request, in order."""
        return [fault for fault in self._faults if fault.concerns(request, org_id, now)]


def _query_matches(request: Request, name: str, value: str | None) -> bool:
    sent = request.first(name)
    if value == "*":
        return sent is not None
    return sent == value
