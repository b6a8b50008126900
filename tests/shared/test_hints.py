"""Hints: what a tenant should know or do, the most pressing first."""

import pytest

from functions.shared.hints import READ_ONLY, hints

NOW, LATER = "2026-04-01T06:00:00Z", "2026-06-01T00:00:00Z"


def said(
    readable: dict[str, str] | None = None,
    org_proof: str = "proven",
    health: str = "ok",
    warn_at: str = LATER,
    last_reason: str | None = None,
) -> list[str]:
    """Return the hints of a connection that has nothing else to say."""
    return hints(readable or {}, org_proof, health, warn_at, NOW, last_reason)


def test_where_nothing_is_wrong_the_read_only_hint_stands_alone() -> None:
    """Nobody can prove it from outside."""
    assert said({"users": "ok", "audit_events": "ok"}) == [READ_ONLY]
    assert "90 days" in READ_ONLY


@pytest.mark.parametrize(
    ("section", "status", "words"),
    [
        ("audit_events", "unproven", "nothing shows yet that audit logging is on"),
        ("audit_events", "forbidden", "api.audit_logs.read"),
        ("audit_events", "unavailable", "no audit log"),
        ("projects", "forbidden", "may not list projects"),
        ("api_keys", "forbidden", "may not list API keys"),
        ("api_keys", "partial", "stays partial"),
    ],
)
def test_what_a_key_cannot_read_has_its_hint(section: str, status: str, words: str) -> None:
    """By section and status."""
    hint, last = said({section: status})
    assert words in hint
    assert last == READ_ONLY
    assert said({section: "other"}) == [READ_ONLY]


@pytest.mark.parametrize(
    ("health", "words"),
    [
        ("key_rejected", "no longer accepts"),
        ("mismatched_organization", "another organization"),
        ("ip_not_authorized", "allowlist"),
        ("quarantined", "none of the known projects"),
        ("key_unusable", "cannot be unwrapped"),
    ],
)
def test_what_the_last_run_ran_into_comes_first(health: str, words: str) -> None:
    """Before the reminder, the missing proof and the sections."""
    first, second, third, fourth, last = said(
        {"projects": "forbidden"}, org_proof="none", health=health, warn_at=NOW
    )
    assert words in first
    assert "expires soon" in second
    assert "org_proof: none" in third
    assert "may not list projects" in fourth
    assert last == READ_ONLY


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("ip_not_authorized", "allowlist"),
        ("region_not_supported", "region we ask from"),
        ("refused_on_the_way", "a CDN or a proxy"),
        ("refusal_contradicted", "a mistake of one of its servers"),
    ],
)
def test_what_says_nothing_of_the_connection_is_told_of_the_last_hour(
    reason: str, words: str
) -> None:
    """Beside what the health says, and not twice."""
    first, last = said(last_reason=reason)
    assert words in first
    assert last == READ_ONLY
    assert len(said(health="key_rejected", last_reason=reason)) == 3
    assert said(health=reason, last_reason=reason) == [first, last]


def test_a_key_that_was_replaced_is_not_told_of_the_hour_before() -> None:
    """What the newest hour says of the key may be said of the one before it."""
    assert said(last_reason="key_rejected") == [READ_ONLY]


def test_a_passing_failure_has_no_hint_and_the_reminder_comes_on_time() -> None:
    """From the instant of the reminder on, not before."""
    assert said(health="server_error") == [READ_ONLY]
    assert said(warn_at="2026-04-01T06:00:01Z") == [READ_ONLY]
    assert len(said(warn_at=NOW)) == 2
