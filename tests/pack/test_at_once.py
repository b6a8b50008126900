"""Two at once: requests, firings and builds of one month, met at each conditional write."""

from functools import partial
from pathlib import Path

import pytest

from functions.pack import flow
from functions.pack.dispatch import dispatch
from functions.pack.flow import build
from functions.shared.aws.bucket import Bucket
from functions.shared.aws.table import ConditionFailed, Table
from functions.shared.hours import parse_instant
from functions.shared.tables.packs import Pack
from tests.conftest import SettableClock
from tests.pack.conftest import PackRoom
from tests.support.aws_calls import Killed
from tests.support.aws_state import held
from tests.support.builders import World
from tests.support.race import at_once, meeting
from tests.tools.verifier import verify_bytes

FIRED_AT = "2026-05-04T03:14:00Z"
MONTH = ("2026-04-01T00:00:00Z", "2026-04-30T23:59:59Z")


@pytest.fixture
def world(evidence: Bucket, table: Table, clock: SettableClock) -> World:
    """The last four hours of April; it is the 4th of May."""
    clock.set(FIRED_AT)
    world = World(evidence, table=table, first_hour="2026-04-30T20:00:00Z").has_user("user-1")
    return world.event("event-1").chain(["complete"] * 4)


def all_packs(room: PackRoom) -> list[Pack]:
    """Return the tenant's packs, newest first."""
    return room.doors.packs.page("tenant-a", limit=10)[0]


def deliver_the_rest(room: PackRoom) -> None:
    """Build what waits in the queue, until nothing does."""
    for _ in range(5):
        for body in held(room.doors.queue):
            build(body["tenant_id"], body["number"], room.doors)


@pytest.mark.parametrize("nth", [1, 2])
def test_two_firings_of_the_schedule_are_one_pack(
    room: PackRoom, world: World, table: Table, nth: int
) -> None:
    """Whoever loses the race for the month finds the other's number."""
    fire = partial(dispatch, table, room.doors.queue, parse_instant(FIRED_AT), room.doors.now())
    with meeting(2, nth) as met:
        assert at_once(fire, fire) == []
    assert met == (["TransactWriteItems"] * 2 if nth == 1 else [])
    deliver_the_rest(room)
    [pack] = all_packs(room)
    assert (pack.number, pack.state, pack.month) == (1, "ready", "2026-04")


def test_two_firings_that_make_a_failed_month_anew_are_one_pack(
    room: PackRoom, world: World, table: Table
) -> None:
    """The failed one keeps its number; only one takes its place."""
    fired_at, now = parse_instant(FIRED_AT), room.doors.now()
    [first] = dispatch(table, room.doors.queue, fired_at, now)
    room.doors.packs.update(first, state="failed", reason="why")
    fire = partial(dispatch, table, room.doors.queue, fired_at, now, again=True)
    with meeting(2, 1) as met:
        assert at_once(fire, fire) == []
    assert met == ["TransactWriteItems"] * 2
    deliver_the_rest(room)
    assert [(pack.number, pack.state) for pack in all_packs(room)] == [(2, "ready"), (1, "failed")]


def test_two_requests_of_one_kind_are_one_pack(room: PackRoom, world: World) -> None:
    """A double click; two tabs."""
    ask = partial(room.request, *MONTH, once=True)
    with meeting(2, 1) as met:
        assert at_once(ask, ask) == []
    assert met == ["TransactWriteItems"] * 2
    deliver_the_rest(room)
    assert [(pack.number, pack.state) for pack in all_packs(room)] == [(1, "ready")]


def test_a_firing_and_a_request_at_once_are_two_packs_with_two_numbers(
    room: PackRoom, world: World, table: Table
) -> None:
    """A pack on demand is none of the monthly ones; both are built, one follows the other."""
    fire = partial(dispatch, table, room.doors.queue, parse_instant(FIRED_AT), room.doors.now())
    with meeting(2, 1) as met:
        assert at_once(fire, partial(room.request, *MONTH, once=True)) == []
    assert met == ["TransactWriteItems"] * 2
    deliver_the_rest(room)
    packs = all_packs(room)
    assert {(pack.number, pack.state) for pack in packs} == {(1, "ready"), (2, "ready")}
    assert {pack.kind for pack in packs} == {"monthly", "on_demand"}
    last, first = sorted(packs, key=lambda pack: pack.ready_order or 0, reverse=True)
    assert last.previous_manifest_sha256 == first.manifest_sha256


def require_one_pack(room: PackRoom, folder: Path) -> None:
    """Demand one archive, one manifest signed, one listing (T9)."""
    ready = room.doors.packs.need("tenant-a", 1)
    assert ready.state == "ready", ready.reason
    archives = room.doors.archives
    versions = archives.client.list_object_versions(Bucket=archives.name)["Versions"]
    assert [(one["Key"], one["VersionId"]) for one in versions] == [
        (ready.object_key, ready.object_version)
    ]
    entries = list(room.table.query("T#tenant-a", prefix="CUSTODY#"))
    signed = [entry["facts"] for entry in entries if entry["action"] == "pack.signed"]
    assert {facts["manifest_sha256"] for facts in signed} == {ready.manifest_sha256}
    head = room.table.get("T#tenant-a", "PACKCHAIN") or {}
    assert (head["last_manifest_sha256"], head["ready_packs"]) == (ready.manifest_sha256, 1)
    assert "holder" not in head
    assert verify_bytes(room.archive(ready), folder, key=room.key.public_hex).code == 0


@pytest.mark.parametrize(
    ("before", "nth", "at"),
    [
        ("new", 1, "UpdateItem"),  # the build begins
        ("new", 2, "UpdateItem"),  # the chain is held
        ("new", 3, "UpdateItem"),  # the predecessor and the key are frozen
        ("killed", 1, "UpdateItem"),
        ("killed", 2, "UpdateItem"),
        ("killed", 3, "PutItem"),  # the signing is noted
        ("killed", 4, "PutObject"),  # the archive is published
        ("killed", 5, "TransactWriteItems"),  # the pack is listed
    ],
)
def test_two_functions_on_one_message_make_one_pack(
    room: PackRoom,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: str,
    nth: int,
    at: str,
) -> None:
    """Wherever the two meet: on a new pack, or on one whose build died behind the freezing."""
    room.request(*MONTH, month="2026-04")
    if before == "killed":
        with monkeypatch.context() as dying, pytest.raises(Killed):
            dying.setattr(flow, "publish", die)
            build("tenant-a", 1, room.doors)
    held(room.doors.queue)
    work = partial(build, "tenant-a", 1, room.doors)
    with meeting(2, nth) as met:
        assert at_once(work, work) == []
    assert met == [at, at]
    deliver_the_rest(room)
    require_one_pack(room, tmp_path)


def die(*_arguments: object) -> None:
    """End the process."""
    raise Killed


def test_two_copies_never_sign_under_two_keys(room: PackRoom, world: World) -> None:
    """The key was changed between them: the second one has to begin again, with the first's."""
    pack = room.request(*MONTH, month="2026-04")
    row = room.doors.packs.update(pack, state="building", sealed_through={})
    frozen = room.doors.chain.hold(row, "key-old", room.doors.now())
    with pytest.raises(ConditionFailed):
        room.doors.chain.hold(row, "key-new", room.doors.now())
    assert room.doors.packs.need("tenant-a", 1).signing_key_id == "key-old"
    assert room.doors.chain.hold(frozen, "key-old", room.doors.now()) == frozen
