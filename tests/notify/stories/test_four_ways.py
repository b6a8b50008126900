"""Whatever goes wrong is told in four ways, by each of them within the hour, and once.

An hour that fails, a key that dies, a log that lags, an hour nobody pictured: by summary, feed,
webhook and mail. Minute by minute from the moment that it is known, which is the closing of the
hour; of hours that nobody closes the clock tells, which has no seal for the feed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from functions.shared.records.clients import AlertType
from tests.api.conftest import Api, Body, MakeLab, api, lab_of, story
from tests.notify.conftest import Notify
from tests.notify.stories.test_told import HOURS, Stage, told_of
from tests.snapshot.stories.test_loads import world_of
from tools.openai_simulator import World

__all__ = ["api", "lab_of"]
WAYS = ("summary", "feed", "webhook", "mail")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Trouble:
    """What goes wrong, and how each way says so.

    Attributes:
        begin: lets it happen, until it is known; returns the hour that the feed names.
        lasts: the same for hours more.
        end: what is whole again.
        alert: of webhook and mail.
        shown: tells whether the summary of the organization says so.
        fed: tells whether an entry of the feed does.
    """

    name: str
    begin: Callable[[Stage], str]
    lasts: Callable[[Stage], None]
    end: Callable[[Stage], None]
    alert: AlertType
    shown: Callable[[Body], bool]
    fed: Callable[[Body], bool]
    world: Callable[[], World] = story

    def counted(self, stage: Stage, hour: str) -> dict[str, int]:
        """Return how often each way tells of it."""
        by_webhook, by_mail = stage.told(self.alert)
        items = stage.api.get("/feed", {"limit": "1000"})["items"]
        fed = [item for item in items if item["sealed_hour"] == hour and self.fed(item)]
        shown = self.shown(stage.organization())
        return dict(zip(WAYS, (int(shown), len(fed), by_webhook, by_mail), strict=True))


def _fails(stage: Stage) -> str:
    stage.fixture.simulator.faults.add("ip_not_authorized")
    # For two hours it is tried again; then it is closed as what it is.
    stage.fixture.tick(HOURS[1])
    stage.wake()
    assert stage.told("hour.not_whole") == (0, 0)
    stage.fixture.tick(HOURS[1], minutes_late=121)
    return HOURS[1]


def _fails_again(stage: Stage) -> None:
    stage.fixture.tick(HOURS[2], minutes_late=62)
    stage.tick(HOURS[2], minutes_late=121)


def _answers(hour: str) -> Callable[[Stage], None]:
    def end(stage: Stage) -> None:
        stage.fixture.simulator.faults.clear()
        stage.tick(hour)

    return end


def _key_dies(stage: Stage) -> str:
    stage.fixture.simulator.faults.add("status", status=401, code="invalid_api_key")
    stage.fixture.tick(HOURS[1])
    return HOURS[1]


def _log_lags(stage: Stage) -> str:
    stage.tick(HOURS[1])
    stage.fixture.tick(HOURS[2])
    return HOURS[2]


def _nobody_pictures(stage: Stage) -> str:
    stage.tick(HOURS[1])
    stage.fixture.tick(HOURS[4])
    return HOURS[2]


def _a_day_passes(stage: Stage) -> None:
    stage.notify.clock.advance(hours=25)


TROUBLES = [
    Trouble(
        "an hour that fails",
        _fails,
        _fails_again,
        _answers(HOURS[4]),
        "hour.not_whole",
        lambda figures: figures["outcome"] == "failed",
        lambda item: item["kind"] == "hour" and item["data"]["outcome"] == "failed",
    ),
    Trouble(
        "a key that dies",
        _key_dies,
        lambda stage: stage.tick(HOURS[2]),
        _answers(HOURS[3]),
        "admin_key.dead",
        lambda figures: figures["health"] == "key_rejected",
        lambda item: item["kind"] == "hour" and item["data"]["reason"] == "key_rejected",
    ),
    Trouble(
        "a log that lags",
        _log_lags,
        lambda stage: stage.tick(HOURS[3]),
        _answers(HOURS[4]),
        "log.behind",
        lambda figures: figures["lag_hours"] > 0,
        lambda item: (
            item["kind"] == "finding_opened" and item["data"]["kind"] == "audit_log_behind"
        ),
        lambda: world_of(lambda hour: 1600 if hour == 2 else 50, range(12)),
    ),
    Trouble(
        "an hour nobody pictured",
        _nobody_pictures,
        lambda stage: stage.tick(HOURS[5]),
        _a_day_passes,
        "hour.not_whole",
        lambda figures: figures["missed_24h"] > 0,
        lambda item: item["kind"] == "hour" and item["data"]["outcome"] == "missed",
    ),
]


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(each, id=each.name, marks=[] if "nobody" in each.name else pytest.mark.slow)
        for each in TROUBLES
    ],
)
def test_it_is_told_in_four_ways_within_the_hour_and_once(
    trouble: Trouble,
    api: Api,
    lab_of: MakeLab,
    notify: Notify,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing before, each way once for as long as it lasts; the summary not when it is over."""
    monkeypatch.setattr("functions.snapshot.take.MOST_EVENTS", 600)
    stage = told_of(trouble.world(), api, lab_of, notify)
    assert set(trouble.counted(stage, HOURS[0]).values()) == {0}
    hour = trouble.begin(stage)
    at = told_at(stage, lambda: trouble.counted(stage, hour), WAYS)
    print_row(trouble.name, at)
    trouble.lasts(stage)
    assert trouble.counted(stage, hour) == dict.fromkeys(WAYS, 1)
    # An hour that is tried again for two hours is late meanwhile, and that is told.
    assert {*stage.notify.of(stage.hook).types} - {"hours.late"} == {trouble.alert}
    trouble.end(stage)
    assert trouble.counted(stage, hour) == dict.fromkeys(WAYS, 1) | {"summary": 0}


@pytest.mark.slow
def test_hours_that_nobody_closes_are_told_by_the_clock(
    api: Api, lab_of: MakeLab, notify: Notify
) -> None:
    """Within the hour after the hour's end; the feed has them once they are sealed as missed."""
    stage = told_of(story(), api, lab_of, notify)
    stage.tick(HOURS[1])
    notify.clock.set("2026-04-01T03:00:00Z")

    def counted() -> dict[str, int]:
        late = stage.organization()["late_hours"]
        by_webhook, by_mail = stage.told("hours.late")
        return {"summary": late, "webhook": by_webhook, "mail": by_mail}

    at = told_at(stage, counted, ("summary", "webhook", "mail"))
    print_row("hours nobody closes", at)
    notify.clock.advance(hours=3)
    stage.wake()
    assert counted() == {"summary": 4, "webhook": 1, "mail": 1}
    stage.tick(HOURS[5])
    assert counted() == {"summary": 0, "webhook": 1, "mail": 1}
    assert [stage.fed("hour", hour) for hour in HOURS[2:4]] == [1, 1]


def told_at(
    stage: Stage, counted: Callable[[], dict[str, int]], ways: tuple[str, ...]
) -> dict[str, timedelta]:
    """Let minutes pass until each way has told once; return after how long each did."""
    clock = stage.notify.clock
    began: datetime = clock.now()
    at: dict[str, timedelta] = {}
    while set(at) != set(ways):
        assert clock.now() - began < HOUR, f"told within the hour by {sorted(at)} alone"
        for way, n in counted().items():
            assert n <= 1, f"told {n} times by {way}"
            if n:
                at.setdefault(way, clock.now() - began)
        stage.notify.wake()
    return at


def print_row(name: str, at: dict[str, timedelta]) -> None:
    """Print after how many minutes each way told."""
    minutes = [
        f"{way} {at[way].total_seconds() / 60:.0f} min" if way in at else f"{way} -" for way in WAYS
    ]
    print(f"\n{name:<24} {', '.join(minutes)}")
