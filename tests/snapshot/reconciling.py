"""Run a story through the product in memory, and score its verdicts against the truth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from functions.shared.canonical import Json
from functions.shared.evidence.seals import Seal, read_rows
from functions.shared.hours import HOUR, floor_hour, parse_instant, rfc3339
from tests.conftest import SettableClock
from tests.snapshot.stories import QUIET_HOURS, STORY_HOURS, Change, Hidden, Story
from tests.support.memory import MemoryBucket, MemoryQueue, MemoryTable, MemoryVault
from tests.support.snapshot_fixture import Lab
from tools.openai_simulator import World

# Of the sections that every hour pictures; the others net out what happens within a day.
_COUNTED = frozenset({"users", "projects", "api_keys"})
# A quiet hour is closed with the next ones: most of them are missed, the log is read all the same.
_QUIET_STEP = 7


def lab_in_memory(world: World) -> Lab:
    """Return a laboratory whose doors lead into memory."""
    bucket, clock = MemoryBucket(), SettableClock()
    return Lab(MemoryTable(), bucket, MemoryBucket(), MemoryQueue(), MemoryVault(), clock, world)


def run_story(story: Story) -> Lab:
    """Connect, tell every hour and the quiet ones after it; return the laboratory."""
    lab = lab_in_memory(story.world)
    for fault in story.faults:
        lab.simulator.faults.add(**fault)  # type: ignore[arg-type]
    lab.connect(rfc3339(story.start - timedelta(minutes=40)))
    lab.order(rfc3339(story.start - 2 * HOUR))
    hours = [story.start + n * HOUR for n in range(-1, STORY_HOURS + 4)]
    quiet = range(STORY_HOURS + 4, STORY_HOURS + QUIET_HOURS + _QUIET_STEP, _QUIET_STEP)
    hours += [story.start + n * HOUR for n in quiet]
    for hour in hours:
        if hour not in story.missed:
            lab.tick(rfc3339(hour))
    return lab


def seals_of(lab: Lab) -> Iterator[Seal]:
    """Yield every seal, oldest first."""
    first = parse_instant("2020-01-01T00:00:00Z")
    for hour in lab.chain.sealed_hours(first, first.replace(year=2030)):
        seal = lab.chain.seal(hour)
        assert seal is not None
        yield seal


def verdicts_of(lab: Lab, seal: Seal) -> list[Json]:
    """Return the verdicts an hour sealed."""
    entries = seal.content["segments"]["verdicts"]
    return [row for entry in entries for row in read_rows(lab.evidence, entry)]


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


def score(story: Story, lab: Lab) -> Score:
    """Compare every verdict ever sealed, and the findings at the end, with the truth."""
    result = Score()
    accused: list[tuple[Change, str]] = []
    for seal in seals_of(lab):
        result.changes += sum(entry["rows"] for entry in seal.content["segments"]["changes"])
        for row in verdicts_of(lab, seal):
            result.explained += row["verdict"] == "explained"
            if row["verdict"] == "unexplained":
                accused.append(((row["section"], row["kind"], row["entity_id"]), row["hour"]))
        last = seal
    for row in lab.register(last, "findings"):
        if row["kind"] == "event_without_change":
            kind = row["reason"].removeprefix("no_trace_of_").replace("key_", "key.")
            accused.append(((row["section"], kind, row["entity_id"]), row["first_seen_hour"]))
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
    # The picture may have been taken in the first minutes of the next hour.
    return change[2] in hidden.reach and floor_hour(hidden.at) <= parse_instant(hour) + HOUR
