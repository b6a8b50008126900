"""Whoever makes and deletes all day fills no register: hours close, and packs say what left."""

import pytest

from functions.snapshot.findings.full_registers import REGISTER_FULL
from functions.snapshot.seal import ended_rows
from tests.snapshot.stories.reconciling import a_world, after, seals_of, told
from tests.snapshot.stories.test_between_pictures import last


def test_more_than_a_register_holds_stops_no_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ended first leaves, and is told once; its changes and its events are sealed."""
    monkeypatch.setattr(ended_rows, "MOST_ROWS", 3)
    world = a_world()
    for hour in range(1, 9):
        world.at(after(hour, 10)).user_joins(f"guest{hour}")
        world.at(after(hour + 1, 20)).user_leaves(f"guest{hour}")
    fixture = told(world, 12)
    seal = last(fixture)
    assert seal.content["outcome"] == "complete"
    ended = [row for row in fixture.register(seal, "users") if row["removed_at"]]
    assert [row["user_id"] for row in ended] == ["user-guest6", "user-guest7", "user-guest8"]
    full = [row for row in fixture.register(seal, "findings") if row["kind"] == REGISTER_FULL]
    assert [(row["section"], row["reason"], row["resolved_hour"]) for row in full] == [
        ("users", "oldest_ended_rows_left", None)
    ]
    removed = [
        change[2]
        for seal in seals_of(fixture)
        for change in fixture.changes(seal)
        if change[:2] == ("users", "removed")
    ]
    assert removed == [f"user-guest{hour}" for hour in range(1, 9)]
