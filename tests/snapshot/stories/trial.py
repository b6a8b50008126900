"""One fault's trial: an organization whose lists have several pages, a fault, and what came of it.

``trial.hours`` are closed one by one; ``trial.finish`` heals, closes the rest and checks the six
invariants. Every trial puts a line into the table of rows that is printed at the end.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from functions.shared.evidence.seals import Seal
from functions.shared.hours import GRACE, HOUR, parse_instant, rfc3339
from tests.snapshot.stories.invariants import Report, check
from tests.support.snapshot_fixture import SnapshotFixture
from tools.openai_simulator import Fault, World

CANARY = "sk-admin-CANARY/+4f9b2c7d1e8a6053"
FIRST = "2026-04-01T02:00:00Z"
HIT = "2026-04-01T03:00:00Z"
NEXT = "2026-04-01T04:00:00Z"
LAST = "2026-04-01T05:00:00Z"
PAST_GRACE = GRACE.total_seconds() / 60 + 1
USERS, PROJECTS = "/organization/users", "/organization/projects"
AUDIT = "/organization/audit_logs"
KEYS = "/organization/projects/proj_web/api_keys"


def rarely(*values: Any) -> list[Any]:
    """Return parameters that only ``make test-all`` tries; a tuple is several at once."""
    several = [value if isinstance(value, tuple) else (value,) for value in values]
    return [pytest.param(*value, marks=pytest.mark.slow) for value in several]


def office() -> World:
    """Return a world of eleven people and two projects, with news in each of five hours."""
    world = World("org-office", admin_key=CANARY)
    early = world.at("2026-03-31T10:00:00Z")
    early.user_joins("olga", role="owner").project_created("web").project_created("lab")
    for number in range(9):
        early.user_joins(f"p{number}").key_made(f"k{number}", "web", owner=f"p{number}")
    early.key_made("lab-key", "lab", owner="olga").tenant_event("tenant.policy.attached")
    hit = world.at("2026-04-01T03:30:00Z")
    hit.user_joins("bob").key_made("bobs", "web", owner="bob").key_removed("k3")
    world.at("2026-04-01T03:40:00Z").user_leaves("p4")
    world.at("2026-04-01T04:10:00Z").user_leaves("p5").user_role("p6", "owner")
    world.at("2026-04-01T05:20:00Z").key_removed("k7").tenant_event("tenant.policy.detached")
    return world


@dataclass
class Trial:
    """An organization with its first hour sealed, ready for a fault in the hour ``HIT``.

    Attributes:
        fixture: the organization under test.
        note: puts a line into the table: row, fault, outcomes.
        said: returns all that was logged and printed so far.
    """

    fixture: SnapshotFixture
    note: Callable[[str, str, str], None]
    said: Callable[[], str]
    sealed: list[Seal] = field(default_factory=list)

    def fault(self, kind: str, **how: Any) -> Fault:
        """Put a fault of OpenAI's in force."""
        return self.fixture.simulator.faults.add(kind, **how)

    def requests(self, path: str | None = None) -> int:
        """Return how many requests OpenAI has had since the last ``forget``."""
        return sum(path in (None, served.path) for served in self.fixture.simulator.log)

    def forget(self) -> None:
        """Count requests from now on."""
        self.fixture.simulator.log.clear()

    def hit(self, *, minutes_late: float = 1) -> Seal | None:
        """Close the hour that the fault is in; None where it stays open."""
        seals = self.fixture.tick(HIT, minutes_late=minutes_late)
        return seals[-1] if seals else None

    def outlast(self) -> Seal:
        """Try in the grace, then close the hour after it, as what it then is."""
        early = self.hit()
        seal = early or self.hit(minutes_late=PAST_GRACE)
        assert seal is not None
        return seal

    def heal(self) -> None:
        """Take every fault of OpenAI's away."""
        self.fixture.simulator.faults.clear()

    def finish(
        self, row: str, what: str, *, until: str = NEXT, healed: bool = True, also: str = ""
    ) -> Report:
        """Heal, close the hours up to one, check the invariants, and note the outcomes."""
        self.heal()
        newest = self.fixture.chain.last_before(self.fixture.clock.now())
        hour = newest.hour + HOUR if newest else parse_instant(FIRST)
        late = self.fixture.clock.now() - (hour + HOUR)
        while hour <= parse_instant(until):
            minutes = max(1.0, late.total_seconds() / 60)
            if not self.fixture.chain.seal(hour):
                self.fixture.tick(rfc3339(hour), minutes_late=minutes)
            hour += HOUR
            late -= HOUR
        report = check(self.fixture, until, healed=healed, said=self.said())
        self.note(row, what, " ".join(report.outcomes[1:]) + also)
        return report
