"""Synthetic audit logs and the servers that show them, for the fuzz of reading the audit log.

A world is a list of events with ties, bursts and late ones. A server shows it newest or oldest
first, refuses cursors or takes them, or swaps ``before`` and ``after``. ``Naive`` strategies read
the same worlds the way simple tools do, to show that the fuzz bites.
"""

import asyncio
import bisect
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

from functions.shared.errors import ParameterRefused, UpstreamUnreachable
from functions.shared.hours import HOUR, parse_instant
from functions.shared.openai.client import OpenAI, Params
from functions.shared.openai.rate_limit import RequestBudget
from functions.shared.records.events import EventState
from functions.shared.records.seals import Watermarks
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.fetch.audit.audit_marks import AuditPlan
from functions.snapshot.fetch.audit.audit_streams import read_audit_streams
from functions.snapshot.fetch.audit.log_watch import LogWatch
from functions.snapshot.fetch.pull import ProjectKeys, PullContext, RawSnapshot
from functions.snapshot.normalize.origin_digest import origin_digest
from functions.snapshot.normalize.privacy import Privacy
from functions.snapshot.normalize.snapshot import normalize
from functions.snapshot.records import KnownEvent, Listing, SectionRead

START = datetime(2026, 4, 1, tzinfo=UTC)
STORY_HOURS = 30
# Late events show within 70 hours; every hour is read again when it is 73 hours old.
HOURS = STORY_HOURS + 72 + 26
PRIVACY = Privacy(b"f" * 32)

Event = dict[str, Any]
Know = Callable[[AuditPlan], tuple[AuditPlan, dict[str, KnownEvent]]]


@dataclass(frozen=True)
class Shown:
    """One event, and from when the log shows it."""

    at: int
    visible_at: float
    record: Event


def world(seed: int) -> list[Shown]:
    """Return a world: a few hundred events over 30 hours and two weeks of history."""
    chance = random.Random(seed)  # noqa: S311  # a fuzz, repeatable by seed
    start = int(START.timestamp())
    times: list[int] = []
    for _ in range(chance.randint(5, 250)):
        times.append(start + chance.randrange(STORY_HOURS * 3600))
    for _ in range(chance.randint(0, 60)):
        times.append(start - chance.randrange(14 * 86400))
    for _ in range(chance.randint(0, 3)):
        second = start + chance.randrange(STORY_HOURS * 3600)
        # Ties and bursts; hour and minute edges on purpose.
        second -= second % chance.choice([1, 60, 3600])
        times += [second] * chance.choice([2, 5, 99, 100])
        times += [second + chance.randrange(120) for _ in range(chance.choice([0, 150, 400]))]
    events = []
    # More than a page in one second is another test's: see ``burst``.
    times = [at for at, n in Counter(times).items() for _ in range(min(n, 100))]
    for number, at in enumerate(sorted(times)):
        late_s = chance.random() * 70 * 3600 if chance.random() < 0.05 else 0.0
        record = {"id": f"audit-{seed}-{number}", "type": "api_key.created", "effective_at": at}
        record["actor"] = {"type": "session", "session": {"user": {"id": "user-1"}}}
        events.append(Shown(at, at + late_s, record))
    return events


def burst(seed: int) -> list[Shown]:
    """Return a world with more events in one second than a page holds."""
    chance = random.Random(seed)  # noqa: S311
    second = int(START.timestamp()) + chance.randrange(STORY_HOURS * 3600)
    n_events = chance.randint(101, 450)
    others = [event for event in world(seed) if event.at != second]
    extra = [
        Shown(
            second,
            second,
            {"id": f"burst-{seed}-{number}", "type": "login.failed", "effective_at": second},
        )
        for number in range(n_events)
    ]
    return sorted([*others, *extra], key=lambda event: event.at)


@dataclass
class Server:
    """An audit log in the place of the client: answers ``get`` as the API would.

    Attributes:
        events: by time.
        newest_first: the order of every answer.
        cursors: ``taken``, ``refused`` or ``swapped``.
        now: the instant, in seconds.
        fail_at: the request number at which the connection breaks, None for never.
    """

    events: list[Shown]
    newest_first: bool
    cursors: str
    now: float = 0.0
    fail_at: int | None = None
    requests: int = 0
    budget: RequestBudget = field(default_factory=RequestBudget)
    _times: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """Index the log by time."""
        self._times = [event.at for event in self.events]

    async def get_sized(self, path: str, params: Params | None = None) -> tuple[Any, int]:
        """Answer one request for the audit log, as the client does."""
        return await self.get(path, params), 0

    async def get(self, path: str, params: Params | None = None) -> Any:
        """Answer one request for the audit log."""
        self.requests += 1
        if self.requests == self.fail_at:
            raise UpstreamUnreachable("the connection broke")
        query = dict(params or [])
        if query.get("tenant_only") == "true":
            return {"object": "list", "data": [], "has_more": False}
        if self.cursors == "refused" and ("after" in query or "before" in query):
            raise ParameterRefused("cursor refused")
        lo = bisect.bisect_left(self._times, int(query.get("effective_at[gte]", 0)))
        hi = bisect.bisect_left(self._times, int(query.get("effective_at[lt]", 2**40)))
        if "effective_at[gt]" in query:
            lo = bisect.bisect_right(self._times, int(query["effective_at[gt]"]))
        found = [event.record for event in self.events[lo:hi] if event.visible_at <= self.now]
        if self.newest_first:
            found.reverse()
        found = self._from_cursor(found, query)
        limit = int(query.get("limit", "20"))
        page = found[:limit]
        return {
            "object": "list",
            "data": page,
            "has_more": len(found) > limit,
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
        }

    def _from_cursor(self, found: list[Event], query: dict[str, str]) -> list[Event]:
        after, before = query.get("after"), query.get("before")
        if self.cursors == "swapped":
            after, before = before, after
        ids = [event["id"] for event in found]
        if after:
            return found[ids.index(after) + 1 :] if after in ids else []
        if before:
            return found[: ids.index(before)][-int(query["limit"]) :] if before in ids else []
        return found


BEHAVIOURS = {
    "newest first": (True, "taken"),
    "oldest first": (False, "taken"),
    "newest first, cursors refused": (True, "refused"),
    "oldest first, cursors refused": (False, "refused"),
    "before and after swapped": (True, "swapped"),
}


@dataclass
class Read:
    """What a strategy sealed of a world."""

    sealed: list[str] = field(default_factory=list)
    requests: int = 0
    statuses: list[str] = field(default_factory=list)
    marks: Watermarks = field(default_factory=audit_marks.initial)
    altered: list[Any] = field(default_factory=list)


def hours() -> Iterator[tuple[datetime, float]]:
    """Yield each hour of a fuzzed world and the instant of its snapshot."""
    for number in range(HOURS):
        hour = START + timedelta(hours=number)
        yield hour, (hour + HOUR).timestamp() + 60


def walked(events: list[Shown], behaviour: str, crash_seed: int | None = None) -> Read:
    """Read a world as the product does, hour by hour, as the seals would carry it."""
    chance = random.Random(crash_seed)  # noqa: S311
    newest_first, cursors = BEHAVIOURS[behaviour]
    server = Server(events, newest_first, cursors)
    read = Read()
    rows: list[EventState] = []
    for hour, now in hours():
        server.now = now
        if crash_seed is not None and chance.random() < 0.2:
            # A run that breaks at some page leaves nothing behind but an hour without a snapshot.
            server.fail_at = server.requests + chance.randint(1, 3)
        section = snapshot_of(server, read, hour, lambda plan: (plan, _known(rows, plan)))
        server.fail_at = None
        rows.extend(section.rows)
        read.statuses.append(section.status)
    read.requests = server.requests
    return read


def _known(rows: list[EventState], plan: AuditPlan) -> dict[str, KnownEvent]:
    return {
        row["event_id"]: KnownEvent(second, row["details"]["origin_digest"], "organization", "")
        for row in rows
        for second in [int(parse_instant(row["occurred_at"] or "").timestamp())]
        if any(window.lo <= second < window.hi for window in plan.read_before())
    }


def snapshot_of(server: Server, read: Read, hour: datetime, know: Know) -> SectionRead[EventState]:
    """Take an hour's snapshot; return its events, and note them, the marks, what is altered."""
    hour_end = hour + HOUR
    plan, known = know(audit_marks.audit_plan(read.marks, hour_end))
    watch = LogWatch(known, partial(origin_digest, key=PRIVACY.key))
    audit_log = asyncio.run(read_audit_streams(cast(OpenAI, server), plan, watch))
    nothing = Listing([])
    raw = RawSnapshot(nothing, nothing, ProjectKeys({}, archived_read=False), audit_log)
    pictured = (hour_end, hour_end)
    context = PullContext(read.marks, plan, hour_end, pictured, 0.0, frozenset(), True)
    snapshot = normalize(raw, context, PRIVACY, lambda ids, _: ids.intersection(read.sealed))
    read.marks = snapshot.watermarks
    read.sealed += [row["event_id"] for row in snapshot.audit_events.rows]
    read.altered.append(snapshot.altered)
    return snapshot.audit_events


def naive(events: list[Shown], behaviour: str, strategy: Callable[..., Any]) -> Read:
    """Read a world the way a simple tool would."""
    newest_first, cursors = BEHAVIOURS[behaviour]
    server = Server(events, newest_first, cursors)
    read = Read()
    state: dict[str, Any] = {}
    for _, now in hours():
        server.now = now
        asyncio.run(strategy(server, state, read, now))
    read.requests = server.requests
    return read


async def stored_cursor(server: Server, state: Any, read: Read, _now: float) -> None:
    """Go on after the last id seen, run after run."""
    for _ in range(20):
        params = [("limit", "100")]
        if state.get("cursor"):
            params.append(("after", state["cursor"]))
        try:
            page = await server.get("", params)
        except ParameterRefused:
            return
        read.sealed += [event["id"] for event in page["data"]]
        state["cursor"] = page["last_id"] or state.get("cursor")
        if not page["has_more"]:
            return


async def greater_than_seen(server: Server, state: Any, read: Read, _now: float) -> None:
    """Ask for what is newer than the newest time seen; page on by cursor."""
    await _since(server, state, read, ("effective_at[gt]", str(state.get("max", 0))))


async def five_minutes_overlap(server: Server, state: Any, read: Read, _now: float) -> None:
    """Ask again for the last five minutes before the newest time seen; leave out known ids."""
    await _since(server, state, read, ("effective_at[gte]", str(max(0, state.get("max", 0) - 300))))


async def _since(server: Server, state: Any, read: Read, since: tuple[str, str]) -> None:
    known: set[str] = state.setdefault("known", set())
    after: list[tuple[str, str]] = []
    for _ in range(20):
        try:
            page = await server.get("", [since, ("limit", "100"), *after])
        except ParameterRefused:
            return
        for event in page["data"]:
            state["max"] = max(state.get("max", 0), event["effective_at"])
            if event["id"] not in known:
                known.add(event["id"])
                read.sealed.append(event["id"])
        if not page["has_more"] or not page["data"]:
            return
        after = [("after", page["last_id"])]


NAIVE = {
    "stored cursor": stored_cursor,
    "greater than the newest seen": greater_than_seen,
    "five minutes of overlap": five_minutes_overlap,
}
