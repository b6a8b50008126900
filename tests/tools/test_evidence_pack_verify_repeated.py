"""Copies of events among many: read many at once or row by row, in memory or on disk."""

from pathlib import Path

import pytest

from tests.support import packs
from tests.support.packs import Row
from tests.tools.verifier import script, verify_bytes

EVENTS, COPIES = "events.jsonl", "repeated_events.jsonl"
HOURS = [f"2026-04-{day:02}T07:00:00Z" for day in (3, 10, 17)]
N = 350


def many() -> packs.Pack:
    """Return a month in which three hours seal many events, the later two also copies."""
    events: list[Row] = []
    copies: list[Row] = []
    for number, hour in enumerate(HOURS):
        for n in range(N):
            at = f"{hour[:13]}:{n // 60:02}:{n % 60:02}Z"
            events.append(packs.event(f"audit_log-{number}-{n:04}", at, hour))
            if number and n % 7 == number:
                # Of the first hour, with their own time or with one among the new ones.
                shown = at if n % 2 else f"2026-04-03T07:{n // 60:02}:{n % 60:02}Z"
                copies.append(packs.event(f"audit_log-0-{n:04}", shown, hour))
    order = ("sealed_hour", "occurred_at", "event_id")
    copies.sort(key=lambda row: [row[name] for name in order])
    sealed = sorted([*events, *copies], key=lambda row: [row[name] for name in order])
    pack = packs.april()
    seals = packs.seals(["complete"] * 720, "2026-04-01T00", sealed, previous="cd" * 32)
    names = ("users.jsonl", "projects.jsonl", "api_keys.jsonl")
    rows = {name: pack.rows[name] for name in names}
    rows[COPIES] = [{**copy, "first_sealed_hour": HOURS[0]} for copy in copies]
    return pack.but(rows={**rows, EVENTS: events, "coverage.jsonl": seals})


def ways(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """Make the script read rows in some way."""
    if way == "row by row":
        monkeypatch.setattr(script.EventRows, "SMALL", 1 << 30)
    elif way == "on disk":
        monkeypatch.setattr(script.SpillFile, "IN_MEMORY", 1 << 12)
        monkeypatch.setattr(script.SeenIds, "IN_MEMORY", 100)
    elif way == "few at once":
        monkeypatch.setattr(script.EventRows, "AT_ONCE", 5000)
        monkeypatch.setattr(script.EventRows, "SMALL", 500)


WAYS = ("many at once", "few at once", "row by row", "on disk")


@pytest.mark.parametrize("way", WAYS)
def test_copies_are_digested_where_they_were_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """However the rows around them are read."""
    ways(monkeypatch, way)
    verdict = verify_bytes(many().build(), tmp_path)
    assert verdict.code == 0, verdict.text
    assert "copies of events that were sealed before: 100" in verdict.text


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("at", [0, 99])
def test_one_copy_that_is_none_is_found_among_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, at: int
) -> None:
    """Another id, another field, left out, or an event in its place."""
    ways(monkeypatch, way)
    pack = many()
    copy = pack.rows[COPIES][at]
    pack.rows[COPIES][at] = {**copy, "event_id": f"{copy['event_id']}0"}
    assert "not each is a copy" in verify_bytes(pack.build(), tmp_path).failed[9]
    pack.rows[COPIES][at] = {**copy, "target_id": "other"}
    assert copy["sealed_hour"] in verify_bytes(pack.build(), tmp_path).failed[10]
    del pack.rows[COPIES][at]
    assert copy["sealed_hour"] in verify_bytes(pack.build(), tmp_path).failed[10]
    event = next(row for row in pack.rows[EVENTS] if row["sealed_hour"] == copy["sealed_hour"])
    pack.rows[EVENTS].remove(event)
    pack.rows[COPIES].append({**event, "first_sealed_hour": HOURS[0]})
    order = ("sealed_hour", "occurred_at", "event_id")
    pack.rows[COPIES].sort(key=lambda row: [row[name] for name in order])
    assert "not each is a copy" in verify_bytes(pack.build(), tmp_path).failed[9]
