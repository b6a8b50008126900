"""Crashes, doubles and overtaking: the same seals and rows as an undisturbed run."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.aws_calls import Killed, killing, watched
from tests.support.snapshot_fixture import Lab, LabMaker
from tools.openai_simulator import World

FIRST = "2026-04-01T02:00:00Z"
SECOND = "2026-04-01T03:00:00Z"
THIRD = "2026-04-01T04:00:00Z"
Sealed = tuple[list[str], list[Any]]


def eventful_world() -> World:
    """Return a world with something of every kind in the hour from 03:00."""
    world = World("org-crash")
    early = world.at("2026-03-31T10:00:00Z")
    early.user_joins("olga", role="owner").user_joins("ann").project_created("web")
    early.key_made("web-key", "web", owner="ann").key_made("old-key", "web", owner="olga")
    hour = world.at("2026-04-01T03:30:00Z")
    hour.user_joins("bob").key_made("bobs", "web", owner="bob").key_removed("old-key")
    world.at("2026-04-01T04:10:00Z").user_leaves("ann")
    return world


def opened(lab_maker: LabMaker) -> Lab:
    """Return a laboratory connected and with its first hour sealed."""
    lab = lab_maker(eventful_world())
    lab.connect("2026-04-01T03:20:00Z")
    lab.order(FIRST)
    return lab


def digests(lab: Lab) -> list[str]:
    """Return the digests of the three hours' seals."""
    return [lab.seal(hour).sha256 for hour in (FIRST, SECOND, THIRD)]


def rows(lab: Lab) -> list[Any]:
    """Return the table's rows of the organization, in order."""
    items = lab.table.client.scan(TableName=lab.table.name)["Items"]
    return sorted((item for item in items if "#O#" in item["pk"]["S"]), key=repr)


def sealed(lab: Lab) -> Sealed:
    """Return the digests of the three hours' seals, and the table's rows."""
    return digests(lab), rows(lab)


@pytest.fixture
def undisturbed(make_lab: LabMaker) -> tuple[Sealed, int]:
    """Return digests and rows, and the number of AWS calls, of the run nobody disturbs."""
    lab = opened(make_lab)
    with watched() as calls:
        lab.tick(SECOND)
    lab.tick(THIRD)
    return sealed(lab), len(calls.names)


@pytest.mark.parametrize("copies", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_every_aws_call_and_redelivered(
    undisturbed: tuple[Sealed, int],
    make_lab: LabMaker,
    fresh_aws: Callable[[], None],
    moment: str,
    copies: int,
) -> None:
    """Whatever call the process dies at, the redelivered message leads to the same seals.

    Of two copies, the second runs whole at the call at which the first dies.
    """
    expected, n_calls = undisturbed
    assert n_calls >= 12
    for nth in range(1, n_calls + 1):
        fresh_aws()
        lab = opened(make_lab)
        lab.clock.set("2026-04-01T04:01:00Z")
        kill = killing(nth) if copies == 1 else _after_a_copy(lab, nth)
        with pytest.raises(Killed), watched(**{moment: kill}):
            lab.order(SECOND, owner="first")
        for owner in ("first", "second")[:copies]:
            lab.order(SECOND, owner=owner)
        lab.tick(THIRD)
        assert sealed(lab) == expected, f"killed {moment} call {nth} of {n_calls}"
    print(f"{copies} copies, killed {moment} each of {n_calls} calls: all as undisturbed")


def _after_a_copy(lab: Lab, nth: int) -> Callable[[int], None]:
    """Return a hook that lets a second copy run at the n-th call of this one, which then dies."""
    this, own_calls, copies = threading.get_ident(), itertools.count(1), list[Any]()

    def copy_then_kill(_: int) -> None:
        if threading.get_ident() != this or next(own_calls) < nth:
            return
        if not copies:
            with ThreadPoolExecutor(1) as pool:
                copies.append(pool.submit(lab.order, SECOND, owner="second").result())
        raise Killed

    return copy_then_kill


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_every_aws_call_while_the_next_hour_overtakes(
    make_lab: LabMaker, fresh_aws: Callable[[], None], moment: str
) -> None:
    """Both hours are due; the earlier one's run dies, and the later one's message comes first."""

    def due() -> Lab:
        fresh_aws()
        lab = opened(make_lab)
        lab.clock.set("2026-04-01T05:01:00Z")
        return lab

    lab = due()
    with watched() as calls:
        lab.order(SECOND, owner="first")
    lab.order(THIRD, owner="next")
    expected, n_calls = sealed(lab), len(calls.names)
    for nth in range(1, n_calls + 1):
        lab = due()
        with pytest.raises(Killed), watched(**{moment: killing(nth)}):
            lab.order(SECOND, owner="first")
        for hour, owner in ((THIRD, "next"), (SECOND, "first"), (THIRD, "next")):
            lab.order(hour, owner=owner)
        assert sealed(lab) == expected, f"killed {moment} call {nth} of {n_calls}"
    print(f"overtaken, killed {moment} each of {n_calls} calls: all as undisturbed")


def test_delivered_twice(
    undisturbed: tuple[Sealed, int],
    make_lab: LabMaker,
    fresh_aws: Callable[[], None],
) -> None:
    """A message delivered twice closes its hour once."""
    fresh_aws()
    lab = opened(make_lab)
    lab.tick(SECOND)
    assert lab.order(SECOND) == []
    lab.tick(THIRD)
    assert lab.order(SECOND) == []
    assert sealed(lab) == undisturbed[0]


def test_next_hour_overtakes(make_lab: LabMaker) -> None:
    """The run for an hour first closes the one before it, in order."""
    lab = opened(make_lab)
    seals = lab.tick(THIRD)
    assert [seal.content["hour"] for seal in seals] == [SECOND, THIRD]
    assert seals[1].content["previous_sha256"] == seals[0].sha256
    assert lab.order(SECOND) == []


def test_an_hour_that_another_run_holds_is_put_off(make_lab: LabMaker) -> None:
    """A second copy does not wait and does not lose its order: it comes back as a message."""
    lab = opened(make_lab)
    lab.clock.set("2026-04-01T04:01:00Z")
    with pytest.raises(Killed), watched(before=killing(8)):
        lab.order(SECOND, owner="first")
    assert lab.order(SECOND, owner="second") == []
    lab.clock.advance(minutes=17)
    assert [seal.content["hour"] for seal in lab.order(SECOND, owner="second")] == [SECOND]


def test_an_unchanged_hour_costs_two_row_writes_and_one_object(make_lab: LabMaker) -> None:
    """Nothing changed: no register, no segment; a lease, a row, a seal."""
    lab = opened(make_lab)
    lab.tick(SECOND)
    lab.tick(THIRD)
    lab.clock.set("2026-04-01T06:01:00Z")
    with watched() as calls:
        lab.order("2026-04-01T05:00:00Z")
    writes = calls.count("PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems")
    assert (writes, calls.count("PutObject"), calls.count("DeleteItem")) == (2, 1, 0)
    row = lab.table.client.get_item(
        TableName=lab.table.name,
        Key={
            "pk": {"S": f"T#{lab.tenant}#O#{lab.org}"},
            "sk": {"S": "HOUR#2026-04-01T05:00:00Z"},
        },
        ReturnConsumedCapacity="TOTAL",
    )["Item"]
    assert len(repr(row)) < 1024
