"""What lived between two pictures: told by the log alone, each once, none that a picture showed."""

from datetime import datetime
from typing import Any

import pytest

from functions.shared.hours import HOUR
from functions.shared.limits import EVENT, FIELDS, TEXT, WORD, Wholes, limited, word
from functions.shared.records.events import EventState
from functions.snapshot.compare.log_of_stays import SLACK, LogOfStays, ReadBack
from functions.snapshot.findings.short_lives import short_lives
from tests.snapshot.compare.test_compare import READ, START, before, hour
from tests.snapshot.findings.test_between_pictures import Events, found, gone, made, told
from tests.snapshot.rows import api_key, event, invite, member, open_change, service_account, user

EARLY = "2026-03-30T10:00:00Z"


def role(word: str | None, at: str, kind: str = "user.updated", **facts: Any) -> EventState:
    """Return the event of Ann's role."""
    payload = {"id": "user-ann", "changes_requested": {"role": word}}
    return event(kind, "user-ann", at, payload=payload, **facts)


def assigned(what: str, at: str, kind: str = "user", to: str = "api.organization") -> EventState:
    """Return the event of a role that is given to Ann, or taken."""
    payload = {"id": "as-1", "principal_id": "user-ann", "principal_type": kind}
    payload |= {"resource_id": "org", "resource_type": to}
    return event(f"role.assignment.{what}", "as-1", at, payload=payload)


KEY = ("short_lived_key", "key_deleted", "api_keys", "key_2")
OWNER = ("short_lived_owner", "role_lowered", "users", "user-ann")
DELETED = gone("api_key.deleted", "key_2", project_id="proj_web")
SHORT: list[tuple[Events, list[tuple[str, ...]]]] = [
    ([made(), DELETED], [KEY]),
    ([DELETED, made()], [KEY]),
    ([made(project_id=None), DELETED], [(*KEY[:2], "admin_keys", "key_2")]),
    ([made()], []),
    ([DELETED], []),
    ([made(at="05:50:00"), DELETED], []),
    ([made("key_3"), DELETED], []),
    (
        [made(), gone("project.archived", "proj_web")],
        [("short_lived_key", "project_archived_meanwhile", "api_keys", "key_2")],
    ),
    ([made(), gone("project.archived", "proj_lab")], []),
    (
        [made(), gone("service_account.deleted", "svc_2", project_id="proj_web")],
        [("short_lived_key", "service_account_deleted", "api_keys", "key_2")],
    ),
    (
        [
            event("service_account.created", "svc_2", "05:05:00"),
            gone("service_account.deleted", "svc_2"),
        ],
        [("short_lived_key", "service_account_deleted", "service_accounts", "svc_2")],
    ),
    ([role("owner", "05:10:00"), role("reader", "05:40:00")], [OWNER]),
    ([role("reader", "05:10:00"), role("owner", "05:40:00")], []),
    ([role("owner", "05:10:00"), role("owner", "05:40:00")], []),
    ([role("owner", "05:10:00", project_id="p"), role("reader", "05:40:00")], []),
    (
        [role("owner", "05:10:00", "user.added"), gone("user.deleted", "user-ann")],
        [("short_lived_owner", "user_deleted", "users", "user-ann")],
    ),
    (
        [
            event("invite.accepted", "invite-1", "05:10:00", actor_id="user-ann"),
            gone("user.deleted", "user-ann"),
        ],
        [("short_lived_owner", "user_deleted", "users", "user-ann")],
    ),
    (
        [assigned("created", "05:10:00"), assigned("deleted", "05:40:00")],
        [("short_lived_owner", "role_unassigned", "users", "user-ann")],
    ),
    (
        [assigned("created", "05:10:00", "group"), assigned("deleted", "05:40:00", "group")],
        [("short_lived_owner", "role_unassigned", "groups", "user-ann")],
    ),
    (
        [
            assigned("created", "05:10:00", to="api.project"),
            assigned("deleted", "05:40:00", to="api.project"),
        ],
        [],
    ),
]


@pytest.mark.parametrize(("events", "lives"), SHORT)
def test_two_events_tell_of_a_short_life(events: Events, lives: list[tuple[str, ...]]) -> None:
    """In whatever order they came; one alone, or two about others, tell of none."""
    assert told(events, users=[user()], invites=[invite()]) == lives


def test_whatever_a_picture_showed_is_none() -> None:
    """A key, an owner, an account's key: they stand in the registers."""
    ended = "2026-04-01T05:00:00Z"
    assert told([made(), DELETED], api_keys=[api_key("key_2", removed_at=ended)]) == []
    held = [{"role": "owner", "from": "2026-03-31T00:00:00Z", "to": None}]
    owner = [role("owner", "05:10:00"), role("reader", "05:40:00")]
    assert told(owner, users=[user(roles_held=held)]) == []
    assert told(owner, users=[user(roles_held=[held[0] | {"to": EARLY}])]) == [OWNER]
    account: Events = [event("service_account.created", "svc_bot", "05:05:00")]
    account.append(gone("service_account.deleted", "svc_bot"))
    assert told(account, api_keys=[api_key(owner_id="svc_bot")]) == []
    assert told(account, service_accounts=[service_account()]) == []


@pytest.mark.parametrize("until", ["2026-04-01T05:00:00Z", "2026-04-01T04:00:00Z"])
def test_who_was_an_owner_before_may_be_one_in_between(until: str) -> None:
    """Lowered, raised and lowered again, or away in between; ``to`` is an hour without the role."""
    held = [{"role": "owner", "from": EARLY, "to": until}]
    events = [role(*of) for of in (("reader", "05:05:00"), ("owner", "05:10:00"))]
    assert told([*events, role("reader", "05:50:00")], users=[user(roles_held=held)]) == [OWNER]
    events = [gone("user.deleted", "user-ann", at) for at in ("05:05:00", "05:50:00")]
    events.append(role("owner", "05:10:00", "user.added"))
    (life,) = told(events, users=[user(roles_held=held, removed_at=until)])
    assert life[1] == "user_deleted"


@pytest.mark.parametrize(
    ("raised", "lives"), [("05:00:00", []), ("05:00:01", []), ("05:00:02", [OWNER])]
)
def test_an_owner_whom_the_picture_before_showed_is_none(
    raised: str, lives: list[tuple[str, ...]]
) -> None:
    """Raised before its last second, in the hour that closes."""
    held = [{"role": "owner", "from": "2026-04-01T04:00:00Z", "to": "2026-04-01T05:00:00Z"}]
    events = [role("owner", raised), role("reader", "05:40:00")]
    assert told(events, users=[user(roles_held=held)]) == lives


def test_before_the_first_picture_nothing_is_between_two() -> None:
    """History is read back; nobody took pictures then."""
    assert told([made(), DELETED], baseline=None) == []
    assert told([made(), DELETED], baseline="2026-04-01T05:00:00Z") == []
    for at, lives in (("04:59:59", []), ("05:00:00", [KEY])):
        assert told([made(at=at), DELETED], baseline="2026-04-01T04:00:00Z") == lives


def test_a_life_may_lie_in_two_hours_of_seals() -> None:
    """Where the hour between had no picture, or the log told late; found once."""
    begun = made(at="04:55:00")
    missed: dict[str, Any] = {"api_keys": [], "users": []}
    row = open_change("api_keys", "present", "key_2", event=begun)
    late = {"open_changes": [row | {"event": begun}]}
    assert told([DELETED], **late, **missed) == [KEY]
    assert told([begun], earlier=[gone("api_key.deleted", "key_2", "04:58:00")]) == [KEY]
    (first,) = found([made(), DELETED])
    assert found([made(), DELETED], rows=[first]) == [first]
    assert told([event("login.succeeded", None)], earlier=[made(), DELETED]) == []


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        (assigned("created", "04:50:00"), assigned("deleted", "05:05:00")),
        (made(at="04:50:00"), gone("api_key.deleted", "key_2", "05:00:01")),
        (role("owner", "04:50:00"), role("reader", "05:05:00")),
        (
            event("service_account.created", "svc_2", "04:50:00"),
            gone("service_account.deleted", "svc_2", "05:00:01"),
        ),
    ],
)
def test_a_life_over_the_end_of_an_hour_is_found(begun: EventState, ended: EventState) -> None:
    """Over before the picture of that hour was taken; its beginning is sealed already."""
    read = []

    def earlier(since: datetime) -> ReadBack:
        read.append(since)
        return ReadBack([begun])

    log = LogOfStays([ended], START, earlier)
    (life,) = short_lives(hour(*READ), before(), [], log, [ended], keys_are_whole=True)
    assert life.event_id == begun["event_id"]
    assert read == [START - HOUR - SLACK]


def test_a_role_beside_so_many_fields_that_they_are_not_sealed_is_found() -> None:
    """The whole decides; ids stand as they are sealed."""
    raised, lowered = role("owner", "05:10:00"), role("reader", "05:40:00")
    many = {f"f{n}": n for n in range(FIELDS)} | {"role": "owner"}
    for one in (raised, lowered):
        one["target_id"] = "user-" + "a" * WORD
    raised["details"] = {"payload": {"changes_requested": many}}
    given = [assigned(what, at) for what, at in (("created", "05:10:00"), ("deleted", "05:40:00"))]
    for one in given:
        one["details"]["payload"]["principal_id"] = "p" * TEXT + "!"  # type: ignore[index]
    read = [raised, lowered, *given]
    sealed = [limited(EventState, row, Wholes(), EVENT) for row in read]
    log = LogOfStays(sealed, START, lambda _: ReadBack())
    lives = short_lives(hour(*READ), before(), [], log, read, keys_are_whole=True)
    entities = {life.reason: life.entity_id for life in lives}
    assert entities["role_lowered"] == sealed[0]["target_id"]
    assert entities["role_unassigned"] == word("p" * TEXT + "!")


def test_an_account_that_a_picture_of_keys_lacked_is_none() -> None:
    """It lived while that was taken, with no key."""
    begun = event("service_account.created", "svc_2", "04:50:00")
    assert told([gone("service_account.deleted", "svc_2")], earlier=[begun]) == []


def test_a_key_that_may_be_there_still_is_none() -> None:
    """Whom a deleted account takes along is told by a picture alone."""
    events = [made(), gone("service_account.deleted", "svc_2", project_id="proj_web")]
    assert told(events, keys="partial") == []


def test_who_is_in_a_project_may_have_been_raised_there_by_an_admin_key() -> None:
    """Such events carry the default project whatever they are about; none hides a sure one."""
    by_key = {"actor_type": "api_key", "project_id": "proj_web"}
    events = [role("owner", "05:10:00", **by_key), role("reader", "05:40:00", **by_key)]
    assert told(events) == [OWNER]
    (row,) = found(events, project_users=[member()])
    assert (row["reason"], row["severity"]) == ("role_of_organization_or_project", "medium")
    sure = [role("owner", "05:05:00"), role("reader", "05:50:00")]
    given = [assigned(what, at) for what, at in (("created", "05:01:00"), ("deleted", "05:02:00"))]
    assert told([*given, *events, *sure], project_users=[member()]) == [OWNER]
