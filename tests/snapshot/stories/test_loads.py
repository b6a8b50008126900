"""Whatever the volume, the newest hour is sealed in the newest hour; a backlog ends and is told."""

import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.observability import HOURS_BEHIND
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import World
from tools.openai_simulator.world.event_log import Event

FIRST = "2026-04-01T00:00:00Z"
START = int(parse_instant(FIRST).timestamp())
H = 3600
LOG = "/organization/audit_logs"
ROOT = Path(__file__).parents[3]
# Of the function.
MEMORY_MIB = 1024


def world_of(an_hour: Callable[[int], int], hours: range) -> World:
    """Return a world whose log has so many events in each hour, evenly spread."""
    world = World("org-busy")
    world.at("2026-03-01T10:00:00Z").hidden().user_joins("ann", role="owner")
    number = count()
    for hour in hours:
        n_events = an_hour(hour)
        for index in range(n_events):
            at = START + hour * H + index * H // n_events
            name = f"audit-{next(number)}"
            record = {"id": name, "type": "login.failed", "effective_at": at}
            record |= {"actor": {"type": "session", "session": {"user": {"id": "user-ann"}}}}
            world.first.events.add(Event(at, at, name, record))
    return world


def connected(make_fixture: FixtureMaker, world: World) -> SnapshotFixture:
    """Return an organization connected at the first hour's end."""
    fixture = make_fixture(world)
    fixture.connect("2026-04-01T01:01:00Z")
    return fixture


def lag(seal: Seal) -> int | None:
    """Return how many hours behind a seal says the reading is."""
    return seal.content["sections"]["audit_events"]["lag_hours"]


def asked(fixture: SnapshotFixture) -> int:
    """Return how many requests for the log were sent so far, and forget them."""
    n_requests = sum(served.path == LOG for served in fixture.simulator.log)
    fixture.simulator.log.clear()
    return n_requests


def sealed_ids(fixture: SnapshotFixture, seals: list[Seal]) -> Counter[str]:
    """Return how often each event was sealed."""
    return Counter(row["event_id"] for seal in seals for row in fixture.events(seal))


_SLOW = (pytest.mark.slow, pytest.mark.timeout(3 * 3600))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rate", "days", "n_hours"),
    [
        (120, 1, 30),
        pytest.param(10, 30, 24 * 35, marks=_SLOW),
        pytest.param(50, 30, 24 * 35, marks=_SLOW),
        pytest.param(500, 30, 24 * 35, marks=_SLOW),
        pytest.param(5000, 30, 24 * 7, marks=_SLOW),
        pytest.param(50_000, 0, 6, marks=_SLOW),
    ],
)
def test_a_steady_log_is_read_in_every_hour(
    make_fixture: FixtureMaker, rate: int, days: int, n_hours: int
) -> None:
    """Lag 0, each event once, in the hour in which it happened; so many days are history."""
    world = world_of(lambda _: rate, range(-24 * days, n_hours))
    fixture = connected(make_fixture, world)
    seals, history = [], None
    for number in range(n_hours):
        (seal,) = fixture.tick(rfc3339(parse_instant(FIRST) + number * HOUR))
        seals.append(seal)
        assert (seal.content["outcome"], lag(seal)) == ("complete", 0)
        own = [row for row in fixture.events(seal) if row["occurred_at"] >= seal.content["hour"]]
        assert len(own) == rate
        stream = seal.content["watermarks"]["streams"]["organization"]
        history = number if history is None and stream["backfill_done"] else history
        print(f"\nhour {number}: {asked(fixture)} requests of the log", end="")
    print(f"\n{rate} an hour: history is complete in hour {history}")
    ids = sealed_ids(fixture, seals)
    assert set(ids.values()) == {1}
    if history is not None:
        assert len(ids) == len(world.first.events)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("rate", "days", "n_hours"), [(5000, 10, 3), (50_000, 0, 2)])
def test_the_fullest_hours_fit_into_the_function(
    make_fixture: FixtureMaker, rate: int, days: int, n_hours: int
) -> None:
    """What an hour allocates at most, the simulated OpenAI's answers and AWS's rows included."""
    loaded = "import functions.snapshot.handler; from benchmarks.process import memory_mib"
    command = [sys.executable, "-c", f"{loaded}; print(memory_mib('VmHWM'))"]
    before = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    fixture = connected(make_fixture, world_of(lambda _: rate, range(-24 * days, n_hours)))
    most, n_events = 0.0, 0
    for number in range(n_hours):
        tracemalloc.start()
        (seal,) = fixture.tick(rfc3339(parse_instant(FIRST) + number * HOUR))
        most = max(most, tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
        n_events = max(n_events, len(fixture.events(seal)))
    print(f"\n{rate} an hour: {n_events:,} events in an hour take {most:.0f} MiB at most, ", end="")
    print(f"beside {float(before):.0f} MiB of code")
    assert most + float(before) <= MEMORY_MIB


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("per_minute", [None, 60])
def test_a_flood_is_read_as_it_comes(make_fixture: FixtureMaker, per_minute: int | None) -> None:
    """60,000 events in 12 hours on top of 120 an hour: no hour of 48 is behind."""
    world = world_of(lambda hour: 5120 if 12 <= hour < 24 else 120, range(48))
    fixture = connected(make_fixture, world)
    if per_minute:

        async def wait(seconds: float) -> None:
            fixture.clock.advance(seconds=seconds)

        fixture.sleep, fixture.elapsed = wait, fixture.seconds
        fixture.simulator.faults.add("rate_limit", per_minute=per_minute)
    seals = []
    for number in range(48):
        hour = rfc3339(parse_instant(FIRST) + number * HOUR)
        closed = fixture.tick(hour)
        while not closed:
            fixture.clock.advance(seconds=60)
            closed = fixture.order(hour)
        seals += closed
        assert lag(seals[-1]) == 0
        newest = [row for row in fixture.events(seals[-1]) if row["occurred_at"] >= hour]
        assert len(newest) == (5120 if 12 <= number < 24 else 120)
    assert set(sealed_ids(fixture, seals).values()) == {1}


def test_a_backlog_is_told_and_shrinks(
    make_fixture: FixtureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In seal, finding and metric, until it is gone; an hour that is full closes at once."""
    monkeypatch.setattr("functions.snapshot.take.MOST_EVENTS", 600)
    world = world_of(lambda hour: 1600 if hour == 2 else 50, range(12))
    fixture = connected(make_fixture, world)
    seals = fixture.ticks(FIRST, 12)
    assert [lag(seal) for seal in seals] == [0, 0, 1, 2, *[0] * 8]
    behind = [seal.content for seal in seals if lag(seal)]
    assert {content["outcome"] for content in behind} == {"partial"}
    assert {content["reason"] for content in behind} == {"hour_full"}
    assert fixture.counted == [HOURS_BEHIND] * 2
    rows = fixture.register(seals[-1], "findings")
    (row,) = [row for row in rows if row["kind"] == "audit_log_behind"]
    assert (row["first_seen_hour"], row["resolved_hour"]) == (
        *("2026-04-01T02:00:00Z", "2026-04-01T04:00:00Z"),
    )
    assert set(sealed_ids(fixture, seals).values()) == {1}
    assert len(sealed_ids(fixture, seals)) == len(world.first.events)


def test_what_does_not_fit_into_a_run_goes_on_in_the_same_hour(
    make_fixture: FixtureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a minute, however often it was put off, since each run comes further; sealed once."""
    monkeypatch.setattr("functions.snapshot.fetch.audit.audit_streams.FRESH_REQUESTS", 12)
    world = world_of(lambda hour: 3000 if hour == 1 else 50, range(4))
    fixture = connected(make_fixture, world)
    fixture.tick(FIRST)
    busy = "2026-04-01T01:00:00Z"
    closed, n_runs = fixture.tick(busy), 1
    while not closed:
        assert n_runs < 12
        fixture.clock.advance(seconds=60)
        closed, n_runs = fixture.order(busy, attempt=n_runs), n_runs + 1
    (seal,) = closed
    assert (seal.content["outcome"], lag(seal), seal.run["runs"]) == ("complete", 0, n_runs)
    assert n_runs > 2
    assert set(fixture.delays_s()) == {60}
    monkeypatch.undo()
    seals = [fixture.seal(FIRST), seal, *fixture.ticks("2026-04-01T02:00:00Z", 2)]
    assert set(sealed_ids(fixture, seals).values()) == {1}
    assert len(sealed_ids(fixture, seals)) == len(world.first.events)


def test_an_hour_that_does_not_end_closes_by_the_end_of_its_grace(
    make_fixture: FixtureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what there is, and the next one goes on where it stands."""
    monkeypatch.setattr("functions.snapshot.fetch.audit.audit_streams.FRESH_REQUESTS", 12)
    world = world_of(lambda hour: 3000 if hour == 1 else 50, range(5))
    fixture = connected(make_fixture, world)
    fixture.tick(FIRST)
    assert fixture.tick("2026-04-01T01:00:00Z") == []
    assert fixture.tick("2026-04-01T01:00:00Z", minutes_late=60) == []
    (seal,) = fixture.tick("2026-04-01T01:00:00Z", minutes_late=121)
    assert (seal.content["outcome"], seal.content["reason"]) == ("partial", "window_budget")
    assert lag(seal) == 1
    monkeypatch.undo()
    later = fixture.ticks("2026-04-01T02:00:00Z", 3)
    assert [lag(each) for each in later] == [0, 0, 0]
    ids = sealed_ids(fixture, [fixture.seal(FIRST), seal, *later])
    assert set(ids.values()) == {1}
    assert len(ids) == len(world.first.events)
