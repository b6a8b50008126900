"""Reconciliation: every hidden change found, nobody accused falsely, and what verdicts cost."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.shared.hours import HOUR, parse_instant, rfc3339
from functions.shared.records.seals import Watermarks
from functions.snapshot.reconcile.rule_table import Rule, rules_of
from tests.snapshot.stories.reconciling import (
    BEGIN,
    Score,
    a_world,
    after,
    findings,
    run_story,
    score,
    told,
    verdicts,
)
from tests.snapshot.stories.story_steps import tell
from tests.support.aws_calls import Killed, killing, watched
from tests.support.snapshot_fixture import FixtureMaker, SnapshotFixture


def _tell(seeds: range) -> None:
    total = Score()
    n_steps = 0
    for seed in seeds:
        story = tell(seed)
        total.add(score(story, run_story(story)))
        n_steps += story.n_steps
    print(f"\nreconciliation: {len(seeds)} stories, {n_steps} steps, {total}")
    assert (total.missed, total.false) == ([], [])
    assert total.hidden > len(seeds)


def test_hidden_changes_in_a_sample_of_stories() -> None:
    """Logging off, cascades, late events, outages: all that is hidden is found, nothing else."""
    _tell(range(3))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_hidden_changes_in_two_hundred_stories() -> None:
    """The same for two hundred stories."""
    _tell(range(200))


def _no_settling(patch: pytest.MonkeyPatch) -> None:
    def read(marks: Watermarks) -> int:
        return marks["streams"]["organization"]["closed_through"] or 0

    patch.setattr("functions.snapshot.reconcile.verdicts._settled", read)


def _no_cascades(patch: pytest.MonkeyPatch) -> None:
    def direct(section: str, aspect: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules_of(section, aspect) if not rule.cascade)

    patch.setattr("functions.snapshot.reconcile.rules.rules_of", direct)


def _no_windows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("functions.snapshot.reconcile.match.window_of", lambda *_: ("", "~"))


@pytest.mark.slow
@pytest.mark.parametrize("simpler", [_no_settling, _no_cascades, _no_windows])
def test_simpler_rules_fail_in_the_same_stories(
    simpler: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deciding at once, direct events only, events of any time: the stories are known to bite."""
    simpler(monkeypatch)
    total = Score()
    for story in map(tell, range(15)):
        total.add(score(story, run_story(story)))
    print(f"\n{simpler.__name__}: {total}")
    assert total.missed or total.false


def test_leaving_explains_membership_and_keys() -> None:
    """One event for who left explains the user, the membership and the key's access."""
    world = a_world()
    world.at(after(1)).user_leaves("ann")
    fixture = told(world, 26)
    assert verdicts(fixture) == [
        ("key_anns", "explained", None),
        ("user-ann", "explained", None),
        ("proj_web/user-ann", "explained", None),
    ]


@pytest.mark.slow
def test_hidden_change_is_unexplained_only_after_72_hours() -> None:
    """Until the log has settled nobody is accused; then user and key are findings of high rank."""
    world = a_world()
    world.at(after(1)).hidden().user_leaves("ann")
    early = verdicts(told(world, 73))
    assert {verdict for _, verdict, _ in early} == {"cannot_tell"}
    fixture = told(world, 102, step=3)
    assert ("user-ann", "cannot_tell", "settling") in verdicts(fixture)
    assert ("user-ann", "unexplained", "no_event") in verdicts(fixture)
    found = {(row["entity_id"], row["severity"]) for row in findings(fixture, "unexplained_change")}
    assert {("user-ann", "high"), ("key_anns", "high")} <= found


def test_late_event_resolves_the_finding() -> None:
    """An event that arrives after the verdict turns it, and the finding names it."""
    world = a_world()
    world.at(after(1)).late(150 * 3600).key_removed("bobs")
    fixture = told(world, 150, step=3, kind="status", status=500, path="/organization/users/none")
    assert findings(fixture, "unexplained_change")[0]["resolved_hour"] is None
    # The patrol comes upon what is far too late, a day of the past an hour.
    last = fixture.chain.last_before(parse_instant("2026-05-01T00:00:00Z"))
    assert last
    fixture.ticks(rfc3339(last.hour + HOUR), 60)
    (finding,) = findings(fixture, "unexplained_change")
    (event,) = (e.record for e in world.first.events.all() if e.record["type"] == "api_key.deleted")
    assert finding["resolved_by"]["event_id"] == event["id"]
    removals = [one for one in verdicts(fixture) if one[0] == "key_bobs"]
    assert [verdict for _, verdict, _ in removals] == ["cannot_tell", "unexplained", "explained"]
    row = next(row for row in fixture.table.held.values() if row.get("entity_id") == "key_bobs")  # type: ignore[attr-defined]
    assert (row["verdict"], row["event_id"]) == ("explained", event["id"])


def test_log_that_never_spoke_accuses_nobody() -> None:
    """While nothing shows that logging is on, a change without an event says nothing."""
    world = a_world(past=False)
    world.at(after(1)).hidden().user_leaves("ann")
    fixture = told(world, 102, step=3)
    assert {(verdict, why) for _, verdict, why in verdicts(fixture)} == {
        ("cannot_tell", "audit_log_unproven")
    }
    assert findings(fixture, "unexplained_change") == []


@pytest.mark.slow
def test_forbidden_log_accuses_nobody_until_it_is_read() -> None:
    """Hours in which the key may not read the log are read later, or nobody can tell."""
    world = a_world()
    world.at(after(2)).hidden().key_removed("bobs")
    world.at(after(3)).key_removed("anns")
    log: dict[str, Any] = {"kind": "forbidden", "path": "/organization/audit_logs"}
    log |= {"since": after(1), "until": after(60), "scope": "api.audit_logs.read"}
    assert set(verdicts(told(world, 50, **log))) == {
        ("key_anns", "cannot_tell", "audit_log_unread"),
        ("key_bobs", "cannot_tell", "audit_log_unread"),
    }
    fixture = told(world, 160, step=3, **log)
    assert {name: verdict for name, verdict, _ in verdicts(fixture)} == {
        "key_anns": "explained",
        "key_bobs": "unexplained",
    }


def test_renamed_person_is_never_held_against_the_log() -> None:
    """OpenAI logs no change of name or address."""
    world = a_world()
    world.at(after(1)).user_renamed("ann", "Ann Other", email="other@example.org")
    fixture = told(world, 102, step=3)
    assert ("user-ann", "cannot_tell", "never_logged") in verdicts(fixture)
    assert findings(fixture, "unexplained_change") == []


def test_key_made_and_removed_within_the_hour_is_no_finding() -> None:
    """Two events and no trace is what should be; one event and no trace is a finding."""
    world = a_world()
    world.at(after(1)).by("ann").key_made("brief", "web", owner="ann")
    world.at(after(1, 40)).key_removed("brief")
    world.at(after(2)).by("ann").key_made("ghost", "web", owner="ann")
    world.at(after(2, 40)).hidden().key_removed("ghost")
    fixture = told(world, 102, step=3)
    (finding,) = findings(fixture, "event_without_change")
    assert (finding["entity_id"], finding["severity"]) == ("key_ghost", "high")


def test_a_findings_resolution_names_the_event() -> None:
    """A key that is removed resolves its findings; the event that explains it stands there too."""
    world = a_world()
    world.at(after(1)).key_removed("bobs")
    fixture = told(world, 6)
    resolved = [
        row for row in findings(fixture, "never_used_key") if row["entity_id"] == "key_bobs"
    ]
    (by,) = (row["resolved_by"] for row in resolved)
    assert by["kind"] == "removed"
    assert by["event_id"].startswith("audit_log-")


def test_waiting_for_the_log_writes_nothing(make_fixture: FixtureMaker) -> None:
    """An open change costs an hour nothing: a lease, a row, a seal."""
    world = a_world()
    world.at(after(1)).hidden().key_removed("bobs")
    fixture = make_fixture(world)
    fixture.connect(BEGIN)
    fixture.order(rfc3339(parse_instant(BEGIN) - HOUR))
    fixture.ticks(BEGIN, 3)
    with watched() as calls:
        (seal,) = fixture.tick(rfc3339(parse_instant(BEGIN) + 3 * HOUR))
    assert seal.content["sections"]["open_changes"]["count"] == 1
    writes = calls.count("PutItem", "UpdateItem", "BatchWriteItem", "TransactWriteItems")
    assert (writes, calls.count("PutObject")) == (2, 1)


@pytest.mark.slow
def test_killed_at_every_call_of_an_hour_that_decides(
    make_fixture: FixtureMaker, fresh_aws: Callable[[], None]
) -> None:
    """A verdict on an earlier hour's change comes out the same wherever the process dies."""
    world = a_world()
    world.at(after(0)).late(40 * 60).key_removed("bobs")
    hours = [rfc3339(parse_instant(BEGIN) + n * HOUR) for n in range(3)]

    def opened() -> SnapshotFixture:
        fresh_aws()
        fixture = make_fixture(world)
        fixture.connect(BEGIN)
        fixture.order(rfc3339(parse_instant(BEGIN) - HOUR))
        fixture.ticks(BEGIN, 1)
        fixture.clock.set(after(2, 1))
        return fixture

    def result(fixture: SnapshotFixture) -> tuple[list[str], list[Any]]:
        items = fixture.table.client.scan(TableName=fixture.table.name)["Items"]
        changes = [item for item in items if item["sk"]["S"].startswith("CH#")]
        return [fixture.seal(hour).sha256 for hour in hours], sorted(changes, key=repr)

    fixture = opened()
    with watched() as calls:
        fixture.order(hours[1], owner="message")
    fixture.tick(hours[2])
    expected = result(fixture)
    assert expected[1][0]["verdict"] == {"S": "explained"}
    for nth in range(1, len(calls.names) + 1):
        fixture = opened()
        with pytest.raises(Killed), watched(before=killing(nth)):
            fixture.order(hours[1], owner="message")
        fixture.order(hours[1], owner="message")
        fixture.tick(hours[2])
        assert result(fixture) == expected, f"killed before call {nth}"
