"""What a tenant says is sealed with the hour: in order, each once, and no prose of it."""

import itertools

import pytest

from functions.shared.aws.keys import HASHKEY_SK, tenant_pk
from functions.shared.evidence.merkle import rows_root
from functions.shared.evidence.seals import Seal, read_body
from functions.shared.hashing import text_hash
from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.records.fields import fields_of
from functions.shared.records.statements import SealedStatement
from tests.snapshot.stories.test_crash import FIRST, SECOND, THIRD, eventful_world
from tests.support.aws_calls import Killed, killing, watched
from tests.support.snapshot_fixture import HASH_KEY, FixtureMaker, SnapshotFixture

NOTE = "quite unusual words of ours, ticket 4711"
FOURTH = "2026-04-01T05:00:00Z"


@pytest.fixture
def fixture(make_fixture: FixtureMaker) -> SnapshotFixture:
    """Give an organization connected and with its first hour sealed."""
    fixture = make_fixture(eventful_world())
    fixture.connect("2026-04-01T03:20:00Z")
    fixture.order(FIRST)
    return fixture


def say(fixture: SnapshotFixture, at: str, note: str | None = None) -> None:
    """Say something of a finding at an instant."""
    fixture.say("f" * 24, at, note)


def sealed(fixture: SnapshotFixture) -> list[tuple[str, int]]:
    """Return hour and number of every statement that the chain holds, in its order."""
    hours = fixture.chain.sealed_hours(parse_instant(FIRST), fixture.clock.now() + HOUR)
    seals = [fixture.seal(rfc3339(hour)) for hour in hours]
    for seal in seals:
        numbers = [row["n"] for row in fixture.statements(seal)]
        before = seal.content["statements_n"] - len(numbers)
        assert numbers == list(range(before + 1, seal.content["statements_n"] + 1))
    return [(seal.content["hour"], row["n"]) for seal in seals for row in fixture.statements(seal)]


def test_an_hour_seals_what_was_said_before_its_end(fixture: SnapshotFixture) -> None:
    """Each in the hour in which it was said; the number sealed so far goes from seal to seal."""
    say(fixture, "2026-04-01T03:40:00Z")
    fixture.name_person("svc_acct_bot", "user-olga")
    say(fixture, "2026-04-01T04:00:00Z")
    seals = [fixture.tick(hour)[-1] for hour in (SECOND, THIRD, FOURTH)]
    assert sealed(fixture) == [(SECOND, 1), (SECOND, 2), (THIRD, 3)]
    assert [seal.content["statements_n"] for seal in seals] == [2, 3, 3]
    (entry,) = seals[0].content["segments"]["statements"]
    body = read_body(fixture.evidence, entry)
    assert (entry["month"], entry["rows"], entry["root"]) == ("2026-04", 2, rows_root(body))
    assert seals[2].content["segments"]["statements"] == []


def test_a_statement_is_sealed_as_it_was_said_without_the_note(fixture: SnapshotFixture) -> None:
    """Of the note there is the hash under the tenant's own key, and nothing else anywhere."""
    say(fixture, "2026-04-01T03:40:00Z", NOTE)
    fixture.name_person("svc_acct_bot", "user-olga")
    (seal,) = fixture.tick(SECOND)
    first, second = fixture.statements(seal)
    assert set(first) == set(second) == set(fields_of(SealedStatement))
    assert first["note_hash"] == text_hash(HASH_KEY, NOTE)
    assert (first["state"], first["reason_code"], first["by"]) == (
        *("accepted", "business_need", "user-1"),
    )
    assert (second["service_account_id"], second["accountable"]) == ("svc_acct_bot", "user-olga")
    assert (second["note_hash"], second["state"], second["replaces"]) == (None, None, None)
    for entry in seal.content["segments"]["statements"]:
        assert b"unusual" not in read_body(fixture.evidence, entry)
    assert b"unusual" not in seal.encode()


def test_paused_and_missed_hours_seal_them_as_well(fixture: SnapshotFixture) -> None:
    """Nothing is asked of OpenAI for that."""
    fixture.change("paused", "2026-04-01T03:50:00Z", status="paused")
    say(fixture, "2026-04-01T03:55:00Z", NOTE)
    fixture.tick(SECOND)
    fixture.change("resumed", "2026-04-01T05:10:00Z", status="connected")
    say(fixture, "2026-04-01T04:30:00Z")
    fixture.clock.set("2026-04-01T09:00:30Z")
    fixture.order("2026-04-01T08:00:00Z")
    outcomes = {hour: fixture.seal(hour).content["outcome"] for hour in (SECOND, THIRD, FOURTH)}
    assert outcomes == {SECOND: "paused", THIRD: "paused", FOURTH: "missed"}
    say(fixture, "2026-04-01T09:10:00Z")
    assert sealed(fixture) == [(SECOND, 1), (THIRD, 2)]


def test_an_hour_without_statements_costs_one_query(fixture: SnapshotFixture) -> None:
    """And no put, no key."""
    with watched() as calls:
        fixture.tick(SECOND)
    # One for what the tenant did, one for what it said, one for its custody log.
    assert calls.count("Query") == 3, calls.names
    assert not [key for key in fixture.evidence.keys("") if "/statements/" in key]


def test_a_note_that_cannot_be_hashed_waits_with_all_behind_it(fixture: SnapshotFixture) -> None:
    """No key, no statement: rather late than without its note, and none overtakes another."""
    key = {"pk": tenant_pk(fixture.tenant), "sk": HASHKEY_SK}
    row = fixture.table.get(*key.values())
    assert row is not None
    say(fixture, "2026-04-01T03:40:00Z")
    say(fixture, "2026-04-01T03:41:00Z", NOTE)
    say(fixture, "2026-04-01T03:42:00Z")
    fixture.table.put({**row, "wrapped": b"nobody's"})
    fixture.clock.set("2026-04-01T06:00:30Z")
    fixture.order(SECOND)
    assert sealed(fixture) == [(SECOND, 1)]
    fixture.table.put(row)
    fixture.tick(FOURTH)
    assert [n for _, n in sealed(fixture)] == [1, 2, 3]


def test_more_than_one_hour_takes_go_into_the_next_in_order(
    fixture: SnapshotFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seal names a segment of a bounded size."""
    monkeypatch.setattr("functions.snapshot.hour_run.MOST_IN_AN_HOUR", 3)
    for _ in range(7):
        say(fixture, "2026-04-01T03:40:00Z")
    fixture.ticks(SECOND, 3)
    assert sealed(fixture) == [
        *((SECOND, n) for n in (1, 2, 3)),
        *((THIRD, n) for n in (4, 5, 6)),
        (FOURTH, 7),
    ]


@pytest.mark.slow
def test_a_crash_anywhere_leaves_none_out_and_doubles_none(fixture: SnapshotFixture) -> None:
    """Killed at one call after the other; what is said meanwhile is not lost either."""
    said = itertools.count()
    hour, nth = parse_instant(SECOND), 1
    for _ in range(40):
        say(fixture, rfc3339(hour), f"note {next(said)}")
        killed = False
        try:
            with watched(before=killing(nth)):
                fixture.tick(rfc3339(hour))
        except Killed:
            killed = True
        say(fixture, rfc3339(hour), f"note {next(said)}")
        fixture.tick(rfc3339(hour), minutes_late=2)
        hour += HOUR
        if not killed:
            break
        nth += 3
    else:
        raise AssertionError("an hour makes no end of calls")
    fixture.tick(rfc3339(hour))
    assert [n for _, n in sealed(fixture)] == list(range(1, next(said) + 1))


def test_two_runs_of_one_hour_seal_the_same(fixture: SnapshotFixture) -> None:
    """Whoever is second takes the first one's seal, and goes on behind its number."""
    say(fixture, "2026-04-01T03:40:00Z", NOTE)
    (seal,) = fixture.tick(SECOND)
    again: list[Seal] = fixture.tick(SECOND)
    assert again == []
    fixture.tick(THIRD)
    assert sealed(fixture) == [(SECOND, seal.content["statements_n"])]
