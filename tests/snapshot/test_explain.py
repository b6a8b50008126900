"""The table of what explains what, line by line where it is easy to get wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.shared.canonical import Json
from functions.shared.sections import REGISTERED
from functions.snapshot.reconcile.match import Pool, match
from functions.snapshot.reconcile.rule_table import ASPECTS, TABLE, TRACES, VIA
from functions.snapshot.reconcile.rules import could_explain, explains
from tools.what_explains_what import page

ROOT = Path(__file__).parent.parent.parent
TYPES = ROOT.parent / "shared" / "openai" / "audit-event-types.json"


def event(type_: str, target: str | None, at: str = "05:30:00", **facts: Any) -> Json:
    """Return an event as it is sealed."""
    payload = facts.pop("payload", {"id": target} if target else None)
    return {
        "event_id": f"audit_log-{type_}-{at}",
        "event_type": type_,
        "occurred_at": f"2026-04-01T{at}Z",
        "actor_type": "session",
        "actor_id": "user-boss",
        "actor_hash": None,
        "project_id": None,
        "target_id": target,
        "details": {"payload": payload},
    } | facts


def row(section: str, aspect: str, entity: str, hour: str = "05", **facts: Any) -> Json:
    """Return an open change between the pictures of 05:01 and 06:01."""
    following = f"{int(hour) + 1:02d}"
    return {
        "open_id": f"{section} {entity} {hour}",
        "of": "change",
        "section": section,
        "entity_id": entity,
        "kind": aspect if aspect in ("added", "removed") else "modified",
        "aspects": [aspect],
        "facts": facts,
        "from": f"2026-04-01T{hour}:01:00Z",
        "to": f"2026-04-01T{following}:01:00Z",
        "event_id": None,
        "explained_by": None,
    }


def test_page_is_made_from_the_table() -> None:
    """docs/what-explains-what.md says what the product does."""
    assert (ROOT / "docs" / "what-explains-what.md").read_text() == page()


@pytest.mark.skipif(not TYPES.exists(), reason="OpenAI's list of event types is not here")
def test_every_event_type_is_one_of_openais() -> None:
    """No line waits for an event that does not exist."""
    known = {one["type"] for one in json.loads(TYPES.read_text())["events"]}
    named = {name for rule in TABLE for name in rule.types}
    named |= {name for trace in TRACES for name in (trace.type, *trace.undone_by)}
    assert named <= known


def test_every_section_and_aspect_has_a_line() -> None:
    """Whatever can change in a register has an event type, or stands among what is never logged."""
    assert set(ASPECTS) == set(REGISTERED)
    due = {(section, aspect) for section, fields in ASPECTS.items() for aspect in fields.values()}
    due |= {(section, kind) for section in ASPECTS for kind in ("added", "removed")}
    assert due == {(rule.section, rule.aspect) for rule in TABLE}
    assert {rule.via for rule in TABLE} == set(VIA)


@pytest.mark.parametrize(
    ("told", "change", "aspect"),
    [
        (event("user.deleted", "user-a"), row("users", "removed", "user-a"), "removed"),
        (
            event("invite.accepted", "invite-1", actor_id=None, actor_hash="h"),
            row("users", "added", "user-a", email_hash="h"),
            "added",
        ),
        (
            event("user.deleted", "user-a"),
            row("api_keys", "access", "key-1", owner_id="user-a", owner_project_access="inactive"),
            "access",
        ),
        (
            event("user.deleted", "user-a", project_id="p"),
            row("api_keys", "removed", "key-1", owner_id="user-a", project_id="p"),
            "removed",
        ),
        (
            event("service_account.deleted", "svc", project_id="p"),
            row("api_keys", "removed", "key-1", owner_id="svc", project_id="p"),
            "removed",
        ),
        (
            event("project.archived", "p", project_id="p"),
            row("api_keys", "removed", "key-1", owner_id="user-a", project_id="p"),
            "removed",
        ),
        (
            event("role.assignment.created", "ra", payload={"id": "ra", "principal_id": "user-a"}),
            row("users", "role", "user-a", role="owner"),
            "role",
        ),
        (
            event("tenant.user.removed", None, payload={"people": [{"who": "user-a"}]}),
            row("users", "removed", "user-a"),
            "removed",
        ),
        (
            event("user.deleted", "user-a", project_id="default", actor_type="api_key"),
            row("users", "removed", "user-a"),
            "removed",
        ),
        (
            event("user.updated", "user-a", payload={"changes_requested": {"role": "member"}}),
            row("users", "role", "user-a", role="reader"),
            "role",
        ),
    ],
)
def test_explains(told: Json, change: Json, aspect: str) -> None:
    """Direct lines and cascades."""
    assert explains(told, change, aspect)


@pytest.mark.parametrize(
    ("told", "change", "aspect"),
    [
        # Membership of a project is not membership of the organization.
        (
            event("user.deleted", "user-a", project_id="p"),
            row("users", "removed", "user-a"),
            "removed",
        ),
        # Another project's membership.
        (
            event("user.deleted", "user-a", project_id="q"),
            row("api_keys", "access", "key-1", owner_id="user-a", project_id="p"),
            "access",
        ),
        # The other direction.
        (
            event("user.added", "user-a"),
            row("api_keys", "access", "key-1", owner_id="user-a", owner_project_access="inactive"),
            "access",
        ),
        # Asked for one role, has another.
        (
            event("user.updated", "user-a", payload={"changes_requested": {"role": "member"}}),
            row("users", "role", "user-a", role="owner"),
            "role",
        ),
        (event("api_key.created", "key-2"), row("api_keys", "added", "key-1"), "added"),
        (event("api_key.updated", "key-1"), row("api_keys", "removed", "key-1"), "removed"),
        (event("login.succeeded", None), row("users", "added", "user-boss"), "added"),
    ],
)
def test_does_not_explain(told: Json, change: Json, aspect: str) -> None:
    """What looks alike and is not the same."""
    assert not explains(told, change, aspect)


def test_event_that_names_nobody_is_a_hint_only() -> None:
    """Payloads may be absent: such an event neither explains nor lets anything convict."""
    nameless = event("api_key.created", None, project_id="p")
    change = row("api_keys", "added", "key-1", project_id="p")
    assert not explains(nameless, change, "added")
    assert could_explain(nameless, change, "added")
    (found,) = match([change], Pool.of([nameless]), Pool())
    assert (found["aspects"], found["event_id"]) == (["added"], nameless["event_id"])


def test_two_renamings_need_two_events() -> None:
    """An event near the border of two pictures explains one change, whichever it fits better."""
    told = event("api_key.updated", "key-1", "05:58:00")
    changes = [row("api_keys", "settings", "key-1", hour) for hour in ("06", "05")]
    first, second = match(changes, Pool.of([told]), Pool())
    assert (first["open_id"][-2:], first["explained_by"]) == ("05", told["event_id"])
    assert second["aspects"] == ["settings"]


def test_event_used_an_hour_ago_is_not_used_again() -> None:
    """What a sealed verdict took an event for is remembered."""
    told = event("api_key.updated", "key-1", "05:58:00")
    used = [("api_keys", "key-1", "modified", told["event_id"])]
    (later,) = match([row("api_keys", "settings", "key-1", "06")], Pool.of([told], used), Pool())
    assert later["aspects"] == ["settings"]


def test_clocks_may_differ_by_minutes() -> None:
    """An event a little outside the pictures explains, an hour outside does not."""
    for at, left in (("04:57:00", []), ("06:05:00", []), ("04:50:00", ["removed"])):
        told = event("user.deleted", "user-a", at)
        (found,) = match([row("users", "removed", "user-a")], Pool.of([told]), Pool())
        assert found["aspects"] == left, at


def test_event_without_trace_explains_however_late_the_list_follows() -> None:
    """A list that lags hours behind the log makes no finding."""
    told = event("user.deleted", "user-a", "01:00:00")
    (found,) = match([row("users", "removed", "user-a")], Pool(), Pool.of([told]))
    assert found["explained_by"] == told["event_id"]


def test_each_part_of_a_change_needs_its_event() -> None:
    """A renamed key whose owner went from the project is explained by two events or not at all."""
    both = row("api_keys", "settings", "key-1", owner_id="user-a", owner_project_access="inactive")
    both["aspects"] = ["access", "settings"]
    renamed, left = event("api_key.updated", "key-1"), event("user.deleted", "user-a")
    (found,) = match([both], Pool.of([renamed]), Pool())
    assert found["aspects"] == ["access"]
    (found,) = match([both], Pool.of([renamed, left]), Pool())
    assert found["aspects"] == []
