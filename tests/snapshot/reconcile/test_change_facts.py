"""What is known of a change: its id, what should tell of it, and what names it."""

import pytest

from functions.snapshot.reconcile.change_facts import (
    aspects_of,
    change_id,
    ended_by_itself,
    facts_of,
)
from tests.snapshot.rows import api_key, change


def test_a_change_has_an_id_of_its_own() -> None:
    """Of hour, section, entity and kind: 24 hex digits, the same for ever."""
    assert change_id(change("users", "removed", "user-ann")) == "abaa3c24f058eed18f50d680"
    ids = {
        change_id(change("users", "removed", "user-ann", hour="2026-04-01T06:00:00Z")),
        change_id(change("projects", "removed", "user-ann")),
        change_id(change("users", "removed", "user-bob")),
        change_id(change("users", "added", "user-ann")),
        change_id(change("users", "removed", "user-ann")),
    }
    assert len(ids) == 5


def test_what_of_a_change_an_event_should_tell_of() -> None:
    """A coming, a going, or what the changed fields belong to, each once."""
    assert aspects_of(change("users", "added", "a", fields=["role"])) == ["added"]
    assert aspects_of(change("users", "removed", "a")) == ["removed"]
    fields = ["archived_at", "extra", "name", "status"]
    assert aspects_of(change("projects", "modified", "a", fields=fields)) == ["name", "status"]
    assert aspects_of(change("users", "modified", "a", fields=["email_hash"])) == []
    assert aspects_of(change("unknown", "added", "a")) == []


def test_facts_are_of_the_change_and_of_the_register() -> None:
    """What is now goes before what was; who owned a key before is told beside it."""
    moved = change(
        "api_keys",
        "modified",
        "key_1",
        before={"owner_id": "user-old", "owner_project_access": "active"},
        after={"owner_id": "user-new", "owner_project_access": "inactive"},
    )
    assert facts_of(moved, api_key(owner_id="user-ann")) == {
        "owner_id": "user-new",
        "owner_was": "user-old",
        "project_id": "proj_web",
        "owner_project_access": "inactive",
    }
    gone = change("api_keys", "removed", "key_1", before={"owner_id": "a", "project_id": None})
    assert facts_of(gone, None) == {"owner_id": "a", "owner_was": "a"}
    assert facts_of(change("users", "added", "a", after={"role": None}), None) == {}
    demoted = change("users", "modified", "a", before={"role": "owner"}, after={"role": "reader"})
    assert facts_of(demoted, None) == {"role": "reader", "role_was": "owner"}
    flag = change("users", "added", "a", after={"is_service_account": False})
    assert facts_of(flag, None) == {"is_service_account": False}


UNTIL = "2026-04-01T06:01:00Z"


@pytest.mark.parametrize(
    ("section", "kind", "facts", "expected"),
    [
        ("api_keys", "removed", {"before": {"expires_at": UNTIL}}, True),
        ("api_keys", "removed", {"before": {"expires_at": "2026-04-01T06:01:01Z"}}, False),
        ("api_keys", "removed", {"before": {"expires_at": None}}, False),
        ("api_keys", "removed", {"before": {}}, False),
        ("projects", "removed", {"before": {"expires_at": UNTIL}}, False),
        ("invites", "modified", {"after": {"status": "expired"}}, True),
        ("invites", "modified", {"after": {"status": "accepted"}}, False),
        ("invites", "modified", {"after": {}}, False),
        ("invites", "added", {"before": None, "after": {"expires_at": UNTIL}}, False),
    ],
)
def test_what_ends_on_its_day_ended_by_itself(
    section: str, kind: str, facts: dict[str, object], expected: bool
) -> None:
    """The day had come, or OpenAI says that it had."""
    assert ended_by_itself(change(section, kind, "a", **facts), UNTIL) is expected
