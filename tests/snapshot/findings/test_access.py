"""Admin keys, invites, owners and service accounts: what a person should look at."""

from typing import Any

import pytest

from functions.shared.hours import parse_instant
from functions.snapshot.findings.access import (
    admin_key_findings,
    invite_findings,
    owner_findings,
    service_account_findings,
)
from tests.snapshot.rows import admin_key, invite, service_account, user

HOUR_END = parse_instant("2026-04-01T06:00:00Z")


UNUSED = {"last_used_at": None, "ever_used": False}
ADMIN_KEYS: list[tuple[dict[str, Any], set[tuple[str, str]]]] = [
    ({}, set()),
    ({"created_at": "2025-12-31T00:00:00Z"}, {("admin_key_old", "medium")}),
    ({"created_at": None}, set()),
    ({"expires_at": None, "has_expiry": False}, {("admin_key_no_expiry", "medium")}),
    ({"expires_at": None, "has_expiry": None}, set()),
    ({"last_used_at": "2025-12-31T00:00:00Z"}, {("admin_key_idle", "high")}),
    # The one that we read with.
    ({"last_used_at": "2025-12-31T00:00:00Z", "is_own": True}, set()),
    (UNUSED, {("admin_key_never_used", "low")}),
    ({"last_used_at": None, "ever_used": None}, set()),
    ({"last_used_at": "2025-12-31T00:00:00Z", "unreadable": ["last_used_at"]}, set()),
    (UNUSED | {"unreadable": ["ever_used", "last_used_at"]}, set()),
    (
        UNUSED | {"created_at": "2025-12-31T00:00:00Z"},
        {("admin_key_never_used", "low"), ("admin_key_idle", "high"), ("admin_key_old", "medium")},
    ),
    ({"expires_at": "2026-04-15T06:00:00Z", "is_own": True}, {("own_key_expiring", "high")}),
    ({"expires_at": "2026-04-15T06:00:00Z", "is_own": None}, {("own_key_expiring", "high")}),
    ({"expires_at": "2026-04-15T06:00:00Z"}, set()),
    ({"expires_at": "2026-04-15T06:00:01Z", "is_own": True}, set()),
    ({"expires_at": "2026-04-01T06:00:00Z", "created_at": "2025-01-01T00:00:00Z"}, set()),
]


@pytest.mark.parametrize(("facts", "expected"), ADMIN_KEYS)
def test_admin_keys(facts: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    """Old, endless, idle, unused, about to end; what is not told is not held against a key."""
    found = admin_key_findings(admin_key(**facts), HOUR_END, {})
    assert {(one["kind"], one["severity"]) for one in found} == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, 1),
        ({"expires_at": None}, 1),
        ({"role": "reader"}, 0),
        ({"status": "accepted"}, 0),
        ({"status": "expired"}, 0),
        ({"expires_at": "2026-04-01T06:00:00Z"}, 0),
    ],
)
def test_owner_invites(facts: dict[str, Any], expected: int) -> None:
    """Only an invite that can still be taken up, and makes an owner, is worth a look."""
    assert len(list(invite_findings(invite(**facts), HOUR_END))) == expected


def test_a_finding_says_what_where_and_how_bad() -> None:
    """Whole, as it is sealed; an admin key always works."""
    (found,) = admin_key_findings(admin_key(created_at="2025-12-31T05:59:59Z"), HOUR_END, {})
    assert found == {
        "finding_id": found["finding_id"],
        "kind": "admin_key_old",
        "reason": "older_than_90_days",
        "severity": "medium",
        "section": "admin_keys",
        "entity_id": "key_adm",
        "still_works": True,
    }
    (found,) = invite_findings(invite(), HOUR_END)
    assert (found["kind"], found["reason"], found["severity"]) == (
        *("owner_invite_pending", "pending", "medium"),
    )
    assert (found["section"], found["entity_id"]) == ("invites", "invite-1")
    assert found["still_works"] is None


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({"created_at": "2026-01-01T06:00:00Z"}, set()),
        ({"created_at": "2026-01-01T05:59:59Z"}, {"older_than_90_days"}),
        ({"last_used_at": "2026-01-01T06:00:00Z"}, set()),
        ({"last_used_at": "2026-01-01T05:59:59Z"}, {"not_used_for_90_days"}),
        (
            {"last_used_at": None, "ever_used": False, "created_at": "2026-01-01T06:00:00Z"},
            {"no_last_use"},
        ),
        (
            {"last_used_at": None, "ever_used": False, "created_at": "2026-01-01T05:59:59Z"},
            {"no_last_use", "never_used_90_days_old", "older_than_90_days"},
        ),
        ({"last_used_at": None, "ever_used": False, "created_at": None}, {"no_last_use"}),
        ({"expires_at": None, "has_expiry": False}, {"no_expiry"}),
        ({"expires_at": "2026-04-15T06:00:00Z", "is_own": True}, {"expires_within_14_days"}),
    ],
)
def test_the_days_are_counted_to_the_second(facts: dict[str, Any], reasons: set[str]) -> None:
    """Ninety days are not yet more than ninety."""
    assert {
        one["reason"] for one in admin_key_findings(admin_key(**facts), HOUR_END, {})
    } == reasons


def test_more_than_three_owners() -> None:
    """Three are none too many."""
    users = [user(f"user-{number}", role="owner") for number in range(4)]
    assert list(owner_findings([*users[:3], user()])) == []
    (found,) = owner_findings(users)
    assert (found["kind"], found["reason"], found["severity"]) == (
        *("many_owners", "more_than_three", "medium"),
    )
    assert (found["section"], found["entity_id"], found["still_works"]) == ("users", "", None)


def test_a_service_account_whose_person_is_not_there() -> None:
    """It matters more while a key of the account works; without a person nothing is said."""
    account, users = service_account(person_id="user-ann"), {"user-ann": user()}
    assert list(service_account_findings(account, users, {"svc_bot"})) == []
    assert list(service_account_findings(service_account(), {}, {"svc_bot"})) == []
    (found,) = service_account_findings(account, {}, {"svc_bot"})
    assert (found["kind"], found["reason"]) == (
        *("service_account_person_left", "person_not_in_organization"),
    )
    assert (found["section"], found["entity_id"]) == ("service_accounts", "svc_bot")
    assert (found["severity"], found["still_works"]) == ("high", True)
    (found,) = service_account_findings(account, {}, {"another", None})
    assert (found["severity"], found["still_works"]) == ("medium", False)


@pytest.mark.parametrize(
    ("flags", "reason"),
    [({"enabled": False}, "owner_disabled"), ({"banned": True}, "owner_banned")],
)
def test_admin_keys_of_an_account_that_is_off(flags: dict[str, Any], reason: str) -> None:
    """Whether such a key goes on working OpenAI does not say (C13)."""
    owners = {"user-olga": user("user-olga", **flags)}
    (one,) = admin_key_findings(admin_key(), HOUR_END, owners)
    assert (one["kind"], one["reason"]) == ("admin_key_owner_disabled", reason)
    assert (one["severity"], one["still_works"]) == ("medium", None)
    assert [*admin_key_findings(admin_key(), HOUR_END, {"user-olga": user("user-olga")})] == []
