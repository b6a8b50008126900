"""Crashes, doubles and overtaking: the same seals and rows as an undisturbed run."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.snapshot.stories.trial import rarely
from tests.support.aws_calls import Killed, killing, watched
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import World

FIRST = "2026-04-01T02:00:00Z"
SECOND = "2026-04-01T03:00:00Z"
THIRD = "2026-04-01T04:00:00Z"
Sealed = tuple[list[str], list[Any]]
# Calls that a run makes in other threads: it puts a large value beside the rest.
FEW = 3


def eventful_world() -> World:
    """Return a world with something of every kind in the hour from 03:00."""
    world = World("org-crash")
    early = world.at("2026-03-31T10:00:00Z")
    early.user_joins("olga", role="owner").user_joins("ann").project_created("web")
    early.key_made("web-key", "web", owner="ann").key_made("old-key", "web", owner="olga")
    hour = world.at("2026-04-01T03:30:00Z")
    hour.user_joins("bob").key_made("bobs", "web", owner="bob", name="a name " * 1000)
    hour.key_removed("old-key")
    world.at("2026-04-01T04:10:00Z").user_leaves("ann")
    return world


def opened(lab_maker: FixtureMaker) -> SnapshotFixture:
    """Return an organization connected and with its first hour sealed."""
    fixture = lab_maker(eventful_world())
    fixture.connect("2026-04-01T03:20:00Z")
    fixture.order(FIRST)
    return fixture


def digests(fixture: SnapshotFixture) -> list[str]:
    """Return the digests of the three hours' seals."""
    return [fixture.seal(hour).sha256 for hour in (FIRST, SECOND, THIRD)]


def rows(fixture: SnapshotFixture) -> list[Any]:
    """Return the table's rows of the organization, in order."""
    items = fixture.table.client.scan(TableName=fixture.table.name)["Items"]
    return sorted((item for item in items if "#O#" in item["pk"]["S"]), key=repr)


def sealed(fixture: SnapshotFixture) -> Sealed:
    """Return the digests of the three hours' seals, and the table's rows."""
    return digests(fixture), rows(fixture)


@pytest.fixture
def undisturbed(make_fixture: FixtureMaker) -> tuple[Sealed, int]:
    """Return digests and rows, and the number of AWS calls, of the run nobody disturbs."""
    fixture = opened(make_fixture)
    with watched() as calls:
        fixture.tick(SECOND)
    fixture.tick(THIRD)
    return sealed(fixture), len(calls.names)


@pytest.mark.parametrize(
    ("moment", "copies", "every"),
    [
        ("before", 1, 4),
        *rarely(("before", 1, 1), ("after", 1, 1), ("before", 2, 1), ("after", 2, 1)),
    ],
)
def test_killed_at_every_aws_call_and_redelivered(
    undisturbed: tuple[Sealed, int],
    make_fixture: FixtureMaker,
    fresh_aws: Callable[[], None],
    moment: str,
    copies: int,
    every: int,
) -> None:
    """Whatever call the process dies at, the redelivered message leads to the same seals.

    Of two copies, the second runs whole at the call at which the first dies. Every day a fourth of
    the calls is tried.
    """
    expected, n_calls = undisturbed
    assert n_calls >= 13
    for nth in range(1, n_calls + 1, every):
        fresh_aws()
        fixture = opened(make_fixture)
        fixture.clock.set("2026-04-01T04:01:00Z")
        kill = killing(nth) if copies == 1 else _after_a_copy(fixture, nth)
        try:
            with watched(**{moment: kill}):
                fixture.order(SECOND, owner="first")
        except Killed:
            pass
        else:
            # Of two copies this one dies at calls of its own thread: a few are another's.
            assert copies == 2
            assert nth >= n_calls - FEW
            break
        for owner in ("first", "second")[:copies]:
            fixture.order(SECOND, owner=owner)
        fixture.tick(THIRD)
        assert sealed(fixture) == expected, f"killed {moment} call {nth} of {n_calls}"
    tried = len(range(1, n_calls + 1, every))
    print(f"{copies} copies, killed {moment} {tried} of {n_calls} calls: all as undisturbed")


def _after_a_copy(fixture: SnapshotFixture, nth: int) -> Callable[[int], None]:
    """Return a hook that lets a second copy run at the n-th call of this one, which then dies."""
    this, own_calls, copies = threading.get_ident(), itertools.count(1), list[Any]()

    def copy_then_kill(_: int) -> None:
        if threading.get_ident() != this or next(own_calls) < nth:
            return
        if not copies:
            with ThreadPoolExecutor(1) as pool:
                copies.append(pool.submit(fixture.order, SECOND, owner="second").result())
        raise Killed

    return copy_then_kill


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_every_aws_call_while_the_next_hour_overtakes(
    make_fixture: FixtureMaker, fresh_aws: Callable[[], None], moment: str
) -> None:
    """Both hours are due; the earlier one's run dies, and the later one's message comes first."""

    def due() -> SnapshotFixture:
        fresh_aws()
        fixture = opened(make_fixture)
        fixture.clock.set("2026-04-01T05:01:00Z")
        return fixture

    fixture = due()
    with watched() as calls:
        fixture.order(SECOND, owner="first")
    fixture.order(THIRD, owner="next")
    expected, n_calls = sealed(fixture), len(calls.names)
    for nth in range(1, n_calls + 1):
        fixture = due()
        with pytest.raises(Killed), watched(**{moment: killing(nth)}):
            fixture.order(SECOND, owner="first")
        for hour, owner in ((THIRD, "next"), (SECOND, "first"), (THIRD, "next")):
            fixture.order(hour, owner=owner)
        assert sealed(fixture) == expected, f"killed {moment} call {nth} of {n_calls}"
    print(f"overtaken, killed {moment} each of {n_calls} calls: all as undisturbed")


def test_delivered_twice(
    undisturbed: tuple[Sealed, int],
    make_fixture: FixtureMaker,
    fresh_aws: Callable[[], None],
) -> None:
    """A message delivered twice closes its hour once."""
    fresh_aws()
    fixture = opened(make_fixture)
    fixture.tick(SECOND)
    assert fixture.order(SECOND) == []
    fixture.tick(THIRD)
    assert fixture.order(SECOND) == []
    assert sealed(fixture) == undisturbed[0]


def test_next_hour_overtakes(make_fixture: FixtureMaker) -> None:
    """The run for an hour first closes the one before it, in order."""
    fixture = opened(make_fixture)
    seals = fixture.tick(THIRD)
    assert [seal.content["hour"] for seal in seals] == [SECOND, THIRD]
    assert seals[1].content["previous_sha256"] == seals[0].sha256
    assert fixture.order(SECOND) == []


def test_an_hour_that_another_run_holds_is_put_off(make_fixture: FixtureMaker) -> None:
    """A second copy does not wait and does not lose its order: it comes back as a message."""
    fixture = opened(make_fixture)
    fixture.clock.set("2026-04-01T04:01:00Z")
    with pytest.raises(Killed), watched(before=killing(8)):
        fixture.order(SECOND, owner="first")
    assert fixture.order(SECOND, owner="second") == []
    fixture.clock.advance(minutes=17)
    assert [seal.content["hour"] for seal in fixture.order(SECOND, owner="second")] == [SECOND]


def _item_size(item: Any) -> int:
    """Return the bytes that DynamoDB counts: names and values, and some for maps and lists."""

    def size(value: Any) -> int:
        ((kind, held),) = value.items()
        if kind == "M":
            return 3 + sum(len(name) + 1 + size(inner) for name, inner in held.items())
        if kind == "L":
            return 3 + sum(1 + size(inner) for inner in held)
        return len(str(held))

    return sum(len(name) + size(value) for name, value in item.items())


def test_an_unchanged_hour_costs_two_row_writes_and_one_object(make_fixture: FixtureMaker) -> None:
    """Nothing changed: no register, no segment; a lease, a row, a seal."""
    fixture = opened(make_fixture)
    fixture.tick(SECOND)
    fixture.tick(THIRD)
    fixture.clock.set("2026-04-01T06:01:00Z")
    with watched() as calls:
        fixture.order("2026-04-01T05:00:00Z")
    writes = calls.count("PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems")
    assert (writes, calls.count("PutObject"), calls.count("DeleteItem")) == (2, 1, 0)
    assert calls.count("GetObject") <= 8
    row = fixture.table.client.get_item(
        TableName=fixture.table.name,
        Key={
            "pk": {"S": f"T#{fixture.tenant}#O#{fixture.org}"},
            "sk": {"S": "HOUR#2026-04-01T05:00:00Z"},
        },
        ReturnConsumedCapacity="TOTAL",
    )["Item"]
    assert _item_size(row) < 1024
