"""The digest of an entry: what changes it, and what does not."""

from typing import Any

import pytest

from functions.snapshot.normalize.origin_digest import SCHEMA, origin_digest

KEY = b"k" * 32


def entry(**facts: Any) -> dict[str, Any]:
    """Return an entry as OpenAI lists it."""
    person = {"id": "user-ann", "email": "ann@x.example"}
    session = {"user": person, "ip_address": "10.1.2.3", "user_agent": "x"}
    record = {
        "id": "audit-1",
        "type": "user.updated",
        "effective_at": 1775023140,
        "actor": {"type": "session", "session": session},
        "project": {"id": "proj_web", "name": "web"},
        "user.updated": {"id": "user-bob", "changes_requested": {"role": "owner"}},
    }
    return record | facts


def test_it_says_its_schema_and_is_keyed() -> None:
    """Nobody without the tenant's key can try what was in an entry."""
    digest = origin_digest(entry(), KEY)
    assert digest.startswith(f"{SCHEMA}:")
    assert len(digest) == 66
    assert digest != origin_digest(entry(), b"j" * 32)
    assert digest == origin_digest(dict(reversed(entry().items())), KEY)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "audit-2"},
        {"type": "user.added"},
        {"effective_at": 1775023141},
        {"actor": None},
        {"project": {"id": "proj_other"}},
        {"user.updated": {"id": "user-bob", "changes_requested": {"role": "reader"}}},
        {"user.updated": {"id": "user-eve", "changes_requested": {"role": "owner"}}},
        {"user.updated": None},
    ],
)
def test_what_is_documented_changes_it(change: dict[str, Any]) -> None:
    """Who did what, to whom, when."""
    assert origin_digest(entry(**change), KEY) != origin_digest(entry(), KEY)


@pytest.mark.parametrize(
    "change",
    [
        {"project": {"id": "proj_web", "name": "renamed since"}},
        {"new_field": 1},
        {"user.updated": entry()["user.updated"] | {"new_field": 1}},
    ],
)
def test_what_openai_joins_in_or_adds_later_does_not(change: dict[str, Any]) -> None:
    """Else every entry would seem to have been rewritten."""
    assert origin_digest(entry(**change), KEY) == origin_digest(entry(), KEY)


def test_odd_entries_have_a_digest_too() -> None:
    """Whatever a member chose."""
    for odd in ({}, {"type": ["x"]}, {"actor": "x", "project": 7}, {"id": "\ud800"}):
        assert origin_digest(odd, KEY)
