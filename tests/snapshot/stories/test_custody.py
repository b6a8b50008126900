"""The custody log is sealed with the hour: in order, each entry once, one object for the tenant."""

import json
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import custody_key
from functions.shared.canonical import sha256_hex
from functions.shared.errors import EvidenceInvalid
from functions.shared.evidence.custody_log import CustodyLog, CustodyObject
from functions.shared.evidence.seals import Seal
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.records.fields import fields_of
from functions.shared.records.statements import SealedCustodyEntry
from functions.shared.tables.custody import Custody
from tests.snapshot.stories.test_crash import FIRST, SECOND, THIRD, eventful_world
from tests.support.aws_calls import Killed, killing, watched
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture
from tools.openai_simulator import World

FOURTH = "2026-04-01T05:00:00Z"


@pytest.fixture
def fixture(make_fixture: FixtureMaker) -> SnapshotFixture:
    """Give an organization connected and with its first hour sealed."""
    fixture = make_fixture(eventful_world())
    fixture.connect("2026-04-01T03:20:00Z")
    fixture.order(FIRST)
    return fixture


@pytest.fixture
def second(fixture: SnapshotFixture, make_fixture: FixtureMaker) -> SnapshotFixture:
    """Give another organization of the tenant, connected a little later."""
    second = make_fixture(World("org-second"))
    second.connect("2026-04-01T03:30:00Z")
    second.order(FIRST)
    return second


def log_of(fixture: SnapshotFixture) -> list[dict[str, Any]]:
    """Return the sealed log, object after object, each following the one before."""
    log, head, rows = CustodyLog(fixture.evidence, fixture.tenant), None, []
    for first in log.numbers():
        part = log.need(first)
        assert part.follows(head)
        head = part.head
        rows += [json.loads(line) for line in part.body.splitlines()]
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    return rows


def hours_of(fixture: SnapshotFixture) -> list[tuple[str, int]]:
    """Return hour and number of every sealed entry."""
    return [(row["sealed_hour"], row["n"]) for row in log_of(fixture)]


def head_of(seal: Seal) -> int | None:
    """Return the number of the entry that a seal names."""
    head = seal.content["custody"]
    return head["n"] if head else None


def test_an_hour_seals_what_was_done_before_its_end(fixture: SnapshotFixture) -> None:
    """Each entry in its hour; a seal names the last, by the digest of its line."""
    assert head_of(fixture.seal(FIRST)) is None
    fixture.note("2026-04-01T03:40:00Z", number=1)
    fixture.note("2026-04-01T03:41:00Z", number=2)
    fixture.note("2026-04-01T04:00:00Z", number=3)
    seals = [fixture.tick(hour)[-1] for hour in (SECOND, THIRD, FOURTH)]
    assert hours_of(fixture) == [(SECOND, 1), (SECOND, 2), (THIRD, 3)]
    assert [head_of(seal) for seal in seals] == [2, 3, 3]
    body = fixture.evidence.need(custody_key(fixture.tenant, 1))
    custody = seals[0].content["custody"]
    assert custody == {"n": 2, "sha256": sha256_hex(body.splitlines()[-1])}


def test_an_entry_is_sealed_without_prose_and_names_of_others(fixture: SnapshotFixture) -> None:
    """Why a finding is accepted, and what a stray object is called, stay in the table."""
    said = {"finding_id": "f" * 24, "reason": "quite unusual words", "state": "accepted"}
    fixture.note("2026-04-01T03:40:00Z", "finding.stated", **said)
    fixture.note("2026-04-01T03:41:00Z", "evidence.unreferenced", objects=1, keys=["quite unusual"])
    fixture.tick(SECOND)
    first, other = log_of(fixture)
    assert set(first) == set(fields_of(SealedCustodyEntry))
    assert first["facts"] == {"finding_id": "f" * 24, "state": "accepted"}
    assert (first["by"], first["action"], other["facts"]) == (
        *("user-1", "finding.stated"),
        {"objects": 1},
    )


def test_an_hour_without_entries_costs_one_query(fixture: SnapshotFixture) -> None:
    """No put, and no object read, however many came before."""
    fixture.note("2026-04-01T03:40:00Z")
    fixture.ticks(SECOND, 2)
    with watched() as without:
        fixture.tick(FOURTH)
    fixture.note("2026-04-01T06:10:00Z")
    with watched() as with_one:
        fixture.tick("2026-04-01T06:00:00Z")
    assert without.count("Query") == with_one.count("Query") == 3
    assert (without.count("PutObject"), with_one.count("PutObject")) == (1, 2)


def test_the_uses_of_a_link_are_sealed_when_their_hour_is_over(fixture: SnapshotFixture) -> None:
    """As they stood; what is done behind them waits, and what comes too late is not lost."""
    custody = Custody(fixture.table)
    for minute in (10, 20, 30):
        at = parse_instant(f"2026-04-01T03:{minute}:00Z")
        custody.count(fixture.tenant, "link", "link.used", at, "1-abc", link_id="abc")
    fixture.tick(SECOND)
    (entry,) = log_of(fixture)
    facts = {"link_id": "abc", "uses": 3, "last_at": "2026-04-01T03:30:00Z"}
    assert (entry["at"], entry["facts"]) == (SECOND, facts)
    # The hour of a disconnection is closed before it is over.
    fixture.note("2026-04-01T04:05:00Z")
    at = parse_instant("2026-04-01T04:06:00Z")
    custody.count(fixture.tenant, "link", "link.used", at, "1-abc", link_id="abc")
    fixture.change("disconnected", "2026-04-01T04:07:00Z", status="disconnected")
    fixture.order(THIRD)
    assert head_of(fixture.seal(THIRD)) == 2
    assert [row["n"] for row in custody.after(fixture.tenant, 2, 10)] == [3]


def test_organizations_of_a_tenant_name_the_same_object(
    fixture: SnapshotFixture, second: SnapshotFixture
) -> None:
    """Whoever is first writes it; what comes behind it waits for the next hour's."""
    fixture.note("2026-04-01T03:40:00Z")
    fixture.tick(SECOND)
    fixture.note("2026-04-01T03:59:59Z")
    second.tick(SECOND)
    assert fixture.seal(SECOND).content["custody"] == second.seal(SECOND).content["custody"]
    second.tick(THIRD)
    fixture.tick(THIRD)
    assert hours_of(fixture) == [(SECOND, 1), (THIRD, 2)]
    assert head_of(fixture.seal(THIRD)) == head_of(second.seal(THIRD)) == 2


def test_one_that_is_behind_names_what_its_own_hour_sealed(
    fixture: SnapshotFixture, second: SnapshotFixture
) -> None:
    """Never an entry of a later hour, and it writes none between two that are there."""
    fixture.note("2026-04-01T03:40:00Z")
    fixture.tick(SECOND)
    fixture.note("2026-04-01T04:40:00Z")
    fixture.tick(THIRD)
    fixture.note("2026-04-01T05:40:00Z")
    fixture.tick(FOURTH)
    second.clock.set("2026-04-01T06:00:30Z")
    second.order(FOURTH)
    assert [head_of(second.seal(hour)) for hour in (SECOND, THIRD, FOURTH)] == [1, 2, 3]
    assert hours_of(fixture) == [(SECOND, 1), (THIRD, 2), (FOURTH, 3)]


def test_one_connected_later_finds_the_newest(
    fixture: SnapshotFixture, make_fixture: FixtureMaker
) -> None:
    """It reads few of many objects, and names no entry of a later hour."""
    for hour in range(3, 12):
        fixture.note(f"2026-04-01T{hour:02d}:40:00Z")
        fixture.tick(f"2026-04-01T{hour:02d}:00:00Z")
    late = make_fixture(World("org-late"))
    late.connect("2026-04-01T09:20:00Z")
    late.clock.set("2026-04-01T12:05:00Z")
    late.order("2026-04-01T08:00:00Z")
    assert head_of(late.seal("2026-04-01T08:00:00Z")) == 6
    with watched() as calls:
        assert CustodyLog(late.evidence, late.tenant).newest("2026-04-01T11:00:00Z")
    assert calls.count("GetObject") <= 5


def test_more_than_one_hour_takes_go_into_the_next_in_order(
    fixture: SnapshotFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object is of a bounded size."""
    monkeypatch.setattr("functions.snapshot.hour_run.MOST_CUSTODY_IN_AN_HOUR", 2)
    for _ in range(5):
        fixture.note("2026-04-01T03:40:00Z")
    fixture.ticks(SECOND, 3)
    hours = [(SECOND, 1), (SECOND, 2), (THIRD, 3), (THIRD, 4), (FOURTH, 5)]
    assert hours_of(fixture) == hours


@pytest.mark.parametrize("operation", ["GetObject", "PutObject"])
def test_an_hour_is_sealed_though_its_custody_is_not(
    fixture: SnapshotFixture, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    """It names what the hour before names, and a later one goes on."""
    fixture.note("2026-04-01T03:40:00Z")
    fixture.tick(SECOND)
    fixture.note("2026-04-01T04:40:00Z")
    method = {"GetObject": "get", "PutObject": "put_once"}[operation]
    ordinary = getattr(Bucket, method)

    def failing(bucket: Bucket, key: str, *arguments: Any) -> Any:
        if "/custody/" in key:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, operation)
        return ordinary(bucket, key, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Bucket, method, failing)
        (seal,) = fixture.tick(THIRD)
    assert head_of(seal) == 1
    (seal,) = fixture.tick(FOURTH)
    assert (head_of(seal), hours_of(fixture)) == (2, [(SECOND, 1), (FOURTH, 2)])


def test_an_object_of_somebody_else_is_never_followed(fixture: SnapshotFixture) -> None:
    """What is planted under the next number stops the log, and no hour."""
    fixture.note("2026-04-01T03:40:00Z")
    fixture.tick(SECOND)
    fixture.note("2026-04-01T04:40:00Z")
    entries = Custody(fixture.table).after(fixture.tenant, 1, 1)
    planted = CustodyObject.of(entries, THIRD, {"n": 1, "sha256": "0" * 64})
    fixture.evidence.put_once(custody_key(fixture.tenant, 2), planted.body)
    (seal,) = fixture.tick(THIRD)
    assert head_of(seal) == 1


def test_what_is_no_object_of_a_log_is_refused(evidence: Bucket) -> None:
    """Not lines, not a chain, not its own number: named, never a traceback."""
    entry: Any = {"n": 1, "at": SECOND, "by": "a", "action": "b", "facts": {}}
    other: Any = {**entry, "n": 2}
    body = CustodyObject.of([entry, other], SECOND, None).body
    first, last, _ = body.split(b"\n")
    wrongs = (b"", b"\n", b"[]\n", body[:-1], last + b"\n" + first + b"\n", first)
    for n, wrong in enumerate(wrongs):
        with pytest.raises(EvidenceInvalid):
            CustodyObject.decode(wrong, f"case {n}")
    evidence.put_once(custody_key("tenant-a", 7), body)
    with pytest.raises(EvidenceInvalid, match="another number"):
        CustodyLog(evidence, "tenant-a").find(7)


def test_a_crash_anywhere_leaves_none_out_and_doubles_none(fixture: SnapshotFixture) -> None:
    """Killed at one call after the other; what is done meanwhile is not lost either."""
    hour, nth, n_notes = parse_instant(SECOND), 1, 0
    for _ in range(40):
        killed = False
        fixture.note(rfc3339(hour))
        try:
            with watched(before=killing(nth)):
                fixture.tick(rfc3339(hour))
        except Killed:
            killed = True
        fixture.note(rfc3339(hour))
        n_notes += 2
        fixture.tick(rfc3339(hour), minutes_late=2)
        hour += HOUR
        if not killed:
            break
        nth += 3
    else:
        raise AssertionError("an hour makes no end of calls")
    _ends_with(fixture, hour, n_notes)


def _ends_with(fixture: SnapshotFixture, hour: datetime, n: int) -> None:
    (seal,) = fixture.tick(rfc3339(hour))
    assert (head_of(seal), hours_of(fixture)[-1][1]) == (n, n)
