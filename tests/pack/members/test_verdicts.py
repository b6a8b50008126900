"""The last thing that was sealed about each change."""

from pathlib import Path
from typing import Any

from functions.pack.members.verdicts import Verdicts
from functions.shared.period import Period

PERIOD = Period.parse("2026-04-01T01:00:00Z", "2026-04-01T03:59:59Z")
NONE = {"verdict": None, "reason": None, "event_id": None, "decided_hour": None}


def verdict(hour: str, word: str, **facts: Any) -> Any:
    """Return a verdict on user-1's coming."""
    return {
        "change_id": "c",
        "hour": f"2026-04-01T{hour}:00:00Z",
        "section": "users",
        "entity_id": "user-1",
        "kind": "added",
        "verdict": word,
        "reason": None,
        "event_id": "event-1",
        "decided_hour": "2026-04-02T00:00:00Z",
        **facts,
    }


def last(verdicts: Verdicts, hour: str, org: str = "org-Alpha", **facts: str) -> Any:
    """Return the last verdict on user-1's coming in an hour."""
    change = {"section": "users", "entity_id": "user-1", "kind": "added"} | facts
    return verdicts.last(org, hour=f"2026-04-01T{hour}:00:00Z", **change)


def test_the_last_one_counts_and_none_is_null(tmp_path: Path) -> None:
    """Each change by organization, hour, section, id and kind."""
    with Verdicts(tmp_path / "verdicts.db", PERIOD) as verdicts:
        verdicts.add("org-Alpha", [verdict("02", "cannot_tell", event_id=None, reason="window")])
        verdicts.add("org-Alpha", [verdict("02", "explained")])
        assert last(verdicts, "02") == {
            "verdict": "explained",
            "reason": None,
            "event_id": "event-1",
            "decided_hour": "2026-04-02T00:00:00Z",
        }
        assert last(verdicts, "03") == NONE
        assert last(verdicts, "02", org="org-Beta") == NONE
        for facts in ({"section": "projects"}, {"entity_id": "user-2"}, {"kind": "removed"}):
            assert last(verdicts, "02", **facts) == NONE


def test_changes_of_other_hours_are_left_out(tmp_path: Path) -> None:
    """From the period's first hour to its last."""
    with Verdicts(tmp_path / "verdicts.db", PERIOD) as verdicts:
        hours = ("00", "01", "03", "04")
        verdicts.add("org-Alpha", [verdict(hour, "explained") for hour in hours])
        words = [last(verdicts, hour)["verdict"] for hour in hours]
    assert words == [None, "explained", "explained", None]
