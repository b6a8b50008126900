"""What is found of a project's API key, and why nobody answers for it."""

from pathlib import Path
from typing import Any

import pytest

from functions.shared.hours import parse_instant
from functions.snapshot.findings.api_keys import (
    KeyContext,
    ended,
    finding,
    is_stale,
    key_findings,
    orphan_reason,
    undecided,
)
from tests.snapshot.rows import admin_key, api_key, member, project, service_account, user

TOLD = Path(__file__).parent.parent.parent.parent / "docs" / "findings.md"
HOUR_END = parse_instant("2026-04-01T06:00:00Z")
READ = {
    "service_accounts": "2026-04-01T00:00:00Z",
    "project_users": "2026-04-01T00:00:00Z",
}
BOT: dict[str, Any] = {"owner_type": "service_account", "owner_id": "svc_bot"}
GONE: dict[str, Any] = BOT | {"owner_id": "svc_gone"}
OUT: dict[str, Any] = {"project_id": "proj_lab"}
KEYS: list[tuple[dict[str, Any], str | None]] = [
    ({}, None),
    ({"owner_id": None}, "no_owner"),
    ({"owner_id": None, "unreadable": ["owner_id"]}, None),
    ({"owner_id": None, "owner_type": "service_account", "unreadable": ["owner_id"]}, None),
    ({"owner_id": "user-gone", "unreadable": ["owner_id"]}, None),
    ({"owner_id": "user-gone"}, "owner_left"),
    (BOT, None),
    (BOT | {"owner_project_access": "inactive"}, "access_inactive"),
    (GONE, "service_account_gone"),
    (GONE | {"created_at": "2026-04-01T00:00:00Z"}, None),
    (GONE | {"created_at": None}, "service_account_gone"),
    (GONE | {"created_at": None, "first_seen_at": "2026-03-31T23:00:00Z"}, None),
    (OUT | {"owner_project_access": "inactive"}, "owner_left_project"),
    (OUT | {"owner_project_access": None}, "owner_left_project"),
    (OUT, None),
    (OUT | {"owner_project_access": None, "unreadable": ["owner_project_access"]}, None),
    (OUT | {"owner_id": "user-odd", "owner_project_access": None}, None),
    (OUT | {"owner_id": "user-olga", "owner_project_access": None}, None),
    ({"owner_project_access": "inactive"}, "access_inactive"),
    (
        OUT | {"owner_project_access": "inactive", "created_at": "2026-04-01T00:00:00Z"},
        "access_inactive",
    ),
]


@pytest.mark.parametrize(("facts", "reason"), KEYS)
def test_orphans(facts: dict[str, Any], reason: str | None) -> None:
    """Each orphan for one reason, and none by a list that was read before the key was made."""
    context = KeyContext(
        users={
            "user-ann": user(),
            "user-olga": user("user-olga", role="owner"),
            "user-odd": user("user-odd", role=None, unreadable=["role"]),
        },
        projects={},
        service_accounts={"svc_bot": service_account()},
        members={"proj_web/user-ann": member()},
        read_at=READ,
    )
    assert orphan_reason(api_key(**facts), context) == reason


def test_only_a_key_that_works_is_of_high_severity() -> None:
    """A key that has ended, or whose owner has no access, cannot do harm."""
    context = KeyContext({}, {}, {}, {}, READ)

    def severity(**facts: Any) -> str:
        found = key_findings(api_key(**facts), context, HOUR_END)
        return str(next(one["severity"] for one in found if one["kind"] == "orphan_key"))

    assert severity(**GONE) == severity(owner_id=None) == "high"
    assert severity() == severity(**GONE, owner_project_access="inactive") == "low"
    assert severity(**GONE, expires_at="2026-04-01T06:00:00Z") == "low"


def test_a_section_that_was_never_read_accuses_nobody() -> None:
    """Without the lists, silence about an owner says nothing."""
    context = KeyContext({"user-ann": user()}, {}, {}, {}, {"service_accounts": None})
    assert orphan_reason(api_key(**GONE), context) is None
    assert orphan_reason(api_key(**OUT, owner_project_access=None), context) is None


def test_every_reason_is_told_in_the_documentation() -> None:
    """Each reason an orphan can have stands in the table."""
    text = TOLD.read_text()
    assert [reason for _, reason in KEYS if reason and f"`{reason}`" not in text] == []


def test_an_id_stays_the_same_whatever_the_reason_becomes() -> None:
    """It is of kind, section and entity: 24 hex digits."""
    first = finding("orphan_key", "owner_left", "low", "api_keys", "key_1", False)
    later = finding("orphan_key", "no_owner", "high", "api_keys", "key_1", True)
    assert first["finding_id"] == later["finding_id"] == "563fafb17c350d8c1cf85764"
    assert later["reason"] == "no_owner"


@pytest.mark.parametrize(
    ("facts", "stale"),
    [
        ({"last_used_at": "2026-01-01T06:00:00Z"}, False),
        ({"last_used_at": "2026-01-01T05:59:59Z"}, True),
        ({"last_used_at": None, "created_at": "2026-01-01T06:00:00Z"}, False),
        ({"last_used_at": None, "created_at": "2026-01-01T05:59:59Z"}, True),
        ({"last_used_at": None, "created_at": None}, False),
        ({"last_used_at": "2025-01-01T00:00:00Z", "unreadable": ["last_used_at"]}, False),
        (
            {
                "last_used_at": None,
                "created_at": "2025-01-01T00:00:00Z",
                "unreadable": ["last_used_at"],
            },
            False,
        ),
    ],
)
def test_a_stale_key(facts: dict[str, Any], stale: bool) -> None:
    """Neither used nor made for more than ninety days; what is unknown is not stale."""
    assert is_stale(api_key(**facts), HOUR_END) is stale


def test_a_key_ends_on_its_own_day() -> None:
    """At that very second."""
    assert not ended(api_key(), HOUR_END)
    assert ended(api_key(expires_at="2026-04-01T06:00:00Z"), HOUR_END)
    assert not ended(api_key(expires_at="2026-04-01T06:00:01Z"), HOUR_END)
    unread = api_key(expires_at="2026-04-01T06:00:00Z", unreadable=["expires_at"])
    assert not ended(unread, HOUR_END)


def found(key: Any, context: KeyContext | None = None) -> set[tuple[Any, ...]]:
    """Return (kind, reason, severity, still works) of what is found of a key."""
    members = {"proj_web/user-ann": member()}
    projects = {"proj_web": project(), "proj_old": project("proj_old", status="archived")}
    context = context or KeyContext({"user-ann": user()}, projects, {}, members, READ)
    return {
        (one["kind"], one["reason"], one["severity"], one["still_works"])
        for one in key_findings(key, context, HOUR_END)
    }


def test_all_that_is_found_of_a_key() -> None:
    """Each kind with its reason, and whether the key can still do harm."""
    old = "2025-12-01T00:00:00Z"
    assert found(api_key()) == set()
    assert found(api_key(last_used_at=old)) == {
        ("stale_key", "not_used_for_90_days", "medium", True)
    }
    assert found(api_key(last_used_at=None)) == {("never_used_key", "no_last_use", "low", True)}
    assert found(api_key(last_used_at=None, created_at=old)) == {
        ("stale_key", "never_used_90_days_old", "medium", True),
        ("never_used_key", "no_last_use", "low", True),
    }
    assert found(api_key(project_id="proj_old")) == {
        ("key_in_archived_project", "project_archived", "medium", None)
    }
    assert found(api_key(owner_id="user-gone", last_used_at=old)) == {
        ("orphan_key", "owner_left", "low", False),
        ("stale_key", "not_used_for_90_days", "medium", False),
    }
    assert found(api_key(owner_id=None)) == {("orphan_key", "no_owner", "high", True)}
    ended_key = api_key(last_used_at=None, expires_at="2026-04-01T06:00:00Z")
    assert found(ended_key) == {("never_used_key", "no_last_use", "low", False)}
    off = api_key(last_used_at=old, owner_project_access="inactive")
    assert ("stale_key", "not_used_for_90_days", "medium", False) in found(off)


def test_a_list_says_nothing_of_keys_made_after_it() -> None:
    """Also not of one made in the very second it was read."""
    context = KeyContext({}, {}, {}, {}, READ)
    assert context.knew("service_accounts", api_key(created_at="2026-03-31T23:59:59Z"))
    assert not context.knew("service_accounts", api_key(created_at="2026-04-01T00:00:00Z"))
    assert not context.knew("groups", api_key())


@pytest.mark.parametrize("field", ["expires_at", "owner_project_access"])
def test_a_key_that_may_have_ended_is_of_no_high_severity(field: str) -> None:
    """Whether it works cannot be told where what decides cannot be read."""
    assert found(api_key(owner_id=None)) == {("orphan_key", "no_owner", "high", True)}
    unread = api_key(owner_id=None, unreadable=[field])
    assert found(unread) == {("orphan_key", "no_owner", "low", None)}


OFF = ("disabled_owner_key", "owner_disabled", "medium", None)


@pytest.mark.parametrize(
    ("owner", "key", "expected"),
    [
        ({"enabled": False}, {}, {OFF}),
        ({"banned": True}, {}, {("disabled_owner_key", "owner_banned", "medium", None)}),
        ({"banned": True, "enabled": False}, {"unreadable": ["owner_id"]}, set()),
        ({"enabled": None, "banned": None}, {}, set()),
        ({"enabled": None, "unreadable": ["enabled"]}, {}, set()),
        (
            {"enabled": False},
            {"expires_at": "2026-04-01T00:00:00Z"},
            {("disabled_owner_key", "owner_disabled", "low", False)},
        ),
        ({"enabled": False}, {"unreadable": ["expires_at"]}, {OFF}),
    ],
)
def test_keys_of_an_account_that_is_off(
    owner: dict[str, Any], key: dict[str, Any], expected: set[tuple[Any, ...]]
) -> None:
    """Whether they go on working OpenAI does not say; what it does not tell is nothing (C13)."""
    context = KeyContext({"user-ann": user(**owner)}, {}, {}, {"proj_web/user-ann": member()}, READ)
    assert found(api_key(**key), context) == expected


def test_a_user_of_version_2_is_taken_for_no_account_that_is_off() -> None:
    """Their row does not say."""
    old: Any = user()
    for name in ("enabled", "banned", "unreadable"):
        del old[name]
    context = KeyContext({"user-ann": old}, {}, {}, {"proj_web/user-ann": member()}, READ)
    assert found(api_key(), context) == set()


def test_what_nobody_can_tell_stays_as_it_was() -> None:
    """By what decides: when a key was used, and whose it is, if that was ever known."""
    assert [*undecided(api_key())] == []
    assert {*undecided(api_key(unreadable=["last_used_at"]))} >= {"stale_key", "never_used_key"}
    assert {*undecided(admin_key(unreadable=["last_used_at"]))} >= {"admin_key_idle"}
    assert "orphan_key" in {*undecided(api_key(unreadable=["owner_id"]))}
    assert [*undecided(api_key(owner_id=None, unreadable=["owner_id"]))] == []
