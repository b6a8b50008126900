"""What the episodes of a register become in the pack."""

from typing import Any

import pytest

from functions.pack.members.rows import entity_rows
from functions.shared.records.fields import SINCE_3, fields_of, shown_fields
from functions.shared.records.registers import ROWS

FIRST = "2026-04-01T00:00:00Z"
HOURS = ["2026-04-01T00:00:00Z", "2026-04-01T01:00:00Z", "2026-04-01T03:00:00Z"]


def user(user_id: str, first_seen_at: str = "2026-03-01T00:00:00Z", **facts: Any) -> Any:
    """Return an episode of a user as sealed, with a field of no record."""
    return {
        "user_id": user_id,
        "role": "reader",
        "first_seen_at": first_seen_at,
        "removed_at": None,
        "later": 1,
        **facts,
    }


def rows(section: str, register: list[Any], findings: list[Any] | None = None) -> list[Any]:
    """Return the pack's rows of a register."""
    return list(entity_rows("org-Alpha", section, register, HOURS, FIRST, findings or []))


@pytest.mark.parametrize("section", ROWS)
def test_a_row_has_the_fields_of_its_record(section: str) -> None:
    """Null where the register has none; nothing else is shown, and no ``extra``.

    Of version 2's rows what was sealed only since is left out: their pack stays what it was.
    """
    episode: Any = {"first_seen_at": FIRST, "removed_at": None, "extra": {"a": 1}}
    identity = {"users": "user_id", "projects": "project_id", "invites": "invite_id"}
    identity |= {"service_accounts": "service_account_id", "project_users": "membership_id"}
    episode[identity.get(section, "key_id")] = "id-1"
    since_3 = set(fields_of(ROWS[section], SINCE_3))
    assert "unreadable" in since_3
    [row] = rows(section, [episode])
    assert set(row) == set(shown_fields(ROWS[section])) - since_3
    [row] = rows(section, [{**episode, **dict.fromkeys(since_3)}])
    assert set(row) == set(shown_fields(ROWS[section]))
    assert "extra" not in row
    assert (row["org_id"], row["state_at"]) == ("org-Alpha", HOURS[-1])


def test_rows_are_sorted_by_id_and_stay() -> None:
    """Whoever left and returned has two."""
    register = [
        user("user-2"),
        user("user-1", "2026-04-01T02:00:00Z"),
        user("user-1", removed_at="2026-04-01T01:00:00Z"),
    ]
    stays = [(row["user_id"], row["first_seen_at"]) for row in rows("users", register)]
    assert stays == [
        ("user-1", "2026-03-01T00:00:00Z"),
        ("user-1", "2026-04-01T02:00:00Z"),
        ("user-2", "2026-03-01T00:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("removed_at", "state_at"),
    [
        ("2026-03-31T23:00:00Z", None),
        (FIRST, None),
        ("2026-04-01T01:00:00Z", "2026-04-01T00:00:00Z"),
        ("2026-04-01T02:00:00Z", "2026-04-01T01:00:00Z"),
        ("2026-04-01T09:00:00Z", "2026-04-01T03:00:00Z"),
    ],
)
def test_who_left_keeps_the_last_hour_that_showed_them(
    removed_at: str, state_at: str | None
) -> None:
    """Whoever was gone in the first hour already is not in the pack."""
    shown = rows("users", [user("user-1", removed_at=removed_at)])
    assert [row["state_at"] for row in shown] == ([state_at] if state_at else [])


def test_no_hour_that_shows_a_section_leaves_its_state_open() -> None:
    """The register is that of an earlier hour."""
    [row] = entity_rows("org-Alpha", "users", [user("user-1")], [], FIRST)
    assert row["state_at"] is None


def finding(finding_id: str, kind: str, first: str, resolved: str | None, **facts: Any) -> Any:
    """Return a finding on key-1."""
    return {
        "finding_id": finding_id,
        "kind": kind,
        "reason": "r",
        "severity": "low",
        "section": "api_keys",
        "entity_id": "key-1",
        "first_seen_hour": first,
        "resolved_hour": resolved,
        **facts,
    }


def test_a_key_shows_the_findings_open_at_its_states_hour() -> None:
    """By kind and id; one resolved in that hour is open no more, one of another key is not its."""
    key: Any = {"key_id": "key-1", "first_seen_at": FIRST, "removed_at": None}
    last = HOURS[-1]
    findings = [
        finding("f-2", "stale_key", FIRST, None),
        finding("f-1", "stale_key", last, "2026-04-01T04:00:00Z"),
        finding("f-9", "orphan_key", FIRST, None),
        finding("f-3", "stale_key", FIRST, last),
        finding("f-4", "stale_key", "2026-04-01T04:00:00Z", None),
        finding("f-5", "stale_key", FIRST, None, entity_id="key-2"),
        finding("f-6", "stale_key", FIRST, None, section="users"),
    ]
    [row] = rows("api_keys", [key], findings)
    assert [shown["finding_id"] for shown in row["findings"]] == ["f-9", "f-1", "f-2"]
    assert row["findings"][0] == {
        "finding_id": "f-9",
        "kind": "orphan_key",
        "reason": "r",
        "severity": "low",
    }
    [unseen] = entity_rows("org-Alpha", "api_keys", [key], [], FIRST, findings)
    assert unseen["state_at"] is None
    assert dict(unseen)["findings"] == []
