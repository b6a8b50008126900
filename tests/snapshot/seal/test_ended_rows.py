"""What an hour starts from: what ended long ago has left, and so has what is too much."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.shared.aws.bucket import Bucket
from functions.shared.aws.keys import register_key
from functions.shared.canonical import Lines
from functions.shared.evidence.seals import Seal, entry_of, put_body
from functions.snapshot.hour_to_close import HourToClose
from functions.snapshot.seal import ended_rows
from functions.snapshot.seal.content import content_without_snapshot
from functions.snapshot.seal.ended_rows import MOST_BYTES, MOST_ROWS, load_registers
from tests.snapshot.rows import api_key, finding, user
from tests.snapshot.seal.test_store import HOUR, NOBODY

FORMAT = Path(__file__).parents[3] / "docs" / "evidence-pack-format.md"
# The first hour of a month, and the one after it.
FIRST = datetime(2026, 6, 1, 0, tzinfo=UTC)
OLD, YOUNG = "2025-03-31T23:00:00Z", "2025-04-01T00:00:00Z"


def hour_after(bucket: Bucket, start: datetime, written: datetime, **registers: Any) -> HourToClose:
    """Return an hour whose seal before names registers that an hour wrote."""
    content = content_without_snapshot(HOUR, "missed", "not_pictured", NOBODY, [], [])
    for section, rows in registers.items():
        lines = Lines.of(rows)
        key = register_key("tenant-a", "org-Alpha", written, section, lines.sha256)
        content["sections"][section]["register"] = entry_of(key, lines)
        put_body(bucket, entry_of(key, lines), lines.body)
    return replace(HOUR, start=start, previous=Seal.of(content, {}))


def left_of(bucket: Bucket, start: datetime, written: datetime, **registers: Any) -> Any:
    """Return the rows that an hour starts from, and how many were too many."""
    before = load_registers(bucket, hour_after(bucket, start, written, **registers))
    rows: Any = before.rows
    return {name: rows[name] for name in registers}, before.left


def test_what_ended_fourteen_months_ago_leaves_at_the_first_hour_of_a_month(
    evidence: Bucket,
) -> None:
    """A pack of 13 months up to the hour before began later than that; nobody is told."""
    users = [user("a"), user("b", removed_at=OLD), user("c", removed_at=YOUNG)]
    findings = [
        finding("stale_key", "api_keys", "key_1", resolved_hour=OLD),
        finding("stale_key", "api_keys", "key_2", resolved_hour=YOUNG),
        finding("stale_key", "api_keys", "key_3"),
    ]
    registers = {"users": users, "findings": findings, "open_changes": [{"open_id": "x"}]}
    may, june = datetime(2026, 5, 2, tzinfo=UTC), FIRST
    rows, left = left_of(evidence, FIRST, may, **registers)
    assert rows == {
        "users": [users[0], users[2]],
        "findings": findings[1:],
        "open_changes": registers["open_changes"],
    }
    assert left == {}
    assert left_of(evidence, FIRST, june, **registers) == (registers, {})


def test_of_too_many_those_leave_that_ended_first(
    evidence: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all registers together; what is present stays, however much it is."""
    monkeypatch.setattr(ended_rows, "MOST_ROWS", 2)
    users = [user("a"), user("b", removed_at="2026-05-02T00:00:00Z"), user("c")]
    keys = [
        api_key(key_id="key_1", removed_at="2026-05-03T00:00:00Z"),
        api_key(key_id="key_2", removed_at="2026-05-01T00:00:00Z"),
        api_key(key_id="key_3", removed_at="2026-05-04T00:00:00Z"),
        api_key(key_id="key_4"),
    ]
    rows, left = left_of(evidence, FIRST, FIRST, users=users, api_keys=keys)
    assert rows == {"users": [users[0], users[2]], "api_keys": [keys[0], keys[2], keys[3]]}
    assert left == {"users": 1, "api_keys": 1}


def test_large_rows_leave_sooner(evidence: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is watched chooses how long a name is."""
    keys = [api_key(key_id=f"key_{n}", removed_at=f"2026-05-0{n}T00:00:00Z") for n in (1, 2, 3)]
    monkeypatch.setattr(ended_rows, "MOST_BYTES", len(Lines.of(keys[:2]).body))
    assert left_of(evidence, FIRST, FIRST, api_keys=keys) == (
        {"api_keys": keys[1:]},
        {"api_keys": 1},
    )


def test_the_bounds_are_those_that_auditors_are_told() -> None:
    """A pack may lack a stay from there on, and from nowhere else."""
    told = f"more than {MOST_ROWS:,} rows have ended, or {MOST_BYTES >> 20} MiB of them"
    assert told in " ".join(FORMAT.read_text().split())
