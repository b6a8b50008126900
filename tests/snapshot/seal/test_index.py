"""The sealed index hour by hour: what it knows, its number of runs, what it makes of old chains."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import seal_key
from functions.shared.evidence.seals import Chain, Seal
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.snapshot.seal import index
from functions.snapshot.seal.index import HourIndex
from functions.snapshot.seal.store import Store
from tests.snapshot.rows import event
from tests.support.aws_calls import Killed, killing, watched
from tests.support.builders import World
from tests.support.memory import MemoryBucket
from tests.support.version_2 import sealed_in

TENANT, ORG = "tenant-a", "org-Alpha"
CONTENT = World(MemoryBucket(), tenant=TENANT, org=ORG).chain(["complete"]).last.content
START = parse_instant("2026-04-29T00:00:00Z")


class Hours:
    """An organization whose hours are sealed one by one, and a model of what they hold."""

    def __init__(self, bucket: Bucket | None = None) -> None:
        """Begin a chain."""
        self.bucket = bucket or MemoryBucket()
        self.chain = Chain(self.bucket, TENANT, ORG)
        self.hour = START
        self.previous: Seal | None = None
        self.model: dict[str, str] = {}
        self.late_hours = 0

    def open(self) -> HourIndex:
        """Open the index of the hour that is to be sealed."""
        return HourIndex.open(self.chain, self.hour, self.previous)

    def seal(self, ids: Iterable[str], *, version: int = 3, hours: int = 1) -> list[Any]:
        """Seal an hour with those of some ids that are new; return its runs."""
        ids = list(ids)
        at = self.open()
        known = at.sealed(ids, self.hour - HOUR) if version == 3 else {}
        new = sorted(set(ids) - set(known))
        for name in new:
            self.model.setdefault(name, rfc3339(self.hour))
        runs = at.after(dict.fromkeys(new, self.happened)) if version == 3 else []
        return self.seal_as(new, runs, version, hours)

    @property
    def happened(self) -> str:
        """Return when what the next hour seals happened."""
        return rfc3339(self.hour - self.late_hours * HOUR)

    def seal_as(self, ids: Iterable[str], runs: list[Any], version: int, hours: int) -> list[Any]:
        """Seal an hour as told."""
        at = self.happened
        rows = [event("login.succeeded", None, event_id=name, occurred_at=at) for name in ids]
        entries = Store(self.bucket, TENANT, ORG).put_segments(
            "events", self.hour, [("2026-04", row) for row in rows]
        )
        content: Any = {**CONTENT, "hour": rfc3339(self.hour), "index": runs}
        content["segments"] = content["segments"] | {"events": entries}
        seal = sealed_in(version, content, {})
        self.bucket.put_once(seal_key(TENANT, ORG, self.hour), seal.encode())
        self.previous = self.chain.seal(self.hour)
        self.hour += hours * HOUR
        return runs

    def known(self, since: datetime = START) -> Mapping[str, str]:
        """Return what the index says of every id that was ever sealed, and of two that were not."""
        return self.open().sealed([*self.model, "absent", ""], since)


def held(chain: Hours) -> dict[str, bytes]:
    """Return the objects of a chain."""
    assert isinstance(chain.bucket, MemoryBucket)
    return chain.bucket.held


IDS = st.lists(st.sampled_from([f"event-{n}" for n in range(40)] + ["\ud800", "é"]), max_size=6)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(IDS, st.sampled_from([1, 1, 1, 5, 300])), max_size=60))
def test_every_id_is_sealed_once_with_its_first_hour(hours: list[tuple[list[str], int]]) -> None:
    """Whatever ids come when, over whichever months."""
    chain = Hours()
    for ids, step in hours:
        before = dict(chain.model)
        runs = chain.seal(ids, hours=step)
        assert chain.known() == chain.model
        assert {name: chain.model[name] for name in before} == before
        assert sum(run["rows"] for run in runs) == len(chain.model)
        assert len(runs) <= 28


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 90), st.sampled_from([1, 1, 5, 300])), max_size=40),
    st.integers(0, 4),
)
def test_what_was_sealed_late_is_known_by_when_it_happened(
    hours: list[tuple[int, int]], n_old: int
) -> None:
    """Whatever came how late, over whichever months, and in a chain of version 2 as well."""
    chain, late = Hours(), dict[datetime, set[datetime]]()
    for number, (late_hours, step) in enumerate(hours):
        chain.late_hours = late_hours
        if late_hours > 1:
            late.setdefault(chain.hour - late_hours * HOUR, set()).add(chain.hour)
        chain.seal([f"event-{number}"], version=2 if number < n_old else 3, hours=step)
    index = chain.open()
    assert index.sealed_late(START - 100 * HOUR, chain.hour) == late
    for hour in late:
        assert index.sealed_late(hour, hour + HOUR) == {hour: late[hour]}
    assert index.sealed_late(chain.hour, chain.hour + 99 * HOUR) == {}
    assert chain.known() == chain.model


def test_what_has_no_time_is_late_nowhere() -> None:
    """Nor what the next hour sealed, nor what is said to have been before 1970."""
    index = Hours().open()
    old = {"three": "1969-12-31T23:59:59Z", "four": "0001-01-01T00:00:00Z"}
    (run,) = index.after({"one": None, "two": rfc3339(START - HOUR), **old})
    assert (run["rows"], run["late"]) == (4, 0)


def test_an_hour_with_events_costs_one_put_and_any_other_none() -> None:
    """Also the hour that merges ten runs, or a hundred; a second run of it makes the same bytes."""
    chain = Hours()
    chain.hour = parse_instant("2026-05-01T00:00:00Z")
    for n in range(120):
        before = set(held(chain))
        runs = chain.open().after({f"event-{n}": None})
        assert chain.open().after({f"event-{n}": None}) == runs
        assert len(set(held(chain)) - before) == 1
        assert chain.open().after({}) == chain.open().runs
        chain.seal([f"event-{n}"])
    assert [run["level"] for run in runs] == [2, 1, 1]
    assert [run["rows"] for run in runs] == [100, 10, 10]


def test_the_first_hour_of_a_month_writes_the_index_anew_under_that_month() -> None:
    """Else its lock would run out while seals still name it."""
    chain = Hours()
    for n in range(13):
        chain.seal([f"event-{n}"])
    assert all("/index/month=2026-04/" in run["key"] for run in chain.open().runs)
    chain.hour = parse_instant("2026-05-01T02:00:00Z")
    (run,) = chain.seal([])
    assert "/index/month=2026-05/" in run["key"]
    assert (run["level"], run["rows"], run["since"]) == (3, 13, None)
    assert chain.seal([]) == [run]
    assert [run["level"] for run in chain.seal(["another"])] == [3, 0]
    assert chain.known() == chain.model


@pytest.mark.parametrize("version", [3, 4])
def test_the_runs_that_the_seal_before_names_are_the_index(version: int) -> None:
    """Of every version that names some, nothing of the past is read or written again."""
    hours = Hours()
    hours.seal(["a", "b"])
    runs = hours.seal(["c"])
    assert len(runs) == 2
    previous = Seal.of({**hours.previous.content, "v": version}, {})  # type: ignore[union-attr]
    at = HourIndex.open(hours.chain, hours.hour, previous)
    assert (list(at.runs), at.since) == (runs, None)


def old_chain(n: int) -> Hours:
    """Return a chain of version 2, in which one id stands three times."""
    chain = Hours()
    for number in range(n):
        chain.seal([f"event-{number}", *["twice"] * (number in (2, 3, n - 2))], version=2)
    return chain


def test_an_older_chain_is_read_back_at_once() -> None:
    """The first hour knows every id; of one that is there twice the first hour counts."""
    chain = old_chain(20)
    assert chain.known(chain.hour) == chain.model
    assert chain.model["twice"] == rfc3339(START + 2 * HOUR)
    (run,) = chain.seal(["event-3", "new"])[:1]
    assert (run["rows"], run["since"], run["level"]) == (21, None, 3)
    assert chain.known(chain.hour) == chain.model


@pytest.mark.parametrize(("seals", "events"), [(3, 10**6), (10**6, 3)])
def test_a_long_chain_is_read_back_over_some_hours(
    monkeypatch: pytest.MonkeyPatch, seals: int, events: int
) -> None:
    """Until then segments are read from the instant asked for to where the index begins."""
    monkeypatch.setattr(index, "SEALS_AT_ONCE", seals)
    monkeypatch.setattr(index, "EVENTS_AT_ONCE", events)
    chain = old_chain(10)
    begins = []
    while (since := chain.open().since) is not None:
        begins.append((since - START) // HOUR)
        # Whatever is asked for from its own hour on is known, throughout the crossing.
        for name, hour in dict(chain.model).items():
            assert chain.open().sealed([name], parse_instant(hour)) == {name: hour}
        runs = chain.seal(["event-9", f"new-{len(begins)}"])
        assert all("since" in run for run in runs)
    assert begins == sorted(begins, reverse=True)
    assert len(begins) in (3, 4)
    assert chain.known(chain.hour) == chain.model


def test_an_old_chain_without_events_has_an_index_without_runs() -> None:
    """And what it says of an id is that it is not sealed."""
    chain = Hours()
    chain.seal([], version=2)
    assert (chain.open().runs, chain.open().since) == ([], None)
    assert chain.seal([]) == []
    assert chain.seal(["one"])[0]["since"] is None
    assert chain.known() == chain.model


def test_what_cannot_be_read_of_an_old_chain_is_not_known_to_be_sealed() -> None:
    """It stops no hour; every pack that should hold it says that it is gone."""
    chain = old_chain(6)
    for key in [key for key in held(chain) if "/events/" in key][:1]:
        del held(chain)[key]
    held(chain)[seal_key(TENANT, ORG, START + HOUR)] = b"{}"
    assert chain.known() == {
        name: hour for name, hour in chain.model.items() if name not in ("event-0", "event-1")
    }


def full_level(bucket: Bucket) -> Hours:
    """Return a chain whose next hour with events merges ten runs."""
    chain = Hours(bucket)
    chain.hour = parse_instant("2026-05-01T00:00:00Z")
    for n in range(9):
        chain.seal([f"event-{n}"])
    return chain


def end_of_month(bucket: Bucket) -> Hours:
    """Return a chain whose next hour is a month's first."""
    chain = Hours(bucket)
    for n in range(3):
        chain.seal([f"event-{n}"])
    chain.hour = parse_instant("2026-05-01T00:00:00Z")
    return chain


def end_of_version_2(bucket: Bucket) -> Hours:
    """Return a chain of version 2, which the next hour reads back."""
    chain = Hours(bucket)
    for n in range(3):
        chain.seal([f"event-{n}"], version=2)
    return chain


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    "story",
    [
        pytest.param(full_level, marks=pytest.mark.slow),
        end_of_month,
        pytest.param(end_of_version_2, marks=pytest.mark.slow),
    ],
)
def test_killed_at_every_aws_call(
    evidence: Bucket, story: Callable[[Bucket], Hours], moment: str
) -> None:
    """What was put and named by no seal is nothing; the next run makes the same index."""
    chain = story(evidence)
    before = set(evidence.keys(""))

    def close() -> list[Any]:
        at = chain.open()
        assert set(at.sealed(["event-1", "new"], chain.hour)) == {"event-1"}
        return at.after({"new": None})

    with watched() as calls:
        expected = close()
    assert len(calls.names) >= 3
    for nth in range(1, len(calls.names) + 1):
        for key in set(evidence.keys("")) - before:
            evidence.client.delete_object(Bucket=evidence.name, Key=key)
        with pytest.raises(Killed), watched(**{moment: killing(nth)}):
            close()
        assert close() == expected, f"killed {moment} call {nth} of {len(calls.names)}"
