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
from tests.pack.conftest import PackFunction
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


def all_packs(function: PackFunction) -> list[Pack]:
    """Return the tenant's packs, newest first."""
    return function.context.packs.page("tenant-a", limit=10)[0]


def deliver_the_rest(function: PackFunction) -> None:
    """Build what waits in the queue, until nothing does."""
    for _ in range(5):
        for body in held(function.context.queue):
            build(body["tenant_id"], body["number"], function.context)


@pytest.mark.parametrize("nth", [1, 2])
def test_two_firings_of_the_schedule_are_one_pack(
    function: PackFunction, world: World, table: Table, nth: int
) -> None:
    """Whoever loses the race for the month finds the other's number."""
    fire = partial(
        dispatch,
        table,
        function.context.queue,
        parse_instant(FIRED_AT),
        function.context.now(),
    )
    with meeting(2, nth) as met:
        assert at_once(fire, fire) == []
    assert met == (["TransactWriteItems"] * 2 if nth == 1 else [])
    deliver_the_rest(function)
    [pack] = all_packs(function)
    assert (pack.number, pack.state, pack.month) == (1, "ready", "2026-04")


def test_two_firings_that_make_a_failed_month_anew_are_one_pack(
    function: PackFunction, world: World, table: Table
) -> None:
    """The failed one keeps its number; only one takes its place."""
    fired_at, now = parse_instant(FIRED_AT), function.context.now()
    [first] = dispatch(table, function.context.queue, fired_at, now)
    function.context.packs.update(first, state="failed", reason="why")
    fire = partial(dispatch, table, function.context.queue, fired_at, now, again=True)
    with meeting(2, 1) as met:
        assert at_once(fire, fire) == []
    assert met == ["TransactWriteItems"] * 2
    deliver_the_rest(function)
    assert [(pack.number, pack.state) for pack in all_packs(function)] == [
        (2, "ready"),
        (1, "failed"),
    ]


def test_two_requests_of_one_kind_are_one_pack(function: PackFunction, world: World) -> None:
    """A double click; two tabs."""
    ask = partial(function.request, *MONTH, once=True)
    with meeting(2, 1) as met:
        assert at_once(ask, ask) == []
    assert met == ["TransactWriteItems"] * 2
    deliver_the_rest(function)
    assert [(pack.number, pack.state) for pack in all_packs(function)] == [(1, "ready")]


def test_a_firing_and_a_request_at_once_are_two_packs_with_two_numbers(
    function: PackFunction, world: World, table: Table
) -> None:
    """A pack on demand is none of the monthly ones; both are built, one follows the other."""
    fire = partial(
        dispatch,
        table,
        function.context.queue,
        parse_instant(FIRED_AT),
        function.context.now(),
    )
    with meeting(2, 1) as met:
        assert at_once(fire, partial(function.request, *MONTH, once=True)) == []
    assert met == ["TransactWriteItems"] * 2
    deliver_the_rest(function)
    packs = all_packs(function)
    assert {(pack.number, pack.state) for pack in packs} == {(1, "ready"), (2, "ready")}
    assert {pack.kind for pack in packs} == {"monthly", "on_demand"}
    last, first = sorted(packs, key=lambda pack: pack.ready_order or 0, reverse=True)
    assert last.previous_manifest_sha256 == first.manifest_sha256


def require_one_pack(function: PackFunction, folder: Path) -> None:
    """Demand one archive, one manifest signed, one listing (T9)."""
    ready = function.context.packs.need("tenant-a", 1)
    assert ready.state == "ready", ready.reason
    archives = function.context.archives
    versions = archives.client.list_object_versions(Bucket=archives.name)["Versions"]
    assert [(version["Key"], version["VersionId"]) for version in versions] == [
        (ready.object_key, ready.object_version)
    ]
    entries = list(function.table.query("T#tenant-a", prefix="CUSTODY#"))
    signed = [entry["facts"] for entry in entries if entry["action"] == "pack.signed"]
    assert {facts["manifest_sha256"] for facts in signed} == {ready.manifest_sha256}
    head = function.table.get("T#tenant-a", "PACKCHAIN") or {}
    assert (head["last_manifest_sha256"], head["ready_packs"]) == (ready.manifest_sha256, 1)
    assert "holder" not in head
    assert verify_bytes(function.archive(ready), folder, key=function.key.public_hex).code == 0


@pytest.mark.parametrize(
    ("before", "nth", "at"),
    [
        ("new", 1, "UpdateItem"),  # the build begins
        ("new", 2, "UpdateItem"),  # the chain is held
        ("new", 3, "UpdateItem"),  # the predecessor and the key are frozen
        ("killed", 1, "UpdateItem"),
        ("killed", 2, "UpdateItem"),
        ("killed", 3, "TransactWriteItems"),  # the signing is noted
        ("killed", 4, "PutObject"),  # the archive is published
        ("killed", 5, "TransactWriteItems"),  # the pack is listed
    ],
)
def test_two_functions_on_one_message_make_one_pack(
    function: PackFunction,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    before: str,
    nth: int,
    at: str,
) -> None:
    """Wherever the two meet: on a new pack, or on one whose build died behind the freezing."""
    function.request(*MONTH, month="2026-04")
    if before == "killed":
        with monkeypatch.context() as dying, pytest.raises(Killed):
            dying.setattr(flow, "publish", die)
            build("tenant-a", 1, function.context)
    held(function.context.queue)
    work = partial(build, "tenant-a", 1, function.context)
    with meeting(2, nth) as met:
        assert at_once(work, work) == []
    assert met == [at, at]
    deliver_the_rest(function)
    require_one_pack(function, tmp_path)


def die(*_arguments: object) -> None:
    """End the process."""
    raise Killed


def test_two_copies_never_sign_under_two_keys(function: PackFunction, world: World) -> None:
    """The key was changed between them: the second one has to begin again, with the first's."""
    pack = function.request(*MONTH, month="2026-04")
    row = function.context.packs.update(pack, state="building", sealed_through={})
    frozen = function.context.chain.hold(row, "key-old", function.context.now())
    with pytest.raises(ConditionFailed):
        function.context.chain.hold(row, "key-new", function.context.now())
    assert function.context.packs.need("tenant-a", 1).signing_key_id == "key-old"
    assert function.context.chain.hold(frozen, "key-old", function.context.now()) == frozen
