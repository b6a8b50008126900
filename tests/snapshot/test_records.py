"""A snapshot: its outcome, whether it can become better, and as plain JSON."""

from typing import Any

import pytest

from functions.shared.canonical import canonical, strict_loads
from functions.shared.errors import KeyRejected
from functions.snapshot.fetch.audit import audit_marks
from functions.snapshot.records import Listing, SectionRead, Snapshot
from tests.snapshot.rows import user_state


def snapshot(audit: str = "complete", **statuses: str) -> Snapshot:
    """Return a snapshot with sections of some statuses, each with a reason of its own."""
    usual = dict.fromkeys(["users", "projects", "api_keys"], "complete") | statuses
    lists: Any = {
        name: SectionRead(status, f"{name} is {status}") for name, status in usual.items()
    }
    events: Any = SectionRead(audit, f"log is {audit}")
    return Snapshot(lists, events, audit_marks.initial(), "from", "to")


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        ({}, ("complete", None)),
        ({"audit": "unproven"}, ("complete", None)),
        ({"groups": "failed"}, ("complete", None)),
        ({"users": "partial"}, ("partial", "users is partial")),
        ({"users": "failed"}, ("partial", "users is failed")),
        ({"api_keys": "unavailable", "audit": "forbidden"}, ("partial", "api_keys is unavailable")),
        (
            dict.fromkeys(["users", "projects", "api_keys", "audit"], "failed"),
            ("failed", "users is failed"),
        ),
        (
            {
                "users": "forbidden",
                "projects": "unavailable",
                "api_keys": "failed",
                "audit": "failed",
            },
            ("failed", "users is forbidden"),
        ),
        (
            {"users": "failed", "projects": "failed", "api_keys": "failed", "audit": "unproven"},
            ("partial", "users is failed"),
        ),
    ],
)
def test_an_hours_outcome_is_that_of_what_it_must_have(
    statuses: dict[str, str], outcome: tuple[str, str | None]
) -> None:
    """Optional sections make none worse; the first that falls short says why."""
    assert snapshot(**statuses).outcome == outcome


def test_a_snapshot_is_final_when_no_required_section_can_become_better() -> None:
    """Optional ones wait for another hour."""
    may_mend: Any = SectionRead("failed", "server_error", lasting=False)
    whole = snapshot()
    assert whole.final
    for name in ("users", "projects", "api_keys", "groups"):
        lists = {**whole.lists, name: may_mend}
        changed = Snapshot(lists, whole.audit_events, whole.watermarks, "", "")
        assert changed.final is (name == "groups")
    assert not Snapshot(whole.lists, may_mend, whole.watermarks, "", "").final


def test_a_snapshot_survives_as_json() -> None:
    """What the next run of the hour reads is what this one left."""
    rows = [user_state()]
    conflict: Any = {"id": "a", "sha256": ["x", "y"], "rows": rows}
    users: Any = SectionRead("partial", "why", False, rows, 3, ["proj_web"], rows, [conflict])
    left = Snapshot(
        {**snapshot().lists, "users": users},
        snapshot().audit_events,
        audit_marks.initial(),
        "2026-04-01T06:01:00Z",
        "2026-04-01T06:02:00Z",
    )
    document = left.to_json()
    parts = {"sections", "watermarks", "pictured_from", "pictured_to", "altered"}
    assert set(document) == parts
    assert set(document["sections"]) == {"users", "projects", "api_keys", "audit_events"}
    assert document["sections"]["users"] == {
        "status": "partial",
        "reason": "why",
        "lasting": False,
        "rows": rows,
        "unknown": 3,
        "covers": ["proj_web"],
        "odd": rows,
        "conflicts": [conflict],
    }
    assert Snapshot.from_json(strict_loads(canonical(document))) == left


def test_a_snapshot_that_the_version_before_left_is_gone_on_with() -> None:
    """Its hour may still be open when the next version is deployed."""
    document = snapshot().to_json()
    del document["watermarks"]
    stream = {"closed_through": 7, "backfill_to": 1, "backfill_done": True, "overflow": [3]}
    document["frontiers"] = {"proven": True, "streams": {"tenant": stream}}
    marks = Snapshot.from_json(document).watermarks
    assert (marks["proven"], marks["optional"], marks["archived_keys_at"]) == (True, {}, None)
    # Nothing is known to be read again, so that begins where the history does.
    again = {"reread_25": 1, "reread_73": 1, "patrol": None}
    assert marks["streams"] == {"tenant": stream | again}


def test_a_section_is_whole_and_empty_until_something_is_said_of_it() -> None:
    """Of everything but its status."""
    section: SectionRead[Any] = SectionRead("complete")
    assert (section.reason, section.lasting, section.unknown) == (None, True, 0)
    assert (section.covers, section.rows, section.odd, section.conflicts) == (None, [], [], [])


def test_a_list_is_whole_without_an_error() -> None:
    """However short it is."""
    assert Listing([]).whole
    assert not Listing([], KeyRejected()).whole
