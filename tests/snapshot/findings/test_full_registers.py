"""That a register could not hold all that has ended is told once a section and month."""

import re
from dataclasses import replace

from functions.shared.hours import parse_instant
from functions.snapshot.findings.full_registers import REGISTER_FULL, with_full_registers
from tests.snapshot.findings.test_register import HOUR, NAME
from tests.snapshot.rows import finding


def test_each_section_that_rows_left_is_told_of() -> None:
    """By an id of the same form as any finding's; the rest of the register stays."""
    other = finding("stale_key", "api_keys", "key_1")
    rows = with_full_registers([other], HOUR, {"users": 1, "api_keys": 30})
    assert other in rows
    full = [row for row in rows if row["kind"] == REGISTER_FULL]
    assert {row["section"] for row in full} == {"users", "api_keys"}
    assert len({row["finding_id"] for row in full}) == 2
    for row in full:
        assert re.fullmatch("[0-9a-f]{24}", row["finding_id"])
        assert (row["first_seen_hour"], row["resolved_hour"]) == (NAME, None)
    assert [row["finding_id"] for row in rows] == sorted(row["finding_id"] for row in rows)


def test_it_is_told_once_a_month() -> None:
    """However many rows leave; the next month has a finding of its own."""
    first = with_full_registers([], HOUR, {"users": 1})
    assert with_full_registers(first, HOUR, {"users": 9}) == first
    may = replace(HOUR, start=parse_instant("2026-05-01T00:00:00Z"))
    rows = with_full_registers(first, may, {"users": 1})
    assert [row for row in rows if row not in first] != []
    assert [row for row in rows if row in first] == first
    assert len(rows) == 2
    assert with_full_registers(rows, may, {}) == rows
