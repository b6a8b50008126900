"""An hour too long for one run: carried over several, sealed once, nothing read twice."""

from collections import Counter
from datetime import timedelta

import pytest

from functions.shared.evidence.seals import Seal
from functions.shared.hours import parse_instant
from tests.support.aws_state import received
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import World

HOUR = "2026-04-01T03:00:00Z"
NEXT = "2026-04-01T04:00:00Z"
N_PROJECTS, KEYS_EACH, PER_MINUTE = 1750, 1, 60
RUN_S = 840.0


def _big_world() -> World:
    world = World("org-big")
    early = world.at("2026-03-20T10:00:00Z").hidden()
    early.user_joins("olga", role="owner")
    for number in range(N_PROJECTS):
        early.project_created(f"p{number}")
        for key in range(KEYS_EACH):
            early.key_made(f"k{number}-{key}", f"p{number}", owner="olga")
    world.at("2026-04-01T03:10:00Z").login("olga")
    return world


def _slow(make_fixture: FixtureMaker) -> SnapshotFixture:
    """Return an organization in which OpenAI takes 60 requests a minute and waiting takes time."""
    fixture = make_fixture(_big_world())
    fixture.connect("2026-04-01T04:01:00Z")

    async def wait(seconds: float) -> None:
        fixture.clock.advance(seconds=seconds)

    fixture.sleep = wait
    fixture.elapsed = fixture.seconds
    fixture.simulator.faults.add("rate_limit", per_minute=PER_MINUTE)
    return fixture


def _run(fixture: SnapshotFixture, hour: str, seconds: float) -> list[Seal]:
    """Give one order to a run that may last some seconds of simulated time."""
    fixture.remaining_s = seconds
    return fixture.order(hour)


def _asked(fixture: SnapshotFixture) -> Counter[str]:
    """Return how often each project's keys were answered."""
    return Counter(
        served.path
        for served in fixture.simulator.log
        if served.path.endswith("/api_keys") and served.status == 200
    )


@pytest.mark.slow
def test_a_pull_of_half_an_hour_is_carried_over_runs_and_sealed_once(
    make_fixture: FixtureMaker,
) -> None:
    """Several runs, no finished project read again, the next hour waits, one seal."""
    fixture = _slow(make_fixture)
    started = fixture.clock.instant
    seals: list[Seal] = []
    n_runs = 0
    while not seals:
        n_runs += 1
        assert n_runs < 20, "the hour is never finished"
        # The next hour's order may come first: it goes on with the hour that is open.
        hour = NEXT if fixture.clock.instant >= parse_instant("2026-04-01T05:00:00Z") else HOUR
        seals = _run(fixture, hour, RUN_S)
        fixture.clock.advance(seconds=60)
    minutes = (fixture.clock.instant - started) / timedelta(minutes=1)
    seal = fixture.seal(HOUR)
    assert seal.content["outcome"] == "complete", seal.content["sections"]
    assert seal.content["sections"]["api_keys"]["count"] == N_PROJECTS * KEYS_EACH
    asked = _asked(fixture)
    asked.pop("/organization/admin_api_keys", None)
    assert len(asked) == N_PROJECTS
    assert set(asked.values()) == {1}
    assert n_runs >= 3
    assert minutes >= 29
    assert seal.run["runs"] == n_runs
    print(f"\n{minutes:.0f} minutes, {n_runs} runs, {seal.run['requests']} requests, one seal")
    assert (seal.content["pictured_from"] or "") < (seal.content["pictured_to"] or "")


def test_an_unfinished_hour_is_given_back_at_once(make_fixture: FixtureMaker) -> None:
    """The order comes back as a message, and whoever takes it need not wait for a lease."""
    fixture = _slow(make_fixture)
    assert _run(fixture, HOUR, 120.0) == []
    assert fixture.chain.seal(parse_instant(HOUR)) is None
    before = sum(_asked(fixture).values())
    assert 0 < before < N_PROJECTS
    assert _run(fixture, HOUR, 120.0) == []
    assert sum(_asked(fixture).values()) > before
    assert received(fixture.queue) == []
