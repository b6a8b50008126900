"""A signer who lies: packs that agree with themselves in every count and digest, and are refused.

Each was accepted once. The rows of the month are changed, and everything is signed again.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pack.resign import Rows, SignedPack
from tests.pack.stories.test_month_story import judge
from tests.pack.stories.test_month_story import month as _month
from tests.support import packs
from tests.support.pack_rows import Row
from tests.tools.verifier import verify_bytes

pytestmark = pytest.mark.slow

month = _month
Change = Callable[[Rows], object]
Facts = Callable[[Row], object]


def of(rows: Rows, name: str, key: str, value: str) -> Row:
    """Return the first row of a member with this value."""
    return next(row for row in rows[name] if row[key] == value)


def edited(name: str, key: str, value: str, **facts: Any) -> Change:
    """Return a change of some fields of one row."""
    return lambda rows: of(rows, name, key, value).update(facts)


def added(**facts: Any) -> Change:
    """Return a change that invents an event like the first one."""

    def change(rows: Rows) -> None:
        rows["events.jsonl"].append(of(rows, "events.jsonl", "event_id", "event-1") | facts)
        order = ("org_id", "sealed_hour", "occurred_at", "event_id")
        rows["events.jsonl"].sort(key=lambda row: [row[name] for name in order])

    return change


ROWS: dict[str, tuple[int, str, Change]] = {
    "an event is another one than was sealed": (
        10,
        "2026-04-10T09:00:00Z",
        edited("events.jsonl", "event_id", "event-2", event_type="user.added"),
    ),
    "an event happened to somebody else": (
        10,
        "2026-04-10T09:00:00Z",
        edited("events.jsonl", "event_id", "event-2", actor_id="user-2"),
    ),
    "an event has another id": (
        10,
        "2026-04-10T09:00:00Z",
        edited("events.jsonl", "event_id", "event-2", event_id="event-0"),
    ),
    "a late event is another one than was sealed": (
        10,
        "2026-04-01T00:00:00Z",
        edited("events.jsonl", "event_id", "late-1", target_id="key-9"),
    ),
    "an event of the period is called late": (
        9,
        "late",
        edited("events.jsonl", "event_id", "event-2", late=True),
    ),
    "an event was sealed before it happened": (
        9,
        "before it occurred",
        added(event_id="event-9", sealed_hour="2026-03-31T20:00:00Z"),
    ),
    "a stay begins behind the period": (
        9,
        "first_seen_at",
        edited("projects.jsonl", "project_id", "proj-1", first_seen_at="2026-05-01T00:00:00Z"),
    ),
    "a stay ends before it begins": (
        9,
        "removed_at",
        edited(
            "users.jsonl",
            "removed_at",
            "2026-04-10T09:00:00Z",
            first_seen_at="2026-04-11T00:00:00Z",
        ),
    ),
    "a stay ended before the period": (
        9,
        "removed_at",
        lambda rows: of(rows, "users.jsonl", "user_id", "user-2").update(
            first_seen_at="2026-03-01T00:00:00Z", removed_at="2026-03-02T00:00:00Z", state_at=None
        ),
    ),
    "a state is of an hour outside the period": (
        9,
        "state_at",
        edited("projects.jsonl", "project_id", "proj-1", state_at="2026-05-01T00:00:00Z"),
    ),
    "a state is of an hour at which nobody was there": (
        9,
        "state_at",
        edited(
            "users.jsonl", "removed_at", "2026-04-10T09:00:00Z", state_at="2026-04-10T09:00:00Z"
        ),
    ),
}


@pytest.mark.parametrize("lie", ROWS)
def test_rows_that_lie(month: SignedPack, tmp_path: Path, lie: str) -> None:
    """Refused by the right check, which names the hour or the field."""
    number, words, change = ROWS[lie]
    verdict = judge(month, tmp_path, month.tampered(change))
    assert verdict.code == 1, lie
    assert words in verdict.failed[number], verdict.failed


def chain(**facts: Any) -> Facts:
    """Return a change of what the manifest says of org-Alpha's chain."""
    return lambda manifest: manifest["chain"][0].update(facts)


def first(name: str) -> Facts:
    """Return a change that puts a file before all others."""

    def change(manifest: Row) -> None:
        manifest["files"].sort(key=lambda entry: entry["name"] != name)

    return change


def audit_log(status: str) -> Facts:
    """Return a change of what the manifest says of org-Alpha's audit log."""
    return lambda manifest: manifest["audit_log"].update({"org-Alpha": status})


MANIFESTS: dict[str, tuple[int, str, Facts]] = {
    "the proof of the organization is another": (10, "org_proof", chain(org_proof="none")),
    "the audit log was forbidden": (10, "audit_log", audit_log("forbidden")),
    "the audit log was unproven": (10, "audit_log", audit_log("unproven")),
    "the month is settled": (6, "settled", lambda manifest: manifest.update(settled=True)),
    "it is settled beyond what was waited for": (
        6,
        "settled_through",
        lambda manifest: manifest.update(settled_through="2026-05-02T00:00:00Z", settled=True),
    ),
    "the coverage is read before the events": (7, "order", first("coverage.jsonl")),
    "the README.txt comes first": (7, "order", first("README.txt")),
    "it was cut before its period ended": (
        6,
        "cut_hour",
        lambda manifest: manifest.update(cut_hour="2026-04-30T22:00:00Z"),
    ),
    "the month is no month": (
        6,
        "calendar month",
        lambda manifest: manifest.update(period_start="2026-04-01T01:00:00Z"),
    ),
    "a pack before it has a digest and no number": (
        6,
        "previous_pack_id",
        lambda manifest: manifest.update(previous_manifest_sha256="ab" * 32),
    ),
    "the last seal is of another hour": (
        10,
        "last_sealed_hour",
        chain(last_sealed_hour="2026-04-30T22:00:00Z"),
    ),
}


@pytest.mark.parametrize("lie", MANIFESTS)
def test_manifests_that_lie(month: SignedPack, tmp_path: Path, lie: str) -> None:
    """What the seals say beside it is another thing, or it cannot be."""
    number, words, facts = MANIFESTS[lie]
    verdict = judge(month, tmp_path, month.tampered(facts=facts))
    assert verdict.code == 1, lie
    assert words in verdict.failed[number], verdict.failed


def test_an_event_invented_where_the_coverage_is_read_first(
    month: SignedPack, tmp_path: Path
) -> None:
    """The seals' counts were compared with events that had not been read yet."""
    change = added(event_id="a", occurred_at="2026-03-20T10:00:00Z", late=True)
    verdict = judge(month, tmp_path, month.tampered(change, first("coverage.jsonl")))
    assert verdict.code == 1
    assert set(judge(month, tmp_path, month.tampered(change)).failed) == {10}


def test_hours_hidden_before_a_disconnection_that_the_first_seal_tells_of(tmp_path: Path) -> None:
    """The organization was left at 05:30; the hours before are expected, whatever came after."""
    pack = packs.small()
    pack.rows["events.jsonl"] = []
    entries = [
        {"seq": 2, "at": "2026-04-01T05:30:00Z", "kind": "disconnected"},
        {"seq": 3, "at": "2026-04-01T09:10:00Z", "kind": "reconnected"},
    ]
    hours: list[str | Row] = [{"lifecycle": entries}, *["complete"] * 38]
    pack.rows["coverage.jsonl"] = packs.seals(hours, "2026-04-01T09", previous="ab" * 32)
    verdict = verify_bytes(pack.build(), tmp_path)
    assert verdict.code == 1
    assert "2026-04-01T00:00:00Z: missing" in verdict.failed[10]
    entries[0]["at"] = "2026-03-31T23:30:00Z"
    pack.rows["coverage.jsonl"] = packs.seals(hours, "2026-04-01T09", previous="ab" * 32)
    assert verify_bytes(pack.build(), tmp_path).code == 0


def test_what_nobody_checked_is_not_printed_as_a_fact(tmp_path: Path) -> None:
    """Profile core has no seals: its coverage is what the signer says."""
    text = verify_bytes(packs.small(profile="core").build(), tmp_path).text
    [line] = [line for line in text.splitlines() if line.startswith("coverage")]
    assert line.endswith("(stated by the signer, not checked)")


def beta_forgotten(rows: Rows) -> None:
    """Take every hour and every row of org-Beta out, but leave it among the organizations."""
    for name in list(rows):
        if name.startswith("sealed/org-Beta/"):
            del rows[name]
        elif not name.startswith("sealed/"):
            rows[name] = [row for row in rows[name] if row.get("org_id") != "org-Beta"]


def test_an_organization_of_which_nothing_is_in_the_pack_is_named(
    month: SignedPack, tmp_path: Path
) -> None:
    """It may have been connected this minute; whoever reads the verdict is told."""

    def nothing(manifest: Row) -> None:
        empty = {"seals": 0, "last_seal_sha256": None, "last_sealed_hour": None}
        manifest["chain"][1].update(empty, org_proof="none")

    verdict = judge(month, tmp_path, month.tampered(beta_forgotten, nothing))
    assert verdict.code == 0, verdict.text
    assert "org-Beta  2026-04-01T00:00:00Z .. 2026-04-30T23:00:00Z  not in the pack" in verdict.text

    def rows_left(rows: Rows) -> None:
        people = rows["users.jsonl"]
        beta_forgotten(rows)
        rows["users.jsonl"] = people

    verdict = judge(month, tmp_path, month.tampered(rows_left, nothing))
    assert "org-Beta: there are rows in users.jsonl, and no hour of it" in verdict.failed[10]
