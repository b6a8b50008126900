"""A pack of a period in which more ended than registers hold: valid, and it says so."""

from pathlib import Path

import pytest

from functions.snapshot.findings.full_registers import REGISTER_FULL
from functions.snapshot.seal import ended_rows
from tests.pack.conftest import PackFunction
from tests.support.snapshot_fixture import FixtureMaker
from tests.tools.verifier import verify_bytes
from tools.openai_simulator import World

FIRST = "2026-03-31T00:00:00Z"


def test_what_left_a_register_is_in_the_changes(
    make_fixture: FixtureMaker,
    function: PackFunction,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of four who came and went the last two have rows; all four are told."""
    monkeypatch.setattr(ended_rows, "MOST_ROWS", 2)
    world = World("org-Full")
    world.at("2026-03-20T10:00:00Z").user_joins("olga", role="owner")
    for hour in range(2, 6):
        world.at(f"2026-03-31T0{hour}:10:00Z").user_joins(f"guest{hour}")
        world.at(f"2026-03-31T0{hour + 1}:20:00Z").user_leaves(f"guest{hour}")
    fixture = make_fixture(world)
    fixture.connect("2026-03-31T00:30:00Z")
    fixture.ticks(FIRST, 10)
    pack = function.make(FIRST, "2026-03-31T09:59:59Z", tenant=fixture.tenant, orgs=(fixture.org,))
    assert pack.state == "ready", pack.reason
    ended = [row["user_id"] for row in function.rows(pack, "users.jsonl") if row["removed_at"]]
    assert ended == ["user-guest4", "user-guest5"]
    removed = [
        row["entity_id"]
        for row in function.rows(pack, "changes.jsonl")
        if (row["section"], row["kind"]) == ("users", "removed")
    ]
    assert removed == [f"user-guest{hour}" for hour in range(2, 6)]
    found = function.rows(pack, "findings.jsonl")
    assert [row["section"] for row in found if row["kind"] == REGISTER_FULL] == ["users"]
    verdict = verify_bytes(function.archive(pack), tmp_path, key=function.key.public_hex)
    assert verdict.code == 0, verdict.text
