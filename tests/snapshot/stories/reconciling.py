"""Run a story or a world through the product in memory; score verdicts against the truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from functions.shared.canonical import Json
from functions.shared.evidence.seals import Seal, read_rows
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.records.events import Verdict
from functions.snapshot.findings.between_pictures import HAPPENINGS
from tests.conftest import SettableClock
from tests.snapshot.stories.narrator import QUIET_HOURS, STORY_HOURS, Change, Hidden, Story
from tests.support.memory import MemoryBucket, MemoryKmsKey, MemoryQueue, MemoryTable
from tests.support.snapshot_fixture import SnapshotFixture
from tools.openai_simulator import World

# Of the sections that every hour reads; the others net out what happens within a day.
_COUNTED = frozenset({"users", "projects", "api_keys"})
# A quiet hour is closed with the next ones: most of them are missed, the log is read all the same.
_QUIET_STEP = 7
EARLY = "2026-03-20T10:00:00Z"
BEGIN = "2026-04-08T03:00:00Z"


def lab_in_memory(world: World) -> SnapshotFixture:
    """Return an organization that keeps everything in memory."""
    bucket, clock = MemoryBucket(), SettableClock()
    return SnapshotFixture(
        MemoryTable(), bucket, MemoryBucket(), MemoryQueue(), MemoryKmsKey(), clock, world
    )


def run_story(story: Story) -> SnapshotFixture:
    """Connect, tell every hour and the quiet ones after it; return it."""
    fixture = lab_in_memory(story.world)
    for fault in story.faults:
        fixture.simulator.faults.add(**fault)  # type: ignore[arg-type]
    fixture.connect(rfc3339(story.start - timedelta(minutes=40)))
    fixture.order(rfc3339(story.start - 2 * HOUR))
    hours = [story.start + n * HOUR for n in range(-1, STORY_HOURS + 4)]
    quiet = range(STORY_HOURS + 4, STORY_HOURS + QUIET_HOURS + _QUIET_STEP, _QUIET_STEP)
    hours += [story.start + n * HOUR for n in quiet]
    for hour in hours:
        if hour not in story.missed:
            fixture.tick(rfc3339(hour))
    return fixture


def seals_of(fixture: SnapshotFixture) -> Iterator[Seal]:
    """Yield every seal, oldest first."""
    first = parse_instant("2020-01-01T00:00:00Z")
    for hour in fixture.chain.sealed_hours(first, first.replace(year=2030)):
        seal = fixture.chain.seal(hour)
        assert seal is not None
        yield seal


def verdicts_of(fixture: SnapshotFixture, seal: Seal) -> list[Verdict]:
    """Return the verdicts an hour sealed."""
    entries = seal.content["segments"]["verdicts"]
    return [row for entry in entries for row in read_rows(fixture.evidence, entry, Verdict)]


@dataclass
class Score:
    """What was found of what was hidden.

    Attributes:
        hidden: changes that had to be found.
        missed: those that were not.
        found: changes and events found unexplained.
        false: those behind which nothing is hidden.
        changes: all changes sealed.
        explained: those with their event.
        lives: short lives that the log told of and no snapshot showed.
    """

    hidden: int = 0
    found: int = 0
    changes: int = 0
    explained: int = 0
    lives: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Add another story's."""
        for name in ("hidden", "found", "changes", "explained", "lives"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.missed += other.missed
        self.false += other.false

    def __str__(self) -> str:
        recall = 1 - len(self.missed) / self.hidden if self.hidden else 1.0
        precision = 1 - len(self.false) / self.found if self.found else 1.0
        return (
            f"{self.changes} changes, {self.explained} explained; {self.hidden} hidden, "
            f"{len(self.missed)} missed, {self.found} found unexplained, "
            f"{self.lives} short lives, {len(self.false)} found falsely; "
            f"recall {recall:.4f}, precision {precision:.4f}"
        )


def score(story: Story, fixture: SnapshotFixture) -> Score:
    """Compare every verdict ever sealed, and the findings at the end, with the truth."""
    result = Score()
    accused: list[tuple[Change, str]] = []
    lives: set[tuple[str, str]] = set()
    for seal in seals_of(fixture):
        result.changes += sum(entry["rows"] for entry in seal.content["segments"]["changes"])
        for row in verdicts_of(fixture, seal):
            result.explained += row["verdict"] == "explained"
            if row["verdict"] == "unexplained":
                accused.append(((row["section"], row["kind"], row["entity_id"]), row["hour"]))
        last = seal
    for finding in fixture.register(last, "findings"):
        if finding["kind"] == "event_without_change":
            thing, _, what = finding["reason"].removeprefix("no_trace_of_").rpartition("_")
            kind = f"{thing}.{what}"
            change = (finding["section"], kind, finding["entity_id"])
            accused.append((change, finding["first_seen_hour"]))
        if finding["kind"] in HAPPENINGS:
            lives.add((finding["kind"], finding["entity_id"]))
    result.lives = len(story.lives)
    result.missed += [f"{story.world.org_id} {life}" for life in sorted(story.lives - lives)]
    result.false += [f"{story.world.org_id} {life}" for life in sorted(lives - story.lives)]
    result.found = len(accused)
    names = {change for change, _ in accused}
    for hidden in story.hidden:
        due = {change for change in hidden.shows if change[0] in _COUNTED}
        result.hidden += len(due)
        result.missed += [f"{story.world.org_id} {hidden.at} {c}" for c in sorted(due - names)]
    for change, hour in accused:
        if not any(_is_behind(hidden, change, hour) for hidden in story.hidden):
            result.false.append(f"{story.world.org_id} {hour} {change}")
    return result


def _is_behind(hidden: Hidden, change: Change, hour: str) -> bool:
    # The snapshot may have been taken in the first minutes of the next hour.
    return change[2] in hidden.reach and floor_hour(hidden.at) <= parse_instant(hour) + HOUR


def a_world(*, past: bool = True) -> World:
    """Return a world with a past; with ``past=False`` one whose log has always been silent."""
    world = World("org-reconcile")
    early = world.at(EARLY) if past else world.at(EARLY).hidden()
    early.user_joins("olga", role="owner").user_joins("ann").user_joins("bob")
    early.project_created("web").member_added("web", "ann").member_added("web", "bob")
    early.key_made("anns", "web", owner="ann").key_made("bobs", "web", owner="bob")
    return world


def after(hours: int, minutes: int = 30) -> str:
    """Return the instant some hours into the story, half past as a rule."""
    return rfc3339(parse_instant(BEGIN) + hours * HOUR + minutes * HOUR / 60)


def told(world: World, n_hours: int, *, step: int = 1, **fault: Any) -> SnapshotFixture:
    """Run a world for some hours; in between, hours without a snapshot where ``step`` says."""
    fixture = lab_in_memory(world)
    if fault:
        fixture.simulator.faults.add(**fault)
    fixture.connect(BEGIN)
    fixture.order(rfc3339(parse_instant(BEGIN) - HOUR))
    for number in [*range(6), *range(6, n_hours, step)]:
        fixture.tick(rfc3339(parse_instant(BEGIN) + number * HOUR))
    return fixture


def verdicts(fixture: SnapshotFixture) -> list[tuple[str, str, str | None]]:
    """Return (entity, verdict, reason) of all that was ever sealed, in order."""
    seals = [
        fixture.chain.seal(hour) for hour in fixture.chain.sealed_hours(_YEAR, _YEAR.replace(2030))
    ]
    rows = [row for seal in seals if seal for row in verdicts_of(fixture, seal)]
    return [(row["entity_id"], row["verdict"], row["reason"]) for row in rows]


_YEAR = parse_instant("2026-01-01T00:00:00Z")


def findings(fixture: SnapshotFixture, kind: str) -> list[Json]:
    """Return the findings of a kind, as the newest seal has them."""
    newest = fixture.chain.last_before(_YEAR.replace(2030))
    assert newest is not None
    return [row for row in fixture.register(newest, "findings") if row["kind"] == kind]
