"""Run a story through the product in memory, and score its verdicts against the truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from functions.shared.evidence.seals import Seal, read_rows
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from functions.shared.records.events import Verdict
from tests.conftest import SettableClock
from tests.snapshot.stories.narrator import QUIET_HOURS, STORY_HOURS, Change, Hidden, Story
from tests.support.memory import MemoryBucket, MemoryKmsKey, MemoryQueue, MemoryTable
from tests.support.snapshot_fixture import SnapshotFixture
from tools.openai_simulator import World

# Of the sections that every hour reads; the others net out what happens within a day.
_COUNTED = frozenset({"users", "projects", "api_keys"})
# A quiet hour is closed with the next ones: most of them are missed, the log is read all the same.
_QUIET_STEP = 7


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
    """

    hidden: int = 0
    found: int = 0
    changes: int = 0
    explained: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Add another story's."""
        for name in ("hidden", "found", "changes", "explained"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.missed += other.missed
        self.false += other.false

    def __str__(self) -> str:
        recall = 1 - len(self.missed) / self.hidden if self.hidden else 1.0
        precision = 1 - len(self.false) / self.found if self.found else 1.0
        return (
            f"{self.changes} changes, {self.explained} explained; {self.hidden} hidden, "
            f"{len(self.missed)} of them missed, {self.found} found unexplained, "
            f"{len(self.false)} of them falsely; recall {recall:.4f}, precision {precision:.4f}"
        )


def score(story: Story, fixture: SnapshotFixture) -> Score:
    """Compare every verdict ever sealed, and the findings at the end, with the truth."""
    result = Score()
    accused: list[tuple[Change, str]] = []
    for seal in seals_of(fixture):
        result.changes += sum(entry["rows"] for entry in seal.content["segments"]["changes"])
        for row in verdicts_of(fixture, seal):
            result.explained += row["verdict"] == "explained"
            if row["verdict"] == "unexplained":
                accused.append(((row["section"], row["kind"], row["entity_id"]), row["hour"]))
        last = seal
    for finding in fixture.register(last, "findings"):
        if finding["kind"] == "event_without_change":
            kind = finding["reason"].removeprefix("no_trace_of_").replace("key_", "key.")
            change = (finding["section"], kind, finding["entity_id"])
            accused.append((change, finding["first_seen_hour"]))
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
