"""Findings of reconciliation: opened with their verdict, resolved by an event or a snapshot."""

from typing import Any

from functions.shared.records.events import OpenChange
from functions.snapshot.reconcile.findings import Decisions, verdict_row, with_decisions
from tests.snapshot.rows import HOUR, finding, open_change

LATER = "2026-04-01T06:00:00Z"


def test_an_unexplained_change_is_a_finding() -> None:
    """It names the hour whose changes hold the change."""
    row = open_change("users", "role", "user-ann")
    row["aspects"] = ["access", "role"]
    (opened,) = with_decisions([], Decisions(unexplained=[row]), LATER)
    assert opened == {
        "finding_id": "5f418a75df40f1a7e3fc4c14",
        "kind": "unexplained_change",
        "reason": "no_event_for_access_and_role",
        "severity": "high",
        "section": "users",
        "entity_id": "user-ann",
        "still_works": None,
        "first_seen_hour": LATER,
        "resolved_hour": None,
        "resolved_by": None,
        "change_hour": HOUR,
        "event_id": None,
    }


def test_an_event_without_a_trace_is_a_finding() -> None:
    """It names the event."""
    told: OpenChange = open_change("projects", "present", "p") | {
        "of": "event",
        "kind": "project.created",
        "event_id": "audit-1",
    }
    (opened,) = with_decisions([], Decisions(unexplained=[told]), LATER)
    assert (opened["kind"], opened["reason"], opened["severity"]) == (
        *("event_without_change", "no_trace_of_project_created", "medium"),
    )
    assert (opened["change_hour"], opened["event_id"]) == (None, "audit-1")


def test_which_sections_are_of_high_rank() -> None:
    """Who is in, and what opens the organization."""
    for section, severity in (
        *(("users", "high"), ("api_keys", "high"), ("admin_keys", "high")),
        *(("projects", "medium"), ("invites", "medium"), ("service_accounts", "medium")),
    ):
        decided = Decisions(unexplained=[open_change(section, "added", "a")])
        (opened,) = with_decisions([], decided, LATER)
        assert opened["severity"] == severity, section


def test_what_is_closed_resolves_its_finding() -> None:
    """By the event, or by the snapshot where no event is named."""
    row = open_change("users", "removed", "user-ann")
    register = with_decisions([], Decisions(unexplained=[row]), HOUR)
    for event_id, kind in (("audit-1", "event"), (None, "picture")):
        (resolved,) = with_decisions(register, Decisions(closed={row["open_id"]: event_id}), LATER)
        assert resolved["resolved_hour"] == LATER
        assert resolved["resolved_by"] == {"hour": LATER, "kind": kind, "event_id": event_id}
    assert with_decisions(register, Decisions(closed={"another": None}), LATER) == register
    (resolved,) = with_decisions(register, Decisions(closed={row["open_id"]: None}), LATER)
    assert with_decisions([resolved], Decisions(closed={row["open_id"]: "e"}), "x") == [resolved]


def cause(by: Any, verdict: str = "explained") -> Any:
    """Return what is said to have resolved a finding, after an hour's verdict on a removal."""
    change = open_change("api_keys", "removed", "key_1")
    row = finding("stale_key", "api_keys", "key_1", resolved_hour=HOUR, resolved_by=by)
    verdicts: Any = [verdict_row(change, LATER, verdict, None, "audit-1")]  # type: ignore[arg-type]
    (row,) = with_decisions([row], Decisions(verdicts=verdicts), LATER)
    return row["resolved_by"]


def test_a_finding_names_the_event_that_explains_the_change_that_resolved_it() -> None:
    """Of that hour and kind, once it is known."""
    by = {"hour": HOUR, "kind": "removed", "fields": ["name"]}
    assert cause(by) == by | {"event_id": "audit-1"}
    assert cause(by | {"event_id": None}) == by | {"event_id": "audit-1"}
    assert cause(by | {"event_id": "first"}) == by | {"event_id": "first"}
    assert cause(by, "unexplained") == by
    assert cause(by | {"hour": LATER}) == by | {"hour": LATER}
    assert cause(by | {"kind": "modified"}) == by | {"kind": "modified"}
    assert cause(None) is None


def test_findings_are_ordered_by_id_and_beginning() -> None:
    """New ones among the old."""
    old = [finding("b", "users", "1"), finding("a", "users", "1")]
    first = finding("a", "users", "1", first_seen_hour="2026-01-01T00:00:00Z")
    decided = Decisions(unexplained=[open_change("users", "added", "a")])
    rows = with_decisions([*old, first], decided, LATER)
    assert rows == sorted(rows, key=lambda row: (row["finding_id"], row["first_seen_hour"]))
    assert len(rows) == 4


def test_a_verdict_is_sealed_with_what_it_is_about() -> None:
    """And with the hour that decided."""
    row = open_change("users", "removed", "user-ann")
    assert verdict_row(row, LATER, "cannot_tell", "settling", None) == {
        "change_id": row["open_id"],
        "hour": HOUR,
        "section": "users",
        "entity_id": "user-ann",
        "kind": "removed",
        "verdict": "cannot_tell",
        "reason": "settling",
        "event_id": None,
        "decided_hour": LATER,
    }
