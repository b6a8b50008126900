"""Daily anchors: one a day, linked, over every chain's end; in the packs of their days."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.pack.anchor.anchor import AnchorDoors, AnchorsIncomplete, anchor, anchor_all
from functions.pack.anchor.rfc3161 import Authority
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import anchor_key
from functions.shared.aws.table import Table
from functions.shared.canonical import canonical, sha256_hex
from functions.shared.errors import EvidenceInvalid, EvidenceMissing
from functions.shared.evidence.anchors import Anchor, Anchors
from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, floor_hour, rfc3339
from functions.shared.tables.connections import Connections
from tests.conftest import SettableClock
from tests.pack.conftest import PackRoom
from tests.support.aws_calls import Killed, killing, watched
from tests.support.builders import World
from tests.support.time_authority import TimeAuthority, serving
from tests.tools.verifier import verify_bytes

MINUTE = timedelta(minutes=1)
DAY_1, DAY_2, DAY_3 = "2026-04-02", "2026-04-03", "2026-04-04"


@pytest.fixture
def counted() -> list[str]:
    """Give the list of metrics that were added to."""
    return []


@pytest.fixture
def doors(table: Table, evidence: Bucket, clock: SettableClock, counted: list[str]) -> AnchorDoors:
    """Open what anchoring reaches, on the 2nd of April at 00:40."""
    clock.set(f"{DAY_1}T00:40:00Z")
    return AnchorDoors(Connections(table), evidence, None, clock.now, counted.append)


@pytest.fixture
def world(evidence: Bucket, table: Table) -> World:
    """An organization with the hours of the 1st of April."""
    return World(evidence, table=table).has_user("user-1").chain(["complete"] * 24)


def all_of(doors: AnchorDoors, tenant: str = "tenant-a") -> list[Anchor]:
    """Return a tenant's anchors, oldest first."""
    anchors = Anchors(doors.evidence, tenant)
    found = [anchors.find(day) for day in anchors.days()]
    return [one for one in found if one]


def forever() -> float:
    """Tell of enough time."""
    return 900.0


def put(bucket: Bucket, key: str, body: bytes) -> None:
    """Write over an object, as an insider with every permission would."""
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=body)


def test_a_day_has_one_anchor_however_often_the_schedule_fires(
    doors: AnchorDoors, world: World, clock: SettableClock
) -> None:
    """The first one stands, though the chain went on."""
    assert anchor_all(doors, forever) == 1
    key = anchor_key("tenant-a", DAY_1)
    first = doors.evidence.need(key)
    world.chain(["complete"] * 6)
    clock.set(f"{DAY_1}T06:40:00Z")
    assert anchor_all(doors, forever) == 1
    assert doors.evidence.need(key) == first
    (found,) = all_of(doors)
    assert found.document == {
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
    assert found.sha256 == sha256_hex(canonical(found.document))
    assert (found.token, found.authority, found.reason) == (None, None, None)


def test_each_anchor_names_the_one_before_and_a_missed_day_is_absent(
    doors: AnchorDoors, world: World, clock: SettableClock
) -> None:
    """An outage of a day leaves no hole in the links."""
    anchor("tenant-a", doors)
    clock.set(f"{DAY_3}T00:40:00Z")
    world.chain(["complete"] * 48)
    anchor("tenant-a", doors)
    first, second = all_of(doors)
    assert [first.day, second.day] == [DAY_1, DAY_3]
    assert second.previous_sha256 == first.sha256
    assert second.heads[0].seal_sha256 == world.last.sha256


def test_every_tenant_and_every_organization_that_has_a_seal(
    doors: AnchorDoors, world: World, table: Table, clock: SettableClock
) -> None:
    """Also one that was disconnected, or whose row is gone; a tenant without a seal has none."""
    beta = World(doors.evidence, table=table, org="org-Beta").chain(["complete", "disconnect"])
    World(doors.evidence, table=table, tenant="tenant-b").chain(["missed"])
    World(doors.evidence, table=table, tenant="tenant-c")
    assert anchor_all(doors, forever) == 2
    assert len(all_of(doors, "tenant-b")) == 1
    assert all_of(doors, "tenant-c") == []
    table.delete("T#tenant-a", "ORG#org-Beta")
    clock.set(f"{DAY_2}T00:40:00Z")
    anchor("tenant-a", doors)
    for found in all_of(doors):
        assert [head.org_id for head in found.heads] == ["org-Alpha", "org-Beta"]
        assert found.heads[1].seal_sha256 == beta.last.sha256


def test_nothing_is_anchored_over_what_contradicts_the_anchor_before(
    doors: AnchorDoors, world: World, table: Table, clock: SettableClock
) -> None:
    """Somebody is told on the next day; other tenants have their anchor."""
    World(doors.evidence, table=table, tenant="tenant-b").chain(["complete"])
    anchor_all(doors, forever)
    clock.set(f"{DAY_2}T00:40:00Z")
    key = world.key_of("2026-04-01T23:00:00Z")
    forged = Seal.of(world.last.content | {"reason": "forged"}, {})
    put(doors.evidence, key, forged.encode())
    with pytest.raises(EvidenceInvalid, match="org-Alpha 2026-04-01T23:00:00Z"):
        anchor("tenant-a", doors)
    doors.evidence.client.delete_object(Bucket=doors.evidence.name, Key=key)
    with pytest.raises(EvidenceMissing, match="org-Alpha 2026-04-01T23:00:00Z"):
        anchor("tenant-a", doors)
    with pytest.raises(AnchorsIncomplete, match="1 tenants"):
        anchor_all(doors, forever)
    assert len(all_of(doors)) == 1
    assert len(all_of(doors, "tenant-b")) == 2


def test_when_time_runs_out_the_next_firing_goes_on(doors: AnchorDoors, world: World) -> None:
    """Those who have their anchor keep it."""
    with pytest.raises(AnchorsIncomplete):
        anchor_all(doors, lambda: 0.0)
    assert all_of(doors) == []
    assert anchor_all(doors, forever) == 1


def test_of_two_runs_at_once_one_writes(
    doors: AnchorDoors, world: World, clock: SettableClock
) -> None:
    """Both return the one that is there."""
    late = Anchor.of("tenant-a", clock.advance(seconds=1), [], None)
    made = anchor("tenant-a", doors)
    assert made
    assert Anchors(doors.evidence, "tenant-a").write(late) == made


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_aws_call_the_next_firing_leaves_one_anchor(
    doors: AnchorDoors, world: World, clock: SettableClock, after: bool
) -> None:
    """Before and after each of the calls that one organization's anchor costs: eight."""
    anchor("tenant-a", doors)
    world.chain(["complete"] * 24)
    clock.set(f"{DAY_2}T00:40:00Z")
    for n in range(1, 100):
        try:
            with watched(**{"after" if after else "before": killing(n)}) as calls:
                anchor("tenant-a", doors)
        except Killed:
            continue
        break
    assert len(calls.names) == (1 if after else 8)
    first, second = all_of(doors)
    assert second.previous_sha256 == first.sha256
    assert second.heads[0].seal_sha256 == world.last.sha256


def test_an_anchor_that_is_not_its_days_is_refused(
    doors: AnchorDoors, world: World, clock: SettableClock
) -> None:
    """Edited, moved, or no anchor at all."""
    made = anchor("tenant-a", doors)
    assert made
    edited = made.row() | {"document": made.document | {"at": f"{DAY_1}T01:00:00Z"}}
    more = made.row() | {"note": "more"}
    for body in (canonical(edited), canonical(more), b"[]", b'{"document":1}'):
        put(doors.evidence, anchor_key("tenant-a", DAY_1), body)
        with pytest.raises(EvidenceInvalid):
            Anchors(doors.evidence, "tenant-a").find(DAY_1)
    put(doors.evidence, anchor_key("tenant-a", DAY_2), made.encode())
    with pytest.raises(EvidenceInvalid):
        Anchors(doors.evidence, "tenant-a").find(DAY_2)


def test_an_authority_that_fails_never_blocks_the_anchor(
    doors: AnchorDoors, world: World, counted: list[str]
) -> None:
    """The reason stands in the anchor, and an alarm hears of it."""
    with serving(lambda _: (503, b"")) as url:
        made = anchor("tenant-a", replace(doors, authority=Authority(url)))
    assert made
    assert (made.token, made.authority, made.reason) == (None, url, "http_503")
    assert counted == ["MissingTokens"]
    assert all_of(doors) == [made]


def test_a_pack_holds_the_anchors_of_its_days_and_the_first_one_after(
    room: PackRoom, doors: AnchorDoors, world: World, clock: SettableClock
) -> None:
    """The one after is what commits to the last hours; none is younger than the cut."""
    for day in (DAY_1, DAY_2, DAY_3, "2026-04-05"):
        clock.set(f"{day}T00:40:00Z")
        world.until(f"{day}T00:00:00Z")
        anchor("tenant-a", doors)
    world.until("2026-04-06T00:00:00Z")
    clock.set("2026-04-06T00:30:00Z")
    days = "2026-04-02T00:00:00Z", "2026-04-03T23:59:59Z"
    pack = room.made(*days)
    rows = room.rows(pack, "anchors.jsonl")
    assert [row["day"] for row in rows] == [DAY_1, DAY_2, DAY_3]
    assert rows == [one.row() for one in all_of(doors)[:3]]
    assert rows[2]["document"]["heads"][0]["hour"] == "2026-04-03T23:00:00Z"
    early = room.made(*days, cut_hour="2026-04-03T23:00:00Z")
    assert [row["day"] for row in room.rows(early, "anchors.jsonl")] == [DAY_1, DAY_2]
    names = [entry["name"] for entry in room.manifest(pack)["files"]]
    assert names.index("anchors.jsonl") == names.index("collection.json") - 1
    core = room.made(*days, profile="core")
    assert "anchors.jsonl" not in room.members(core)
    without = room.made("2026-04-05T12:00:00Z", "2026-04-05T23:59:59Z")
    assert "anchors.jsonl" not in room.members(without)
    assert json.loads(room.members(pack)["manifest.json"])["pack_id"] == "1"


def test_a_missing_or_invalid_anchor_fails_the_pack(
    room: PackRoom, doors: AnchorDoors, world: World, clock: SettableClock
) -> None:
    """The days are named."""
    for day in (DAY_1, DAY_2, DAY_3):
        clock.set(f"{day}T00:40:00Z")
        world.until(f"{day}T00:00:00Z")
        anchor("tenant-a", doors)
    clock.set("2026-04-04T02:00:00Z")
    world.until("2026-04-04T02:00:00Z")
    key = anchor_key("tenant-a", DAY_2)
    doors.evidence.client.delete_object(Bucket=doors.evidence.name, Key=key)
    pack = room.made("2026-04-03T00:00:00Z", "2026-04-03T23:59:59Z")
    assert f"anchor {DAY_3}: missing: the anchor that it follows" in str(pack.reason)
    put(doors.evidence, key, b"{}")
    pack = room.made("2026-04-03T00:00:00Z", "2026-04-03T23:59:59Z")
    assert f"anchor {DAY_2}: invalid" in str(pack.reason)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
def test_from_the_authority_to_the_auditor(
    room: PackRoom,
    doors: AnchorDoors,
    evidence: Bucket,
    table: Table,
    clock: SettableClock,
    tmp_path: Path,
) -> None:
    """Stamped over HTTP, packed, and held by the script to the authority's root alone."""
    authority = TimeAuthority.make(tmp_path)
    # The authority's clock is the machine's; nothing is anchored in the last minutes of an hour.
    now = clock.instant = min(datetime.now(UTC), floor_hour(datetime.now(UTC)) + 50 * MINUTE)
    start, end = floor_hour(now) - 5 * HOUR, floor_hour(now)
    World(evidence, table=table, first_hour=rfc3339(start)).chain(["complete"] * 5)
    with authority.served() as url:
        made = anchor("tenant-a", replace(doors, authority=Authority(url)))
    assert made
    assert (made.authority, made.reason) == (url, None)
    clock.instant = now + HOUR
    pack = room.made(rfc3339(start), f"{rfc3339(end - HOUR)[:14]}59:59Z")
    asked = ("--tsa-cert", str(authority.root))
    verdict = verify_bytes(room.archive(pack), tmp_path, *asked, key=room.key.public_hex)
    assert verdict.code == 0, verdict.text
    assert "anchors   1 of 1 have a token that holds under --tsa-cert" in verdict.text
