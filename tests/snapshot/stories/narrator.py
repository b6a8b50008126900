"""Stories with known truth, for reconciliation: what happens, and what of it the log hides.

Seeded. A story has a past, thirty hours in which people, projects, keys and service accounts come,
change and go, and then quiet hours, in which late events come in and the log settles. Every step
is told logged, late or hidden; of the hidden ones the story keeps what snapshots will show of them.
Steps on the same entity are told so far apart that each shows in a snapshot of its own.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from functions.shared.hours import HOUR, parse_instant, rfc3339
from tools.openai_simulator import World
from tools.openai_simulator.story.steps import StorySteps

STORY_HOURS = 30
# After the last step: 72 hours, the next daily rescan, and some.
QUIET_HOURS = 104
# Whatever may excuse a change of a role or of an access, and every such change.
GROUPS, ACCESS = "groups", "access"
Change = tuple[str, str, str]
"""(section, kind, entity id) of a change; of an event without one its type stands for the kind."""


@dataclass(frozen=True)
class Hidden:
    """A step that the log misses.

    Attributes:
        at: when it happened.
        shows: what must be found unexplained.
        reach: ids of entities that may be found unexplained because of it.
    """

    at: datetime
    shows: frozenset[Change]
    reach: frozenset[str]


@dataclass
class Story:
    """A world, the trouble it is read with, and the truth about its changes.

    Attributes:
        hidden: the steps that the log misses.
        lives: kind and entity of what the log alone tells of between two snapshots.
        faults: arguments for the simulator's ``faults.add``.
        missed: hours for which nothing runs.
        n_steps: told in the story's hours.
    """

    world: World
    start: datetime
    hidden: list[Hidden] = field(default_factory=list)
    lives: set[tuple[str, str]] = field(default_factory=set)
    faults: list[dict[str, object]] = field(default_factory=list)
    missed: set[datetime] = field(default_factory=set)
    n_steps: int = 0


@dataclass
class Key:
    """A key as the story knows it."""

    project: str
    owner: str
    active: bool = True


class Narrator:
    """Knows the organization as told so far, the dice, and how a step is told."""

    def __init__(self, seed: int) -> None:
        """Begin a story nine days before its first hour."""
        self.chance = random.Random(seed)  # noqa: S311  # a story, repeatable by seed
        # Now and then the end of a month, or of a year, falls into the story.
        day = self.chance.choice(["2026-04-08", "2026-04-28", "2026-04-30", "2026-12-30"])
        self.start = parse_instant(f"{day}T{self.chance.randrange(24):02d}:00:00Z")
        self.story = Story(World(f"org-story{seed:04d}"), self.start)
        self.outages: list[tuple[datetime, datetime]] = []
        self.silences: list[tuple[datetime, datetime]] = []
        self.people: list[str] = []
        self.gone: list[str] = []
        self.owners: set[str] = set()
        self.projects: list[str] = []
        self.members: set[tuple[str, str]] = set()
        self.accounts: dict[str, str] = {}
        self.keys: dict[str, Key] = {}
        self.touched: dict[str, datetime] = {}
        self.groups: list[str] = []
        self.roles: list[str] = []
        self.n_made = 0
        self.at = self.start - timedelta(days=9)

    # --- trouble ----------------------------------------------------------------------------------

    def trouble(self) -> None:
        """Choose outages of OpenAI, of one list, of our schedule, and of the log itself."""
        some = self.chance.random
        if some() < 0.35:
            self._fault("status", 5, status=503)
        if some() < 0.2:
            paths = ["/organization/users", "/organization/projects", "*/api_keys"]
            self._fault("status", 4, status=500, path=self.chance.choice(paths))
        if some() < 0.25:
            scope = "api.audit_logs.read"
            self._fault("forbidden", 9, path="/organization/audit_logs", scope=scope)
        if some() < 0.2:
            self._fault("audit_logging_off", 6)
        if some() < 0.3:
            first = self._some_hour()
            hours = [first + n * HOUR for n in range(self.chance.randint(1, 5))]
            self.story.missed |= set(hours)
            self.outages.append((first, hours[-1] + HOUR))
        if some() < 0.3:
            begin = self._some_hour()
            self.silences.append((begin, begin + self._some_while(9)))
        if some() < 0.2:
            begin = self._some_hour()
            end = begin + self._some_while(5)
            self.silences.append((begin, end))
            self.story.faults.append(
                {"kind": "lost_events", "begin": rfc3339(begin), "end": rfc3339(end)}
            )

    def _fault(self, kind: str, most_hours: int, **options: object) -> None:
        since = self._some_hour()
        until = since + self._some_while(most_hours)
        self.outages.append((since, until))
        self.story.faults.append(
            {"kind": kind, "since": rfc3339(since), "until": rfc3339(until), **options}
        )

    def _some_hour(self) -> datetime:
        return self.start + self.chance.randrange(1, STORY_HOURS) * HOUR

    def _some_while(self, most_hours: int) -> timedelta:
        return timedelta(minutes=self.chance.randint(10, most_hours * 60))

    # --- how a step is told -----------------------------------------------------------------------

    def step(
        self, touches: Iterable[str], act: Callable[[StorySteps], object], shows: Iterable[Change]
    ) -> bool:
        """Tell a step, unless what it touches is in no snapshot since it changed.

        Nobody can tell a role or an access that somebody has by a group from one that they were
        given in the same hour; so the two never fall between the same snapshots.
        """
        ids, shown = set(touches), list(shows)
        other = ACCESS if GROUPS in ids else GROUPS
        turns = any(kind == "modified" and section != "projects" for section, kind, _ in shown)
        if GROUPS not in ids and turns:
            ids.add(ACCESS)
        # A hidden event about a group excuses nothing; but it is not known yet whether it will be.
        apart = {other} if not ids.isdisjoint((GROUPS, ACCESS)) else set()
        if not all(self._is_shown(name) for name in ids - {GROUPS, ACCESS} | apart):
            return False
        self.touched |= dict.fromkeys(ids, self.at)
        moment = self.story.world.at(self.at)
        if self.at < self.start:
            act(moment)
            return True
        self.story.n_steps += 1
        dice = self.chance.random()
        if self._is_silent() or dice < 0.15:
            act(moment.hidden())
            self.story.hidden.append(Hidden(self.at, frozenset(shown), frozenset(ids)))
        else:
            late_s = self.chance.choice([60, 600, 4000, 36000, 200000, 252000])
            act(moment.late(late_s) if dice < 0.35 else moment)
        return True

    def short_life(
        self,
        kind: str,
        touches: Iterable[str],
        act: Callable[[StorySteps], object],
        shows: Iterable[Change],
    ) -> bool:
        """Tell the end of something that no snapshot shows; the log's two events tell of it.

        Where the log misses its end, what began and left no trace is found instead.
        """
        n_hidden = len(self.story.hidden)
        ids, shown = list(touches), list(shows)
        is_told = self.step(ids, act, shown)
        if is_told and len(self.story.hidden) == n_hidden:
            self.story.lives |= {(kind, entity) for _, _, entity in shown}
        return is_told

    def _is_silent(self) -> bool:
        return any(begin <= self.at < end for begin, end in self.silences)

    def _is_shown(self, name: str) -> bool:
        last = self.touched.get(name)
        if last is None:
            return True
        wait = 2 * HOUR
        for begin, end in self.outages:
            if last <= end + 4 * HOUR and begin <= self.at + 4 * HOUR:
                wait += end - begin + 4 * HOUR
        return self.at - last > wait

    def nick(self, kind: str) -> str:
        """Return a nickname nobody has."""
        self.n_made += 1
        return f"{kind}{self.n_made}"

    def one_of(self, names: Iterable[str]) -> str | None:
        """Return one of some names, None where there is none."""
        listed = sorted(names)
        return self.chance.choice(listed) if listed else None

    def id_of(self, kind: str, nick: str) -> str:
        """Return an id as OpenAI shows it."""
        return self.story.world.first.id_of(kind, nick)

    def key_ids(self, nicks: Iterable[str]) -> list[str]:
        """Return the ids of some keys."""
        return [self.id_of("key", nick) for nick in nicks]

    def _is_open(self, name: str) -> bool:
        return self.keys[name].project in self.projects

    def _keys_of(self, owner: str, project: str, *, active: bool) -> list[str]:
        return [
            name
            for name, key in self.keys.items()
            if (key.owner, key.project, key.active) == (owner, project, active)
        ]

    def _modified(self, names: Iterable[str]) -> list[Change]:
        return [("api_keys", "modified", id_) for id_ in self.key_ids(names)]

    def _owner_id(self, owner: str) -> str:
        return self.id_of("service_account" if owner in self.accounts else "user", owner)

    def _memberships(self, nick: str, projects: Iterable[str]) -> set[str]:
        user = self.id_of("user", nick)
        return {f"{self.id_of('project', project)}/{user}" for project in projects}
