"""One event shown again and again, from the audit log to the pack: sealed once, and VALID."""

from pathlib import Path

import pytest

from functions.shared.evidence.seals import read_rows
from functions.shared.hours import parse_instant
from functions.shared.records.events import Event
from tests.pack.conftest import PackFunction
from tests.support.aws_calls import watched
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tests.tools.verifier import verify_bytes
from tools.openai_simulator import World

CONNECTED, FIRST = "2026-03-31T00:10:00Z", "2026-03-30T23:00:00Z"
HAPPENED, SEEN = "2026-03-31T00:30:00Z", "2026-03-31T00:00:00Z"
TENANT_STREAM = {"tenant_only": "true"}


def the_world() -> World:
    """Return an organization in which one event is logged."""
    world = World("org-Once")
    world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner")
    world.at(HAPPENED).event("login.succeeded", id_="log-once")
    return world


def sealed(fixture: SnapshotFixture) -> list[tuple[str, str]]:
    """Return every event that the chain holds with the hour that sealed it, oldest first."""
    hours = fixture.chain.sealed_hours(parse_instant(FIRST), parse_instant("2026-06-01T00:00:00Z"))
    return [
        (row["event_id"], row["sealed_hour"])
        for hour in hours
        if (seal := fixture.chain.seal(hour))
        for entry in seal.content["segments"]["events"]
        for row in read_rows(fixture.evidence, entry, Event)
    ]


def assert_valid(function: PackFunction, fixture: SnapshotFixture, folder: Path, end: str) -> None:
    """Have the pack of all the hours made, and judged by the auditors' script."""
    pack = function.make(FIRST, end, tenant=fixture.tenant, orgs=(fixture.org,))
    assert pack.state == "ready", pack.reason
    events = [row["event_id"] for row in function.rows(pack, "events.jsonl")]
    assert events.count("log-once") == 1
    archive = function.archive(pack)
    verdict = verify_bytes(archive, folder, key=function.key.public_hex)
    assert verdict.code == 0, verdict.text


@pytest.mark.slow
def test_a_stream_that_becomes_readable_a_week_later(
    make_fixture: FixtureMaker, function: PackFunction, tmp_path: Path
) -> None:
    """It shows what the other stream had shown: sealed once, over a month's end too (C9)."""
    world = the_world()
    world.at(HAPPENED).event("login.succeeded", id_="log-once", tenant=True)
    world.at("2026-04-02T10:00:00Z").event("login.succeeded", id_="log-tenant", tenant=True)
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    fixture.simulator.faults.add("forbidden", path="/organization/audit_logs", where=TENANT_STREAM)
    fixture.ticks(FIRST, 3)
    assert ("log-once", SEEN) in sealed(fixture)
    fixture.simulator.faults.clear()
    fixture.tick("2026-04-06T23:00:00Z")
    fixture.tick("2026-04-07T00:00:00Z")
    names = [name for name, _ in sealed(fixture)]
    assert sorted(names) == sorted(set(names))
    assert {"log-once", "log-tenant"} <= set(names)
    assert_valid(function, fixture, tmp_path, "2026-04-06T22:59:59Z")


@pytest.mark.parametrize("at", ["2026-03-31T08:30:00Z", "2026-04-01T09:30:00Z"])
def test_an_event_that_comes_back_with_another_time(
    make_fixture: FixtureMaker, function: PackFunction, tmp_path: Path, at: str
) -> None:
    """Corrected to now, in the month or in the next: the first one counts."""
    world = the_world()
    world.at(at).event("login.succeeded", id_="log-once").event("login.succeeded", id_="log-new")
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    fixture.ticks(FIRST, 3)
    hour = f"{at[:14]}00:00Z"
    (seal,) = fixture.tick(hour)[-1:]
    assert [row["event_id"] for row in fixture.events(seal)] == ["log-new"]
    assert ("log-once", SEEN) in sealed(fixture)
    fixture.clock.advance(hours=2)
    assert_valid(function, fixture, tmp_path, f"{at[:14]}59:59Z")


def test_what_hours_cost(make_fixture: FixtureMaker) -> None:
    """With events one put more, and a GET for each run; without any not even that.

    History was sealed late: for each stream the patrol asks the runs that know of such, and reads
    the seal and the segment that they lead to.
    """
    world = the_world()
    for hour in range(2, 8):
        world.at(f"2026-03-31T0{hour}:30:00Z").event("login.succeeded")
    fixture = make_fixture(world)
    fixture.connect(CONNECTED)
    runs = fixture.ticks(FIRST, 2)[-1].content["index"]
    for number in range(1, 12):
        n_runs, n_late = len(runs), sum(run["late"] > 0 for run in runs)
        with watched() as calls:
            (seal,) = fixture.tick(f"2026-03-31T{number:02}:00:00Z")
        # Each hour is read again by the next one, and held against its segment.
        shown, is_new = 1 <= number <= 8, 2 <= number <= 7
        patrolled = 2 * (n_late + 2) if n_late else 0
        assert calls.count("GetObject") <= (6 + n_runs if shown else 4) + patrolled
        # The segment, the run, the seal; and where nothing is new the seal alone.
        assert calls.count("PutObject") == (3 if is_new else 1)
        runs = seal.content["index"]
    assert len(runs) == 8
