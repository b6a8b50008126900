"""Two runs of one hour: what need not be read again, and what they make together."""

from dataclasses import replace
from typing import Any

from functions.shared.errors import ProjectVanished
from functions.shared.records.seals import Run
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.normalize.sections import MOST_KEPT
from functions.snapshot.records import (
    NOTHING_READ,
    AlteredEntries,
    Checkpoint,
    SectionRead,
    Snapshot,
)
from functions.snapshot.resume import checkpoint_of, join_runs, join_snapshots
from tests.snapshot.rows import api_key, event, user_state

EMPTY: SectionRead[Any] = SectionRead("complete")
FAILED: SectionRead[Any] = SectionRead("failed", "server_error", lasting=False)


def snapshot(audit: Any = EMPTY, at: str = "1", marks: Any = None, **lists: Any) -> Snapshot:
    """Return a snapshot of an empty organization, but for some sections."""
    usual = dict.fromkeys(["users", "projects", "api_keys"], EMPTY) | lists
    known = {**audit_marks.initial(), **(marks or {})}
    return Snapshot(usual, audit, known, f"from {at}", f"to {at}")  # type: ignore[arg-type]


def keys(status: str, covers: Any, *ids: str, project: str = "web", **facts: Any) -> Any:
    """Return what a run read of the keys of projects."""
    rows = [api_key(name, project_id=project) for name in ids]
    return SectionRead(status, facts.pop("reason", None), True, rows, covers=covers, **facts)


def test_before_the_first_run_everything_is_unread() -> None:
    """Every project of every section."""
    assert NOTHING_READ.unread("api_keys", ["a", "b"]) == ["a", "b"]


def test_projects_that_were_read_whole_are_not_read_again() -> None:
    """Nor any, of a section that is whole."""
    checkpoint = Checkpoint(frozenset({"project_users"}), {"api_keys": frozenset({"a"})})
    assert checkpoint.unread("api_keys", ["a", "b"]) == ["b"]
    assert checkpoint.unread("project_users", ["a", "b"]) == []
    assert checkpoint.unread("service_accounts", ["a"]) == ["a"]


def test_users_and_projects_are_always_read_again() -> None:
    """All else that was read whole is not."""
    unproven: Any = SectionRead("unproven", "no_event_seen")
    lists: dict[str, Any] = {"groups": EMPTY, "invites": EMPTY, "roles": FAILED}
    earlier = snapshot(unproven, api_keys=keys("partial", ["a"]), **lists)
    assert checkpoint_of(earlier) == Checkpoint(
        frozenset({"audit_events", "invites"}), {"api_keys": frozenset({"a"})}
    )
    whole = snapshot(api_keys=keys("complete", ["a"]))
    assert checkpoint_of(whole).sections == {"audit_events", "api_keys"}


def test_a_project_that_vanished_leaves_the_others_as_read() -> None:
    """Only the list of projects was no longer true, and that is read again."""
    vanished = snapshot(api_keys=keys("partial", ["a"], reason=ProjectVanished.reason))
    assert checkpoint_of(vanished).sections == {"audit_events"}


def joined(name: str, earlier: Any, later: Any) -> Any:
    """Return a section that two runs read."""
    result = join_snapshots(snapshot(**{name: earlier}), snapshot(**{name: later}))
    return result.lists[name]


def test_together_they_reach_from_the_first_request_to_the_last_answer() -> None:
    """With every section that either of them asked for."""
    result = join_snapshots(snapshot(at="1", groups=EMPTY), snapshot(at="2", roles=EMPTY))
    assert (result.pictured_from, result.pictured_to) == ("from 1", "to 2")
    assert set(result.lists) == {"users", "projects", "api_keys", "groups", "roles"}
    assert result.lists["groups"] == result.lists["roles"] == EMPTY


def test_of_a_list_the_better_reading_counts() -> None:
    """A whole one, the later one, unless it read less."""
    rows: Any = [user_state()]
    full: Any = SectionRead("complete", rows=rows)
    cut: Any = SectionRead("partial", "deadline", rows=rows)
    short: Any = SectionRead("partial", "other")
    assert joined("users", FAILED, full) == full
    assert joined("users", full, FAILED) == full
    assert joined("users", cut, FAILED) == cut
    assert joined("users", short, cut) == cut
    assert joined("users", cut, short) == cut
    assert joined("users", short, FAILED) == FAILED
    newer: Any = SectionRead("complete")
    assert joined("users", full, newer) == newer


def test_what_cannot_better_a_list_any_more_says_why_it_stays_cut() -> None:
    """The key was revoked between the runs: no waiting for the grace."""
    cut: Any = SectionRead("partial", "refusal_contradicted", lasting=False, rows=[user_state()])
    revoked: Any = SectionRead("failed", "key_rejected", lasting=True)
    result = joined("users", cut, revoked)
    assert (result.rows, result.status) == (cut.rows, "partial")
    assert (result.reason, result.lasting) == ("key_rejected", True)


def test_a_section_that_was_whole_stays_as_it_was_read() -> None:
    """The later run did not ask for it."""
    full: Any = SectionRead("complete", unknown=7)
    assert joined("groups", full, FAILED) == full
    assert joined("api_keys", keys("complete", ["a"], "k"), keys("failed", [])).rows


def test_lists_of_projects_come_from_the_run_that_read_them_whole() -> None:
    """What the later one read of a project goes before what the earlier one did."""
    earlier = keys("partial", ["a", "web"], "old", "both")
    later = keys("complete", ["b"], "new", project="b")
    result = joined("api_keys", earlier, later)
    assert [row["key_id"] for row in result.rows] == ["new", "old", "both"]
    assert (result.status, result.covers) == ("complete", ["a", "b", "web"])
    again = keys("complete", ["web"], "both")
    assert [row["key_id"] for row in joined("api_keys", earlier, again).rows] == ["both"]
    empty = keys("complete", ["web"])
    assert joined("api_keys", earlier, empty).rows == []
    cut = keys("partial", [], "part")
    assert [row["key_id"] for row in joined("api_keys", earlier, cut).rows] == ["part"]
    moved = keys("complete", ["b"], "old", project="b")
    rows = joined("api_keys", earlier, moved).rows
    assert {row["key_id"]: row["project_id"] for row in rows} == {"old": "b", "both": "web"}


def test_what_did_not_fit_is_counted_in_both() -> None:
    """Unknown records, odd ones, conflicts; what both ran into once, and of it a few."""
    odd: Any = {"odd": [api_key()], "conflicts": [{"id": "a"}]}
    earlier, later = keys("partial", ["a"], unknown=1, **odd), keys("partial", [], unknown=2, **odd)
    result = joined("api_keys", earlier, later)
    assert (result.unknown, len(result.odd), len(result.conflicts)) == (3, 1, 1)
    many: Any = {"conflicts": [{"id": f"b{n}"} for n in range(MOST_KEPT)]}
    result = joined("api_keys", earlier, keys("partial", [], **many))
    assert [conflict["id"] for conflict in result.conflicts] == ["a", *(f"b{n}" for n in range(19))]


def test_a_run_that_failed_leaves_what_was_read_partial() -> None:
    """If anything was read whole."""
    assert joined("api_keys", keys("partial", ["a"]), keys("failed", None)).status == "partial"
    assert joined("api_keys", keys("partial", []), keys("forbidden", [])).status == "forbidden"
    assert joined("api_keys", keys("partial", ["a"]), keys("forbidden", [])).status == "partial"


def log(status: str, *events: Any, **facts: Any) -> Any:
    """Return what a run read of the audit log."""
    return SectionRead(status, rows=list(events), **facts)


A, B, C = (event("x", None, f"05:0{n}:00", event_id=name) for n, name in enumerate("abc"))


def both(earlier: Any, later: Any) -> Any:
    """Return the log that two runs read."""
    return join_snapshots(snapshot(earlier), snapshot(later)).audit_events


def test_events_of_both_runs_are_sealed_together() -> None:
    """Oldest first, each once; the later run says how well the log was read."""
    result = both(log("partial", C, A, reason="one"), log("partial", B, A, reason="two"))
    assert [row["event_id"] for row in result.rows] == ["a", "b", "c"]
    assert result.reason == "two"
    whole = log("complete", B)
    assert both(whole, log("partial", A)) == whole
    assert both(log("partial", A, C), whole) == log("complete", A, B, C)
    assert both(log("unproven"), FAILED).status == "unproven"


def test_an_event_that_both_runs_show_otherwise_is_a_conflict() -> None:
    """The first is the row, whichever stream showed it; the hour is partial for it."""
    other = {**A, "actor_id": "user-other"}
    result = both(log("partial", A), log("complete", other))
    assert (list(result.rows), result.status) == ([A], "partial")
    assert (result.reason, result.conflicts[0]["id"]) == ("conflicting_duplicates", "a")
    elsewhere: Any = {**A, "details": {**A["details"], "stream": "tenant"}}
    assert both(log("partial", A), log("complete", elsewhere)) == log("complete", A)


def test_a_log_that_failed_later_stays_as_it_was_read() -> None:
    """Whether another try can help is the later run's to say."""
    earlier = log("partial", A, reason="window_budget", lasting=True)
    result = both(earlier, FAILED)
    assert (result.status, result.reason, list(result.rows)) == ("partial", "window_budget", [A])
    assert not result.lasting


def test_watermarks_are_the_later_runs_unless_it_did_not_read_the_log() -> None:
    """Lists have marks of their own."""
    old: Any = {"proven": True, "streams": {"a": 1}}
    partial = log("partial")

    def marks(earlier: Any, later: Any) -> Any:
        first = snapshot(earlier, marks=old | {"optional": {"groups": 1, "roles": 1}}, groups=EMPTY)
        second = snapshot(later, marks={"optional": {"groups": 2, "invites": 2}})
        return join_snapshots(first, second).watermarks

    new = {**audit_marks.initial(), "optional": {"groups": 1, "invites": 2}}
    assert marks(partial, partial) == new
    assert marks(partial, FAILED) == new | old
    assert marks(EMPTY, partial) == new | old
    assert join_snapshots(snapshot(), snapshot()).watermarks["optional"] == {}


def test_entries_that_either_run_found_altered_are_told() -> None:
    """Each once."""
    first, second = (
        replace(
            snapshot(),
            altered=AlteredEntries(
                changed=changed, gone=["g"], gone_from={"tenant": [*changed, "g"]}
            ),
        )
        for changed in (["b", "a"], ["c", "b"])
    )
    assert join_snapshots(first, second).altered == {
        "changed": ["a", "b", "c"],
        "gone": ["g"],
        "gone_from": {"tenant": ["a", "b", "c"]},
    }


def test_runs_add_up() -> None:
    """What they cost together; the rest is the later one's, but for the first request."""
    first: Run = {
        "requests": 1,
        "pages": 2,
        "retries": 3,
        "runs": 4,
        "first_request_id": None,
        "last_request_id": "x",
        "attempt": 0,
    }
    second: Run = first | {"first_request_id": "b", "last_request_id": "y", "attempt": 1}
    assert join_runs(first, second) == {
        "requests": 2,
        "pages": 4,
        "retries": 6,
        "runs": 8,
        "first_request_id": "b",
        "last_request_id": "y",
        "attempt": 1,
    }
    assert join_runs(first | {"first_request_id": "a"}, second)["first_request_id"] == "a"
