"""What a tenant does, however often: rows of their own, sealed in order, each once."""

from dataclasses import replace
from typing import Any

import pytest

from functions.shared.aws.keys import connection_sk, tenant_pk
from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.records.seals import LifecycleEntry
from functions.shared.tables.connections import Connection
from functions.shared.tables.lifecycle_rows import lifecycle_rows
from functions.snapshot.lifecycle import MOST_IN_A_SEAL
from functions.snapshot.seal.store import Store
from tests.snapshot.stories.invariants import check
from tests.snapshot.stories.test_crash import FIRST, SECOND, THIRD, eventful_world
from tests.snapshot.stories.trial import rarely
from tests.support.aws_calls import Killed, killing, watched
from tests.support.aws_state import all_items
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture

Sealed = list[tuple[str, int]]


@pytest.fixture
def fixture(make_fixture: FixtureMaker) -> SnapshotFixture:
    """Give an organization connected and with its first hour sealed."""
    fixture = make_fixture(eventful_world())
    fixture.connect("2026-04-01T03:20:00Z")
    fixture.order(FIRST)
    return fixture


def pauses(first: int, n_entries: int, at: str) -> list[LifecycleEntry]:
    """Return pauses and resumes, in turn, ending with a resume where their number is even."""
    return [
        {"seq": first + n, "at": at, "kind": ("paused", "resumed")[n % 2], "by": "user-1"}
        for n in range(n_entries)
    ]


def put_entries(fixture: SnapshotFixture, entries: list[LifecycleEntry], a_row: int = 1) -> None:
    """Write entries as ``save`` writes them, but all at once; many a row are read faster here."""
    parts = [entries[n : n + a_row] for n in range(0, len(entries), a_row)]
    rows = [row for part in parts for row in lifecycle_rows(fixture.tenant, fixture.org, part)]
    fixture.table.put_all(rows)
    fixture.table.update(
        tenant_pk(fixture.tenant),
        connection_sk(fixture.org),
        "SET lifecycle_seq = :n",
        {":n": entries[-1]["seq"]},
    )


def write_as_before(
    fixture: SnapshotFixture, connection: Connection, entries: list[LifecycleEntry]
) -> None:
    """Write a connection as the version did that kept the entries in its row."""
    item = {name: getattr(connection, name) for name in Connection.__dataclass_fields__}
    del item["lifecycle_seq"], item["disconnected_at"]
    key = {"pk": tenant_pk(fixture.tenant), "sk": connection_sk(fixture.org)}
    due = {"due_shard": "DUE#00", "due_sk": f"{fixture.tenant}/{fixture.org}"}
    fixture.table.put({**item, "lifecycle": entries, **key, **due})


def sealed(fixture: SnapshotFixture) -> Sealed:
    """Return hour and number of every entry that the chain holds, in its order."""
    hours = fixture.chain.sealed_hours(parse_instant(FIRST), fixture.clock.now() + HOUR)
    seals = [fixture.seal(rfc3339(hour)) for hour in hours]
    return [(seal.content["hour"], e["seq"]) for seal in seals for e in seal.content["lifecycle"]]


def close_what_is_due(fixture: SnapshotFixture, hour: str, most: int = 60) -> str:
    """Close hour after hour, as the schedule does while the organization is due."""
    start = parse_instant(hour)
    for _ in range(most):
        if (fixture.tenant, fixture.org) not in fixture.context.connections.due():
            return rfc3339(start - HOUR)
        fixture.tick(rfc3339(start))
        start += HOUR
    raise AssertionError("the organization never leaves the schedule")


@pytest.mark.slow
@pytest.mark.parametrize("n_entries", [600, *rarely(5500)])
def test_thousands_of_pauses_and_a_disconnect_within_one_hour(
    fixture: SnapshotFixture, n_entries: int
) -> None:
    """All sealed, in order, each once, in seals of a bounded size; then nothing is due."""
    put_entries(fixture, pauses(2, n_entries, "2026-04-01T03:40:00Z"), a_row=100)
    fixture.change("disconnected", "2026-04-01T03:50:00Z", status="disconnected", admin_key=b"")
    assert len(fixture.order(SECOND)) == 1
    last = close_what_is_due(fixture, THIRD)
    assert [seq for _, seq in sealed(fixture)] == list(range(1, n_entries + 3))
    hours = {hour for hour, _ in sealed(fixture)}
    seals = [fixture.seal(hour) for hour in sorted(hours)]
    assert max(len(seal.content["lifecycle"]) for seal in seals) == MOST_IN_A_SEAL
    assert max(len(seal.encode()) for seal in seals) < 64 * 1024
    # From the hour of the disconnect on nothing is read, expected or billed.
    told = {(seal.content["outcome"], seal.content["reason"]) for seal in seals[1:]}
    assert told == {("paused", "disconnected")}
    assert fixture.seal(last).content["lifecycle"][-1]["kind"] == "disconnected"
    assert fixture.tick(rfc3339(parse_instant(last) + HOUR)) == []
    check(fixture, last, healed=False)
    largest = max(len(repr(item)) for item in all_items(fixture.table))
    assert largest < 20_000


def test_thousands_of_entries_put_no_hour_off(fixture: SnapshotFixture) -> None:
    """Each hour is what it was at its end, however far the sealing of entries is behind."""
    put_entries(fixture, pauses(2, 2 * MOST_IN_A_SEAL, "2026-04-01T03:40:00Z"))
    fixture.change("paused", "2026-04-01T04:10:00Z", status="paused")
    hours = [SECOND, THIRD, "2026-04-01T05:00:00Z"]
    outcomes = [fixture.tick(hour)[-1].content["outcome"] for hour in hours]
    assert outcomes == ["complete", "paused", "paused"]
    assert [seq for _, seq in sealed(fixture)] == list(range(1, 2 * MOST_IN_A_SEAL + 3))
    assert sealed(fixture)[-1][0] == hours[-1]


def test_the_running_hour_of_a_disconnect_and_a_return_is_closed_when_it_is_over(
    fixture: SnapshotFixture,
) -> None:
    """No picture is taken of an hour that is still under way."""
    key = fixture.context.connections.need(fixture.tenant, fixture.org).admin_key
    fixture.change("disconnected", "2026-04-01T04:10:00Z", status="disconnected", admin_key=b"")
    first = "2026-04-01T05:00:00Z"
    fixture.change(
        "reconnected", "2026-04-01T04:20:00Z", status="connected", admin_key=key, first_hour=first
    )
    assert [seal.content["hour"] for seal in fixture.order(THIRD)] == [SECOND]
    (seal,) = fixture.tick(THIRD)
    kinds = [entry["kind"] for entry in seal.content["lifecycle"]]
    assert (seal.content["outcome"], kinds) == ("complete", ["disconnected", "reconnected"])


@pytest.mark.slow
@pytest.mark.parametrize("every", [4, *rarely(1)])
def test_killed_at_every_aws_call_while_entries_wait(
    make_fixture: FixtureMaker, fresh_aws: Any, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """Whatever call it dies at: the redelivered message and the schedule seal each entry once."""
    monkeypatch.setattr("functions.snapshot.lifecycle.MOST_IN_A_SEAL", 2)

    def left() -> SnapshotFixture:
        fresh_aws()
        fixture = make_fixture(eventful_world())
        fixture.connect("2026-04-01T03:20:00Z")
        fixture.order(FIRST)
        put_entries(fixture, pauses(2, 4, "2026-04-01T03:40:00Z"))
        fixture.change("disconnected", "2026-04-01T03:50:00Z", status="disconnected", admin_key=b"")
        return fixture

    fixture = left()
    with watched() as calls:
        fixture.order(SECOND, owner="first")
    close_what_is_due(fixture, THIRD)
    expected = sealed(fixture)
    assert [seq for _, seq in expected] == [1, 2, 3, 4, 5, 6]
    for nth in range(1, len(calls.names) + 1, every):
        fixture = left()
        with pytest.raises(Killed), watched(before=killing(nth)):
            fixture.order(SECOND, owner="first")
        fixture.order(SECOND, owner="first")
        close_what_is_due(fixture, THIRD)
        assert sealed(fixture) == expected, f"killed before call {nth} of {len(calls.names)}"


def test_a_copy_that_saw_fewer_entries_goes_on_from_what_was_sealed(
    fixture: SnapshotFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It sleeps before its seal; another run sees one entry more and seals: each is sealed once."""
    fixture.change("renamed", "2026-04-01T03:40:00Z")
    put_seal, orders = Store.put_seal, list[str]()

    def asleep(store: Store, content: Any, run: Any) -> Seal:
        if not orders:
            orders.append("faster")
            fixture.change("renamed", "2026-04-01T03:45:00Z")
            fixture.clock.set("2026-04-01T05:30:00Z")
            fixture.order(SECOND, owner="faster")
        return put_seal(store, content, run)

    monkeypatch.setattr(Store, "put_seal", asleep)
    fixture.clock.set("2026-04-01T05:01:00Z")
    fixture.order(THIRD, owner="slower")
    assert sealed(fixture) == [(FIRST, 1), (SECOND, 2), (SECOND, 3)]
    assert fixture.seal(THIRD).content["lifecycle_seq"] == 3


@pytest.mark.parametrize("n_entries", [2, *rarely(600, 3300)])
def test_a_connection_that_an_older_version_saved_goes_on(
    fixture: SnapshotFixture, n_entries: int
) -> None:
    """Its list is read as it is, and becomes rows with the next change; each entry once."""
    connection = fixture.context.connections.need(fixture.tenant, fixture.org)
    old = [*fixture.lifecycle(), *pauses(2, n_entries, "2026-04-01T03:40:00Z")]
    write_as_before(fixture, connection, old)
    read = fixture.context.connections.need(fixture.tenant, fixture.org)
    assert (read.lifecycle, read.lifecycle_seq, read.disconnected_at) == (old, n_entries + 1, None)
    assert fixture.lifecycle() == old
    (seal,) = fixture.tick(SECOND)
    assert seal.content["outcome"] == "complete"
    fixture.change("disconnected", "2026-04-01T04:40:00Z", status="disconnected", admin_key=b"")
    row = fixture.table.get(tenant_pk(fixture.tenant), connection_sk(fixture.org))
    assert row is not None
    assert "lifecycle" not in row
    assert len(repr(row)) < 4000
    assert (row["lifecycle_seq"], row["disconnected_at"]) == (n_entries + 2, "2026-04-01T04:40:00Z")
    fixture.order(THIRD)
    close_what_is_due(fixture, "2026-04-01T05:00:00Z")
    assert [seq for _, seq in sealed(fixture)] == list(range(1, n_entries + 3))


def test_a_disconnected_connection_of_an_older_version_comes_back(
    fixture: SnapshotFixture,
) -> None:
    """When it left is told by its entries."""
    connection = fixture.context.connections.need(fixture.tenant, fixture.org)
    left: LifecycleEntry = {"seq": 2, "at": "2026-04-01T03:40:00Z", "kind": "disconnected"}
    gone = replace(connection, status="disconnected", admin_key=b"")
    write_as_before(fixture, gone, [*fixture.lifecycle(), left])
    read = fixture.context.connections.need(fixture.tenant, fixture.org)
    assert read.disconnected_at == "2026-04-01T03:40:00Z"
