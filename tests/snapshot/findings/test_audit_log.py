"""Entries of the audit log that the log now shows otherwise."""

from typing import Any

from functions.shared.records.findings import Finding
from functions.snapshot.findings.audit_log import with_altered
from functions.snapshot.records import nothing_altered

HOURS = ("2026-04-01T05:00:00Z", "2026-04-03T05:00:00Z", "2026-04-09T05:00:00Z")


def told(rows: list[Finding], hour: str, *changed: str) -> list[Finding]:
    """Return the register after an hour in which these entries were other ones than before."""
    snapshot: Any = type("", (), {"altered": nothing_altered() | {"changed": list(changed)}})
    return with_altered(rows, snapshot, hour)


def test_an_entry_told_before_hides_none_beside_it() -> None:
    """What is altered once more with it is a finding of its own; the same again is none."""
    rows = told([], HOURS[0], "audit-25")
    rows = told(rows, HOURS[1], "audit-25", "audit-26", "audit-27")
    assert sorted(row["reason"] for row in rows) == ["entries_1", "entries_3"]
    assert told(rows, HOURS[2], "audit-25", "audit-26", "audit-27") == rows


def test_what_one_stream_lacks_is_told_with_the_stream() -> None:
    """Beside what neither shows."""
    altered = nothing_altered()
    altered |= {"gone": ["audit-1"], "gone_from": {"organization": ["audit-2"], "tenant": []}}
    snapshot: Any = type("", (), {"altered": altered})
    rows = with_altered([], snapshot, HOURS[0])
    assert {row["kind"] for row in rows} == {"log_entry_gone"}
    assert {(row["reason"], row["entity_id"]) for row in rows} == {
        ("entries_1", "audit-1"),
        ("entries_1_from_organization_stream", "audit-2"),
    }
