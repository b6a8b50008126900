"""Daily anchors: one a day, linked, over every chain's end; in the packs of their days."""

import json

import pytest

from functions.pack.anchor.anchor import AnchorContext, AnchorsIncomplete, anchor, anchor_all
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import anchor_key
from functions.shared.aws.table import Table
from functions.shared.canonical import canonical, sha256_hex
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.anchors import Anchor, Anchors
from functions.shared.evidence.seals import Seal
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.aws_calls import Killed, killing, watched
from tests.support.builders import World

DAY_1, DAY_2, DAY_3 = "2026-04-02", "2026-04-03", "2026-04-04"


def all_of(context: AnchorContext, tenant: str = "tenant-a") -> list[Anchor]:
    """Return a tenant's anchors, oldest first."""
    anchors = Anchors(context.evidence, tenant)
    return [anchor for anchor in map(anchors.find, anchors.days()) if anchor]


def forever() -> float:
    """Tell of enough time."""
    return 900.0


def put(bucket: Bucket, key: str, body: bytes) -> None:
    """Write over an object, as an insider with every permission would."""
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=body)


def test_a_day_has_one_anchor_however_often_the_schedule_fires(
    context: AnchorContext, world: World, clock: SettableClock
) -> None:
    """The first one stands, though the chain went on."""
    assert anchor_all(context, forever) == 1
    key = anchor_key("tenant-a", DAY_1)
    first = context.evidence.need(key)
    world.chain(["complete"] * 6)
    clock.set(f"{DAY_1}T06:40:00Z")
    assert anchor_all(context, forever) == 1
    assert context.evidence.need(key) == first
    (todays,) = all_of(context)
    assert todays.document == {
        "v": 1,
        "tenant_id": "tenant-a",
        "at": f"{DAY_1}T00:40:00Z",
        "heads": [
            {
                "org_id": "org-Alpha",
                "hour": "2026-04-01T23:00:00Z",
                "seal_sha256": world.seals[23].sha256,
            }
        ],
        "previous_anchor_sha256": None,
    }
    assert todays.sha256 == sha256_hex(canonical(todays.document))


def test_each_anchor_names_the_one_before_and_a_missed_day_is_absent(
    context: AnchorContext, world: World, clock: SettableClock
) -> None:
    """An outage of a day leaves no hole in the links."""
    anchor("tenant-a", context)
    clock.set(f"{DAY_3}T00:40:00Z")
    world.chain(["complete"] * 48)
    anchor("tenant-a", context)
    first, second = all_of(context)
    assert [first.day, second.day] == [DAY_1, DAY_3]
    assert second.previous_sha256 == first.sha256
    assert second.heads[0].seal_sha256 == world.last.sha256


def test_every_tenant_and_every_organization_that_has_a_seal(
    context: AnchorContext, world: World, table: Table, clock: SettableClock
) -> None:
    """Also one that was disconnected, or whose row is gone; a tenant without a seal has none."""
    beta = World(context.evidence, table=table, org="org-Beta").chain(["complete", "disconnect"])
    World(context.evidence, table=table, tenant="tenant-b").chain(["missed"])
    World(context.evidence, table=table, tenant="tenant-c")
    assert anchor_all(context, forever) == 2
    assert len(all_of(context, "tenant-b")) == 1
    assert all_of(context, "tenant-c") == []
    table.delete("T#tenant-a", "ORG#org-Beta")
    clock.set(f"{DAY_2}T00:40:00Z")
    anchor("tenant-a", context)
    for each in all_of(context):
        assert [head.org_id for head in each.heads] == ["org-Alpha", "org-Beta"]
        assert each.heads[1].seal_sha256 == beta.last.sha256


def test_nothing_is_anchored_over_what_contradicts_the_anchor_before(
    context: AnchorContext, world: World, table: Table, clock: SettableClock
) -> None:
    """Somebody is told on the next day; other tenants have their anchor."""
    World(context.evidence, table=table, tenant="tenant-b").chain(["complete"])
    anchor_all(context, forever)
    clock.set(f"{DAY_2}T00:40:00Z")
    key = world.key_of("2026-04-01T23:00:00Z")
    forged = Seal.of(world.last.content | {"reason": "forged"}, {})
    put(context.evidence, key, forged.encode())
    with pytest.raises(EvidenceInvalid, match="org-Alpha 2026-04-01T23:00:00Z"):
        anchor("tenant-a", context)
    context.evidence.client.delete_object(Bucket=context.evidence.name, Key=key)
    with pytest.raises(EvidenceMissing, match="org-Alpha 2026-04-01T23:00:00Z"):
        anchor("tenant-a", context)
    with pytest.raises(AnchorsIncomplete, match="1 tenants"):
        anchor_all(context, forever)
    assert len(all_of(context)) == 1
    assert len(all_of(context, "tenant-b")) == 2


def test_when_time_runs_out_the_next_firing_goes_on(context: AnchorContext, world: World) -> None:
    """Those who have their anchor keep it."""
    with pytest.raises(AnchorsIncomplete):
        anchor_all(context, lambda: 0.0)
    assert all_of(context) == []
    assert anchor_all(context, forever) == 1


def test_of_two_runs_at_once_one_writes(
    context: AnchorContext, world: World, clock: SettableClock
) -> None:
    """Both return the one that is there."""
    late = Anchor.of("tenant-a", clock.advance(seconds=1), [], None)
    todays = anchor("tenant-a", context)
    assert todays
    assert Anchors(context.evidence, "tenant-a").write(late) == todays


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_aws_call_the_next_firing_leaves_one_anchor(
    context: AnchorContext, world: World, clock: SettableClock, after: bool
) -> None:
    """Before and after each of the calls that one organization's anchor costs: eight."""
    anchor("tenant-a", context)
    world.chain(["complete"] * 24)
    clock.set(f"{DAY_2}T00:40:00Z")
    for n in range(1, 100):
        try:
            with watched(**{"after" if after else "before": killing(n)}) as calls:
                anchor("tenant-a", context)
        except Killed:
            continue
        break
    assert len(calls.names) == (1 if after else 8)
    first, second = all_of(context)
    assert second.previous_sha256 == first.sha256
    assert second.heads[0].seal_sha256 == world.last.sha256


def test_an_anchor_that_is_not_its_days_is_refused(
    context: AnchorContext, world: World, clock: SettableClock
) -> None:
    """Edited, moved, or no anchor at all."""
    todays = anchor("tenant-a", context)
    assert todays
    edited = todays.row() | {"document": todays.document | {"at": f"{DAY_1}T01:00:00Z"}}
    more = todays.row() | {"note": "more"}
    for body in (canonical(edited), canonical(more), b"[]", b'{"document":1}'):
        put(context.evidence, anchor_key("tenant-a", DAY_1), body)
        with pytest.raises(EvidenceInvalid):
            Anchors(context.evidence, "tenant-a").find(DAY_1)
    put(context.evidence, anchor_key("tenant-a", DAY_2), todays.encode())
    with pytest.raises(EvidenceInvalid):
        Anchors(context.evidence, "tenant-a").find(DAY_2)


@pytest.mark.slow
def test_a_pack_holds_the_anchors_of_its_days_and_the_first_one_after(
    function: PackFunction, context: AnchorContext, world: World, clock: SettableClock
) -> None:
    """The one after is what commits to the last hours; none is younger than the cut."""
    for day in (DAY_1, DAY_2, DAY_3, "2026-04-05"):
        clock.set(f"{day}T00:40:00Z")
        world.until(f"{day}T00:00:00Z")
        anchor("tenant-a", context)
    world.until("2026-04-06T00:00:00Z")
    clock.set("2026-04-06T00:30:00Z")
    days = "2026-04-02T00:00:00Z", "2026-04-03T23:59:59Z"
    pack = function.make(*days)
    rows = function.rows(pack, "anchors.jsonl")
    assert [row["day"] for row in rows] == [DAY_1, DAY_2, DAY_3]
    assert rows == [each.row() for each in all_of(context)[:3]]
    assert {row["reason"] for row in rows} == {"none_chosen"}
    assert rows[2]["document"]["heads"][0]["hour"] == "2026-04-03T23:00:00Z"
    early = function.make(*days, cut_hour="2026-04-03T23:00:00Z")
    assert [row["day"] for row in function.rows(early, "anchors.jsonl")] == [DAY_1, DAY_2]
    names = [entry["name"] for entry in function.manifest(pack)["files"]]
    assert names.index("anchors.jsonl") == names.index("collection.json") - 1
    core = function.make(*days, profile="core")
    assert "anchors.jsonl" not in function.members(core)
    without = function.make("2026-04-05T12:00:00Z", "2026-04-05T23:59:59Z")
    assert function.members(without)["anchors.jsonl"] == b""
    assert json.loads(function.members(pack)["manifest.json"])["pack_id"] == "1"


@pytest.mark.slow
def test_a_missing_or_invalid_anchor_fails_the_pack(
    function: PackFunction, context: AnchorContext, world: World, clock: SettableClock
) -> None:
    """The days are named."""
    for day in (DAY_1, DAY_2, DAY_3):
        clock.set(f"{day}T00:40:00Z")
        world.until(f"{day}T00:00:00Z")
        anchor("tenant-a", context)
    clock.set("2026-04-04T02:00:00Z")
    world.until("2026-04-04T02:00:00Z")
    key = anchor_key("tenant-a", DAY_2)
    context.evidence.client.delete_object(Bucket=context.evidence.name, Key=key)
    pack = function.make("2026-04-03T00:00:00Z", "2026-04-03T23:59:59Z")
    assert f"anchor {DAY_3}: missing: the anchor that it follows" in str(pack.reason)
    put(context.evidence, key, b"{}")
    pack = function.make("2026-04-03T00:00:00Z", "2026-04-03T23:59:59Z")
    assert f"anchor {DAY_2}: invalid" in str(pack.reason)
