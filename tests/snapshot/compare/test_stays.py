"""Where one stay ends and another begins: by OpenAI's own time, by the log, for every list."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from functions.shared.records.registers import Registers, state_hour
from functions.snapshot.compare.compare import Comparison, compare
from functions.snapshot.compare.log_of_stays import LogOfStays, ReadBack
from functions.snapshot.records import SectionRead
from tests.snapshot.compare.test_compare import START, before, hour, snapshot
from tests.snapshot.rows import (
    admin_key,
    api_key,
    event,
    invite,
    member,
    project,
    service_account,
    user,
)

NAME, LAST = "2026-04-01T05:00:00Z", "2026-04-01T04:00:00Z"
# What the picture before was taken from, and what this one was taken to.
PICTURED, PICTURED_TO = "2026-04-01T05:00:01Z", "2026-04-01T06:00:40Z"
EARLY, WENT, CAME = (f"2026-04-01T{at}Z" for at in ("04:30:00", "05:10:00", "05:40:00"))
OF_EPISODE = {"first_seen_at", "removed_at", "roles_held", "shown_until"}
Rows = list[Any]
NONE: Rows = []


def state_of(row: Any, **facts: Any) -> Any:
    """Return a row as a picture shows it."""
    return {name: row[name] for name in row if name not in OF_EPISODE} | facts


def pictured(
    section: str,
    rows: Rows,
    states: Rows,
    events: Rows = NONE,
    earlier: Rows = NONE,
    unread_before: datetime | None = None,
    **more: Any,
) -> Comparison:
    """Return what an hour makes of one section."""
    read: SectionRead[Any] = SectionRead("complete", rows=states)
    others = {"projects": [project()]} | {section: rows} | more
    lists: dict[str, Any] = {"projects": SectionRead("complete", rows=[state_of(project())])}
    picture = replace(
        snapshot(**lists | {section: read}),
        audit_events=SectionRead("complete", rows=list(events)),
        pictured_to=PICTURED_TO,
    )
    names = {"users", "projects", "api_keys", section}
    log = LogOfStays(events, START, lambda _: ReadBack(earlier, unread_before))
    return compare(hour(*names), picture, before(**others), log=log)


def told(result: Comparison) -> list[tuple[str, str]]:
    """Return (section, kind) of the changes."""
    return [(change["section"], change["kind"]) for change in result.changes]


def stays(registers: Registers, section: str) -> list[tuple[Any, ...]]:
    """Return each stay's bounds: its hours, and what it did not come and go before."""
    rows: dict[str, Any] = {**registers}
    names = ("first_seen_at", "removed_at", "added_not_before", "removed_not_before")
    return [tuple(row.get(name) for name in names) for row in rows[section]]


FIRST = "2026-03-31T00:00:00Z"
RETURNS = [
    ("users", user(), "added_at", "user.{}", "user-ann", None),
    ("project_users", member(), "added_at", "user.{}", "user-ann", "proj_web"),
    ("projects", project(), "created_at", "project.{}", "proj_web", None),
    ("api_keys", api_key(), "created_at", "api_key.{}", "key_1", "proj_web"),
    ("admin_keys", admin_key(), "created_at", "api_key.{}", "key_adm", None),
    ("service_accounts", service_account(), "created_at", "service_account.{}", "svc_bot", None),
    ("invites", invite(), "created_at", "invite.{}", "invite-1", None),
]


@pytest.mark.parametrize(("section", "row", "time", "kind", "target", "at"), RETURNS)
def test_a_later_time_is_another_stay_bounded_by_the_events(
    section: str, row: Any, time: str, kind: str, target: str, at: str | None
) -> None:
    """Removed and added, in one hour; by what the log says, else by the pictures."""
    words = {"user": ("deleted", "added"), "invite": ("deleted", "sent")}
    went, came = words.get(kind.split(".")[0], ("deleted", "created"))
    events = [
        event(kind.format(went), target, "05:10:00", project_id=at),
        event(kind.format(came), target, "05:40:00", project_id=at),
    ]
    states = [state_of(row, **{time: CAME})]
    result = pictured(section, [row], states, events)
    assert told(result) == [(section, "removed"), (section, "added")]
    assert stays(result.registers, section) == [
        (FIRST, NAME, None, WENT),
        (NAME, None, CAME, None),
    ]
    hidden = pictured(section, [row], states)
    assert told(hidden) == told(result)
    assert stays(hidden.registers, section) == [
        (FIRST, NAME, None, NAME),
        (NAME, None, NAME, None),
    ]


def test_roles_are_held_for_one_stay() -> None:
    """They end with it, and begin anew."""
    result = pictured("users", [user()], [state_of(user(), added_at=CAME)])
    assert [row["roles_held"] for row in result.registers["users"]] == [
        [{"role": "reader", "from": FIRST, "to": NAME}],
        [{"role": "reader", "from": NAME, "to": None}],
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "kinds"),
    [
        ("2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z", ["modified"]),
        ("2026-03-01T00:00:00Z", None, ["modified"]),
        (None, "2026-03-01T00:00:00Z", ["modified"]),
        # The last picture that shows the stay was taken from this instant on.
        (None, NAME, ["modified"]),
        (None, "2026-04-01T05:00:01Z", ["removed", "added"]),
        (None, CAME, ["removed", "added"]),
        ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z", []),
        (None, None, []),
    ],
)
def test_a_time_that_goes_back_or_is_lost_is_no_return(
    was: str | None, becomes: str | None, kinds: list[str]
) -> None:
    """It is a change of that field; one that can be read again is a return where it is new."""
    row = user(added_at=was)
    result = pictured("users", [row], [state_of(row, added_at=becomes)])
    assert [change["kind"] for change in result.changes] == kinds
    fields = [change["fields"] for change in result.changes if change["kind"] == "modified"]
    assert fields == [["added_at"] for _ in fields]


AWAY = [event("role.deleted", "role-1", "05:10:00"), event("role.created", "role-1", "05:40:00")]


@pytest.mark.parametrize(
    ("events", "kinds"),
    [
        (AWAY, ["removed", "added"]),
        (AWAY[::-1], ["removed", "added"]),
        (AWAY[:1], []),
        (AWAY[1:], []),
        ([AWAY[0] | {"occurred_at": CAME}, AWAY[1] | {"occurred_at": WENT}], []),
        ([AWAY[0] | {"occurred_at": EARLY}, AWAY[1]], []),
        ([AWAY[0], AWAY[1] | {"occurred_at": "2026-04-01T06:30:00Z"}], []),
        ([AWAY[0] | {"target_id": "role-2"}, AWAY[1]], []),
    ],
)
def test_where_a_list_has_no_times_the_log_tells_a_return(events: Rows, kinds: list[str]) -> None:
    """Gone and then back, both between the two pictures, both named."""
    state: Any = {"role_id": "role-1", "name": "auditor", "permissions": [], "description": None}
    row = state | {"first_seen_at": FIRST, "removed_at": None}
    result = pictured("roles", [row], [state], events)
    assert [change["kind"] for change in result.changes] == kinds


def test_what_earlier_hours_sealed_is_read_where_a_list_was_not_read_in_them() -> None:
    """Users whose time cannot be read, and who were last pictured three hours ago."""
    row = user(added_at=None, shown_until="2026-04-01T02:00:00Z")
    away = [
        event("user.deleted", "user-ann", "03:10:00"),
        event("user.added", "user-ann", "03:50:00"),
    ]
    result = pictured("users", [row], [state_of(row, added_at=None)], earlier=away)
    assert stays(result.registers, "users") == [
        (FIRST, NAME, None, "2026-04-01T03:10:00Z"),
        (NAME, None, "2026-04-01T03:50:00Z", None),
    ]


def test_who_came_and_who_went_is_bounded() -> None:
    """By the log; else by the last picture that showed otherwise; never by what is hidden."""
    events = [
        event("user.added", "user-bob", "05:40:00"),
        event("user.deleted", "user-ann", "05:10:00"),
    ]
    new = state_of(user("user-bob"), added_at=CAME)
    result = pictured("users", [user()], [new], events)
    assert stays(result.registers, "users") == [(FIRST, NAME, None, WENT), (NAME, None, CAME, None)]
    silent = pictured("users", [user()], [new])
    assert stays(silent.registers, "users") == [
        (FIRST, NAME, None, NAME),
        (NAME, None, PICTURED, None),
    ]
    old = pictured("api_keys", [], [state_of(api_key())])
    assert stays(old.registers, "api_keys") == [(NAME, None, None, None)]


def gone(what: str, target: str, **facts: Any) -> Any:
    """Return the event that says something is gone."""
    return event(f"{what}.deleted", target, "05:10:00", **facts)


ARCHIVED = {"projects": [project(status="archived")]}
KEY_GONE = gone("api_key", "key_1", project_id="proj_web")


def unread(section: str, rows: Rows, events: Rows, **more: Any) -> Comparison:
    """Return what an hour makes of rows of an archived project, whose list no longer answers."""
    read: dict[str, Any] = {section: SectionRead("complete", rows=[], covers=[])}
    lists: Any = {"projects": SectionRead("complete", rows=[state_of(p) for p in more["projects"]])}
    picture = replace(
        snapshot(**lists | read), audit_events=SectionRead("complete", rows=list(events))
    )
    rows_before = before(**{section: rows}, **more)
    return compare(hour("users", "projects", "api_keys", section), picture, rows_before)


@pytest.mark.parametrize(
    ("section", "row", "ending"),
    [
        ("api_keys", api_key(), KEY_GONE),
        ("api_keys", api_key(), gone("project", "proj_web")),
        (
            "service_accounts",
            service_account(),
            gone("service_account", "svc_bot"),
        ),
        (
            "project_users",
            member(),
            gone("user", "user-ann", project_id="proj_web"),
        ),
        ("project_users", member(), gone("user", "user-ann")),
    ],
)
def test_what_stands_in_an_unreadable_list_ends_by_the_event(
    section: str, row: Any, ending: Any
) -> None:
    """Its state stays that of the hour that last showed it."""
    result = unread(section, [row], [ending], **ARCHIVED)
    assert told(result) == [(section, "removed")]
    assert stays(result.registers, section) == [(FIRST, NAME, None, WENT)]
    registers: dict[str, Any] = {**result.registers}
    assert state_hour(registers[section][0], NAME) == LAST


@pytest.mark.parametrize(
    ("events", "projects"),
    [
        ([], ARCHIVED["projects"]),
        ([KEY_GONE | {"target_id": "key_2"}], ARCHIVED["projects"]),
        ([KEY_GONE | {"occurred_at": EARLY}], ARCHIVED["projects"]),
        ([gone("user", "user-ann")], ARCHIVED["projects"]),
        ([KEY_GONE], [project()]),
    ],
)
def test_without_an_event_of_its_own_it_stays(events: Rows, projects: Rows) -> None:
    """No other's, none from before it was shown, and none where its list can be read."""
    result = unread("api_keys", [api_key()], events, projects=projects)
    assert (told(result), stays(result.registers, "api_keys")) == ([], [(FIRST, None, None, None)])
    (key,) = result.registers["api_keys"]
    assert state_hour(key, NAME) == LAST


@pytest.mark.parametrize(("at", "ends"), [("04:54:59", False), ("04:55:00", True)])
def test_an_event_from_just_before_it_was_shown_may_end_it(at: str, ends: bool) -> None:
    """OpenAI's clock and ours agree no better than five minutes."""
    instant = f"2026-04-01T{at}Z"
    result = unread("api_keys", [api_key()], [KEY_GONE | {"occurred_at": instant}], **ARCHIVED)
    bounds = (FIRST, NAME, None, instant) if ends else (FIRST, None, None, None)
    assert stays(result.registers, "api_keys") == [bounds]


def test_a_row_that_is_shown_again_is_of_its_sections_hour() -> None:
    """And what is not shown keeps the hour that last showed it, however often it is not."""
    row = api_key(shown_until=LAST)
    again = pictured("api_keys", [row], [state_of(api_key())])
    assert state_hour(again.registers["api_keys"][0], NAME) == NAME
    (still,) = unread("api_keys", [row | {"shown_until": EARLY}], [], **ARCHIVED).registers[
        "api_keys"
    ]
    assert still["shown_until"] == EARLY
