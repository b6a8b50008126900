"""What else says that an hour was sealed: without its seal no pack is made, nor forgotten."""

import pytest

from functions.pack.dispatch import dispatch
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import hour_sk, organization_pk, organization_prefix
from functions.shared.aws.table import Table
from functions.shared.evidence.seals import Seal
from functions.shared.hours import parse_instant
from functions.shared.tables.hour_rows import HourRows
from functions.shared.tables.packs import Pack
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.builders import World
from tests.support.seal_parts import hour_facts

START, END = "2026-04-01T00:00:00Z", "2026-04-01T05:59:59Z"
LAST = "2026-04-01T05:00:00Z"


@pytest.fixture
def world(evidence: Bucket, table: Table, clock: SettableClock) -> World:
    """Six complete hours, with their rows, at half past six."""
    clock.set("2026-04-01T06:30:00Z")
    return World(evidence, table=table).has_user("user-1").chain(["complete"] * 6)


def remove(world: World, hour: str, *, row: bool = False) -> None:
    """Delete a seal, and perhaps its row."""
    bucket = world.evidence
    bucket.client.delete_object(Bucket=bucket.name, Key=world.key_of(hour))
    if row and world.table:
        at = parse_instant(hour)
        world.table.delete(organization_pk(world.tenant, world.org), hour_sk(at))


def reason(function: PackFunction, **facts: str) -> str:
    """Build the pack of the six hours and return the reason why it failed."""
    pack = function.make(START, END, **facts)
    assert pack.state == "failed"
    return str(pack.reason)


def test_a_cut_tail_is_told_from_a_gap_by_the_tables_rows(
    function: PackFunction, world: World
) -> None:
    """Each hour that has a row and no seal is named, once."""
    for hour in ("2026-04-01T04:00:00Z", LAST):
        remove(world, hour)
    why = reason(function)
    for hour in ("2026-04-01T04:00:00Z", LAST):
        assert why.count(f"org-Alpha {hour}: missing: the table says that it was sealed") == 1


def test_a_cut_tail_of_hours_behind_the_period_is_found_too(
    function: PackFunction, world: World, clock: SettableClock
) -> None:
    """Events of the period may have been sealed there: up to the cut each must have its seal."""
    world.event("late", "2026-04-01T05:59:00Z").chain(["complete"])
    clock.set("2026-04-01T07:30:00Z")
    remove(world, "2026-04-01T06:00:00Z")
    assert "org-Alpha 2026-04-01T06:00:00Z: missing" in reason(function)


def test_a_row_that_names_another_seal_fails_the_pack(function: PackFunction, world: World) -> None:
    """Whichever of the two was changed."""
    rows = HourRows(function.table, "tenant-a", "org-Alpha")
    rows.close(parse_instant(LAST), {**hour_facts(world.last), "sha256": "ab" * 32})
    assert f"org-Alpha {LAST}: invalid: the table names another seal" in reason(function)


def test_an_open_row_says_nothing(
    function: PackFunction, world: World, clock: SettableClock
) -> None:
    """A lease is no seal; hours closed after the cut was frozen do no harm either."""
    clock.set("2026-04-01T07:30:00Z")
    rows = HourRows(function.table, "tenant-a", "org-Alpha")
    hour = parse_instant("2026-04-01T06:00:00Z")
    rows.lease(hour, "run-1", clock.now(), clock.now() - hour)
    pack = function.request(START, END)
    through: dict[str, str | None] = {"org-Alpha": LAST}
    pack = function.context.packs.update(pack, state="building", sealed_through=through)
    world.chain(["complete"])
    assert function.build(pack).state == "ready"


def test_a_pack_before_remembers_what_it_ended_with(function: PackFunction, world: World) -> None:
    """The seal is gone, and so is its row; the pack made of it says that it was there."""
    assert function.make(START, END).state == "ready"
    remove(world, LAST, row=True)
    assert f"org-Alpha {LAST}: missing: pack 1 says that it was sealed" in reason(function)
    forged = Seal.of(world.last.content | {"reason": "forged"}, {})
    bucket = world.evidence
    bucket.client.put_object(Bucket=bucket.name, Key=world.key_of(LAST), Body=forged.encode())
    assert f"org-Alpha {LAST}: invalid: pack 1 names another seal" in reason(function)


def test_a_pack_that_began_remembers_how_far_the_chain_was(
    function: PackFunction, world: World
) -> None:
    """Also one that failed: what was cut off between two tries is missing in the second."""
    pack = function.request(START, END)
    through: dict[str, str | None] = {"org-Alpha": LAST}
    function.context.packs.update(
        pack, state="failed", sealed_through=through, reason="for another"
    )
    remove(world, LAST, row=True)
    assert f"org-Alpha {LAST}: missing: pack 1 says that it was sealed" in reason(function)


def test_nothing_left_of_a_connected_organization_fails_the_pack(
    function: PackFunction, world: World, clock: SettableClock
) -> None:
    """The schedule asks for its pack all the same, though no row of an hour is left."""
    bucket = world.evidence
    for key in list(bucket.keys(organization_prefix("tenant-a", "org-Alpha"))):
        bucket.client.delete_object(Bucket=bucket.name, Key=key)
    for seal in world.seals:
        function.table.delete(organization_pk("tenant-a", "org-Alpha"), hour_sk(seal.hour))
    now = clock.set("2026-05-04T03:14:00Z")
    (asked,) = dispatch(function.table, function.context.queue, now, now)
    pack: Pack = function.build(asked)
    assert pack.state == "failed"
    assert "org-Alpha 2026-04-01T00:00:00Z: missing: the connection, of which nothing is" in str(
        pack.reason
    )


def test_an_object_that_no_seal_names_is_named_and_no_evidence(
    function: PackFunction, world: World, clock: SettableClock
) -> None:
    """Of a sealed hour, or of none; what a later hour stored is not judged yet."""
    prefix = f"{organization_prefix('tenant-a', 'org-Alpha')}events/month=2026-04/"
    names = ["2026-04-01T03:00:00Z-ab.jsonl.gz", "nothing", "2026-04-01T06:00:00Z-ab.jsonl.gz"]
    for name in names:
        world.evidence.put_once(prefix + name, b"x")
    assert function.make(START, END).state == "ready"
    rows = list(function.table.query("T#tenant-a", prefix="CUSTODY#"))
    (entry,) = (row for row in rows if row["action"] == "evidence.unreferenced")
    assert entry["by"] == "pack"
    assert entry["facts"] == {
        "org_id": "org-Alpha",
        "number": 1,
        "objects": 2,
        "keys": [prefix + names[0], prefix + names[1]],
    }


def test_an_object_among_the_seals_without_an_hours_name_is_passed_over(
    function: PackFunction, world: World
) -> None:
    """It closes no hour, so nothing follows it."""
    prefix = f"{organization_prefix('tenant-a', 'org-Alpha')}seals/"
    for name in ("2026-04-01T99:00:00Z.json", "none.json", "2026-04-01T03:00:00Z.json.old"):
        world.evidence.put_once(prefix + name, b"x")
    assert function.make(START, END).state == "ready"
