"""Audit logs that change under the reader, and seals in memory that know what was sealed of them.

An odd world is a world in which events show up to 30 days late, the tenant's stream becomes
readable late, times are unreadable and corrected, and sealed entries are rewritten or removed.
"""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from functions.shared.aws.gzip_member import pack_gzip
from functions.shared.aws.keys import segment_key
from functions.shared.canonical import Lines
from functions.shared.errors import ScopeMissing
from functions.shared.evidence.seals import Chain
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.openai.client import Params
from functions.shared.records.events import EventState
from functions.snapshot.records import STREAMS
from functions.snapshot.sealed_log import SealedLog
from tests.snapshot.fetch.audit.audit_worlds import START, Server, Shown, world

H, DAY = 3600, 86400
LATEST_S = 30 * DAY
# Beside what is drawn here an entry stays as it was.
REWRITINGS = ("actor", "payload", "time unreadable", "time corrected")
HARMLESS = ("reordered", "joined in")
UNREADABLE: tuple[Any, ...] = ("yesterday", None, -1, "1775005200")


@dataclass
class Entry:
    """One entry of the log, as it is now, and what is to become of it.

    Attributes:
        shown: where the log holds it, from when it shows it, and its record.
        streams: those that show it.
        corrected: when an unreadable time is corrected, and to which; None: it never is.
        fate: what becomes of it after it was sealed, None for nothing, and so much later.
        row: as it was sealed, and by which hour.
        altered: whether the log shows otherwise now what was sealed.
    """

    shown: Shown
    streams: tuple[str, ...]
    corrected: tuple[float, int] | None = None
    fate: str | None = None
    later_s: float = 0.0
    row: EventState | None = None
    hour: datetime = START
    due: float | None = None
    altered: bool = False
    removed: bool = False

    def change(self, now: float, chance: random.Random) -> bool:
        """Let happen what is due; tell whether something did."""
        if self.corrected and self.corrected[0] <= now:
            self._move(self.corrected[1])
            self.corrected = None
            return True
        if self.due is None or now < self.due:
            return False
        self.due = None
        self.altered = self.fate not in HARMLESS
        self._meet_fate(now, chance)
        return True

    def _meet_fate(self, now: float, chance: random.Random) -> None:
        record = json.loads(json.dumps(self.shown.record))
        if self.fate == "removed":
            self.removed = True
        elif self.fate == "actor":
            record["actor"]["session"]["user"]["id"] = "user-2"
        elif self.fate == "payload":
            record["api_key.created"]["data"]["scopes"].append("api.all")
        elif self.fate == "time unreadable":
            record["effective_at"] = chance.choice(UNREADABLE)
        elif self.fate == "reordered":
            record = dict(reversed(record.items()))
        elif self.fate == "joined in":
            record |= {"project": {"id": "proj-1", "name": "Renamed"}, "shown_by": "another page"}
            record["actor"]["session"]["user"]["email"] = "new@example.com"
        self.shown = replace(self.shown, record=record)
        if self.fate == "time corrected":
            self._move(self.shown.at + chance.choice((-1, 1)) * chance.randint(1, 20 * DAY))
            self.corrected = None
        if self.shown.at > now:
            self._move(int(now) - 1)

    def _move(self, second: int) -> None:
        record = self.shown.record | {"effective_at": second}
        self.shown = Shown(second, self.shown.visible_at, record)


def odd_world(seed: int) -> list[Entry]:
    """Return the entries of an odd world."""
    chance = random.Random(f"odd {seed}")  # noqa: S311  # a fuzz, repeatable by seed
    both, tenant = STREAMS, STREAMS[1:]
    entries: list[Entry] = []
    for usual in world(seed):
        payload = {"id": "key_1", "data": {"scopes": ["api.read"]}}
        record = usual.record | {"api_key.created": payload}
        record["project"] = {"id": "proj-1", "name": "First"}
        # Late by a minute or by a month: each of the three readings meets some. The oldest often
        # comes when all of history has been read.
        odds = 0.08 if entries else 0.5
        late_s = LATEST_S ** chance.random() if chance.random() < odds else 0.0
        shown = Shown(usual.at, usual.at + late_s, record)
        entry = Entry(shown, chance.choice([STREAMS[:1], STREAMS[:1], both, tenant]))
        if chance.random() < 0.05:
            entry.shown = replace(
                shown, record=record | {"effective_at": chance.choice(UNREADABLE)}
            )
            if chance.random() < 0.8:
                when = max(shown.visible_at, START.timestamp()) + chance.random() * 10 * DAY
                moved = chance.choice([0, 0, 60, -H, DAY, -DAY, -20 * DAY])
                entry.corrected = when, min(usual.at + moved, int(when) - 1)
        if chance.random() < 0.12:
            entry.fate = chance.choice([*REWRITINGS, "removed", "removed", *HARMLESS])
            entry.later_s = chance.choice([H, DAY, 4 * DAY, 12 * DAY]) * chance.random()
        entries.append(entry)
    return entries


@dataclass
class OddServer(Server):
    """A server of two streams; the tenant's is forbidden until an instant."""

    tenant_from: float = 0.0
    views: dict[str, list[Shown]] = field(default_factory=dict)

    def show(self, entries: Iterable[Entry]) -> None:
        """Show entries as they are now."""
        standing = sorted(
            (entry for entry in entries if not entry.removed), key=lambda entry: entry.shown.at
        )
        self.views = {
            name: [entry.shown for entry in standing if name in entry.streams] for name in STREAMS
        }

    async def get(self, path: str, params: Params | None = None) -> Any:
        """Answer one request for one of the streams."""
        query = list(params or [])
        name = STREAMS[("tenant_only", "true") in query]
        if name == "tenant" and self.now < self.tenant_from:
            self.requests += 1
            raise ScopeMissing("this key may not read it")
        self.events = self.views[name]
        self._times = [event.at for event in self.events]
        return await super().get(path, [each for each in query if each[0] != "tenant_only"])

    def oldest(self, stream: str) -> float:
        """Return the second of the oldest event that a stream shows."""
        shown = (event.at for event in self.views[stream] if event.visible_at <= self.now)
        return min(shown, default=float("inf"))


class Seals:
    """A chain of seals in memory: as much of one as the reading of the audit log needs."""

    tenant, org = "a" * 26, "org-odd"

    def __init__(self) -> None:
        """Begin with none."""
        self.bucket, self.seals = self, dict[datetime, Any]()
        self.bodies: dict[str, bytes] = {}
        self.late: dict[datetime, set[datetime]] = {}

    def add(self, hour: datetime, rows: Iterable[EventState]) -> None:
        """Seal an hour's events, by the month of each."""
        months: dict[str, list[EventState]] = {}
        for row in rows:
            at = row["occurred_at"] or rfc3339(hour)
            months.setdefault(at[:7], []).append(row)
            happened = floor_hour(parse_instant(at))
            if happened + HOUR < hour:
                self.late.setdefault(happened, set()).add(hour)
        entries = []
        for month, of_month in months.items():
            lines = Lines.of(of_month)
            key = segment_key(self.tenant, self.org, "events", month, hour, lines.sha256)
            self.bodies[key] = pack_gzip(lines.body)
            sizes = {"rows": lines.rows, "bytes": len(lines.body), "sha256": lines.sha256}
            entries.append({"key": key} | sizes)
        self.seals[hour] = SimpleNamespace(hour=hour, content={"segments": {"events": entries}})

    def seal(self, hour: datetime) -> Any:
        """Return an hour's seal, None where there is none."""
        return self.seals.get(hour)

    def need(self, key: str) -> bytes:
        """Return an object's bytes."""
        return self.bodies[key]

    def keys(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """Yield the keys under a prefix past one of them."""
        yield from sorted(key for key in self.bodies if key.startswith(prefix) and key > after)

    def log(self, hour: datetime) -> SealedLog:
        """Return what is sealed before an hour."""
        return SealedLog(cast("Chain", self), None, hour, self.sealed_late)

    def sealed_late(self, start: datetime, end: datetime) -> dict[datetime, set[datetime]]:
        """Return which hours sealed late what happened in some hours."""
        return {hour: late for hour, late in self.late.items() if start <= hour < end}
