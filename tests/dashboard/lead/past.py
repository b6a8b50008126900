"""What has happened on a stage before a security lead asks, and what is really so then."""

from dataclasses import dataclass
from typing import Final

from tests.dashboard.lead.seeds import Leak
from tests.dashboard.lead.stage import Stage
from tools.openai_simulator.timeline import Record

ACCOUNTABLE: Final = "team:platform"
DUE: Final = "2026-04-01"
REVIEW: Final = "2026-07-01"
MISSED: Final = "2026-04-01T21:00:00Z"


@dataclass(frozen=True)
class Past:
    """What has happened on the stage.

    Attributes:
        stage: the stage.
        late: a leak that was handed out, and that is late.
        accepted: one that stays.
        removed: a key whose removal the log tells of.
        hidden: a key whose removal it does not tell of.
    """

    stage: Stage
    late: Leak
    accepted: Leak
    removed: Leak
    hidden: Leak

    @property
    def now(self) -> float:
        """Return the present, in seconds since 1970."""
        return self.stage.fixture.clock.instant.timestamp()

    def truth(self, name: str) -> list[Record]:
        """Return what a list of the organization really holds now."""
        return self.stage.fixture.world.first.truth(name, self.now)

    def accounts(self) -> set[str]:
        """Return the ids of the service accounts that there are."""
        org = self.stage.fixture.world.first
        projects = list(org.service_accounts)
        return {
            account["id"]
            for project in projects
            for account in org.truth("service_accounts", self.now, project)
        }


def happened(stage: Stage) -> Past:
    """Let on the stage happen what the questions are about."""
    by_name = {leak.name: leak for leak in stage.seeded}
    past = Past(
        stage=stage,
        late=by_name["seeded stale-4"],
        accepted=by_name["seeded unused-0"],
        removed=by_name["seeded stale-2"],
        hidden=by_name["seeded stale-3"],
    )
    stage.say(past.late, state="acknowledged", accountable=ACCOUNTABLE, due_date=DUE)
    stage.say(past.accepted, state="accepted", reason_code="business_need", review_date=REVIEW)
    stage.mend([past.removed])
    stage.mend([past.hidden], is_hidden=True)
    stage.pass_hours(1)
    # Nobody looks for two hours: one of them is too old then, the other is not.
    stage.fixture.clock.advance(hours=2)
    stage.pass_hours(2)
    period = {"period_start": "2026-04-01T16:00:00Z", "period_end": "2026-04-01T23:59:59Z"}
    stage.ask("POST", "/evidence-packs", period)
    stage.build_packs()
    return past
