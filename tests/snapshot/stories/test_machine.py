"""A state machine: hours pass while everything that can happen happens, in any order.

Ticks, duplicates, disorder, kills, faults and healing, pauses, disconnects and reconnects, nights
in which nobody comes, and the end of a month. After each step the six invariants hold; at the end,
after two good hours, nothing is missing.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)
from moto.moto_api._internal.models import moto_api_backend

from functions.connect.enrol import disconnected, enrolled_again, hour_to_close
from functions.connect.wrap import StoredKey
from functions.shared.aws import clients
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.kms import KmsKey
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.hours import HOUR, floor_hour, rfc3339
from functions.shared.tables.connections import Connection
from tests.conftest import SettableClock
from tests.snapshot.stories.invariants import check
from tests.snapshot.stories.trial import AUDIT, CANARY, PROJECTS, USERS
from tests.support.aws_calls import Killed, killing, watched
from tests.support.aws_in_process import make_aws
from tests.support.snapshot_fixture import SnapshotFixture
from tests.support.state_machines import play
from tools.openai_simulator import World

START = "2026-03-31T19:20:00Z"
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("status", {"status": 503}),
    ("status", {"status": 500, "path": USERS}),
    ("throttled", {"path": PROJECTS}),
    ("truncated", {"path": USERS}),
    ("has_more", {"value": True, "path": USERS}),
    ("invalid_api_key", {}),
    ("forbidden", {"path": AUDIT}),
    ("clock_skew", {"seconds": 1200}),
    ("last_id", {"value": None, "path": USERS}),
    ("duplicate_keys", {"path": AUDIT}),
]
STEPS = ("joins", "leaves", "key", "late", "tenant", "hidden")


class Hours(RuleBasedStateMachine):
    """One organization from the last evening of March on."""

    def __init__(self) -> None:
        """Start with nothing but a connection."""
        super().__init__()
        moto_api_backend.reset()
        names = make_aws()
        self.world = World("org-machine", admin_key=CANARY)
        early = self.world.at("2026-03-30T10:00:00Z").user_joins("olga", role="owner")
        early.project_created("web").user_joins("n0").key_made("k0", "web", owner="olga")
        self.fixture = SnapshotFixture(
            Table(clients.dynamodb(), names["TABLE_NAME"]),
            Bucket(clients.s3(), names["EVIDENCE_BUCKET"]),
            Bucket(clients.s3(), names["WORK_BUCKET"]),
            Queue(clients.sqs(), names["SNAPSHOT_QUEUE_URL"]),
            KmsKey(clients.kms(), names["SECRETS_KEY_ID"]),
            SettableClock(),
            self.world,
        )
        self.fixture.connect(START)
        self.n_people, self.n_steps, self.n_messages = 1, 0, 0
        self.settled = False

    @property
    def connection(self) -> Connection:
        """Return the connection as it is."""
        return self.fixture.context.connections.need(self.fixture.tenant, self.fixture.org)

    @property
    def status(self) -> str:
        """Return what the tenant wants."""
        return self.connection.status

    @rule(step=st.sampled_from(STEPS), minutes=st.integers(0, 3))
    def something_happens(self, step: str, minutes: int) -> None:
        """Let time pass and something happen at OpenAI."""
        self.n_steps += 1
        self.fixture.clock.advance(minutes=minutes, seconds=1)
        at = self.world.at(self.fixture.clock.instant)
        if step == "joins":
            self.n_people += 1
            at.user_joins(f"n{self.n_people}")
        elif step == "leaves" and self.n_people:
            with suppress(KeyError):
                at.user_leaves(f"n{self.n_people}")
            self.n_people += 1
            at.user_joins(f"n{self.n_people}")
        elif step == "key":
            at.key_made(f"k{self.n_steps}", "web", owner="olga")
        elif step == "late":
            at.late(2900).event("login.succeeded")
        elif step == "tenant":
            at.tenant_event("tenant.policy.attached")
        else:
            at.hidden().key_made(f"h{self.n_steps}", "web", owner="olga")

    def _order(self, hour: str, owner: str | None = None) -> None:
        self.n_messages += 1
        self.fixture.order(hour, owner=owner or f"m{self.n_messages}")
        self.settled = True

    def _next_hour(self) -> str:
        """Move to a minute past the next full hour; return the hour that ended."""
        now = floor_hour(self.fixture.clock.instant) + HOUR
        self.fixture.clock.instant = now + timedelta(minutes=1)
        return rfc3339(now - HOUR)

    @rule()
    def tick(self) -> None:
        """Let the schedule fire and the message be delivered."""
        self._order(self._next_hour())

    @rule(back=st.integers(0, 3))
    def duplicate_or_late_message(self, back: int) -> None:
        """Deliver a message again, or one that is hours old."""
        now = floor_hour(self.fixture.clock.instant)
        self._order(rfc3339(now - HOUR * (1 + back)))

    @rule(nth=st.integers(1, 30), after=st.booleans(), redelivered=st.booleans())
    def kill(self, nth: int, after: bool, redelivered: bool) -> None:
        """Let the process die at an AWS call; its message may come again, or the next one."""
        hour = self._next_hour()
        self.n_messages += 1
        owner = f"m{self.n_messages}"
        moment: dict[str, Any] = {"after" if after else "before": killing(nth)}
        with suppress(Killed), watched(**moment):
            self._order(hour, owner)
            return
        self.settled = False
        if redelivered:
            self._order(hour, owner)

    @rule(fault=st.sampled_from(FAULTS))
    def break_something(self, fault: tuple[str, dict[str, Any]]) -> None:
        """Let OpenAI go wrong until it heals."""
        kind, how = fault
        self.fixture.simulator.faults.add(kind, **how)

    @rule()
    def heal(self) -> None:
        """Let OpenAI be well again, and try what is open again."""
        self.fixture.simulator.faults.clear()
        self.fixture.clock.advance(minutes=2)
        self._order(rfc3339(floor_hour(self.fixture.clock.instant) - HOUR))

    @rule(hours=st.integers(2, 6))
    def nobody_comes(self, hours: int) -> None:
        """Let hours pass without a firing; across midnight the month ends."""
        self.fixture.clock.advance(hours=hours)
        self.settled = False

    @precondition(lambda self: self.status in ("connected", "paused"))
    @rule()
    def pause_or_resume(self) -> None:
        """Let the tenant pause, or resume."""
        self.fixture.clock.advance(minutes=1)
        paused = self.status == "paused"
        kind, status = ("resumed", "connected") if paused else ("paused", "paused")
        self.fixture.change(kind, rfc3339(self.fixture.clock.instant), status=status)

    @precondition(lambda self: self.status in ("connected", "paused"))
    @rule()
    def disconnect(self) -> None:
        """Let the tenant disconnect: the key is gone, the hour is closed at once."""
        now = self.fixture.clock.advance(minutes=1)
        self.fixture.context.connections.save(disconnected(self.connection, "user-1", now))
        hour = hour_to_close(self.connection, now)
        assert hour is not None
        self._order(rfc3339(hour))

    @precondition(lambda self: self.status == "disconnected")
    @rule()
    def reconnect(self) -> None:
        """Let the tenant connect again; what has ended is closed at once."""
        now = self.fixture.clock.advance(minutes=1)
        fresh = self.fixture.wrapped()
        before = self.connection
        wrapped = StoredKey(
            fresh,
            before.admin_key_last4,
            None,
            before.admin_key_warn_at,
            before.known_projects,
            "proven",
            {},
        )
        self.fixture.context.connections.save(enrolled_again(before, None, wrapped, "user-1", now))
        hour = hour_to_close(self.connection, now)
        if hour is not None:
            self._order(rfc3339(hour))

    @invariant()
    def everything_holds(self) -> None:
        """The six invariants, as far as the hours are closed."""
        last = self.fixture.chain.last_before(floor_hour(self.fixture.clock.instant) + HOUR)
        if last is not None:
            check(self.fixture, rfc3339(last.hour), healed=False, projected=False)

    def teardown(self) -> None:
        """Heal everything, let two good hours pass: nothing is missing."""
        self.fixture.simulator.faults.clear()
        if self.status == "paused":
            self.pause_or_resume()
        if self.status == "disconnected":
            self.reconnect()
        self.tick()
        self.tick()
        hour = rfc3339(floor_hour(self.fixture.clock.instant) - HOUR)
        outcomes = check(self.fixture, hour).outcomes
        SEEN.append(len(outcomes))


SEEN: list[int] = []


def _run(examples: int, steps: int) -> None:
    SEEN.clear()
    play(Hours, examples, steps)
    print(f"{len(SEEN)} runs, {sum(SEEN)} hours closed, 0 invariants broken")


def test_hours_pass_whatever_happens(aws: dict[str, str]) -> None:
    """A few short runs."""
    assert aws
    _run(1, 8)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_many_hours_pass_whatever_happens(aws: dict[str, str]) -> None:
    """Many long runs."""
    assert aws
    _run(30, 30)
