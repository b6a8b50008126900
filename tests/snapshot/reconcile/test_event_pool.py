"""Events, found by what they are about."""

from functions.shared.records.events import OpenChange
from functions.snapshot.reconcile.event_pool import EventPool, Search
from functions.snapshot.reconcile.match import match
from functions.snapshot.reconcile.rules import Clue, Sought
from tests.snapshot.rows import event, open_change

HOUR = ("2026-04-01T05:00:00Z", "2026-04-01T06:00:00Z")


def found_by(pool: EventPool, row: OpenChange, window: tuple[str, str] = HOUR) -> str | None:
    """Return the id of the event that explains a change."""
    clue = pool.explaining(Sought.of(row), window)
    return clue.event_id if clue else None


def test_an_event_is_taken_for_one_change_of_a_kind() -> None:
    """Of one entity; the same change may take it again."""
    told = event("api_key.updated", "k")
    row, later = (open_change("api_keys", "settings", "k", hour) for hour in ("05", "06"))
    pool = EventPool.of([told])
    match([row], pool, EventPool())
    assert found_by(pool, row) == told["event_id"]
    assert found_by(pool, later) is None
    clue = Clue.of(told)
    assert pool.is_free(clue, open_change("api_keys", "settings", "another"))
    assert pool.is_free(clue, open_change("api_keys", "removed", "k"))
    used = [("api_keys", "k", "modified", told["event_id"])]
    assert found_by(EventPool.of([told], used), row) is None


def test_a_search_finds_all_that_may_tell_of_a_change() -> None:
    """Its event, one of a part of it, one that names nobody, one of a group; no others."""
    row = open_change("api_keys", "access", "k", owner_id="user-ann", project_id="proj_web")
    row["aspects"].append("settings")
    fits = Search.of([row], {"user-ann", "user-bob"}).fits
    assert fits(event("api_key.updated", "k"))
    assert fits(event("api_key.updated", None, project_id="proj_web"))
    group = {"group_id": "group_1", "members": ["user-ann"]}
    assert fits(event("tenant.group.member.removed", "group_1", payload=group))
    for other in (
        event("api_key.updated", "another"),
        event("user.added", "user-ann"),
        event("api_key.updated", None, project_id="proj_other"),
        event("tenant.group.member.removed", None, payload=group | {"members": ["user-bob"]}),
    ):
        assert not fits(other)


def test_a_window_has_both_its_ends() -> None:
    """An event of its first and of its last second is in it."""
    row = open_change("users", "removed", "user-a")
    for at, found in (("05:00:00", True), ("06:00:00", True), ("04:59:59", False)):
        pool = EventPool.of([event("user.deleted", "user-a", at)])
        assert bool(found_by(pool, row)) is found, at
    assert found_by(EventPool.of([event("user.deleted", "user-a", "06:00:01")]), row) is None


def test_a_pool_holds_what_can_explain() -> None:
    """Of other types nothing."""
    pool = EventPool.of([event("login.failed", None), event("x", "user-a")])
    assert (dict(pool.by_key), dict(pool.by_hint)) == ({}, {})


def test_an_event_is_found_only_by_what_the_table_lets_it_name() -> None:
    """A key more would find nothing, and every event of a run is held in memory."""
    told = [
        event("role.assignment.created", "ra", payload={"id": "ra", "principal_id": "user-a"}),
        event("group.created", None),
        event("group.created", "group-1"),
    ]
    assert set(EventPool.of(told).by_key) == {
        ("role.assignment.created", "principal", "user-a"),
        ("group.created", "target", "group-1"),
    }
