"""The feed in OCSF: every kind of entry is valid by the published schema, and loses nothing."""

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from functions.api.feed.ocsf import VERSION, ocsf_event
from functions.api.feed.ocsf_activities import (
    ACCOUNT_ACTIVITIES,
    ACCOUNTS,
    ENTITY_ACTIVITIES,
    SESSIONS,
)
from functions.api.records import FeedEntry
from functions.snapshot.reconcile.event_types import NEED_NOT_SHOW
from tests.api.conftest import Api, Body, MakeLab, story
from tests.api.feed.ocsf.derive import WRITTEN
from tests.api.feed.test_feed import entries, pages

SHARED = Path(__file__).parents[5] / "shared" / "openai" / "audit-event-types.json"
EVENT: Body = {
    "event_id": "audit_log-1",
    "event_type": "api_key.created",
    "occurred_at": "2026-04-01T01:10:00Z",
    "actor_type": "session",
    "actor_id": "user-1",
    "actor_hash": None,
    "project_id": "proj_1",
    "target_id": "key_1",
    "details": {"extra": {}},
    "org_id": "org-first",
    "sealed_hour": "2026-04-01T01:00:00Z",
}
CHANGE: Body = {
    "hour": "2026-04-01T01:00:00Z",
    "section": "users",
    "entity_id": "user-1",
    "kind": "modified",
    "fields": ["role"],
    "before": {"role": "reader"},
    "after": {"role": "owner"},
}
VERDICT: Body = {
    **{name: CHANGE[name] for name in ("hour", "section", "entity_id", "kind")},
    "verdict": "unexplained",
    "reason": None,
    "event_id": None,
    "decided_hour": "2026-04-01T03:00:00Z",
}
FINDING: Body = {
    "finding_id": "f" * 24,
    "kind": "stale_key",
    "reason": "not_used_for_90_days",
    "severity": "high",
    "section": "api_keys",
    "entity_id": "key_1",
    "still_works": True,
    "first_seen_hour": "2026-04-01T01:00:00Z",
    "resolved_hour": "2026-04-01T03:00:00Z",
    "resolved_by": None,
    "change_hour": None,
    "event_id": None,
    "org_id": "org-first",
    "state_at": "2026-04-01T03:00:00Z",
}
PACK: Body = {
    "number": 1,
    "state": "failed",
    "reason": "a seal is missing",
    "created_at": "2026-05-04T03:14:00Z",
    "manifest_sha256": None,
}


@cache
def schema() -> Body:
    """Return what was derived from the published definitions."""
    return dict(json.loads(WRITTEN.read_text()))


def require_valid(event: Body) -> Body:
    """Hold an event to the schema of its class."""
    of_class = {**schema()["classes"][str(event["class_uid"])], "$defs": schema()["$defs"]}
    Draft202012Validator(of_class).validate(event)
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
    assert event["metadata"]["version"] == schema()["source"]["version"] == VERSION
    return event


def told(feed_kind: str, data: Body, **changes: Any) -> Body:
    """Return an entry of the feed as a valid event."""
    entry = {
        "kind": feed_kind,
        "org_id": "org-first",
        "sealed_hour": "2026-04-01T03:00:00Z",
        "seal_sha256": "ab" * 32,
        "data": data | changes,
    }
    return require_valid(ocsf_event(cast("FeedEntry", entry)))


def event_types() -> list[str]:
    """Return OpenAI's types: all 149 where the shared list is, else those that the rules name."""
    if SHARED.exists():
        return [each["type"] for each in json.loads(SHARED.read_text())["events"]]
    return [*SESSIONS, *(name for names in NEED_NOT_SHOW.values() for name in names)]


@pytest.mark.parametrize("event_type", event_types())
def test_every_event_type_has_a_class_and_an_activity(event_type: str) -> None:
    """By the table, not by what is left over."""
    event = told("event", EVENT, event_type=event_type)
    subject, _, word = event_type.rpartition(".")
    if event_type in SESSIONS:
        assert event["class_uid"] == 3002
        assert event["status_id"] == (1 if word == "succeeded" else 2)
    elif subject in ACCOUNTS:
        assert (event["class_uid"], event["activity_id"]) == (3001, ACCOUNT_ACTIVITIES[word])
    else:
        assert (event["class_uid"], event["activity_id"]) == (3004, ENTITY_ACTIVITIES[word])
    assert event["metadata"]["event_code"] == event_type


@pytest.mark.parametrize(
    "changes",
    [
        {"event_type": None},
        {"event_type": "brand.new"},
        {"event_type": "new"},
        {"event_type": "user.vanished"},
        {"occurred_at": None},
        {"target_id": None},
        {"actor_id": None},
        {"actor_id": None, "actor_hash": "cd" * 32},
        {"event_type": "login.failed", "actor_id": None},
        {"event_type": "user.added", "target_id": None},
        {"details": {"extra": {"\ud800": [1.5, None]}}, "actor_type": None},
    ],
)
def test_an_event_with_anything_absent_or_unknown_is_valid(changes: Body) -> None:
    """What is null, never was, or came after this table."""
    event = told("event", EVENT, **changes)
    assert event["unmapped"]["feed"]["seal_sha256"] == "ab" * 32


def test_each_other_kind_is_valid_and_says_what_it_is() -> None:
    """Changes, verdicts, findings, packs, and hours of every outcome."""
    assert [told("change", CHANGE, kind=kind)["activity_id"] for kind in ("added", "modified")] == [
        *(1, 3),
    ]
    assert told("change", CHANGE, kind="removed")["entity"] == {"uid": "user-1", "type": "users"}
    assert told("verdict", VERDICT)["message"] == "unexplained"
    assert told("verdict", VERDICT, reason="no_event")["status_detail"] == "no_event"
    opened, resolved = (told(f"finding_{word}", FINDING) for word in ("opened", "resolved"))
    assert (opened["status_id"], opened["severity_id"]) == (1, 4)
    assert (resolved["status_id"], resolved["time"] - opened["time"]) == (4, 2 * 3_600_000)
    assert told("finding_opened", FINDING, severity="unheard of")["severity_id"] == 99
    for outcome in ("partial", "failed", "missed", "paused", "other"):
        hour = {"outcome": outcome, "reason": None, "sections": {"users": "failed"}}
        assert told("hour", hour)["class_uid"] == 6007
    assert told("pack", PACK, state="ready", reason=None)["status_id"] == 1
    assert told("pack", PACK)["status_detail"] == "a seal is missing"


def test_the_schema_refuses_what_is_not_of_a_class() -> None:
    """So that a valid event says something."""
    validator = Draft202012Validator({**schema()["classes"]["3004"], "$defs": schema()["$defs"]})
    event = told("event", EVENT)
    assert validator.is_valid(event)
    wrongs: tuple[Body, ...] = (
        {"time": "2026-04-01T01:10:00Z"},
        {"activity_id": 14},
        {"entity": {}},
        {"entity": {"uid": "x", "kind": "y"}},
        {"org_id": "org-first"},
        {"class_uid": 3001},
        {"metadata": {"version": VERSION}},
    )
    for wrong in wrongs:
        assert not validator.is_valid(event | wrong), wrong


def test_the_feed_and_its_ocsf_tell_the_same_in_the_same_pages(sealed: Api) -> None:
    """One event an entry, by the same cursors, each valid; no value of an entry is lost."""
    plain = pages(sealed, limit=7)
    since: str | None = None
    for page in plain:
        query = {"limit": "7"} | ({"since": since} if since else {})
        events = sealed.get("/feed/ocsf", query)
        assert (events["next_cursor"], events["has_more"]) == (
            page["next_cursor"],
            page["has_more"],
        )
        for entry, event in zip(page["items"], events["items"], strict=True):
            require_valid(event)
            assert event["unmapped"]["feed"] == {
                name: entry[name] for name in ("kind", "org_id", "sealed_hour", "seal_sha256")
            }
            text = json.dumps(event)
            left = event["unmapped"].get("data", {})
            for name, value in entry["data"].items():
                is_time = name in ("occurred_at", "hour", "decided_hour", "first_seen_hour")
                assert name in left or is_time or json.dumps(value)[1:-1] in text, name
        since = page["next_cursor"]
    uids = [
        event["metadata"]["uid"] for event in sealed.get("/feed/ocsf", {"limit": "1000"})["items"]
    ]
    assert len(uids) == len(set(uids)) == len(entries(plain))


def test_an_hour_that_is_not_whole_is_a_scan(api: Api, lab_of: MakeLab) -> None:
    """Told as the feed tells it."""
    fixture = lab_of(story(), "tenant-a")
    fixture.connect("2026-04-01T01:00:30Z")
    fixture.simulator.faults.add("forbidden", path="*api_keys")
    fixture.tick("2026-04-01T00:00:00Z")
    events = api.get("/feed/ocsf", {"limit": "1000"})["items"]
    (scan,) = [event for event in events if event["class_uid"] == 6007]
    assert (scan["activity_name"], scan["severity_id"]) == ("partial", 2)
