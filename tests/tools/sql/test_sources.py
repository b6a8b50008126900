"""A pack and the bucket it was made of say the same in SQL, whatever the hours were like."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import Table
from functions.shared.hours import HOUR, rfc3339
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.pack.stories import test_honest_worlds as honest
from tests.pack.stories import test_month_story as story
from tests.support import golden
from tests.support.full_world import FullWorld
from tests.support.snapshot_fixture import FixtureMaker
from tests.tools.sql.evidence import require_the_same, rows, view, write
from tools.openai_simulator import DEMO_ADMIN_KEY, DEMO_ORG_ID, DEMO_START, demo_world

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "version", [golden.SEAL_2, golden.SEAL_3, golden.SEAL_4], ids=lambda path: path.name
)
def test_what_earlier_versions_sealed(
    version: Path, function: PackFunction, evidence: Bucket, clock: SettableClock, tmp_path: Path
) -> None:
    """Seven hours of the demo's story, as each version of the seal has them."""
    golden.put_evidence(evidence, version)
    clock.set("2026-04-02T00:20:00Z")
    pack = function.make(*golden.PACK_PERIOD, tenant=golden.TENANT, orgs=(golden.ORG,))
    files = write(evidence, function.archive(pack), tmp_path)
    require_the_same(files)
    assert len(view(files.of_bucket, "api_keys")) == 75


def test_a_month_with_gaps_a_pause_a_reconnect_and_late_events(
    function: PackFunction, evidence: Bucket, table: Table, clock: SettableClock, tmp_path: Path
) -> None:
    """Two organizations; the hours without a seal, but those of the disconnection, are gaps."""
    story.tell(evidence, table)
    clock.set("2026-05-04T03:14:00Z")
    period = ("2026-04-01T00:00:00Z", "2026-04-30T23:59:59Z")
    pack = function.make(*period, month="2026-04", orgs=story.ORGS)
    # No monthly pack came before: everything that was sealed may bring events of earlier months.
    files = write(evidence, function.archive(pack), tmp_path, late_after="1970-01-01T00:00:00Z")
    require_the_same(files)
    outcomes = "SELECT outcome, count(*) AS hours FROM coverage GROUP BY ALL ORDER BY ALL"
    counted = {row["outcome"]: row["hours"] for row in rows(files.of_bucket, outcomes)}
    assert counted == {"complete": 710, "gap": 10, "missed": 5, "partial": 1, "paused": 7}
    late = rows(files.of_bucket, "SELECT event_id FROM events WHERE late")
    assert late == [{"event_id": "late-1"}]
    without = write(evidence, function.archive(pack), tmp_path / "again")
    assert rows(without.of_bucket, "SELECT event_id FROM events WHERE late") == []


@pytest.mark.parametrize(
    "seeds", [range(3), *(pytest.param(range(n, n + 10), marks=pytest.mark.slow) for n in (3, 13))]
)
def test_honest_worlds_of_many_kinds(
    seeds: range,
    function: PackFunction,
    evidence: Bucket,
    table: Table,
    clock: SettableClock,
    tmp_path: Path,
) -> None:
    """Both versions of the seal, periods that begin and end within a month, lone surrogates."""
    n_hours = 60
    for seed in seeds:
        chance, tenant = random.Random(f"sql {seed}"), f"tenant-{seed}"  # noqa: S311  # repeatable
        orgs = ("org-Alpha", "org-Beta")[: chance.choice([1, 2])]
        first = rfc3339(honest.FIRST)
        for org in orgs:
            world = FullWorld(evidence, table=table, tenant=tenant, org=org, first_hour=first)
            honest.tell(world, chance, n_hours)
        clock.set(rfc3339(honest.FIRST + (n_hours + 1) * HOUR))
        start = honest.FIRST + chance.randrange(20) * HOUR
        end = start + chance.randrange(5, 35) * HOUR - timedelta(seconds=1)
        pack = function.make(rfc3339(start), rfc3339(end), tenant=tenant, orgs=orgs)
        assert pack.state == "ready", pack.reason
        require_the_same(write(evidence, function.archive(pack), tmp_path / str(seed)))


@pytest.mark.timeout(900)
def test_two_days_of_the_demo_story(
    make_fixture: FixtureMaker, function: PackFunction, tmp_path: Path
) -> None:
    """The pack that `make demo` makes, and the bucket that it leaves."""
    world = demo_world(DEMO_START, days=4)
    world.org_id, world.admin_key = DEMO_ORG_ID, DEMO_ADMIN_KEY
    world.first = world.organizations[DEMO_ORG_ID]
    fixture = make_fixture(world)
    fixture.connect("2026-04-01T01:05:00Z")
    fixture.order("2026-04-01T00:00:00Z")
    fixture.ticks("2026-04-01T01:00:00Z", 47)
    fixture.clock.advance(minutes=4)
    period = ("2026-04-01T00:00:00Z", "2026-04-02T23:59:59Z")
    pack = function.make(*period, tenant=fixture.tenant, orgs=(fixture.org,))
    files = write(fixture.evidence, function.archive(pack), tmp_path)
    require_the_same(files)
    assert len(view(files.of_pack, "changes")) > 20


def test_what_a_seal_says_of_rows_that_other_hours_made(
    function: PackFunction, evidence: Bucket, table: Table, clock: SettableClock, tmp_path: Path
) -> None:
    """A verdict behind the period, what it says of a finding, a row that its list lacks, an end."""
    hours = [f"2026-04-28T{hour:02d}:00:00Z" for hour in range(6, 15)]
    world = FullWorld(evidence, table=table, org="org-Alpha", first_hour=hours[0])
    world.has_user("user-1", role="owner").has_user("user-2").has_user("user-3").has_key("key-1")
    world.finding("stale_key", "key-1").event("event-1").chain(["complete"] * 2)
    world.loses("users", "user-3").change("users", "user-2", "modified").chain(["complete"])
    world.change("api_keys", "key-1", "modified")
    (finding,) = world._rows["findings"]
    cause = {"hour": hours[3], "kind": "modified", "fields": ["role"]}
    finding |= {"resolved_hour": hours[3], "resolved_by": cause}
    world._rows["users"][1]["shown_until"] = hours[1]
    world.chain(["complete"])
    of_key = (hours[3], "api_keys", "key-1", "modified")
    world.verdict(*of_key, "cannot_tell", None, "settling").chain(["complete"] * 2)
    world.verdict(*of_key, "explained", "event-1").chain(["complete"] * 2)
    clock.set("2026-04-28T15:01:00Z")
    pack = function.make(hours[2], f"{hours[5][:13]}:59:59Z", orgs=("org-Alpha",))
    assert pack.state == "ready", pack.reason
    files = write(evidence, function.archive(pack), tmp_path)
    require_the_same(files)
    seals = files.seals()
    for source in (files.of_pack, files.of_bucket):
        (first, last) = rows(source, "FROM changes ORDER BY hour")
        assert (first["hour"], first["verdict"]) == (hours[2], None)
        assert (last["verdict"], last["event_id"], last["decided_hour"]) == (
            "explained",
            "event-1",
            hours[6],
        )
        (resolved,) = rows(source, "FROM findings")
        assert resolved["resolved_by_event_id"] == "event-1"
        assert resolved["seal_sha256"] == seals["org-Alpha", hours[3]]
        states = rows(source, "SELECT user_id, state_at, seal_hour FROM users ORDER BY user_id")
        # The hour that last showed user-2 lies before the period: the last seal stands for it.
        assert [tuple(row.values()) for row in states] == [
            ("user-1", hours[5], hours[5]),
            ("user-2", hours[1], hours[5]),
        ]
