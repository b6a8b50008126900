"""A wake that is killed at any step: alerts 1..n arrive all the same, at least once and in order.

Before and behind each AWS call, and before and behind each post. Hour after hour is sealed, each
with a finding to be told and a test besides, and each wake dies one step further on.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal, get_args

import pytest

from functions.notify.deliver.message import Answer, Message
from functions.shared.hours import parse_instant, rfc3339
from functions.shared.tables.custody import Custody
from tests.api.conftest import Api, MakeLab, api, lab_of, story
from tests.notify.conftest import Notify
from tests.notify.stories.test_told import Stage, told_of
from tests.support.aws_calls import Killed, watched

__all__ = ["api", "lab_of"]
FIRST = parse_instant("2026-04-01T00:00:00Z")
N_HOURS = 120
Moment = Literal["before a call", "behind a call", "before a post", "behind a post"]


@dataclass
class Death:
    """The process ends at one step: it makes no call and sends nothing after it."""

    moment: Moment
    nth: int
    is_over: bool = False
    n_posts: int = 0

    def _at(self, moment: Moment, number: int) -> None:
        self.is_over |= (moment, number) == (self.moment, self.nth)
        if self.is_over:
            raise Killed

    def before(self, number: int) -> None:
        """Come to an AWS call."""
        self._at("before a call", number)

    def after(self, number: int) -> None:
        """Be answered by AWS."""
        self._at("behind a call", number)

    def wakes(self, notify: Notify) -> bool:
        """Wake; tell whether the process died."""
        whole = notify.context

        def post(url: str, message: Message) -> Answer:
            self.n_posts += 1
            self._at("before a post", self.n_posts)
            answer = whole.post(url, message)
            self._at("behind a post", self.n_posts)
            return answer

        notify.context = replace(whole, post=post)
        try:
            with watched(self.before, self.after):
                notify.wake()
        except Killed:
            return True
        finally:
            notify.context = whole
        return False


@pytest.fixture
def stage(api: Api, lab_of: MakeLab, notify: Notify) -> Stage:
    """Give an organization of which each hour opens a finding of severity high."""
    world = story()
    for n in range(1, N_HOURS):
        hour = FIRST + timedelta(hours=n)
        world.at(rfc3339(hour + timedelta(minutes=12))).user_joins(f"eve{n}", role="owner")
        world.at(rfc3339(hour + timedelta(minutes=40))).user_leaves(f"eve{n}")
    return told_of(world, api, lab_of, notify)


def _dies_at_each(stage: Stage, moment: Moment, hours: Iterator[int]) -> int:
    """Let wakes die, each one step further on, until one comes to its end; count them."""
    notify = stage.notify
    for nth in itertools.count(1):
        stage.fixture.tick(rfc3339(FIRST + timedelta(hours=next(hours))))
        notify.test(stage.hook)
        if not Death(moment, nth).wakes(notify):
            return nth - 1
        for _ in range(2):
            # The next run that may send is the one behind the dead one's lease.
            notify.wake(minutes=4)
    raise AssertionError("not reached")


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_killed_at_each_step_nothing_is_lost_and_nothing_comes_out_of_order(stage: Stage) -> None:
    """Each number has one id and one body; the custody log has each once; mail tells of each."""
    notify, hours = stage.notify, iter(range(1, N_HOURS))
    died = {moment: _dies_at_each(stage, moment, hours) for moment in get_args(Moment)}
    print(died)
    assert min(died["before a call"], died["behind a call"]) >= 20
    assert died["before a post"] == died["behind a post"] == 2
    for _ in range(2):
        notify.wake(minutes=4)
    n_hours = next(hours) - 1
    receiver = notify.of(stage.hook)
    taken = [number for number, _ in itertools.groupby(receiver.numbers)]
    assert taken == list(range(1, len(taken) + 1))
    # Each hour's alert is told once, and each press of the button.
    assert (receiver.types.count("findings.opened"), receiver.types.count("test")) == (
        n_hours,
        n_hours,
    )
    assert len(receiver.types) == len(taken)
    assert len(set(zip(receiver.numbers, receiver.ids, strict=True))) == len(taken)
    assert len({repr(body) for body in receiver.arrived}) == len(taken)
    entries = Custody(stage.fixture.table).after("tenant-a", 0, 5000)
    sent = [entry["facts"]["number"] for entry in entries if entry["action"] == "alert.sent"]
    assert sent == taken
    newest = notify.context.alerts.newest("tenant-a")
    letters = "".join(letter["text"] for letter in notify.post.letters)
    assert [n for n in range(1, newest + 1) if f", number {n})" not in letters] == []
    twice = len(receiver.numbers) - len(taken)
    print(f"{len(taken)} alerts in order, {twice} of them twice, 0 lost")
