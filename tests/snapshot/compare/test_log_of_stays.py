"""What the audit log tells of who came and went: by name, from an instant on, not too far back."""

from datetime import datetime
from typing import Any

import pytest

from functions.shared.hours import parse_instant
from functions.snapshot.compare.log_of_stays import LogOfStays, ReadBack
from tests.snapshot.rows import event

START = parse_instant("2026-04-01T05:00:00Z")
SINCE = "2026-04-01T05:00:00Z"
AT = "2026-04-01T05:30:00Z"


@pytest.mark.parametrize(
    ("facts", "section", "name", "instants"),
    [
        ({}, "users", "user-ann", [AT]),
        ({}, "project_users", "proj_web/user-ann", []),
        ({"project_id": "proj_web"}, "users", "user-ann", []),
        ({"project_id": "proj_web"}, "project_users", "proj_web/user-ann", [AT]),
        ({"project_id": "proj_web", "actor_type": "api_key"}, "users", "user-ann", [AT]),
        ({"target_id": None}, "users", "user-ann", []),
        ({"occurred_at": "2026-04-01T04:59:59Z"}, "users", "user-ann", []),
    ],
)
def test_an_event_names_a_person_or_a_membership(
    facts: dict[str, Any], section: str, name: str, instants: list[str]
) -> None:
    """With an admin key it may be either: such events carry the default project."""
    gone: Any = {**event("user.deleted", "user-ann"), **facts}
    log = LogOfStays([gone], START, lambda _: ReadBack())
    assert log.went(section, name, SINCE) == instants
    assert log.came(section, name, SINCE) == []


def test_earlier_hours_are_read_where_they_are_needed_and_no_further_than_two_days() -> None:
    """Once for the same reach; nothing is read for the hour itself."""
    asked: list[datetime] = []

    def read(since: datetime) -> ReadBack:
        asked.append(since)
        return ReadBack([event("user.added", "user-ann", "03:10:00")])

    log = LogOfStays([], START, read)
    assert log.reach_back(SINCE)
    assert asked == []
    for reach in ("03:00:00", "03:00:00", "04:00:00"):
        assert log.reach_back(f"2026-04-01T{reach}Z")
    assert len(asked) == 1
    assert log.came("users", "user-ann", "2026-04-01T03:00:00Z") == ["2026-04-01T03:10:00Z"]
    assert not log.reach_back("2026-03-30T03:00:00Z")
    assert len(asked) == 1
