"""An hour's changes and events: verdicts, what stays open, and what is read of earlier hours."""

from typing import Any

from functions.shared.hours import parse_instant
from functions.snapshot.reconcile.match import EarlierHours
from tests.snapshot.reconcile.one_hour import CREATED, GONE, LAST, LEFT, TO, Hour, marks, verdicts
from tests.snapshot.rows import api_key, change, event, open_change, project, user


def test_a_change_with_its_event_is_explained_at_once() -> None:
    """Nothing stays open."""
    hour = Hour()
    result = hour.closed(GONE, events=[LEFT])
    assert verdicts(result) == [("user-ann", "explained", None, LEFT["event_id"])]
    assert result.registers["open_changes"] == []
    assert hour.asked == [parse_instant("2026-04-01T04:56:00Z")]


def test_a_change_without_an_event_stays_open() -> None:
    """With all by which an event may still explain it."""
    result = Hour().closed(GONE)
    assert verdicts(result) == [("user-ann", "cannot_tell", "settling", None)]
    (row,) = result.registers["open_changes"]
    assert (row["from"], row["to"], row["of"]) == (LAST, TO, "change")
    assert (row["aspects"], row["facts"]) == (["removed"], {"email_hash": "h"})
    assert (row["proven"], row["verdict"], row["reason"]) == (True, "cannot_tell", "settling")
    assert (row["event"], row["event_id"], row["explained_by"]) == (None, None, None)
    assert row["hour"] == "2026-04-01T05:00:00Z"
    assert result.registers["users"] == []


def test_what_stays_as_it_is_is_not_sealed_again() -> None:
    """An hour in which nothing happened writes nothing, and reads no earlier hour."""
    hour = Hour()
    first = hour.closed(GONE).registers["open_changes"]
    hour.asked.clear()
    result = hour.closed(opened=first)
    assert (result.verdicts, result.registers["open_changes"], hour.asked) == ([], first, [])


def test_a_later_event_closes_an_open_change() -> None:
    """And its verdict is sealed with the hour of the change."""
    hour = Hour()
    first = hour.closed(GONE).registers["open_changes"]
    result = hour.closed(opened=first, events=[LEFT])
    assert verdicts(result) == [("user-ann", "explained", None, LEFT["event_id"])]
    assert result.registers["open_changes"] == []


def test_an_event_of_an_earlier_hour_explains() -> None:
    """Unless it was used for another change of the kind."""
    hour = Hour()
    hour.earlier = EarlierHours([LEFT])
    assert verdicts(hour.closed(GONE))[0][1] == "explained"
    used = ("users", "user-ann", "removed", LEFT["event_id"])
    hour.earlier = EarlierHours([LEFT], frozenset({used}))
    assert verdicts(hour.closed(GONE))[0][1] == "cannot_tell"


def test_a_settled_log_without_an_event_makes_a_finding() -> None:
    """Once: the next hour says no more of it."""
    opened = Hour().closed(GONE).registers["open_changes"]
    hour = Hour().settled()
    result = hour.closed(opened=opened)
    assert verdicts(result) == [("user-ann", "unexplained", "no_event", None)]
    assert [row["kind"] for row in result.registers["findings"]] == ["unexplained_change"]
    (row,) = result.registers["open_changes"]
    assert (row["verdict"], row["reason"]) == ("unexplained", "no_event")
    again = hour.closed(opened=[row])
    assert (again.verdicts, again.registers["findings"]) == ([], [])
    assert again.registers["open_changes"] == [row]


def test_what_no_event_tells_of_is_decided_at_once() -> None:
    """A person's address or flags (C13), a day that had come, a key older than its list."""
    hour = Hour(api_keys=[api_key()])
    expired = change("api_keys", "removed", "key_2", before={"expires_at": TO})
    address = change("users", "modified", "user-ann", fields=["email_hash"])
    fields = ["banned", "enabled", "is_scim_managed"]
    flags = change("users", "modified", "user-bob", fields=fields, after={"enabled": False})
    old: Any = {"created_at": "2026-04-01T04:55:59Z", "project_id": "proj_web"}
    late = change("api_keys", "added", "key_1", after=old)
    result = hour.closed(address, flags, expired, late)
    assert sorted((name, reason) for name, _, reason, _ in verdicts(result)) == [
        ("key_1", "existed_before"),
        ("key_2", "ended_by_itself"),
        ("user-ann", "never_logged"),
        ("user-bob", "never_logged"),
    ]
    assert {verdict for _, verdict, _, _ in verdicts(result)} == {"cannot_tell"}
    assert (result.registers["open_changes"], hour.asked) == ([], [])


def test_a_key_made_since_the_last_snapshot_is_held_against_the_log() -> None:
    """Five minutes before it count as since; other sections' are whatever their age."""
    hour = Hour(api_keys=[api_key()])
    for made_at in ("2026-04-01T04:56:00Z", None):
        after: Any = {"created_at": made_at, "project_id": "proj_web"}
        assert verdicts(hour.closed(change("api_keys", "added", "key_1", after=after)))[0][2] == (
            "settling"
        )
    old: Any = {"created_at": "2026-01-01T00:00:00Z", "project_id": "proj_web"}
    modified = change("api_keys", "modified", "key_1", fields=["name"], after=old)
    assert verdicts(hour.closed(modified))[0][2] == "settling"
    added = change("service_accounts", "added", "svc", after=old)
    assert verdicts(hour.closed(added))[0][2] == "settling"


def opened_from(hour: Hour, project_id: str | None = "proj_web") -> str:
    """Return from when on a removed key may have been removed."""
    before: Any = {"project_id": project_id} if project_id else {}
    result = hour.closed(change("api_keys", "removed", "key_1", before=before))
    (row,) = result.registers["open_changes"]
    return row["from"]


def test_keys_of_archived_projects_are_shown_once_a_day() -> None:
    """Their changes lie since then."""
    swept = "2026-03-31T06:00:00Z"
    active, archived = Hour(), Hour(projects=[project(status="archived")])
    unknown = Hour(projects=[])
    for hour in (active, archived, unknown):
        hour.archived_keys_at = swept
    assert opened_from(active) == LAST
    assert opened_from(archived) == opened_from(unknown) == swept
    assert opened_from(archived, None) == LAST
    archived.archived_keys_at = None
    assert opened_from(archived) == LAST
    archived.archived_keys_at = "2026-04-01T06:00:00Z"
    assert opened_from(archived) == LAST


def test_what_the_pictures_did_not_show_may_have_gone_since_they_last_did() -> None:
    """A member of an archived project leaves; the log tells of it a day after the list did."""
    hour = Hour()
    hour.last_shown = {("users", "user-ann"): "2026-03-29T12:00:00Z"}
    (row,) = hour.closed(GONE).registers["open_changes"]
    assert row["from"] == "2026-03-29T13:00:00Z"
    left = LEFT | {"occurred_at": "2026-03-30T00:00:00Z"}
    assert verdicts(hour.closed(GONE, events=[left])) == [
        ("user-ann", "explained", None, LEFT["event_id"])
    ]


def test_an_event_whose_effect_is_shown_is_done_with() -> None:
    """So is one that another event reverts."""
    shown = Hour(projects=[project("proj_new")])
    assert shown.closed(events=[CREATED]).registers["open_changes"] == []
    deleted = event("project.deleted", "proj_new", "05:40:00")
    assert Hour().closed(events=[CREATED, deleted]).registers["open_changes"] == []


def test_an_event_without_effect_is_doubted_then_found() -> None:
    """First what reverts it is looked for in earlier hours; then the log must settle."""
    hour = Hour()
    result = hour.closed(events=[CREATED])
    (row,) = result.registers["open_changes"]
    assert (row["of"], row["to"], row["verdict"], row["reason"]) == (
        *("event", TO, "cannot_tell", "settling"),
    )
    assert (hour.asked, result.verdicts) == ([parse_instant("2026-04-01T05:30:00Z")], [])
    hour.asked.clear()
    assert hour.closed(opened=[row]).registers["open_changes"] == [row]
    assert hour.asked == []
    result = Hour().settled().closed(opened=[row])
    assert result.verdicts == []
    assert [one["kind"] for one in result.registers["findings"]] == ["event_without_change"]
    (row,) = result.registers["open_changes"]
    assert (row["verdict"], row["reason"]) == ("unexplained", "no_trace")
    found = result.registers["findings"]
    late = Hour(projects=[project("proj_new")]).settled().closed(opened=[row])
    assert late.registers["open_changes"] == []
    assert len(found) == 1


def test_an_event_waits_for_the_log_for_one_reason_only() -> None:
    """Whatever hinders the log, no more is said of it."""
    hour = Hour()
    (row,) = hour.closed(events=[CREATED]).registers["open_changes"]
    hour.watermarks = marks("2026-04-01T00:00:00Z")
    assert hour.closed(opened=[row]).registers["open_changes"] == [row]


def test_what_reverted_a_late_event_was_sealed_before_it() -> None:
    """Then nothing is expected of it."""
    hour = Hour()
    hour.earlier = EarlierHours([event("project.deleted", "proj_new", "05:40:00")])
    assert hour.closed(events=[CREATED]).registers["open_changes"] == []


def test_an_event_waits_for_a_whole_snapshot_after_it() -> None:
    """Until then it stands as it is."""
    hour = Hour()
    hour.status = "partial"
    (row,) = hour.closed(events=[CREATED]).registers["open_changes"]
    assert (row["to"], hour.asked) == (row["from"], [])


def test_an_event_without_effect_explains_a_change_however_late() -> None:
    """A list can lag behind the log by hours."""
    told = event("user.deleted", "user-ann", "01:00:00")
    hour = Hour(users=[user(first_seen_at="2026-03-01T00:00:00Z")])
    (row,) = hour.closed(events=[told]).registers["open_changes"]
    result = Hour().closed(GONE, opened=[row])
    assert verdicts(result) == [("user-ann", "explained", None, told["event_id"])]


def test_rows_that_nobody_reads_the_log_for_any_more_are_dropped() -> None:
    """Their month is settled, or they are old."""
    row = open_change("users", "removed", "user-ann")
    row = row | {"verdict": "cannot_tell", "reason": "event_names_nobody", "event_id": "e"}
    hour = Hour().settled()
    hour.watermarks = marks("2026-05-04T01:00:00Z", "2026-05-01T00:00:00Z")
    assert hour.closed(opened=[row]).registers["open_changes"] == []
    hour.watermarks = marks("2026-04-04T00:00:00Z", "2026-04-01T00:00:00Z")
    assert hour.closed(opened=[row | {"reason": "settling"}]).registers["open_changes"]


def test_open_rows_and_verdicts_are_in_order() -> None:
    """Changes before events, each by id; verdicts by hour and change."""
    changes = [change("users", "removed", f"user-{n}", before={}) for n in range(6)]
    events = [event("project.created", f"proj_{n}") for n in range(6)]
    result = Hour().closed(*changes, events=events)
    rows = result.registers["open_changes"]
    assert rows == sorted(rows, key=lambda row: (row["of"], row["open_id"]))
    assert len(rows) == 12
    told = result.verdicts
    assert told == sorted(told, key=lambda row: (row["hour"], row["change_id"]))
