"""Of what came back only the newest stay counts, in whatever order stays are read."""

from itertools import permutations

from functions.api.registers.last_stays import last_stays
from functions.shared.records.entities import Project


def test_the_newest_stay_decides() -> None:
    """A former name finds nothing, whichever row comes first."""
    stays = [_stay("proj_1", "old", 1), _stay("proj_1", "new", 2), _stay("proj_2", "old", 1)]
    for order in permutations(stays):
        found = last_stays(order, lambda row: row["project_id"], lambda row: row["name"] == "old")
        assert found == {"proj_1": False, "proj_2": True}
    assert last_stays([], lambda row: row["project_id"], lambda _row: True) == {}


def _stay(project: str, name: str, hour: int) -> Project:
    return {
        "project_id": project,
        "name": name,
        "status": "active",
        "created_at": None,
        "archived_at": None,
        "unreadable": [],
        "extra": {},
        "first_seen_at": f"2026-04-01T0{hour}:00:00Z",
        "removed_at": None,
    }
