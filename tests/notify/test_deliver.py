"""Alerts 1..n at each webhook, each at least once, in order, whatever becomes of a receiver."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.notify.deliver.message import Answer
from functions.notify.flow import WakeIncomplete
from functions.notify.records import Alert
from functions.shared.aws.table import Table
from functions.shared.hours import rfc3339
from functions.shared.tables.custody import Custody
from tests.notify.conftest import REFUSED, TAKEN, Body, Notify, id_of

LATE: Alert = {"type": "hours.late", "data": {"org_id": "org-first", "late_hours": 1}}
GONE = Answer(410, "refused")
SLOW = Answer(None, "timed_out")
REDIRECTED = Answer(302, "redirected")


class Killed(BaseException):
    """The function's process is gone."""


def sent_in(notify: Notify, tenant: str = "tenant-a") -> list[int]:
    """Return the numbers that the custody log says were sent, oldest first."""
    entries = Custody(notify.context.table).after(tenant, 0, 1000)
    return [entry["facts"]["number"] for entry in entries if entry["action"] == "alert.sent"]


def test_alerts_arrive_signed_and_numbered_with_ids_and_links_alone(notify: Notify) -> None:
    """A library of others verifies each; the body is the one whose digest the custody log has."""
    hook = notify.hook()
    notify.alert(LATE, LATE)
    notify.wake()
    receiver = notify.of(hook)
    assert receiver.numbers == [1, 2]
    assert receiver.arrived[0] == {
        "type": "hours.late",
        "timestamp": "2026-04-01T06:01:00Z",
        "data": {
            "org_id": "org-first",
            "late_hours": 1,
            "number": 1,
            "link": "https://dashboard.example/#organizations",
        },
    }
    assert len(set(receiver.ids)) == 2
    assert sent_in(notify) == [1, 2]
    shown = notify.shown(hook)
    assert (shown["last_number"], shown["delivered_number"], shown["state"]) == (2, 2, "active")
    notify.wake()
    assert receiver.numbers == [1, 2]


@pytest.mark.parametrize("script", [(3,), (1, 2), (0, 1, 1), (0, 0, 3)])
def test_whatever_a_receiver_answers_each_alert_arrives_in_order(
    notify: Notify, script: tuple[int, ...]
) -> None:
    """What did not arrive is sent again, before what comes behind it."""
    hook = notify.hook()
    receiver = notify.of(hook)
    answers = itertools.cycle([REFUSED, SLOW, REDIRECTED])
    for failures in script:
        receiver.script += [*itertools.islice(answers, failures), TAKEN]
    notify.test(hook, 3)
    for _ in range(4):
        notify.wake(minutes=5)
    taken = [number for number, _ in itertools.groupby(receiver.numbers)]
    assert taken == [1, 2, 3]
    assert notify.shown(hook)["state"] == "active"


class _Killer:
    """A DynamoDB client that kills the process before or behind its nth call that writes."""

    def __init__(self, client: Any, at: int, *, behind: bool) -> None:
        self.client, self.left, self.behind = client, at, behind

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.client, name)
        if name not in ("put_item", "update_item", "transact_write_items"):
            return call
        return lambda **arguments: self._call(call, arguments)

    def _call(self, call: Callable[..., Any], arguments: Body) -> Any:
        self.left -= 1
        if self.left < 0 or (self.left == 0 and not self.behind):
            raise Killed
        answer = call(**arguments)
        if self.left == 0:
            raise Killed
        return answer


@pytest.mark.parametrize("behind", [False, True], ids=["before", "behind"])
def test_a_run_that_is_killed_at_a_write_loses_nothing(notify: Notify, behind: bool) -> None:
    """The next one sends what was not noted, under the same number and id.

    Of all steps: stories/test_each_step.py.
    """
    hook = notify.hook()
    notify.alert(LATE, LATE, LATE)
    whole = notify.context
    client: Any = _Killer(whole.table.client, 4, behind=behind)
    notify.context = replace(whole, table=Table(client, whole.table.name))
    with pytest.raises(Killed):
        notify.wake()
    notify.context = whole
    for _ in range(2):
        notify.wake(minutes=3)
    receiver = notify.of(hook)
    assert [number for number, _ in itertools.groupby(receiver.numbers)] == [1, 2, 3]
    pairs = set(zip(receiver.numbers, receiver.ids, strict=True))
    assert len(pairs) == 3
    assert sent_in(notify) == [1, 2, 3]


def test_a_receiver_that_kills_the_run_gets_it_again(notify: Notify) -> None:
    """It had it, and nobody noted so: at least once."""
    hook = notify.hook()
    notify.test(hook, 2)
    notify.of(hook).script = [TAKEN, Killed]
    whole = notify.context
    client: Any = _Killer(whole.table.client, 3, behind=False)
    notify.context = replace(whole, table=Table(client, whole.table.name))
    with pytest.raises(Killed):
        notify.wake()
    notify.context = whole
    # Nobody else sends to it until the dead run's lease is over.
    notify.wake()
    assert notify.of(hook).numbers == [1]
    notify.wake(minutes=3)
    assert notify.of(hook).numbers == [1, 2]


def test_a_new_secret_signs_beside_the_old_one_for_a_while(notify: Notify) -> None:
    """Then alone."""
    hook = notify.hook()
    status, rotated = notify.ask(
        "POST /webhooks/{webhook_id}/secret", path=id_of(hook), body={"old_secret_hours": 2}
    )
    assert status == 200
    assert rotated["secret"] != hook["secret"]
    receiver = notify.of(hook)
    receiver.secrets = [hook["secret"], rotated["secret"]]
    notify.test(hook)
    notify.wake()
    notify.wake(minutes=120)
    receiver.secrets = [rotated["secret"]]
    notify.test(hook)
    notify.wake()
    assert (receiver.numbers, receiver.signatures) == ([1, 2], [2, 1])


def test_after_a_day_of_failure_it_is_dead_and_told_and_a_replay_revives_it(
    notify: Notify,
) -> None:
    """The others are told; numbers go on, so that what it missed is there to be sent."""
    hook, other = notify.hook(), notify.hook("other.example")
    notify.of(hook).script = [REFUSED] * 1000
    notify.test(hook)
    for hours in (0, 12, 11):
        notify.wake(minutes=60 * hours + 1)
        assert notify.shown(hook)["state"] == "failing"
    notify.wake(minutes=60)
    assert notify.shown(hook)["state"] == "dead"
    notify.wake()
    assert 1000 - len(notify.of(hook).script) == 4
    assert notify.of(other).types == ["webhook.dead"]
    assert notify.of(other).arrived[0]["data"]["webhook_id"] == hook["webhook_id"]
    notify.alert(LATE)
    notify.wake()
    assert len(notify.of(hook).script) == 996
    assert notify.shown(hook)["last_number"] == 3
    assert notify.ask("POST /webhooks/{webhook_id}/test", path=id_of(hook))[0] == 409
    notify.of(hook).script = []
    notify.of(hook).arrived.clear()
    revived = notify.ask(
        "POST /webhooks/{webhook_id}/replay", path=id_of(hook), body={"from_number": 1}
    )
    assert (revived[0], revived[1]["state"]) == (200, "active")
    notify.wake()
    assert notify.of(hook).types == ["test", "webhook.dead", "hours.late"]


def test_a_receiver_that_says_it_is_gone_is_dead_at_once(notify: Notify) -> None:
    """410, as Standard Webhooks has it."""
    hook = notify.hook()
    notify.of(hook).script = [GONE]
    notify.test(hook)
    notify.wake()
    assert notify.shown(hook)["state"] == "dead"


def test_whoever_fails_is_asked_less_and_less_and_a_success_forgets_it(notify: Notify) -> None:
    """A minute, two, five …; no more than twice an hour for long."""
    hook = notify.hook()
    receiver = notify.of(hook)
    receiver.script = [REFUSED] * 100
    notify.test(hook)
    waits = [1, 2, 5, 10, 20, 30, 30]
    for n, minutes in enumerate(waits, start=1):
        notify.wake(minutes=0)
        assert 100 - len(receiver.script) == n
        kept = notify.context.webhooks.need("tenant-a", hook["webhook_id"])
        assert kept.next_try_at == rfc3339(notify.clock.now() + timedelta(minutes=minutes))
        assert not kept.is_due(notify.clock.now() + timedelta(minutes=minutes, seconds=-1))
        notify.clock.advance(minutes=minutes)
    receiver.script = []
    notify.wake(minutes=0)
    assert (receiver.numbers[-1], notify.shown(hook)["failing_since"]) == (1, None)


def test_one_that_is_dead_or_slow_starves_no_other(notify: Notify) -> None:
    """Nor does what one tenant's receiver raises cost another's."""
    hooks = [notify.hook(f"h{n}.example") for n in range(5)]
    theirs = notify.hook("theirs.example", tenant="tenant-b")
    for hook in hooks[:4]:
        notify.of(hook).script = [SLOW] * 50
        notify.test(hook)
    notify.of(hooks[3]).script = [RuntimeError] * 50
    notify.test(hooks[4])
    notify.alert(LATE, tenant="tenant-b")
    with pytest.raises(WakeIncomplete, match="1 things"):
        notify.wake()
    assert notify.of(hooks[4]).numbers == [1]
    assert notify.of(theirs).numbers == [1]


def test_when_time_is_over_nothing_more_is_begun(notify: Notify) -> None:
    """The next wake goes on where this one stopped."""
    hook = notify.hook()
    notify.test(hook, 4)
    seconds = itertools.count(10, 10)
    whole = notify.context
    notify.context = replace(whole, elapsed_s=lambda: next(seconds))
    notify.wake()
    some = notify.of(hook).numbers
    assert some in ([1], [1, 2])
    notify.context = whole
    notify.wake()
    assert notify.of(hook).numbers == [1, 2, 3, 4]


def test_two_runs_at_once_send_to_a_receiver_one_after_the_other(notify: Notify) -> None:
    """A run that comes while another one sends leaves it alone."""
    hook = notify.hook()
    notify.test(hook, 2)
    inner: list[int] = []
    take = notify.of(hook).take

    def wake_within(message: Any) -> Answer:
        if not inner:
            inner.append(1)
            notify.wake(minutes=0)
        return take(message)

    notify.receivers[hook["url"]].take = wake_within  # type: ignore[method-assign]
    notify.wake()
    assert notify.of(hook).numbers == [1, 2]
    assert sent_in(notify) == [1, 2]
