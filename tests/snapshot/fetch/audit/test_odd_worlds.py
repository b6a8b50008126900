"""Each event of 200 odd worlds is sealed once; what is altered is told, and nothing else is."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from functions.shared.hours import HOUR, parse_instant
from functions.snapshot.fetch.audit.audit_marks import PATROL, audit_plan
from functions.snapshot.records import STREAMS
from tests.snapshot.fetch.audit.audit_worlds import (
    BEHAVIOURS,
    START,
    STORY_HOURS,
    Read,
    snapshot_of,
)
from tests.snapshot.fetch.audit.odd_worlds import Entry, H, OddServer, Seals, odd_world

# From hour to hour while events happen; then a run in so many hours.
DENSE_HOURS, STRIDE, MOST_HOURS = STORY_HOURS + 30, 6, 200 * 24
# What happened before is read a third time by then.
SETTLED_S = 74 * H


@dataclass
class Walk:
    """The reading of an odd world, and what came of it.

    Attributes:
        entries: by id.
        false: what was told of an entry that was not altered.
    """

    entries: dict[str, Entry]
    server: OddServer
    chance: random.Random
    read: Read = field(default_factory=Read)
    seals: Seals = field(default_factory=Seals)
    told: set[str] = field(default_factory=set)
    false: list[str] = field(default_factory=list)
    calm_since: float = 0.0

    def go(self) -> None:
        """Go on until the patrol has passed the whole past after the last alteration."""
        rounds = Counter[str]()
        self.server.show(self.entries.values())
        for hour in _hours():
            end = (hour + HOUR).timestamp()
            if end - self.calm_since > SETTLED_S:
                rounds.update(self._rounds_begun(hour))
                if min(rounds[name] for name in STREAMS) > 1:
                    return
            self._close(hour, end + 60)
            if self._is_restless(end + 60):
                self.calm_since = end

    def _rounds_begun(self, hour: datetime) -> Iterator[str]:
        for name, plan in audit_plan(self.read.marks, hour + HOUR).streams.items():
            back_to = self.read.marks["streams"][name]["backfill_to"]
            if PATROL in plan.again and plan.again[PATROL].lo == back_to:
                yield name

    def _is_restless(self, now: float) -> bool:
        """Tell whether anything is still to happen."""
        return now < self.server.tenant_from or any(
            entry.corrected or entry.due or entry.shown.visible_at > now or entry.row is None
            for entry in self.entries.values()
        )

    def _close(self, hour: datetime, now: float) -> None:
        self.server.now = now
        changes = [entry.change(now, self.chance) for entry in self.entries.values()]
        if any(changes):
            self.server.show(self.entries.values())
        if self.chance.random() < 0.05:
            self.server.fail_at = self.server.requests + self.chance.randint(1, 4)
        section = snapshot_of(self.server, self.read, hour, self.seals.log(hour).known)
        self.server.fail_at = None
        self.seals.add(hour, section.rows)
        for row in section.rows:
            entry = self.entries[row["event_id"]]
            entry.row, entry.hour = row, hour
            if entry.fate:
                entry.due = now + entry.later_s
        altered = self.read.altered[-1]
        hidden = [name for names in altered["gone_from"].values() for name in names]
        told = {*altered["changed"], *altered["gone"], *hidden}
        self.false += [name for name in told if not self.entries[name].altered]
        self.told |= told

    def altered(self) -> set[str]:
        """Return what was altered after it was sealed."""
        return {name for name, entry in self.entries.items() if entry.altered}

    def watched(self) -> set[str]:
        """Return what of it the reading must find, whichever hour sealed it.

        Not where no time was sealed; and the end of a log that shows nothing older is not gone but
        no longer kept.
        """
        return {name for name in self.altered() if self._is_watched(self.entries[name])}

    def _is_watched(self, entry: Entry) -> bool:
        row = entry.row
        if row is None or row["occurred_at"] is None:
            return False
        at = parse_instant(row["occurred_at"])
        if entry.fate not in ("removed", "time corrected"):
            return True
        return self.server.oldest(row["details"]["stream"] or "") < at.timestamp()


def _hours() -> Iterator[datetime]:
    for number in (*range(DENSE_HOURS), *range(DENSE_HOURS, MOST_HOURS, STRIDE)):
        yield START + number * HOUR


def walked(seed: int) -> Walk:
    """Read an odd world, and return what came of it."""
    chance = random.Random(f"walk {seed}")  # noqa: S311
    newest_first, cursors = list(BEHAVIOURS.values())[seed % len(BEHAVIOURS)]
    readable_at = START.timestamp() + chance.choice([2, 30, 300]) * H * chance.random()
    server = OddServer([], newest_first, cursors, tenant_from=readable_at)
    walk = Walk({entry.shown.record["id"]: entry for entry in odd_world(seed)}, server, chance)
    walk.go()
    return walk


def _fuzz(seeds: Iterable[int]) -> None:
    totals = Counter[str]()
    for seed in seeds:
        walk = walked(seed)
        sealed = Counter(walk.read.sealed)
        altered, watched = walk.altered(), walk.watched()
        lost, missed = set(walk.entries) - set(sealed), watched - walk.told
        doubled = sealed.total() - len(sealed)
        totals.update(worlds=1, events=len(walk.entries), altered=len(altered))
        totals.update(to_be_told=len(watched), told=len(walk.told), not_told=len(missed))
        totals.update(lost=len(lost), doubled=doubled, false=len(walk.false))
        assert (lost, doubled, missed, walk.false) == (set(), 0, set(), []), f"world {seed}"
    print(f"\nodd worlds: {dict(totals)}")


def test_a_sample_of_odd_worlds() -> None:
    """Late streams, times and events; rewritten and removed entries."""
    _fuzz((8, 12, 16))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_hundred_odd_worlds() -> None:
    """The same for 200 worlds."""
    _fuzz(range(200))
