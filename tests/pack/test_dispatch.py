"""The monthly packs: one per tenant and month, cut after 72 hours, late events in the next."""

import pytest

from functions.pack import dispatch as dispatching
from functions.pack.dispatch import DispatchIncomplete, dispatch
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.queue import Queue
from functions.shared.aws.table import Table
from functions.shared.hours import parse_instant
from functions.shared.tables.packs import Pack, Packs
from tests.conftest import SettableClock
from tests.pack.conftest import PackFunction
from tests.support.aws_state import received
from tests.support.builders import World


def fire(table: Table, queue: Queue, at: str) -> list[Pack]:
    """Fire the monthly schedule."""
    return dispatch(table, queue, parse_instant(at), parse_instant(at))


def test_every_tenant_with_an_hour_in_the_month_gets_one_pack(
    table: Table, evidence: Bucket, pack_queue: Queue
) -> None:
    """However often the schedule fires; tenants without an hour get none."""
    World(evidence, table=table, first_hour="2026-04-30T22:00:00Z").chain(["complete"] * 4)
    other = World(evidence, table=table, org="org-Beta", first_hour="2026-05-01T00:00:00Z")
    other.chain(["complete"])
    World(evidence, table=table, tenant="tenant-b").chain(["missed"])
    World(evidence, table=table, tenant="tenant-c", first_hour="2026-05-01T00:00:00Z")
    fire(table, pack_queue, "2026-05-04T03:14:00Z")
    packs = fire(table, pack_queue, "2026-05-04T03:14:00Z")
    by_tenant = {pack.tenant_id: pack for pack in packs}
    assert sorted(by_tenant) == ["tenant-a", "tenant-b"]
    pack = by_tenant["tenant-a"]
    assert (pack.number, pack.month, pack.kind) == (1, "2026-04", "monthly")
    assert (pack.period_start, pack.period_end) == ("2026-04-01T00:00:00Z", "2026-04-30T23:59:59Z")
    assert (pack.org_ids, pack.cut_hour) == (["org-Alpha"], "2026-05-04T02:00:00Z")
    assert pack.requested_by == "schedule"
    assert Packs(table).find("tenant-a", 2) is None
    messages = {(body["tenant_id"], body["number"]) for body in received(pack_queue)}
    assert messages == {("tenant-a", 1), ("tenant-b", 1)}


def test_one_tenants_trouble_costs_no_other_its_pack(
    table: Table, evidence: Bucket, pack_queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are requested, and the failure is still seen."""
    World(evidence, table=table).chain(["complete"])
    World(evidence, table=table, tenant="tenant-b").chain(["complete"])
    real = dispatching.pack_of

    def troubled(table: Table, tenant: str, *rest: object) -> object:
        if tenant == "tenant-a":
            raise DispatchIncomplete("trouble")
        return real(table, tenant, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(dispatching, "pack_of", troubled)
    with pytest.raises(DispatchIncomplete):
        fire(table, pack_queue, "2026-05-04T03:14:00Z")
    assert Packs(table).find("tenant-b", 1)


@pytest.mark.slow
def test_a_late_event_is_in_the_next_monthly_pack_and_in_no_other(
    function: PackFunction, evidence: Bucket, table: Table, clock: SettableClock
) -> None:
    """Each event is in exactly one monthly pack, whenever it was sealed."""
    world = World(evidence, table=table, first_hour="2026-04-30T20:00:00Z").has_user("user-1")
    world.event("before-connecting", "2026-03-10T10:00:00Z")
    world.event("in-april").until("2026-05-02T00:00:00Z")
    world.event("settling", "2026-04-30T23:59:59Z").event("in-may")
    world.until("2026-05-05T00:00:00Z").event("late", "2026-04-30T21:00:00Z")
    world.until("2026-05-05T06:00:00Z")

    clock.set("2026-06-04T03:14:00Z")
    april, may = (
        function.build(fire(table, function.context.queue, f"2026-0{month}-04T03:14:00Z")[0])
        for month in (5, 6)
    )
    assert events(function, april) == {
        "before-connecting": True,
        "in-april": False,
        "settling": False,
    }
    assert events(function, may) == {"in-may": False, "late": True}
    assert function.manifest(april)["settled"] is True
    assert function.manifest(may)["settled"] is False
    assert function.manifest(may)["previous_manifest_sha256"] == april.manifest_sha256
    on_demand = function.make("2026-05-01T00:00:00Z", "2026-05-31T23:59:59Z")
    assert events(function, on_demand) == {"in-may": False}


def events(function: PackFunction, pack: Pack) -> dict[str, bool]:
    """Return event id to ``late`` of a built pack."""
    rows = function.rows(pack, "events.jsonl")
    late_by_id = {row["event_id"]: row["late"] for row in rows}
    assert len(late_by_id) == len(rows)
    return late_by_id
